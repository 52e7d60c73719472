"""When a hazard may strike a person: thinning (Lewis and Shedler 1979) in whole weeks.

Each week is a candidate with probability `far`, a multiple of 1/256, independently; a hazard strikes in a candidate
week where the week's number in a stream, uniform below `far`, is below the hazard. Candidates and numbers are
functions of seed and identity alone: the same in every arm, whatever happened before and whatever is near
(`hazard_bounds`).
"""

import math

import numpy as np
from numba.core import types
from numba.core.cgutils import ir, pack_array
from numba.extending import intrinsic

from model.registry.calendar import WEEKS
from model.registry.streams import R

from .handle import element
from .kernel import kernel
from .pages import PAGE, everywhere, lowest
from .random_numbers import GOLDEN, MIXING, uniform

NEVER = 32_000  # a week after every run
LEVELS = 256  # of the bounds that `next_strike` knows
BYTES = 8  # of a draw: a week each
ONE, ALL = np.uint64(1), np.uint64(0xFFFFFFFFFFFFFFFF)


@kernel
def as_bound(rate):
    """Return the least multiple of 1/256 that is no less than a weekly hazard: the bounds that `next_strike` knows."""
    return min(1.0, math.ceil(rate * LEVELS) / LEVELS)


@kernel
def next_strike(stream, who, far, near, m):
    """Return the first week after this one in which a hazard of at most `near` could strike `who`."""
    level = int(far * LEVELS)
    if level == 0:
        return NEVER
    first = (m.now + 1) // BYTES * BYTES
    later = ALL << np.uint64(m.now + 1 - first)
    while first <= WEEKS:
        weeks = candidates(m.keys, R.candidates, first // BYTES, GOLDEN * who, level - 1) & later
        while weeks:
            week = first + lowest(weeks)
            if week > WEEKS:
                return NEVER
            if uniform(m.keys[stream, week], who) * far < near:
                return week
            weeks &= weeks - ONE
        first, later = first + PAGE, ALL
    return NEVER


@intrinsic
def candidates(context, keys, stream, draw, mark, most):
    """Return a uint64: bit k is set where byte k of eight draws of a stream (the first is `draw`) is at most `most`.

    A draw is `random_numbers.mix(keys[stream, draw] + mark)`; its lowest byte comes first.
    """

    def generate(context, builder, signature, arguments):
        column, stream, draw, mark, most = arguments
        draws = ir.VectorType(ir.IntType(64), PAGE // BYTES)
        place = builder.bitcast(
            element(context, builder, signature.args[0], column, pack_array(builder, [stream, draw])),
            draws.as_pointer(),
        )
        z = builder.add(builder.load(place, align=8), everywhere(builder, mark, PAGE // BYTES))
        for shift, factor in MIXING:
            z = builder.xor(z, builder.lshr(z, ir.Constant(draws, [shift] * (PAGE // BYTES))))
            z = builder.mul(z, ir.Constant(draws, [factor] * (PAGE // BYTES)))
        each = builder.bitcast(z, ir.VectorType(ir.IntType(8), PAGE))
        most = everywhere(builder, builder.trunc(most, ir.IntType(8)), PAGE)
        return builder.bitcast(builder.icmp_unsigned("<=", each, most), ir.IntType(64))

    return types.uint64(keys, types.int64, types.int64, types.uint64, types.int64), generate
