"""When a hazard may act on a person: thinning (Lewis and Shedler 1979) in whole weeks.

Each person has a number in each week, uniform in (0, 1), and a hazard acts in a week whose number is below it. The
number's leading eight bits are a byte of stream `candidates`, of which one draw holds eight weeks; the rest is a draw
of another stream. So weeks whose byte alone is too large are passed over eight at a time. By which bound they are
passed over changes the work, never a result: numbers are functions of seed, week and identity alone.
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
from .random_numbers import GOLDEN, MIXING, mix, uniform

NEVER = 32_000  # a week after every run
BYTE_VALUES = 256  # values of a byte
BYTES = 8  # of a draw: a week each
ONE, ALL_BITS = np.uint64(1), np.uint64(0xFFFFFFFFFFFFFFFF)


@kernel
def next_candidate(stream, who, bound, m):
    """Return the first week after this one in which a hazard of at most `bound` could act on `who`, or NEVER."""
    if bound <= 0.0:
        return NEVER
    most = min(BYTE_VALUES, math.ceil(bound * BYTE_VALUES)) - 1
    first = (m.now + 1) // BYTES * BYTES
    later = ALL_BITS << np.uint64(m.now + 1 - first)
    while first <= WEEKS:
        weeks = candidates(m.keys, R.candidates, first // BYTES, GOLDEN * who, most) & later
        while weeks:
            week = first + lowest(weeks)
            if week > WEEKS:
                return NEVER
            if number_in(stream, week, who, m) < bound:
                return week
            weeks &= weeks - ONE
        first, later = first + PAGE, ALL_BITS
    return NEVER


@kernel
def number_in(stream, week, who, m):
    """Return the number of `who` in a week, uniform in (0, 1): its first eight bits, and the rest from `stream`."""
    eight_weeks = mix(m.keys[R.candidates, week // BYTES] + GOLDEN * who)
    byte = eight_weeks >> np.uint64(8 * (week % BYTES)) & np.uint64(BYTE_VALUES - 1)
    return (np.float64(byte) + uniform(m.keys[stream, week], who)) / BYTE_VALUES


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
