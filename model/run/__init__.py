"""A run of weeks: all its columns, how it begins, its phases, its records, and what it leaves behind.

The week itself, top to bottom, is `model/model.py`, which calls the phases of `phases.py`. It knows every room below.
What it leaves behind are plain arrays (`results`) and expected reports (`observation`), which the layers above read.
"""
