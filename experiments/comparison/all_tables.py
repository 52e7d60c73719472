"""From committed runs to the tables that are one whole: everything that the report draws on."""

import pyarrow as pa

from experiments.results.parquet import stamp
from experiments.results.reader import StoredResults
from experiments.results.schema import TABLES

from .by_group import by_group
from .contributions import contributions
from .costs import costs
from .displacement import displacement
from .endings import endings
from .fates import fates_compared
from .flows import flows
from .paired import over_time, paired


def compared_tables(results: StoredResults) -> dict[str, pa.Table]:
    """Return the tables that compare arms, from the runs that are there; without any, they have no rows."""
    metadata = stamp(results.manifest)
    if results.failed == results.runs.num_rows:
        return {table.name: table.schema(metadata).empty_table() for table in TABLES if table.whole and not table.parts}
    makers = (displacement, flows, costs, endings, by_group, contributions, fates_compared)
    return {
        "paired": paired(results, metadata),
        **over_time(results, metadata),
        **{make.__name__: make(results, metadata) for make in makers},
    }


def final_tables(results: StoredResults) -> dict[str, pa.Table]:
    """Return all tables that are written as one file; of a sensitivity analysis's runs only who failed."""
    if results.manifest["plan"]["record"] == "window":
        return {"runs": results.runs}
    collected = {table.name: results.table(table.name) for table in TABLES if table.parts and table.whole}
    return collected | compared_tables(results)
