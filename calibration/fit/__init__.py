"""Fitting parameters to targets: waves of runs, likelihood, weights, checks, and the posterior that is kept.

It knows targets and runs batches of `experiments/`; nothing of patterns. From the bottom: `config`, `weights` and
`likelihood` (of one report); `joint` (of all); `ensemble` (draws with their runs); `posterior`; `predictions`; `checks`
and `holdout`; `fit` from start to end, and `abc_smc` in its place where importance weights starve. Only `displace/`
calls it.
"""
