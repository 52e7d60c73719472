"""What the model is built with: compiled functions, columns of agents, keyed random numbers, choices, thinning.

Nothing here knows of people, operations or States. It may read the registries' numbers (streams, weeks) and is called
by every room above; outside the model only by what compiles, profiles or checks it.
"""
