"""`displace show`: two worlds side by side in a browser, on the presenter's own machine and without a network.

`two_worlds` runs them (a Mesa model), `map_ground` is what the map stands on, `frames` the numbers of a week, `cards`
what a click on a place shows, `story` the guided scenes, `policies` what a visitor composes, `app` the page, `server`
its server, `doctor` the check of the evening before. It may know `wording` and `figures.outlines`, and neither the
report nor the command line. The command line calls `server.serve` and `doctor.findings`; `opening` loads nothing.
"""
