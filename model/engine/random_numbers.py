"""Random numbers as pure functions of (seed, stream, week, identity): nothing has a state.

The mixing function is the finaliser of splitmix64 (Steele, Lea and Flood 2014). Keys are mixed, not
added, so that two seeds never share a stream.
"""

import math

import numpy as np

from model.registry.calendar import WEEKS
from model.registry.streams import R

from .kernel import entry, kernel

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
MIXING = ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB), (31, 1))  # shift, factor of each round
(_S30, _A), (_S27, _B), (_S31, _) = ((np.uint64(shift), np.uint64(factor)) for shift, factor in MIXING)
_TWO, _S11 = np.uint64(2), np.uint64(11)
_UNIT = 2.0**-53
FIXED = -1  # the "week" of draws that are made once for all
STREAM_COUNT = len(R)


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
def normal(key, who):
    """Return the standard normal number of identity `who` (Box and Muller 1958)."""
    radius = math.sqrt(-2.0 * math.log(uniform(key, who)))
    return radius * math.cos(2.0 * math.pi * uniform(key, identity(who, 1)))


@kernel
def draw(stream, m, who):
    """Return this week's uniform number of identity `who` in a stream."""
    return uniform(m.keys[stream, m.now], who)


@entry
def stream_keys(seed):
    """Return the keys of all streams and weeks, uint64 (streams, weeks): a run's `keys`.

    Week 0 also serves what is drawn once for all.
    """
    keys = np.empty((STREAM_COUNT, WEEKS + 1), np.uint64)
    for stream in range(keys.shape[0]):
        for week in range(keys.shape[1]):
            keys[stream, week] = stream_key(seed, stream, week)
    return keys
