"""Fitting the model to what was reported, and checking it against what is known: targets, the fit, patterns."""
