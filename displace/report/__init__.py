"""Pages made from a results folder: self-contained HTML of a comparison or a sensitivity analysis, Markdown of a fit.

`comparison` and `sensitivity` fill the templates of `templates/`; `assumptions` and `further_tables` make their tables.
It may know `wording` and `figures`. The command line and the reference pages call it; it prints nothing.
"""
