"""Levels: how much of what a world holds, beside what is reported of it, whether it was fitted, put in or comes out.

It stands beside the fit and the patterns and knows nothing of either. `levels.toml` declares each quantity once,
`levels` reads it, `simulated` measures it in runs, `check` judges it.
"""
