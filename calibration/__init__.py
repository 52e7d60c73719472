"""Fitting the model to what was reported (`targets`, `fit`) and checking it against what is known (`patterns`).

It knows experiments, scenarios and the model. The front doors in `displace` call it; nothing below does.
"""
