"""What committed runs say when arms are compared: one module for each family of tables.

It knows designs and stored results, never how or where runs were made. `intervals` is the statistics, `paired` the
comparison that all others build on, `all_tables` makes every table, `read` reads a folder and computes what it lacks.
Batches, sensitivity analysis, calibration and reports may call it.
"""
