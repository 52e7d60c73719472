"""The most that may be asked of a batch, wherever it is asked: a command, a design file, Python. Loads nothing."""

# The seeds that follow from it lie below this too, so that JSON, R and JavaScript read them exactly.
MOST_SEED = 2**52 - 1
MOST_PEOPLE_PER_AGENT = 10_000  # beyond, a few agents are all people held
MOST_DRAWS = 2**16  # in memory, half a gigabyte
