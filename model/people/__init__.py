"""People, and those who deal with them one by one: recruiters, border officials, services, screening.

`roster` holds people at risk at home, `person` everybody who has left, `diary` who is looked at when. Each stretch of a
life has a file: the way, captivity, screening and services, home again. It knows operations, the world and the engine;
States and the week call it.
"""
