"""What was reported: `evidence.csv`, one row an estimate, with the module that reads and checks it (`reports`).

It knows nothing of the project: no parameter, no target, no scenario.
So every layer may read it, the world's files as well as the fit, the patterns and the report.
What a row is used for is known higher up: `calibration/targets/evidence_uses.py`.
"""
