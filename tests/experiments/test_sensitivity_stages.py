"""The whole analysis, from a design to tables and page, on runs that follow a known rule instead of the model."""

import shutil
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pyarrow.parquet as pq
import pytest

from displace.reference import sensitivity_page
from displace.report import sensitivity as sensitivity_report
from displace.wording.sensitivity import Answers
from experiments.batch import rows as of_run
from experiments.batch.manifest import manifest_of
from experiments.batch.runner import Interrupted, RunnerError
from experiments.batch.store import StoreBusy
from experiments.comparison.read import Results
from experiments.design.files import from_names
from experiments.results.columns import from_rows
from experiments.results.parquet import Part, stamp
from experiments.sensitivity import stages
from experiments.sensitivity.analysis import analyse, read_analysis
from experiments.sensitivity.factors import DUMMY, SEED_FACTOR
from experiments.sensitivity.findings import Findings, tradeoffs
from experiments.sensitivity.quantities import DIFFERENCE, Quantity
from experiments.sensitivity.samples import generator
from experiments.sensitivity.schema import SENSITIVITY_TABLES
from model.registry.outcomes import RECORDED, O
from model.registry.parameters import DEFAULTS

SETTINGS = stages.Settings(
    outcomes=("people_held", "deaths", "punished_share"), worlds=48, trajectories=4, most=10, points=8, scrambles=4,
        doses=(0.5,), dose_draws=4,
)  # fmt: skip
TITLE = "Does <b>it</b> hang on one guess?"


def rule(scenario, parameters, noise) -> np.ndarray:
    """Return outcomes by place, (O, P).

    A crackdown lowers people held at its target as it raids, and refill brings them back elsewhere.
    """
    world = scenario.world
    p = DEFAULTS | dict(parameters) | scenario.parameters
    held = np.where(world.hosts, 1000.0, 0.0)
    at = np.array([country == "KHM" for country in world.place_country]) & held.astype(bool)
    elsewhere = held.astype(bool) & ~at
    fall = (
        sum(q.strength for q in scenario.policies if q.lever == "crackdown")
        * p["crackdown.raids"]
        * (1 + 0.3 * noise[0])
    )
    values = np.zeros((len(RECORDED), len(held)))
    values[O.people_held] = (
        held - fall * at / at.sum() + fall * p["refill_elasticity"] / 1.5 * elsewhere / elsewhere.sum()
    )
    values[O.deaths] = 5.0 + noise[1] + 0.02 * fall
    values[O.money_defrauded] = values[O.people_held] * 0.01
    return values


def made_up(fails=lambda draw: False):
    """Return what stands in for running a batch."""

    def run(stage, design, folder):
        manifest = manifest_of(design)
        metadata = stamp(manifest)
        parts = {name: Part(name, metadata) for name in ("runs", "summary")}
        rows = []
        for chunk in design.chunks():
            for block in chunk.blocks:
                noise = generator(block.seed).standard_normal(2)
                for arm, scenario in design.arms.items():
                    ok = not fails(block.draw)
                    rows.append(
                        {
                            "arm": arm,
                            "draw": block.draw,
                            "replicate": block.replicate,
                            "seed": block.seed,
                            "status": "ok" if ok else "failed",
                            "error": None if ok else "it broke",
                        }
                    )
                    if ok:
                        weeks = design.stop - design.window_start
                        values = rule(scenario, block.parameters, noise)
                        result = SimpleNamespace(window_sum=values * weeks, window_end=values, window_weeks=weeks)
                        parts["summary"].add(
                            of_run.summary(
                                of_run.Tag(tuple(design.arms), arm, block.draw, block.replicate),
                                result,
                                scenario.world,
                                ("people_held",),
                            )
                        )
        parts["runs"].add(from_rows("runs", rows))
        return Results(manifest, [{name: part.bytes() for name, part in parts.items()}])

    return run


@pytest.fixture(scope="module")
def plan():
    return stages.StagedDesign(replace(from_names(["unilateral-crackdown"]), title=TITLE), SETTINGS, "mine.toml")


@pytest.fixture(scope="module")
def analysis(plan, tmp_path_factory):
    out = tmp_path_factory.mktemp("sensitivity")
    analyse(plan, out, run=made_up())
    return read_analysis(out)


def value(analysis, **wanted) -> float:
    (row,) = [row for row in analysis.rows("indices") if all(row[key] == v for key, v in wanted.items())]
    return row["value"]


