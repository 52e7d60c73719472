"""Which assumption drives the answer: stages of runs under all priors at once, and what they say.

The top room of `experiments/`: it runs batches like anybody else, and no result of a comparison depends on it.
`factors` and `samples` say what is varied, `stages` what is run, `analysis` runs it. `indices`, `robustness`,
`breakeven` and `discovery` are the methods, `findings` their tables, declared in `schema`. Only `displace/` calls it.
"""
