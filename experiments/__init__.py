"""Many runs, safely, and what they say: `run`, `compare` and `read` are all that most users need.

    results = compare("unilateral-crackdown", "firewalls", out="outputs/from-python", replicates=20)
    results.paired            # an Arrow table: paired differences against the baseline
    read("outputs/from-python").weekly(arms=["firewalls"], columns=["people_held"])

Importing this package loads nothing heavy.
"""

_HOME = {
    "run": "batch.runner",
    "compare": "batch.runner",
    "execute": "batch.runner",
    "read": "comparison.read",
    "Results": "comparison.read",
    "Design": "design.design",
    "DesignError": "design.design",
    "DrawsError": "design.draws",
    "StoreError": "batch.store",
    "StoreBusy": "batch.store",
    "ResultsError": "results.reader",
    "RunnerError": "batch.runner",
    "Interrupted": "batch.runner",
}
__all__ = list(_HOME)


def __getattr__(name):
    if name not in _HOME:
        raise AttributeError(f"module 'experiments' has no attribute '{name}'")
    from importlib import import_module

    return getattr(import_module(f".{_HOME[name]}", __name__), name)
