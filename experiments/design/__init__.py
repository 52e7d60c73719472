"""What is to be run: arms, draws of the parameters, seeds and budgets, known before the first run.

It knows scenarios, the registries and `results`; nothing here runs a simulation or reads a result.
`design` is the plan itself, `files` reads it from TOML or names. `arms`, `draws`, `unit_costs`, `expected_reports`
and `sensitivity_settings` are its parts; `cautions` and `explain` put it into words. Everything above may call it.
"""
