"""Pages of docs/ that are made and never written by hand: registries, data, patterns, sensitivity.

Each module makes one page or one kind of table, as `python -m displace.reference.<module>`; tests fail while a page is
stale. It may know every room but `cli`. The Makefile and the tests call it.
"""
