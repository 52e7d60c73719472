"""From committed runs to the tables that are one whole: everything that the report draws on."""

import pyarrow as pa

from experiments.batch import provenance
from experiments.results.reader import Results
from experiments.results.schema import TABLES


def compared_tables(results: Results) -> dict[str, pa.Table]:
    """Return the tables that compare arms, from the runs that are there."""
    from .by_group import by_group
    from .contributions import contributions
    from .costs import costs
    from .displacement import displacement
    from .endings import endings
    from .fates import fates_compared
    from .flows import flows
    from .paired import over_time, paired

    stamp = provenance.stamp(results.manifest)
    made = {"paired": paired(results, stamp)}
    made |= over_time(results, stamp)
    made |= {
        "displacement": displacement(results, stamp),
        "flows": flows(results, stamp),
        "costs": costs(results, stamp),
    }
    made |= {
        "endings": endings(results, stamp),
        "by_group": by_group(results, stamp),
        "contributions": contributions(results, stamp),
    }
    return made | {"fates_compared": fates_compared(results, stamp)}


def final_tables(results: Results) -> dict[str, pa.Table]:
    """Return all tables that are written as one file; of a sensitivity analysis's runs only who failed."""
    if results.manifest["plan"]["record"] == "window":
        return {"runs": results.runs}
    collected = {table.name: results.table(table.name) for table in TABLES if table.parts and table.whole}
    return collected | compared_tables(results)