def test_the_assumption_that_decides_displacement_is_named(analysis):
    """How much is displaced follows refill alone, whatever the noise.

    How many are held at the target follows raids and chance.
    """
    key = {"arm": "unilateral-crackdown", "outcome": "people_held", "order": "total"}
    indices = {
        row["factor"]: row["value"]
        for row in analysis.rows("indices")
        if row["measure"] == "balance" and row["order"] == "total"
    }
    assert indices.pop("refill_elasticity") > 0.5 and max(indices.values()) < 1e-9
    assert abs(value(analysis, **key, measure="balance", factor=DUMMY)) < 1e-9
    assert value(analysis, **key, measure="at_target", factor="crackdown.raids") > 0.5
    assert value(analysis, **key, measure="at_target", factor=SEED_FACTOR) > 0.1
    assert value(analysis, **key, measure="at_target", factor="refill_elasticity") < 1e-9


def test_displacement_rises_with_the_thirds_of_what_decides_it(analysis):
    thirds = {row["third"]: row for row in analysis.rows("deciding") if row["factor"] == "refill_elasticity"}
    assert [thirds[name]["ratio"] for name in ("low", "middle", "high")] == pytest.approx(
        [1 / 6, 1 / 2, 5 / 6], abs=0.08
    )
    assert all(row["low"] < row["ratio"] < row["high"] for row in thirds.values())


def test_every_world_lies_in_one_part_of_a_factors_range(analysis):
    worlds: dict[str, int] = {}
    for row in analysis.rows("deciding"):
        worlds[row["factor"]] = worlds.get(row["factor"], 0) + row["worlds"]
    assert "relocation_rule" in worlds and {*worlds.values()} == {SETTINGS.worlds}


def test_what_is_larger_but_not_told_is_said_and_nothing_by_its_name_in_the_code(analysis):
    said = Answers(analysis)
    as_if = {"tip_off": {"value": 1.2, "above_floor": False}, "refill_elasticity": {"above_floor": True}}
    said._rows["indices"] = [
        row | as_if.get(row["factor"], {}) if (row["measure"], row["order"]) == ("balance", "total") else row
        for row in said._rows["indices"]
    ]
    answers = [answer for _, answers in said.in_short() for answer in answers]
    assert answers[0].startswith(
        "Unilateral crackdown: of the factors distinguishable from noise, most of all refill elasticity (how "
        "recruitment answers"
    )
    assert not [answer for answer in answers if "_" in answer or "-0" in answer]


def test_what_is_not_told_is_said_with_its_reason(analysis):
    refused = {
        (row["outcome"], row["measure"], row["why"]) for row in analysis.rows("refused") if row["stage"] == "indices"
    }
    assert any(
        outcome == "punished_share" and "have no value" in why for outcome, _, why in refused
    )  # nobody came out: 0 over 0
    assert any(
        outcome == "people_held" and measure == "level" and "the same" in why for outcome, measure, why in refused
    )


def test_screening_finds_what_acts_and_robustness_who_holds_up(analysis):
    effects = {
        row["factor"]: row["mu_star"]
        for row in analysis.rows("screening")
        if row["measure"] == "difference" and row["outcome"] == "people_held"
    }
    assert set(sorted(effects, key=effects.get)[-3:]) == {"crackdown.raids", "refill_elasticity", SEED_FACTOR}
    first = {
        row["metric"]: row["rank"]
        for row in analysis.rows("robustness")
        if row["outcome"] == "people_held" and row["policy"] == "unilateral-crackdown"
    }
    assert first["expected value"] == 1
    deaths = {row["policy"]: row for row in analysis.rows("tradeoffs") if row["among"] == "people"}
    assert (
        deaths["unilateral-crackdown"]["worse"] == "deaths"
        and deaths["unilateral-crackdown"]["better"] == "people_held"
    )
    assert all(
        row["efficient"] for row in deaths.values()
    )  # fewer held against more deaths: neither dominates, and both are said


def test_break_even_is_told_for_strength_and_for_effectiveness(analysis):
    even = {(row["scale"], row["outcome"]): row for row in analysis.rows("breakeven") if row["rival"] == "baseline"}
    assert (
        even["strength", "people_held"]["says"] == even["effectiveness", "people_held"]["says"] == "at every dose tried"
    )
    assert even["strength", "deaths"]["least"] is None


def test_better_and_worse_follow_from_the_worlds_that_agree_and_what_few_worlds_have_is_not_weighed(plan):
    """Of eight worlds fewer are held in all; more die in seven, too few to tell; three have a share of punished."""
    found, arm = Findings(plan), "unilateral-crackdown"
    changes = {
        "people_held": [-9.0] * 8,
        "deaths": [1.0] * 7 + [-1.0],
        "punished_share": [0.5] * 3 + [np.nan] * 5,
    }
    tradeoffs(
        found, {Quantity(arm, outcome, DIFFERENCE): np.array(change)[:, None] for outcome, change in changes.items()}
    )
    rows = {(row["among"], row["policy"]): row for row in found.rows["tradeoffs"]}
    assert (rows["all", arm]["better"], rows["all", arm]["worse"]) == ("people_held", "")
    assert rows["all", arm]["efficient"] and rows["all", "baseline"]["efficient"]


