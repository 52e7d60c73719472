"""`displace show`: two worlds side by side in a browser, on the presenter's own machine and without a network.

`worlds.py` runs them (a Mesa model), `scene.py` is what the map stands on, `frames.py` the numbers of a week,
`cards.py` what is told of a place, `story.py` the guided scenes, `policies.py` what a visitor composes, `app.py` the
page, `server.py` its server, `doctor.py` the check of the evening before.
"""
