"""What a results folder holds: tables declared once, how they are written and read back. Computes nothing.

The lowest room of `experiments/`: it knows the registries of `model/` and nothing of designs, runs or comparisons.
`schema` declares tables and columns, `columns` and `parquet` make them, `folder` writes files; `reader` reads.
Every other room may call it, and so may `calibration/` and `displace/`.
"""