def test_an_interruption_names_the_folder_of_the_analysis(plan, tmp_path):
    def stop(stage, design, folder):
        raise Interrupted(folder, 3, 8)

    with pytest.raises(Interrupted, match=rf"3 of 8 runs of stage 'ensemble' are kept in {tmp_path / 'out'} "):
        analyse(plan, tmp_path / "out", run=stop)


def test_an_analysis_is_rendered_again_from_its_folder(analysis, capsys):
    from displace.cli.sensitivity import report

    report(analysis.folder, None)
    assert "How sure?" in capsys.readouterr().out and (analysis.folder / "report.html").is_file()


def test_tables_are_as_declared_with_units_and_provenance(analysis):
    assert set(analysis.tables) == set(SENSITIVITY_TABLES)
    for name, (meaning, columns) in SENSITIVITY_TABLES.items():
        schema = pq.read_schema(analysis.folder / f"{name}.parquet")
        assert schema.names == [column.name for column in columns]
        assert schema.metadata[b"displace.plan"].decode() == analysis.manifest["plan"]
        assert schema.metadata[b"displace.table"].decode() == meaning


def test_the_page_carries_everything_and_runs_nothing_of_a_title(analysis):
    page = sensitivity_report.render(analysis)
    assert page == sensitivity_report.render(analysis)
    assert "<b>it</b>" not in page and "http-equiv" not in page and "<script" not in page
    assert "noise floor" in page and page.count("<svg") >= 3
    assert not [word for word in ("src=", "@import") if word in page]


def test_the_reference_page_says_what_the_report_says(analysis, tmp_path):
    written = sensitivity_page.write(analysis, tmp_path / "reference", tmp_path / "sensitivity.md")
    text = (tmp_path / "sensitivity.md").read_text(encoding="utf-8")
    assert all(answer in text for _, answers in Answers(analysis).in_short() for answer in answers)
    assert read_analysis(tmp_path / "reference").manifest == analysis.manifest
    assert sum(path.stat().st_size for path in written) < 3e6


def test_a_comparisons_report_carries_the_reference_or_says_what_is_wrong_with_it_and_what_to_run(
    analysis, tmp_path, monkeypatch
):
    monkeypatch.setattr(sensitivity_report, "REFERENCE_ANALYSIS", analysis.folder)
    section = sensitivity_report.section()
    assert section["in_short"] == Answers(analysis).in_short() and "<svg" in section["pictures"][0].svg
    monkeypatch.setattr(sensitivity_report, "REFERENCE_ANALYSIS", tmp_path)
    assert "holds no finished sensitivity analysis: no sensitivity.json" in sensitivity_report.section()["missing"]
    shutil.copytree(analysis.folder, tmp_path / "older")
    older = pq.read_table(tmp_path / "older" / "noise.parquet")
    bare = older.rename_columns(["was", *older.column_names[1:]])
    pq.write_table(bare.replace_schema_metadata(older.schema.metadata), tmp_path / "older" / "noise.parquet")
    monkeypatch.setattr(sensitivity_report, "REFERENCE_ANALYSIS", tmp_path / "older")
    missing = sensitivity_report.section()["missing"]
    assert "noise.parquet has the columns of another version" in missing and "`make reference-sensitivity`" in missing
    assert str(tmp_path) not in missing
    pq.write_table(bare, tmp_path / "older" / "noise.parquet")
    assert "noise.parquet is not of this plan" in sensitivity_report.section()["missing"]


def test_the_committed_page_describes_settings_and_tables_as_they_are():
    text = sensitivity_page.SENSITIVITY_PAGE.read_text(encoding="utf-8")
    assert sensitivity_page.HOW_TO_READ.strip() in text
    assert sensitivity_page.settings() in text and sensitivity_page.columns_of_tables() in text, (
        "stale: run python -m displace.reference.sensitivity_page"
    )


def test_worlds_that_fail_are_left_out_whole_and_counted(plan, tmp_path):
    plan = replace(plan, settings=replace(SETTINGS, worlds=12, trajectories=2, points=4, scrambles=2))
    analysis = analyse(plan, tmp_path / "some", run=made_up(lambda draw: draw == 3))
    stages = analysis.manifest["stages"]
    assert all(
        stage["left_out"] == 1 and stage["failed"] >= 2 and stage["why"] == "it broke" for stage in stages.values()
    )
    assert (
        value(
            analysis,
            arm="unilateral-crackdown",
            outcome="people_held",
            order="total",
            measure="balance",
            factor="refill_elasticity",
        )
        > 0.1
    )
    with pytest.raises(RunnerError, match="no index is reported of so few"):
        analyse(plan, tmp_path / "most", run=made_up(lambda draw: draw % 2 == 0))


def test_a_folder_of_something_else_is_left_alone(plan, tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(StoreBusy, match=r"thesis\.txt"):
        analyse(plan, tmp_path, run=made_up())
