"""Reports as targets: which report speaks of what in the model, with which error. Files, and their reader.

It knows the evidence of `scenarios/evidence/` and expected reports of `experiments/design/`, nothing of draws.
`targets.toml` is fitted to; `holdout.toml` is only predicted. The fit and `displace/` call it.
"""
