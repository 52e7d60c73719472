"""Many runs, safely: simulating blocks, workers, the results folder as it is written, and what identifies a result.

It knows everything below: designs, comparison, results. `block` does the work and `rows` turns a run into tables;
`runner` drives `workers` or a `cluster` and commits to the `store`. `manifest` says what a batch is, `versions` on
which files its results depend. Sensitivity analysis, calibration and the front doors call it.
"""
