"""Reading results for use: what is stored, and what compares arms, computed where a batch is not finished yet."""

from pathlib import Path

import pyarrow as pa

from experiments.results.reader import StoredResults
from experiments.results.schema import BY_TABLE


class Results(StoredResults):
    """The results of a batch: what is stored, and what compares arms, computed once where it is not stored yet."""

    @property
    def paired(self) -> pa.Table:
        return self.table("paired")

    @property
    def effects(self) -> pa.Table:
        return self.table("effects")

    @property
    def timing(self) -> pa.Table:
        return self.table("timing")

    @property
    def series(self) -> pa.Table:
        return self.table("series")

    @property
    def displacement(self) -> pa.Table:
        return self.table("displacement")

    @property
    def flows(self) -> pa.Table:
        return self.table("flows")

    @property
    def endings(self) -> pa.Table:
        return self.table("endings")

    @property
    def by_group(self) -> pa.Table:
        return self.table("by_group")

    @property
    def contributions(self) -> pa.Table:
        return self.table("contributions")

    @property
    def costs(self) -> pa.Table:
        return self.table("costs")

    @property
    def fates_compared(self) -> pa.Table:
        return self.table("fates_compared")

    def _gathered(self, name: str) -> dict[str, pa.Table]:
        if BY_TABLE[name].parts:
            return super()._gathered(name)
        from .all_tables import compared_tables  # loads numba, which reading a finished folder needs not

        return compared_tables(self)


def read(folder: str | Path) -> Results:
    """Return the Results in `folder`, complete or as far as they are. Raises ResultsError."""
    return Results.read(folder)
