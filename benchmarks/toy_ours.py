"""The small life course as this model would have it: columns, and keyed draws that have no state.

Every number is a function of seed, week and person (`model.engine.random_numbers`), so runs of different policies
share their luck person by person: common random numbers. `python -m benchmarks.toy_ours PEOPLE WEEKS RUNS`.
"""

import json
import sys
import time

import numpy as np

from model.engine.kernel import entry
from model.engine.random_numbers import GOLDEN, mix, stream_key

from .chances import ARRIVE, AT_RISK_AGAIN, COME_OUT, GO_HOME, LEAVE, SETTLE

TARGET = np.array([1, 2, 3, 4, 0, 5], np.uint8)  # where a status leads
OTHER = np.array([0, 0, 0, 0, 5, 0], np.uint8)  # and where else
CHANCE = np.array([LEAVE, ARRIVE, COME_OUT, GO_HOME, AT_RISK_AGAIN, 0.0])
EITHER = np.array([LEAVE, ARRIVE, COME_OUT, GO_HOME, AT_RISK_AGAIN + SETTLE, 0.0])
DRAWS = 2.0**64


@entry
def live(status, weeks, seed):
    """Let everybody live for so many weeks. Return how many were in each status at the end of each week."""
    first, either = (CHANCE * DRAWS).astype(np.uint64), (EITHER * DRAWS).astype(np.uint64)
    count, now = np.zeros((weeks, len(CHANCE)), np.int64), np.zeros(len(CHANCE), np.int64)
    now[0] = status.size
    for week in range(weeks):
        key = stream_key(seed, 0, week)
        for i in range(status.size):
            s = status[i]
            drawn = mix(key + GOLDEN * np.uint64(i))
            if drawn < either[s]:
                status[i] = TARGET[s] if drawn < first[s] else OTHER[s]
                now[s] -= 1
                now[status[i]] += 1
        count[week] = now
    return count


def main(people, weeks, runs):
    live(np.zeros(10, np.uint8), 2, 0)
    seconds = []
    for seed in range(runs):
        began = time.process_time()
        found = live(np.zeros(people, np.uint8), weeks, seed)
        seconds.append(time.process_time() - began)
    print(json.dumps({"seconds": seconds, "steps": weeks, "people": found[-1].tolist()}))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
