"""The command line: `main` holds the app, each other module its commands or what they print.

Commands: `compare`, `check`, `look_up`, `scenario_files`, `calibrate`, `sensitivity`, `show`, with shared `options`.
Printing: `terminal`, and `print_...` for each kind of result. `listings` reads the registries.
It may know every room but `reference`. Nothing calls it but the entry points. Heavy modules are imported inside
commands, so that `--help` stays quick.
"""
