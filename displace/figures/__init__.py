"""Pictures as SVG or files, drawn with matplotlib's Figure objects alone: charts, maps, and the coast they stand on.

`drawing` turns a figure into bytes that never vary; `charts` and `maps` draw arrays; `comparison` and `sensitivity`
choose what is drawn of results. `outlines` reads the countries and is light: the browser page uses it too.
It may know `wording`. The report and the reference pages call it.
"""
