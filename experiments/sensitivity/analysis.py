"""The sensitivity analysis: four batches of runs, each of them parallel and resumable, and the tables that they give.

The stages are folders of `OUT/`: each is a batch like any other (`experiments.execute`), so an interrupted analysis
goes on where it was. The Sobol stage runs on the factors that the screening found.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from experiments.batch.runner import Interrupted, RunnerError, execute
from experiments.batch.store import forget, refuse_foreign
from experiments.comparison.read import Results
from experiments.design.design import Design
from experiments.design.sensitivity_settings import HELPS, HURTS
from experiments.results.folder import REPORT, content_hash, write_whole
from experiments.results.reader import ResultsError
from experiments.sensitivity.factors import DUMMY, SEED_FACTOR

from . import breakeven, findings, samples
from .findings import Findings
from .quantities import quantities
from .samples import Sample
from .schema import FILE, SENSITIVITY_TABLES, made
from .stages import STAGES, StagedDesign

RUNS_FOLDER = "runs"  # the folder of the stages' batches


@dataclass(frozen=True)
class Analysis:
    """A sensitivity analysis that is done: `manifest` (a dict) and a table of each name in `schema.TABLES`."""

    manifest: dict
    tables: dict[str, pa.Table]
    folder: Path

    def rows(self, name: str) -> list[dict]:
        return self.tables[name].to_pylist()


def analyse(
    staged: StagedDesign,
    out: str | Path,
    *,
    run: Callable[[str, Design, Path], Results] | None = None,
    overwrite: bool = False,
    **doing,
) -> Analysis:
    """Run all stages of a plan into the folder `out` and return what they say.

    `run(stage, design, folder)` runs one batch (default: `execute` with `overwrite` and `doing`: workers_wanted, resume
    ...). `overwrite`: what is there of later stages is removed before the first, so that what is interrupted can be
    resumed. Worlds of which a run failed are left out whole, and counted. Raises what `execute` raises, StoreBusy if
    `out` holds something else, and RunnerError if more than half of a stage could not be simulated.
    """
    out = Path(out)
    refuse_foreign(out, (FILE,), (RUNS_FOLDER,), "a sensitivity analysis")
    run = run or (lambda _stage, design, folder: execute(design, folder, overwrite=overwrite, **doing))
    for stage in STAGES if overwrite else ():
        forget(out / RUNS_FOLDER / stage)
    seed, settings = staged.design.seed, staged.settings
    found = Findings(staged)
    stages: dict[str, dict] = {}

    def batch(stage: str, sample: Sample, replicates: int, **changes):
        """Run a sample and return what of it could be simulated: rows, and every quantity (rows, replicates)."""
        design = staged.stage(draws=sample.draws, seeds=sample.draw_seeds, replicates=replicates, **changes)
        try:
            results = run(stage, design, out / RUNS_FOLDER / stage)
        except Interrupted as stopped:
            raise Interrupted(out, stopped.done, stopped.total, f"stage '{stage}'") from None
        _clear_other_plan(out, stage, results.manifest["plan"]["hash"])
        kept = whole(results, sample)
        stages[stage] = _stage(results, design, sample, kept)
        values = quantities(results, settings.outcomes)
        return sample.only(kept), {
            quantity: of_quantity[sample.draw_of_row][kept] for quantity, of_quantity in values.items()
        }

    # Worlds.
    worlds = samples.ensemble(staged.factors, settings.worlds, seed)
    worlds, of_worlds = batch("ensemble", worlds, settings.world_replicates)
    findings.noise(found, of_worlds)
    findings.robust(found, of_worlds)
    findings.tradeoffs(found, of_worlds)

    # Which factors matter.
    paths = samples.trajectories(staged.screened, settings.trajectories, settings.levels, seed)
    paths, of_paths = batch("screening", paths, 1)
    ranked = findings.screening(found, paths, of_paths)
    judged = staged.judged(ranked)
    rows = samples.saltelli(judged, settings.points, settings.scrambles, staged.pairs, seed)
    rows, of_rows = batch("indices", rows, settings.replicates)
    findings.sobol(found, rows, of_rows)

    # The second opinion, what decides displacement, and where harm is: the ensemble again, on the factors that matter.
    names = list(dict.fromkeys([*(factor.name for factor in judged), *ranked[: settings.most]]))
    findings.pawn(found, worlds, of_worlds, names)
    findings.deciding(found, stages["ensemble"]["manifest"], worlds, of_worlds, names)
    findings.boxes(found, worlds, of_worlds, names)

    # How effective.
    arms, steps = breakeven.arms(staged.design.arms, staged.design.baseline, settings.doses)
    factors = [
        f
        for f in staged.partition(staged.named)
        if f.name not in (HELPS, HURTS, DUMMY, SEED_FACTOR) and "." not in f.name
    ]  # channels act as they stand
    _, of_doses = batch("doses", samples.ensemble(factors, settings.dose_draws, seed + 1), 1, arms=arms)
    findings.doses(found, steps, of_doses, staged.design.baseline)
    found.add("factors", _factor_rows(staged, judged))
    return _written(staged, out, found, stages, judged)


def whole(results: Results, sample: Sample) -> np.ndarray:
    """Return which rows of a sample can be used, bool (rows): those whose base row or trajectory has no failed run.

    An index needs all rows of a base row. So results hold for the worlds that could be simulated, and the
    others are counted.
    """
    draws = np.ones(len(sample.draws), bool)
    draws[[row["draw"] for row in results.runs.to_pylist() if row["status"] != "ok"]] = False
    lost = np.unique(sample.base[~draws[sample.draw_of_row]])
    return ~np.isin(sample.base, lost)


def _stage(results: Results, design: Design, sample: Sample, kept: np.ndarray) -> dict:
    """Return what is remembered of a stage. Raises RunnerError if more than half of it could not be simulated."""
    errors = [row["error"] for row in results.runs.to_pylist() if row["status"] != "ok"]
    bases, left = len(np.unique(sample.base)), len(np.unique(sample.base[kept]))
    if left < bases / 2:
        raise RunnerError(
            f"{results.folder}: {bases - left} of {bases} base rows hold a run that failed; no index is reported "
            f"of so few. The first error: {errors[0]}"
        )
    return {
        "manifest": results.manifest,
        "runs": design.runs,
        "failed": len(errors),
        "bases": bases,
        "left_out": bases - left,
        "why": errors[0] if errors else "",
    }


def _factor_rows(staged: StagedDesign, judged) -> list[dict]:
    names, screened = {f.name for f in judged}, {f.name for f in staged.screened}
    every = {f.name: f for f in (*staged.factors, *staged.screened, *judged)}
    rows = []
    for factor in every.values():
        one = (
            factor.columns[0]
            if len(factor.columns) == 1 and factor.columns[0].kind in ("uniform", "loguniform")
            else None
        )
        row = {
            "factor": factor.name,
            "meaning": factor.meaning,
            "parameters": ", ".join(c.name for c in factor.columns),
            "screened": factor.name in screened,
            "judged": factor.name in names,
        }
        rows.append(row | ({"low": float(one.low), "high": float(one.high)} if one else {}))
    return rows


# --- the folder -------------------------------------------------------------------------------------


def _clear_other_plan(out: Path, stage: str, plan: str):
    """Remove what an analysis of other runs found, so that it can't be read beside these."""
    try:
        known = json.loads((out / FILE).read_text(encoding="utf-8"))["stages"][stage]["plan"]
    except (OSError, ValueError, KeyError):
        return
    if known != plan:
        for name in (REPORT, *(f"{name}.parquet" for name in SENSITIVITY_TABLES), FILE):
            (out / name).unlink(missing_ok=True)


