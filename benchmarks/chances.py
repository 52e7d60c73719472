"""The small life course that `peers` runs in three frameworks: six transitions, each with a weekly chance.

    at risk -> travelling -> held -> out -> home -> at risk or reintegrated

Standard library only: it is read in other environments too.
"""

STATUSES = ("at_risk", "travelling", "held", "out", "home", "reintegrated")
LEAVE, ARRIVE, COME_OUT, GO_HOME, AT_RISK_AGAIN, SETTLE = 0.002, 0.4, 0.02, 0.1, 0.01, 0.02
