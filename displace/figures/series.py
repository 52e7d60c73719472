"""Series over time, as the pictures want them, from the table `series`."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

FOUR_WEEKS = 4
SERIES_COLUMNS = ("mean", "run_low", "run_high", "difference", "low", "high")


def through_time(table: pa.Table, outcome: str) -> tuple[np.ndarray, dict[str, dict[str, np.ndarray]]]:
    """Return (years, {arm: {column: values}}) of one outcome of the table `series`, averaged over four weeks.

    Columns: `mean`, `run_low`, `run_high` (levels), `difference`, `low`, `high` (against the baseline). Years have
    fractions; what is null is not a number.
    """
    rows = table.filter(pc.equal(table["outcome"].cast(pa.string()), outcome))
    arms = np.array(rows["arm"].to_pylist())
    weeks = rows["week"].to_numpy().astype("datetime64[D]")
    numbers = {name: rows[name].to_numpy() for name in SERIES_COLUMNS}
    by_arm, years = {}, np.empty(0)
    for arm in dict.fromkeys(arms.tolist()):
        mine = np.flatnonzero(arms == arm)
        mine = mine[np.argsort(weeks[mine])]
        by_arm[arm] = {name: _averaged(values[mine]) for name, values in numbers.items()}
        years = _averaged(decimal_year(weeks[mine]))
    return years, by_arm


def _averaged(values: np.ndarray) -> np.ndarray:
    whole = len(values) // FOUR_WEEKS * FOUR_WEEKS
    return values[:whole].astype(float).reshape(-1, FOUR_WEEKS).mean(axis=1)


def decimal_year(days: np.ndarray) -> np.ndarray:
    """Return days (datetime64) as years with a fraction."""
    years = days.astype("datetime64[Y]")
    return 1970 + years.astype(int) + (days - years.astype("datetime64[D]")).astype(int) / 365.25
