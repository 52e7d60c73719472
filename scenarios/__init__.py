"""What is simulated: the world's data, the scenario files, and what reads, checks, joins and explains both.

Data: `*.toml` (one scenario each), `parts/` (what they share), `world/*.csv`, `evidence/evidence.csv`.
From the bottom up: `errors`, `evidence`; `toml_files`, `world_files`, `checking`; `file_format`; `scenario`;
`loading` and `explain`; `compose` and `diff`. An import-linter contract keeps this order.
It knows the registries and policies of `model/` and, late, a run's inputs and the compiled world.
Experiments, calibration and the front doors call it.
"""
