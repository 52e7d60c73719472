"""Random numbers as pure functions of (seed, stream, week, identity): nothing has a state.

The mixing function is the finaliser of splitmix64 (Steele, Lea and Flood 2014). Keys are mixed, not
added, so that two seeds never share a stream.
"""

import math

import numpy as np

from .kernel import entry, kernel
from .policy import WEEKS
from .streams import R

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_A = np.uint64(0xBF58476D1CE4E5B9)
_B = np.uint64(0x94D049BB133111EB)
_ONE, _TWO, _S27, _S30, _S31, _S11 = (np.uint64(x) for x in (1, 2, 27, 30, 31, 11))
_UNIT = 2.0**-53
FIXED = -1  # the "week" of draws that are made once for all
NEVER = 32_000  # a week after every run
LEVELS = 256.0  # of the bounds that `next_strike` knows
STREAMS = len(R)
BYTE, EIGHT = np.uint64(255), np.uint64(8)


@kernel
def mix(z):
    """Return 64 well mixed bits of the 64 bits `z`."""
    z = (z ^ (z >> _S30)) * _A
    z = (z ^ (z >> _S27)) * _B
    return z ^ (z >> _S31)


@kernel
def stream_key(seed, stream, week):
    """Return the key of a stream in a week; made once a week, then used with every identity."""
    return mix(mix(np.uint64(seed) + GOLDEN * np.uint64(stream + 1)) + GOLDEN * np.uint64(week + 2))


@kernel
def identity(a, b):
    """Return the identity of a pair: of numbers, or of an identity and a number."""
    return mix(mix(np.uint64(a) + GOLDEN) + GOLDEN * (np.uint64(b) + _TWO))


@kernel
def uniform(key, who):
    """Return the uniform number in (0, 1) of identity `who` under a stream's key."""
    return (np.float64(mix(key + GOLDEN * np.uint64(who)) >> _S11) + 0.5) * _UNIT


@kernel
def exponential(key, who):
    """Return an Exp(1) number. The least of `exponential / weight` over a set of choices is a
    draw with probability proportional to weight: Gumbel-max, written without its logarithm."""
    return -math.log(uniform(key, who))


@kernel
def draw(stream, m, who):
    """Return this week's uniform number of identity `who` in a stream."""
    return uniform(m.keys[stream, m.now], who)


@entry
def stream_keys(seed):
    """Return the keys of all streams and weeks, uint64 (streams, weeks): `keys` of a run. Week 0 also serves draws once for all."""
    keys = np.empty((STREAMS, WEEKS + 1), np.uint64)
    for stream in range(keys.shape[0]):
        for week in range(keys.shape[1]):
            keys[stream, week] = stream_key(seed, stream, week)
    return keys


@kernel
def as_bound(rate):
    """Return the least multiple of 1/256 that is no less than a weekly hazard: the bounds that `next_strike` knows."""
    return min(1.0, math.ceil(rate * LEVELS) / LEVELS)


@kernel
def next_strike(stream, who, far, near, m):
    """Return the first week after this one in which a hazard of at most `near` could strike `who`.

    Thinning (Lewis and Shedler 1979) in whole weeks: each week is a candidate with probability `far`, a
    multiple of 1/256, independently; a hazard strikes in a candidate week where the week's number in `stream`,
    uniform below `far`, is below the hazard. One draw has the bytes of eight weeks. Candidates and numbers are
    functions of seed and identity alone: the same in every arm, whatever happened before and whatever is near.
    """
    level = np.uint64(far * LEVELS)
    week = m.now + 1
    if level == 0:
        return NEVER
    while week <= WEEKS:
        bits = mix(m.keys[R.candidates, week >> 3] + GOLDEN * who) >> np.uint64(8 * (week & 7))
        for _ in range(8 - (week & 7)):
            if bits & BYTE < level and uniform(m.keys[stream, week], who) * far < near:
                return week
            bits >>= EIGHT
            week += 1
    return NEVER


@kernel
def sooner(u, weight, best):
    """Return -log(u) / weight where that may be less than `best`, else infinity: -log(u) >= 2 (1 - u) / (1 + u) spares most logarithms."""
    if 2.0 * (1.0 - u) > best * weight * (1.0 + u) * (1.0 + 1e-12):
        return np.inf
    return -math.log(u) / weight
