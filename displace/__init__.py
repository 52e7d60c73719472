"""The front doors: the command line, the report, the browser page, and the pages of docs/ that are made.

From the bottom up: `wording`, `figures`; `report` and `show`; `cli` and `reference`. An import-linter contract keeps
this order. It knows everything below: calibration, experiments, scenarios, model. Nothing in the project calls it:
users do, by `displace`, `python -m displace` and the Makefile.
"""
