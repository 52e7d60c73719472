"""One place of many, drawn with probability proportional to weight.

A place's clock is an Exp(1) number over its weight, and the place whose clock rings first is drawn: Gumbel-max, written
without its logarithm. Whoever chooses fills `m.luck`, the uniform number of each place, and `m.weight`.
"""

import math

from numba.core import types
from numba.core.cgutils import ir
from numba.extending import intrinsic

from model.engine.columns import NOBODY

from .kernel import kernel

PLACES = 0xFFFF  # the lowest bits of a number that keeps a place
ENDLESS = 0x7FF0000000000000  # the bits of infinity
ROUNDING = 1.0 + 1e-12


@kernel
def first_to_ring(m):
    """Return the place whose clock, -log(luck) / weight, rings first, or -1 if none has weight.

    No clock is earlier than 2 (1 - luck) / ((1 + luck) weight), so that few logarithms are taken: where that is least,
    and where it is before the first clock known. Bits of positive numbers are in their order: the
    lowest keep the place.
    """
    least = ENDLESS
    for p in range(m.luck.size):
        early = 2.0 * (1.0 - m.luck[p]) / ((1.0 + m.luck[p]) * m.weight[p])
        m.early[p] = as_bits(early) & ~PLACES | p
        least = min(least, m.early[p])
    if least >= ENDLESS:
        return NOBODY
    first = chosen = least & PLACES
    best = -math.log(m.luck[first]) / m.weight[first]
    for p in range(m.luck.size):
        if m.early[p] <= as_bits(best * ROUNDING) | PLACES and p != first:
            clock = -math.log(m.luck[p]) / m.weight[p]
            if clock < best:
                best, chosen = clock, p
    return chosen


@intrinsic
def as_bits(context, number):
    """Return the bits of a float64 as an int64."""

    def generate(context, builder, signature, arguments):
        return builder.bitcast(arguments[0], ir.IntType(64))

    return types.int64(types.float64), generate
