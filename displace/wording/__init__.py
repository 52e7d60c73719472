"""What is said about results, in words and numbers: the same in the terminal, the report and the pages of docs/.

`words` holds numbers and chances, `study` a comparison as a reader may see it; beside them effects, displacement,
sources of parameters, fits, patterns, sensitivity, limits and the glossary, a module each.
It may know experiments, calibration, scenarios and the registries, but nothing of matplotlib, HTML or a terminal.
Every other room of displace/ calls it.
"""
