"""The command line: light, clear in its errors, and honest in its exit codes."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from displace.cli import main as cli
from displace.cli.listings import LISTING_COLUMNS, LISTINGS
from displace.wording import words

ROOT = Path(__file__).parents[2]
SCENARIO = 'title = "Mine"\nquestion = "What if?"\nextends = "history"\n'


@pytest.fixture
def displace(capsys, monkeypatch):
    """Call the command line in this process; returns (exit code, output, errors)."""

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["displace", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        return ended.value.code or 0, said.out, said.err

    return call


@pytest.mark.parametrize(
    "command",
    ["compare", "run", "report", "list", "plan", "explain", "profile", "schema", "new", "diff", "show", "doctor"],
)
def test_every_command_has_help(displace, command):
    code, out, _ = displace(command, "--help")
    assert code == 0 and "Usage: displace" in out
    assert command == "plan" or f"displace {command}" in out.split("Example", 1)[1]


@pytest.mark.parametrize("kind", ["scenario", "design", "part"])
def test_every_kind_of_file_has_a_schema(displace, kind):
    code, out, _ = displace("schema", kind)
    schema = json.loads(out)
    assert code == 0 and ("title" in schema["required"]) is (kind != "part")


@pytest.mark.parametrize("name", LISTINGS)
def test_a_listing_is_valid_json_and_a_table(displace, name):
    code, out, _ = displace("list", name, "--json")
    rows = json.loads(out)
    assert code == 0 and rows and all(set(LISTING_COLUMNS[name]) <= row.keys() for row in rows)
    code, table, _ = displace("list", name)
    assert code == 0 and str(rows[0][LISTING_COLUMNS[name][0]]) in table


def test_of_a_place_nothing_is_listed_that_could_guide_an_operator_or_a_raid(displace):
    rows = json.loads(displace("list", "places", "--json")[1])
    assert {key for row in rows for key in row} == {"id", "name", "country", "country_name", "kind", "host", "sources"}


def test_the_version_names_code_and_lock(displace):
    code, out, _ = displace("--version")
    assert (
        code == 0
        and out.startswith("displace 0.")
        and "commit" in out
        and len(out.split("lock ")[1].strip(" )\n")) == 64
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["explain", "firewals"], "did you mean 'firewalls'?"),
        (["compare", "firewalls", "--set", "refil=0.2"], "did you mean 'refill_elasticity'?"),
        (["compare", "firewalls", "no-such-thing", "--out", "OUT"], "no such scenario"),
        (["compare", "firewalls", "--workers", "many", "--out", "OUT"], "--workers"),
        (["compare", "firewalls", "--replicates", "0", "--out", "OUT"], "--replicates"),
        (["run", "missing.toml", "--out", "OUT"], "missing.toml"),
        (["report", "OUT"], "no manifest.json"),
        (["report", str(ROOT / "README.md")], "README.md: is a file; expected a folder"),
        (["new", "mine", "--folder", "/proc"], "/proc/mine.toml: No such file"),
        (["report", "OUT", "--picture", "picture.bmp"], "picture.bmp"),
        (["report", "OUT", "--picture", "nowhere/picture.svg"], "'nowhere' is no folder"),
        (
            ["compare", "firewalls", "--executor", "nowhere.json", "--dry-run", "--out", "OUT"],
            "neither an address nor a file",
        ),
        (["compare", "firewalls", "--resume", "--overwrite", "--out", "OUT"], "give one"),
        (["run", "firewalls", "--seed", str(2**63), "--out", "OUT"], "--seed"),
        (["run", "firewalls", "--set", "refil_elasticity=1", "--out", "OUT"], "did you mean 'refill_elasticity'?"),
        (["list", "leverz"], "did you mean 'levers'?"),
        (["list", "levers", "crackdwn"], "did you mean 'crackdown'?"),
        (["explain", "Firewalls"], "did you mean 'firewalls'?"),
        (["diff", "firewalls", "firewals"], "did you mean 'firewalls'?"),
        (["new", "My Scenario"], "lower-case letters"),
        (["run", "main", "--out", "OUT"], "`displace explain main`"),
        (["diff", "baseline", "main"], "main: is a design"),
        (["compare", "baseline", "--out", "OUT"], "would be compared with itself"),
        (["compare", "firewalls", "--set", "refil_elasticity=1", "--out", "OUT"], "did you mean 'refill_elasticity'?"),
        (["compare", "firewalls", "--executor", "nowhere", "--out", "OUT"], "expected dask://host:port"),
    ],
    ids=lambda value: " ".join(value[:2]) if isinstance(value, list) else "",
)
def test_bad_input_is_one_clear_message_and_nothing_is_written(displace, tmp_path, arguments, said):
    out = tmp_path / "out"
    code, printed, errors = displace(*(out if a == "OUT" else a for a in arguments))
    assert code == 2 and said in errors and "Traceback" not in errors and not printed
    assert not out.exists()


def test_an_error_in_a_scenario_names_file_key_and_the_nearest_name(displace, tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text(SCENARIO + '[[policy]]\nlever = "crackdwn"\nstart = 2025-01-06\nstrength = 1\n', encoding="utf-8")
    code, _, errors = displace("run", file)
    assert code == 2 and "mine.toml: policy 1 (crackdwn) . lever" in errors and "did you mean 'crackdown'?" in errors


def test_a_folder_that_holds_something_else_is_left_alone(displace, tmp_path):
    (tmp_path / "letter.txt").write_text("dear", encoding="utf-8")
    code, _, errors = displace("compare", "firewalls", "--replicates", "1", "--out", tmp_path)
    assert code == 3 and "letter.txt" in errors
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


@pytest.mark.parametrize("more", [[], ["--dry-run"]])
def test_a_folder_below_a_file_is_told_before_anything_runs(displace, tmp_path, more):
    (tmp_path / "letter.txt").write_text("dear", encoding="utf-8")
    code, _, errors = displace(
        "compare", "firewalls", "--replicates", "1", "--out", tmp_path / "letter.txt" / "out", *more
    )
    assert code == (0 if more else 3) and "letter.txt: is a file" in errors


def test_a_dry_run_tells_runs_time_and_disk_and_writes_nothing(displace, tmp_path):
    code, out, _ = displace("compare", "firewalls", "--replicates", "3", "--out", tmp_path / "out", "--dry-run")
    assert (
        code == 0
        and "6 (2 arms x 3: 1 draw of the parameters x 3 seeds)" in out
        and "about 1 minute with" in out
        and "MB" in out
    )
    assert not (tmp_path / "out").exists()


def test_report_of_a_fits_folder_says_where_its_report_is(displace, tmp_path):
    (tmp_path / "fit.md").write_text("# Fit", encoding="utf-8")
    code, _, errors = displace("report", tmp_path)
    assert code != 0 and "fit.md" in errors


def test_a_dry_run_says_that_the_folder_holds_something_else(displace, tmp_path):
    (tmp_path / "letter.txt").write_text("dear", encoding="utf-8")
    code, _, errors = displace("compare", "firewalls", "--out", tmp_path, "--dry-run")
    assert code == 0 and "Note: " in errors and "letter.txt" in errors


@pytest.mark.parametrize(("seconds", "said"), [(3, "1 minute"), (61, "2 minutes"), (9000, "3 hours"), (3e6, "35 days")])
def test_an_estimate_of_time_is_told_in_a_unit_that_fits(seconds, said):
    assert words.duration(seconds) == f"about {said}"


def test_a_new_scenario_loads_at_once_without_a_caution(displace, tmp_path):
    code, out, _ = displace("new", "mine", "--folder", tmp_path)
    assert code == 0 and "displace compare" in out
    code, out, errors = displace(
        "compare", tmp_path / "mine.toml", "unilateral-crackdown", "--dry-run", "--out", tmp_path / "out"
    )
    assert code == 0 and not errors and "unilateral-crackdown" in out
    code, out, _ = displace("diff", tmp_path / "mine.toml", "unilateral-crackdown")
    assert code == 0 and "strength 1 in 'mine', 2 in 'unilateral-crackdown'" in out
    code, _, errors = displace("new", "mine", "--folder", tmp_path)
    assert code == 2 and "already exists" in errors


def test_a_lever_is_shown_whole_by_its_name(displace):
    code, out, _ = displace("list", "levers", "crackdown")
    assert code == 0 and "25 more raids a month" in out and "irregular people are detained as a rule" in out


def test_a_forgotten_past_is_told_before_anything_runs(displace, tmp_path):
    (tmp_path / "bare.toml").write_text('title = "Bare"\nquestion = "Q?"\n')
    code, _, errors = displace("compare", tmp_path / "bare.toml", "--dry-run")
    assert code == 0 and "Note: 'bare' lacks 16 shocks of the past" in errors


def test_a_comparison_names_the_command_that_uses_a_designs_sensitivity_table(displace):
    code, _, errors = displace("compare", "sensitivity-quick", "--dry-run")
    assert code == 0 and "`displace sensitivity`" in errors


@pytest.mark.parametrize("arguments", [["list", "levers", "crackdown"], ["list", "parameters"]], ids=" ".join)
def test_a_full_disk_behind_the_output_is_told(arguments):
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "displace", *arguments],
            cwd=ROOT,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
        )
    assert (
        done.returncode == 1
        and done.stderr == "Error: no room is left where the output goes; make room, or print it elsewhere\n"
    )


def test_a_defect_is_no_bad_input():
    assert cli._code_of(ZeroDivisionError()) is None


def test_explaining_loads_neither_the_model_nor_the_mesa_package():
    code = (
        "import sys; sys.argv = ['displace', 'explain', 'firewalls']\nfrom displace.cli.main import "
        "main\ntry: main()\nexcept SystemExit: pass\n"
    )
    code += "print({'numba', 'mesa', 'matplotlib', 'scipy.stats', 'pyarrow'} & sys.modules.keys())"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.stdout.strip().endswith("set()"), done


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """Two scenarios of half a year."""
    folder = tmp_path_factory.mktemp("scenarios")
    head = 'question = "What then?"\n[run]\nend = 2016-06-13\n'
    raids = '[[policy]]\nlever = "crackdown"\nstates = ["KHM"]\nstart = 2016-03-14\nstrength = 2.0\n'
    (folder / "calm.toml").write_text(f'title = "Calm"\n{head}', encoding="utf-8")
    (folder / "raids.toml").write_text(f'title = "Raids"\n{head}{raids}', encoding="utf-8")
    return folder


def test_a_comparison_ends_with_the_table_the_floor_and_the_report(displace, tiny, tmp_path):
    plan = [
        "compare",
        tiny / "raids.toml",
        "--baseline",
        tiny / "calm.toml",
        "--replicates",
        2,
        "--people-per-agent",
        2000,
        "--workers",
        1,
    ]
    code, out, errors = displace(*plan, "--out", tmp_path / "out")
    assert code == 0, errors
    for said in ("Raids", "people held in operations", "Did operations end, or move?", "Rights floor", "report.html"):
        assert said in out
    page = (tmp_path / "out" / "report.html").read_bytes()
    code, out, errors = displace("report", tmp_path / "out", "--picture", tmp_path / "headline.png")
    assert code == 0 and not errors and (tmp_path / "out" / "report.html").read_bytes() == page
    assert "headline.png" in out and (tmp_path / "headline.png").read_bytes().startswith(b"\x89PNG")
    code, _, errors = displace(*plan, "--seed", 9, "--out", tmp_path / "out")
    assert code == 3 and "--out" in errors and "--overwrite" in errors


def test_a_picture_that_cannot_be_written_is_told_and_nothing_else_is_done(displace, tiny, tmp_path):
    """A comparison of three weeks: too short for a picture through time, which its report says."""
    for name in ("calm", "raids"):
        text = (
            (tiny / f"{name}.toml")
            .read_text(encoding="utf-8")
            .replace("2016-06-13", "2016-01-18")
            .replace("2016-03-14", "2016-01-11")
        )
        (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
    code, _, errors = displace(
        "compare",
        tmp_path / "raids.toml",
        "--baseline",
        tmp_path / "calm.toml",
        "--replicates",
        2,
        "--people-per-agent",
        2000,
        "--workers",
        1,
        "--out",
        tmp_path / "out",
    )
    page = tmp_path / "out" / "report.html"
    assert code == 0 and "Only 3 weeks were simulated" in page.read_text(encoding="utf-8"), errors
    page.unlink()
    (tmp_path / "folder.svg").mkdir()
    for picture, said in (
        (tmp_path / "folder.svg", "is a folder"),
        ("/proc/picture.svg", "/proc/picture.svg: No such file"),
    ):
        code, out, errors = displace("report", tmp_path / "out", "--picture", picture)
        assert code == 2 and said in errors and not out and not page.exists()


def test_a_run_prints_its_outcomes_and_writes_its_tables(displace, tiny, tmp_path):
    code, out, errors = displace(
        "run",
        tiny / "raids.toml",
        "--people-per-agent",
        2000,
        "--set",
        "tip_off=0.125",
        "--out",
        tmp_path / "one",
        "--quiet",
    )
    assert (
        code == 0
        and "in years of which reports are known" in errors
        and "people held in operations" in out
        and "hand-set parameters. One run alone" in out
    )
    assert (tmp_path / "one" / "summary.parquet").is_file()
    plan = json.loads((tmp_path / "one" / "manifest.json").read_text(encoding="utf-8"))["plan"]
    code, out, errors = displace("report", tmp_path / "one", "--picture", tmp_path / "one.png")
    assert plan["arms"]["raids"]["parameters"] == {"tip_off": 0.125}
    assert code == 2 and "nothing to draw" in errors and not out and not (tmp_path / "one.png").exists()


def test_a_folder_without_a_run_is_no_success(displace, tiny, tmp_path):
    from experiments.batch.store import open_store
    from experiments.design.files import single
    from scenarios.loading import load

    with open_store(tmp_path / "out", single(load(tiny / "raids.toml"))):
        pass
    code, out, _ = displace("report", tmp_path / "out")
    assert code == 1 and "No run is done" in out
