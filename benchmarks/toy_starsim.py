"""The small life course as a Starsim module. `python -m benchmarks.toy_starsim PEOPLE WEEKS RUNS CRN`."""

import json
import sys
import time

import starsim as ss

from .chances import ARRIVE, AT_RISK_AGAIN, COME_OUT, GO_HOME, LEAVE, SETTLE, STATUSES


class LifeCourse(ss.Module):
    def __init__(self):
        super().__init__()
        self.define_pars(
            leave=ss.bernoulli(LEAVE), arrive=ss.bernoulli(ARRIVE), end_stay=ss.bernoulli(COME_OUT),
            go_home=ss.bernoulli(GO_HOME),
            again=ss.bernoulli(AT_RISK_AGAIN), settle=ss.bernoulli(SETTLE / (1.0 - AT_RISK_AGAIN)),
        )  # fmt: skip
        self.define_states(*[ss.BoolState(name, default=name == "at_risk") for name in STATUSES])

    def step(self):
        pars = self.pars
        moves = (
            (pars.leave, self.at_risk, self.travelling), (pars.arrive, self.travelling, self.held),
            (pars.end_stay, self.held, self.out), (pars.go_home, self.out, self.home),
            (pars.again, self.home, self.at_risk), (pars.settle, self.home, self.reintegrated),
        )  # fmt: skip
        for chance, source, target in reversed(moves):  # backwards, so that nobody moves twice in a week
            movers = chance.filter(source.uids)
            source[movers] = False
            target[movers] = True


def main(people, weeks, runs, crn):
    ss.options.crn = bool(crn)
    seconds = []
    for seed in range(runs):
        sim = ss.Sim(
            n_agents=people,
            start="2016-01-04",
            dur=ss.weeks(weeks - 1),
            dt=ss.weeks(1),
            modules=LifeCourse(),
            rand_seed=seed,
            verbose=0,
        )
        sim.init()
        began = time.process_time()
        sim.run()
        seconds.append(time.process_time() - began)
    found = [int(getattr(sim.people.lifecourse, name).sum()) for name in STATUSES]
    print(json.dumps({"seconds": seconds, "steps": len(sim.t.tvec), "people": found}))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
