"""A run as Mesa sees it: agents as light views of rows, and a `mesa.Model` around a `Simulation`.

Made when they are asked for, for exploring and for the presenter's page; never in a batch run. It knows the whole model
and nothing in the model knows it.
"""
