"""Reported estimates, priors, fit and checks."""
