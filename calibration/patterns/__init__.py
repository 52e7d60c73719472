"""Patterns that reports describe, each a check of what the model does under its own rules and under rival ones.

It stands beside the fit and knows nothing of it, so that no pattern is judged by what was fitted. `arms` are the
worlds that are compared, `measures` what is seen in them, `patterns` the registry, `judge` the statistics;
`check` runs them all. Only `displace/` calls it.
"""