def _written(staged: StagedDesign, out: Path, found: Findings, stages: dict, judged) -> Analysis:
    """Write tables and manifest, the manifest last; what is there is whole."""
    first = stages["ensemble"]["manifest"]
    plans = {name: stage["manifest"]["plan"]["hash"] for name, stage in stages.items()}
    manifest = {
        "schema_version": first["schema_version"],
        "title": staged.design.title,
        "question": staged.design.question,
        "design": staged.file,
        "plan": content_hash([plans, staged.as_json()]),
        "stages": {
            name: {"plan": plans[name], "says": STAGES[name]}
            | {key: stage[key] for key in ("runs", "failed", "bases", "left_out", "why")}
            for name, stage in stages.items()
        },
        "settings": staged.as_json(),
        "judged": [factor.name for factor in judged],
        "arms": {
            name: {"title": scenario.title, "hash": scenario.hash} for name, scenario in staged.design.arms.items()
        },
        "baseline": staged.design.baseline,
        "seed": staged.design.seed,
        "people_per_agent": staged.design.people_per_agent,
        "window": first["window"],
        "notes": found.notes,
        **{key: first[key] for key in ("version", "commit", "lock", "versions", "machine")},
        "code": first["plan"]["code"],
    }
    stamp = {
        f"displace.{key}": str(manifest[key])
        for key in ("plan", "code", "commit", "lock", "version", "seed", "people_per_agent")
    }
    out.mkdir(parents=True, exist_ok=True)
    tables = {name: made(name, found.rows.get(name, []), stamp) for name in SENSITIVITY_TABLES}
    for name, table in tables.items():
        sink = pa.BufferOutputStream()
        pq.write_table(table, sink, compression="zstd")
        write_whole(out / f"{name}.parquet", sink.getvalue().to_pybytes())
    write_whole(out / FILE, (json.dumps(manifest, indent=1, ensure_ascii=False) + "\n").encode())
    return Analysis(manifest, tables, out)


def read_analysis(folder: str | Path) -> Analysis:
    """Return the analysis in a folder that `analyse` has written. Raises ResultsError."""
    folder = Path(folder)
    try:
        manifest = json.loads((folder / FILE).read_text(encoding="utf-8"))
        tables = {name: pq.ParquetFile(folder / f"{name}.parquet").read() for name in SENSITIVITY_TABLES}
        other = [
            name
            for name, table in tables.items()
            if (table.schema.metadata or {}).get(b"displace.plan", b"").decode() != manifest["plan"]
        ]
        if other:
            raise ValueError(f"{other[0]}.parquet is not of this plan")
        older = [
            name
            for name, (_, columns) in SENSITIVITY_TABLES.items()
            if tables[name].column_names != [c.name for c in columns]
        ]
        if older:
            raise ValueError(f"{older[0]}.parquet has the columns of another version")
        return Analysis(manifest, tables, folder)
    except (OSError, ValueError, pa.ArrowException) as error:
        why = f"no {Path(error.filename).name}" if isinstance(error, FileNotFoundError) else error
        raise ResultsError(
            f"{folder}: holds no finished sensitivity analysis ({why}); expected a folder that `displace "
            "sensitivity` has written"
        ) from None
