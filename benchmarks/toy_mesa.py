"""The small life course in plain Mesa: an object a person. `python -m benchmarks.toy_mesa PEOPLE WEEKS RUNS`."""

import json
import sys
import time
from collections import Counter

import mesa

from .chances import ARRIVE, AT_RISK_AGAIN, COME_OUT, GO_HOME, LEAVE, SETTLE, STATUSES

AT_RISK, TRAVELLING, HELD, OUT, HOME, REINTEGRATED = range(len(STATUSES))


class Person(mesa.Agent):
    def __init__(self, model):
        super().__init__(model)
        self.status = AT_RISK

    def live(self):
        if self.status == REINTEGRATED:
            return
        u = self.random.random()
        if self.status == AT_RISK:
            if u < LEAVE:
                self.status = TRAVELLING
        elif self.status == TRAVELLING:
            if u < ARRIVE:
                self.status = HELD
        elif self.status == HELD:
            if u < COME_OUT:
                self.status = OUT
        elif self.status == OUT:
            if u < GO_HOME:
                self.status = HOME
        elif u < AT_RISK_AGAIN:
            self.status = AT_RISK
        elif u < AT_RISK_AGAIN + SETTLE:
            self.status = REINTEGRATED


class LifeCourse(mesa.Model):
    def __init__(self, people, seed):
        super().__init__(rng=seed)
        Person.create_agents(self, people)

    def step(self):
        self.agents.do("live")


def main(people, weeks, runs):
    seconds = []
    for seed in range(runs):
        model = LifeCourse(people, seed)
        began = time.process_time()
        for _ in range(weeks):
            model.step()
        seconds.append(time.process_time() - began)
    found = Counter(person.status for person in model.agents)
    print(json.dumps({"seconds": seconds, "steps": weeks, "people": [found[k] for k in range(len(STATUSES))]}))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
