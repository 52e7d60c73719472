"""Batches: the same bytes whatever happens on the way, folders that can't be misread, runs that fail.

Everything runs on the real model, small: 24 weeks, 2000 persons an agent, two or three arms.
"""

import contextlib
import errno
import json
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import BrokenExecutor, Future
from dataclasses import replace
from pathlib import Path

import psutil
import pyarrow.parquet as pq
import pytest

from experiments import execute, read, run
from experiments.batch import runner, store, workers
from experiments.batch.block import Done, Setting
from experiments.batch.runner import Driver, Interrupted, RunnerError
from experiments.batch.store import DiskFull, StoreBusy, StoreError, open_store
from experiments.batch.versions import environment, identity
from experiments.design.design import Block, Chunk, Design
from experiments.design.files import from_names
from experiments.results.folder import sealed
from experiments.results.reader import ResultsError
from model.model import Simulation
from model.registry.outcomes import RECORDED
from scenarios.scenario import resolved

ROOT = Path(__file__).parents[2]
SCENARIOS = {
    "baseline": "",
    "raids": '[[policy]]\nlever = "crackdown"\nstates = ["KHM"]\nstart = 2016-03-14\nstrength = 2.0\n',
    "shelter": '[[policy]]\nlever = "shelter_capacity"\nstates = ["KHM", "THA"]\nstart = 2016-04-04\nstrength = 1.0\n',
}
DESIGN = 'title = "Tiny"\nquestion = "Does it run?"\nreplicates = 4\nseed = 3\npeople_per_agent = 2000\n'
FORK = 10  # week of 2016-03-14


@pytest.fixture(scope="module")
def tiny(tmp_path_factory) -> Path:
    """A design file of three arms beside its scenarios."""
    folder = tmp_path_factory.mktemp("tiny")
    for name, policies in SCENARIOS.items():
        (folder / f"{name}.toml").write_text(
            f'title = "{name}"\nquestion = "What then?"\n[run]\nend = 2016-06-13\n{policies}'
        )
    arms = "".join(f'[[arm]]\nscenario = "{name}.toml"\n' for name in SCENARIOS)
    (folder / "tiny.toml").write_text(DESIGN + arms)
    return folder


@pytest.fixture(scope="module")
def design(tiny) -> Design:
    return from_names([tiny / "tiny.toml"])


@pytest.fixture(scope="module")
def whole(design, tmp_path_factory) -> Path:
    """The folder of a batch that nothing happened to, on one worker."""
    out = tmp_path_factory.mktemp("whole") / "out"
    execute(design, out, workers_wanted=1)
    return out


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*.parquet"))}


def same_tables(folder: Path, other: Path):
    a, b = contents(folder), contents(other)
    assert a.keys() == b.keys()
    assert [name for name in a if a[name] != b[name]] == []


def refused(*_):
    raise AssertionError("nothing was to be run")


# --- what comes out -------------------------------------------------------------------------------------


def test_every_table_is_there_with_its_keys(whole, design):
    found = read(whole)
    assert found.finished and found.failed == 0
    assert {path.name for path in whole.iterdir() if path.is_dir()} == {
        "weekly",
        "worldwide",
        "groups",
        "relocations",
        "fates",
        "runs",
        "summary",
        "committed",
    }
    assert [path.name for path in sorted((whole / "weekly").iterdir())] == [
        f"block-d0000-r{r:04d}.parquet" for r in range(4)
    ]
    weekly = found.weekly()
    places, weeks = len(found.manifest["places"]), 24
    assert weekly.num_rows == 3 * 4 * weeks * places
    assert str(weekly.schema.field("week").type) == "date32[day]"
    assert found.worldwide().num_rows == 3 * 4 * weeks
    assert {o.name for o in RECORDED} <= {*found.worldwide().column_names}
    assert found.runs["seed"].to_pylist()[0] == 3
    assert {
        "arm",
        "outcome",
        "unit",
        "place",
        "aggregate",
        "window_start",
        "window_end",
        "baseline",
        "difference",
        "low",
        "high",
        "level",
        "relative",
        "relative_low",
        "relative_high",
        "relative_kind",
        "median",
        "agree",
        "agree_low",
        "agree_high",
        "direction",
        "p",
        "strength",
        "floor_p",
        "replicates",
        "draws",
        "parameter_share",
        "draws_low",
        "draws_high",
        "per_thousand",
        "simultaneous_low",
        "simultaneous_high",
    } == {*found.paired.column_names}
    assert {row["arm"] for row in found.fates.to_pylist()} == {"raids", "shelter", "placebo"}


def test_tables_carry_units_and_provenance(whole):
    found = read(whole)
    schema = pq.read_schema(whole / "paired.parquet")
    assert schema.metadata[b"displace.plan"].decode() == found.manifest["plan"]["hash"]
    assert schema.metadata[b"displace.seed"] == b"3"
    assert (
        pq.read_schema(whole / "worldwide" / "block-d0000-r0000.parquet").field("people_held").metadata[b"unit"]
        == b"persons"
    )


def test_places_add_up_to_the_world(whole):
    found = read(whole)
    by_place = (
        found.weekly(["raids"], ["people_held"]).group_by(["replicate", "week"]).aggregate([("people_held", "sum")])
    )
    total = found.worldwide(["raids"], ["people_held"])
    keys = [("replicate", "ascending"), ("week", "ascending")]
    assert by_place.sort_by(keys)["people_held_sum"].to_pylist() == pytest.approx(
        total.sort_by(keys)["people_held"].to_pylist()
    )


def test_arms_share_their_past_and_then_differ(whole):
    found = read(whole)
    tables = [
        found.worldwide([arm]).sort_by([("replicate", "ascending"), ("week", "ascending")]).drop_columns(["arm"])
        for arm in ("baseline", "raids")
    ]
    weeks = [table["week"].to_pylist() for table in tables]
    past = [week < sorted({*weeks[0]})[FORK] for week in weeks[0]]
    assert tables[0].filter(past) == tables[1].filter(past)
    assert tables[0] != tables[1]


def test_the_order_of_arms_changes_nothing_in_them(design, whole, tmp_path):
    """All fork from one past, which does not go back: the latest named first is still the last to fork."""
    found = execute(
        replace(design, arms=dict(reversed(design.arms.items())), replicates=1), tmp_path / "out", workers_wanted=1
    )
    for arm in design.arms:
        table = read(whole).worldwide([arm])
        assert found.worldwide([arm]).drop_columns(["arm"]) == table.filter(
            [r == 0 for r in table["replicate"].to_pylist()]
        ).drop_columns(["arm"])
    net = [
        [row["net_held"] for row in results.fates.to_pylist() if row["arm"] == "placebo" and row["replicate"] == 0]
        for results in (found, read(whole))
    ]
    assert net[0] == net[1]


def test_what_is_told_of_a_run_follows_the_scenarios_own_assumptions(design):
    arms = design.arms | {"raids": resolved(design.arms["raids"], parameters={"refill_elasticity": 0.2})}
    setting = Setting.of(replace(design, arms=arms), {})
    assert [setting.values(arm, {"refill_elasticity": 0.9})["refill_elasticity"] for arm in ("raids", "shelter")] == [
        0.2,
        0.9,
    ]


def test_the_window_starts_with_the_earliest_policy(design, whole):
    assert (design.window_start, design.stop) == (FORK, 24)
    assert read(whole).manifest["window"] == {"start": "2016-03-14", "end": "2016-06-13"}


def test_a_single_run_is_replicate_0_of_a_comparison(tiny, whole, tmp_path):
    alone = run(tiny / "raids.toml", seed=3, people_per_agent=2000)
    compared = read(whole).weekly(["raids"])
    first = compared.filter([r == 0 for r in compared["replicate"].to_pylist()])
    assert alone.weekly().drop_columns(["arm"]) == first.drop_columns(["arm"])
    stored = run(tiny / "raids.toml", seed=3, people_per_agent=2000, out=tmp_path / "out")
    assert stored.weekly() == alone.weekly() and stored.paired.num_rows == 0


# --- the same bytes -------------------------------------------------------------------------------------


def test_two_workers_give_the_bytes_of_one(design, whole, tmp_path):
    told = []
    execute(design, tmp_path / "out", workers_wanted=2, progress=lambda p: told.append(p.done))
    assert told == [*range(13)]  # of every run, not only of every piece of work
    same_tables(tmp_path / "out", whole)


class StopAfter:
    """Progress that presses Ctrl-C once so many runs are done."""

    def __init__(self, runs):
        self.runs = runs

    def __call__(self, progress):
        if progress.done >= self.runs:
            raise KeyboardInterrupt


@pytest.mark.parametrize("count", [1, 2])
def test_ctrl_c_keeps_what_is_done_and_resume_completes_it(design, whole, tmp_path, count):
    out = tmp_path / "out"
    with pytest.raises(Interrupted, match="--resume") as stopped:
        execute(design, out, workers_wanted=count, progress=StopAfter(8))
    kept = stopped.value.done  # pieces of work of three runs each
    assert kept in (0, 3, 6) and stopped.value.total == 12
    assert bool(read(out).paired.num_rows) == bool(kept)  # partial results can be read
    with pytest.raises(StoreError, match="--resume"):
        execute(design, out, workers_wanted=1)
    done = []
    execute(design, out, workers_wanted=1, resume=True, progress=lambda p: done.append((p.done, p.fresh)))
    assert done == [(kept + n, n) for n in range(12 - kept + 1)]  # run by run
    same_tables(out, whole)


def hears_ctrl_c() -> bool:
    return signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, [])


def test_a_worker_is_deaf_to_ctrl_c_from_its_first_moment():
    """While it still loads, nobody ignores the signal for it: it would end with a traceback.

    The driver goes on to hear it.
    """
    with workers.Pool(1) as pool:
        assert not pool.submit(hears_ctrl_c).result() and hears_ctrl_c()


def test_a_worker_runs_nothing_that_lies_in_the_current_folder(tmp_path):
    """Whatever a worker loads first: modules of these names in the current folder are never run."""
    here = tmp_path / "here"
    here.mkdir()
    for name in ("struct", "signal", "pickle", "multiprocessing", "numpy", "experiments"):
        (here / f"{name}.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'a').write('{name} ')\n")
    script = tmp_path / "script.py"
    script.write_text(
        "from experiments.batch.block import Setting\nfrom experiments.batch.workers import Pool\n"
        "if __name__ == '__main__':\n    with Pool(1) as pool:\n        print(pool.submit(repr, Setting).result())\n"
    )
    done = subprocess.run(
        [sys.executable, script], cwd=here, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True
    )
    assert "Setting" in done.stdout and not (tmp_path / "ran").exists(), done.stderr


def is_worker(process):
    with contextlib.suppress(psutil.Error):  # it may end while we look
        return "spawn_main" in " ".join(process.cmdline())
    return False


def test_a_killed_worker_costs_nothing(design, whole, tmp_path):
    killed = []

    def kill_one(progress):
        children = [child for child in psutil.Process().children(recursive=True) if is_worker(child)]
        if progress.done >= 3 and not killed and children:
            killed.append(children[0].pid)
            os.kill(children[0].pid, signal.SIGKILL)

    found = execute(design, tmp_path / "out", workers_wanted=2, progress=kill_one)
    assert killed and found.failed == 0
    same_tables(tmp_path / "out", whole)


def test_workers_that_hang_are_ended_and_their_work_is_done_again(design, whole, tmp_path):
    stopped, told = [], []

    def stop_all(progress):
        told.append(progress.trouble)
        if progress.done >= 2 and not stopped:
            for child in filter(is_worker, psutil.Process().children(recursive=True)):
                stopped.append(child.pid)
                child.suspend()

    found = execute(design, tmp_path / "out", workers_wanted=2, progress=stop_all, patience=20)
    assert len(stopped) == 2 and found.failed == 0
    assert any("no run was done for 20 seconds" in trouble for trouble in told)
    assert not any(psutil.pid_exists(pid) for pid in stopped)
    same_tables(tmp_path / "out", whole)


def test_a_killed_driver_leaves_nobody_behind_and_resumes(design, tiny, whole, tmp_path):
    out = tmp_path / "out"
    code = (
        f"from experiments import compare\nif __name__ == '__main__':\n    compare({str(tiny / 'tiny.toml')!r}, "
        f"out={str(out)!r}, workers=2)\n"
    )
    script = tmp_path / "batch.py"
    script.write_text(code)
    driver = subprocess.Popen(
        [sys.executable, script],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])},
    )
    deadline = time.monotonic() + 60
    while not list(out.glob("committed/*.json")) and time.monotonic() < deadline:
        time.sleep(0.01)
    left = psutil.Process(driver.pid).children(recursive=True)
    driver.kill()
    driver.wait()
    assert left
    _, alive = psutil.wait_procs(left, timeout=10)
    assert not alive
    found = execute(design, out, workers_wanted=1, resume=True)
    assert found.finished
    same_tables(out, whole)


def test_a_disk_that_fills_up_is_survived(design, whole, tmp_path, monkeypatch):
    out, write, room = tmp_path / "out", store.write_whole, [12]

    def until_full(path, content):
        room[0] -= 1
        if room[0] < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        write(path, content)

    monkeypatch.setattr(store, "write_whole", until_full)
    with pytest.raises(DiskFull, match=r"disk is full; 1 of 4 .*--resume"):
        execute(design, out, workers_wanted=1)
    monkeypatch.setattr(store, "write_whole", write)
    execute(design, out, workers_wanted=1, resume=True)
    same_tables(out, whole)


# --- folders --------------------------------------------------------------------------------------------


@pytest.fixture
def copy(whole, tmp_path) -> Path:
    """A finished folder that a test may spoil."""
    subprocess.run(["cp", "-r", str(whole), str(tmp_path / "copy")], check=True)
    return tmp_path / "copy"


def test_a_finished_folder_is_read_not_run(design, copy):
    assert execute(design, copy, executor=refused).paired == read(copy).paired


def test_another_plan_is_refused_by_name_and_overwritten_on_request(design, copy):
    other = replace(design, replicates=1, seed=4)
    before = contents(copy)
    with pytest.raises(StoreError, match=r"differs in: replicates, seed.*--out.*--overwrite"):
        execute(other, copy, executor=refused)
    assert contents(copy) == before
    (copy / "notes.txt").write_text("mine")
    found = execute(other, copy, workers_wanted=1, overwrite=True)
    assert found.runs.num_rows == 3 and len(list((copy / "weekly").iterdir())) == 1
    assert (copy / "notes.txt").exists()


def test_another_assumption_and_a_changed_scenario_are_named(design, copy):
    for change, said in (
        ({"parameters": {"refill_elasticity": 0.2}}, r"in: assumption refill_elasticity\)"),
        ({"question": "Else?"}, r"in: scenario 'raids'\)"),
    ):
        arms = design.arms | {"raids": resolved(design.arms["raids"], **change)}
        with pytest.raises(StoreError, match=said):
            execute(replace(design, arms=arms), copy, executor=refused)
    manifest = json.loads((copy / "manifest.json").read_text())
    manifest["plan"]["arms"]["raids"]["parameters"] = {"tip_off": 0.1}  # an assumption that is no longer made
    (copy / "manifest.json").write_bytes(sealed(manifest | {"plan": manifest["plan"] | {"hash": "other"}}))
    with pytest.raises(StoreError, match=r"in: assumption tip_off\)"):
        execute(design, copy, executor=refused)


@pytest.mark.parametrize("key", ["code", "experiments"])
def test_results_of_other_code_are_refused_and_never_gone_on_with(design, copy, monkeypatch, key):
    monkeypatch.setattr("experiments.batch.manifest.identity", lambda: identity() | {key: "other"})
    with pytest.raises(StoreError, match="differs in: the version of the code"):
        execute(design, copy, executor=refused, resume=True)


@pytest.mark.parametrize("package", ["python", "pyarrow", "llvmlite"])
def test_results_of_another_environment_are_refused_and_it_is_said_how_to_go_on(design, copy, monkeypatch, package):
    assert package in environment()
    changed = identity() | {"environment": environment() | {package: "99.0"}}
    monkeypatch.setattr("experiments.batch.manifest.identity", lambda: changed)
    said = f"the environment: {package} .* there, 99.0 here.*go on in the environment that began it.*--overwrite"
    with pytest.raises(StoreError, match=said):
        execute(design, copy, executor=refused, resume=True)


@pytest.mark.parametrize("table", ["weekly", "summary", "fates"])
def test_a_truncated_part_is_named_set_aside_and_done_again(design, whole, copy, table):
    path = copy / table / "block-d0000-r0001.parquet"
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(StoreError, match=rf"{table}/block-d0000-r0001.parquet: not whole, set aside.*--resume"):
        execute(design, copy, executor=refused)
    assert {*read(copy).runs["replicate"].to_pylist()} == {0, 2, 3}  # of what is not whole nothing is read
    found = execute(design, copy, workers_wanted=1, resume=True)
    assert found.finished
    assert [path.name for path in (copy / "set-aside").iterdir()] == [f"{table}-block-d0000-r0001.parquet.1"]
    assert {path.suffix for path in (copy / table).iterdir()} == {".parquet"}, "what documented readers look at"
    same_tables(copy, whole)


def test_a_part_of_another_plan_is_never_read(design, whole, copy, tmp_path):
    execute(replace(design, seed=9, replicates=1), tmp_path / "other", workers_wanted=1)
    for table in ("weekly", "summary"):
        path = f"{table}/block-d0000-r0000.parquet"
        (copy / path).write_bytes((tmp_path / "other" / path).read_bytes())
    (copy / "weekly" / "mine.parquet").write_bytes(b"not a table")
    with pytest.raises(ResultsError, match="not of this plan"):
        read(copy).weekly()
    found = execute(design, copy, workers_wanted=1, resume=True)
    assert (copy / "weekly" / "mine.parquet").read_bytes() == b"not a table"  # somebody else's file is left alone
    assert not any("mine.parquet" in line for line in found.set_aside)
    (copy / "weekly" / "mine.parquet").unlink()
    same_tables(copy, whole)


def test_a_truncated_final_table_is_made_again_without_a_run(design, whole, copy):
    (copy / "paired.parquet").write_bytes(b"PAR1")
    execute(design, copy, executor=workers.Here, resume=True)
    same_tables(copy, whole)


def test_a_second_batch_in_a_folder_is_refused(design, tmp_path):
    with open_store(tmp_path / "out", design), pytest.raises(StoreBusy, match="another batch"):
        execute(design, tmp_path / "out", resume=True)


def test_a_folder_in_which_no_run_was_kept_stands_in_nobodys_way(design, tmp_path):
    with open_store(tmp_path / "out", replace(design, seed=9)):
        pass  # it stopped before its first run
    with open_store(tmp_path / "out", design) as found:
        assert found.manifest["plan"]["seed"] == design.seed


@pytest.mark.parametrize("name", ["thesis.odt", "weekly"])
def test_a_folder_of_something_else_is_left_alone(design, tmp_path, name):
    (tmp_path / name).write_text("mine")
    with pytest.raises(StoreBusy, match=r"but no manifest\.json"):
        execute(design, tmp_path, overwrite=True)
    assert [path.name for path in tmp_path.iterdir()] == [name]


FOREIGN = ("weekly/mine.parquet", "weekly/block-notes.parquet", "summary/old.parquet.tmp", "committed/mine.json",
           "set-aside/thesis.odt", "paired.parquet.bak", "notes.txt")  # fmt: skip


@pytest.mark.parametrize("how", ["overwrite", "resume"])
def test_files_that_no_batch_wrote_stay_where_they_are(how, design, whole, copy):
    """Also in the folders of a batch, and under names that begin as its own."""
    for name in FOREIGN:
        (copy / name).parent.mkdir(exist_ok=True)
        (copy / name).write_text("mine")
    if how == "resume":
        next((copy / "weekly").glob("block-d*")).unlink()
    found = execute(design, copy, workers_wanted=1, **{how: True})
    assert [name for name in FOREIGN if (copy / name).read_text() != "mine"] == []
    assert found.weekly() == read(whole).weekly()


def test_nothing_is_written_or_removed_through_a_link(design, copy, tmp_path):
    theirs = tmp_path / "theirs"
    (copy / "weekly").rename(theirs)
    (copy / "weekly").symlink_to(theirs)
    before = contents(theirs)
    for how in ("overwrite", "resume"):
        with pytest.raises(StoreBusy, match="weekly: is a link"):
            execute(design, copy, workers_wanted=1, **{how: True})
    assert before and contents(theirs) == before
    (copy / "weekly").unlink()
    for name in ("manifest.json.tmp", "paired.parquet", "weekly.txt"):
        (tmp_path / name).write_text("mine")
        (copy / name).unlink(missing_ok=True)
        (copy / name).symlink_to(tmp_path / name)
    execute(design, copy, workers_wanted=1, overwrite=True)
    assert {(tmp_path / name).read_text() for name in ("manifest.json.tmp", "paired.parquet", "weekly.txt")} == {"mine"}


@pytest.mark.parametrize(
    ("error", "kind", "said"),
    [(errno.EAGAIN, StoreBusy, "another batch"), (errno.ENOLCK, StoreError, "file system can't lock files.*--out")],
)
def test_a_lock_that_cannot_be_had_says_why(error, kind, said, design, tmp_path, monkeypatch):
    def refuses(*_):
        raise OSError(error, os.strerror(error))

    monkeypatch.setattr(store.fcntl, "flock", refuses)
    with pytest.raises(kind, match=said):
        execute(design, tmp_path / "out", executor=refused)


def test_a_folder_that_is_removed_while_the_batch_runs_is_named(design, tmp_path):
    def remove(progress):
        if progress.done == 3:
            subprocess.run(["rm", "-r", str(tmp_path / "out")])

    with pytest.raises(StoreError, match=r"out: was removed or moved while the batch ran.*--resume"):
        execute(design, tmp_path / "out", workers_wanted=1, progress=remove)


def test_too_little_room_is_seen_before_the_start(design, tmp_path, monkeypatch):
    monkeypatch.setattr(store.shutil, "disk_usage", lambda path: type("Usage", (), {"free": 1000}))
    with pytest.raises(StoreError, match="MB are free"):
        execute(design, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_folder_that_holds_no_results_is_not_read(tmp_path):
    with pytest.raises(ResultsError, match=r"no manifest\.json"):
        read(tmp_path)


# --- runs that fail -------------------------------------------------------------------------------------


def test_a_bad_draw_is_recorded_and_the_others_go_on(design, tmp_path):
    draws = ({}, {"relocation_rule": -5.0})
    found = execute(replace(design, draws=draws, replicates=2), tmp_path / "out", workers_wanted=1)
    assert found.finished and found.failed == 6
    bad = [row for row in found.runs.to_pylist() if row["status"] == "failed"]
    assert {(row["draw"], row["parameters"]) for row in bad} == {(1, '{"relocation_rule": -5.0}')}
    assert all("relocation_rule" in row["error"] and "Traceback" in row["traceback"] for row in bad)
    held = [row for row in found.paired.to_pylist() if row["outcome"] == "people_held" and not row["place"]]
    assert {(row["replicates"], row["draws"]) for row in held} == {(2, 1)}


def test_one_run_that_fails_raises(tiny, monkeypatch):
    with pytest.raises((RunnerError, ValueError)):
        run(tiny / "raids.toml", people_per_agent=2000, draws=({"relocation_rule": -5.0},))


class Fragile:
    """An executor that breaks when a poisonous block runs, and loses all that is in flight with it."""

    def __init__(self, poison):
        self.poison, self.flight, self.broken = poison, [], False

    def submit(self, work, setting, chunk, tell):
        if self.broken:
            raise BrokenExecutor("broken")
        self.flight.append(Future())
        names = {block.name for block in chunk.blocks}
        timer = threading.Timer(0.01, self._finish, (self.flight[-1], names & self.poison, chunk))
        timer.start()
        return self.flight[-1]

    def _finish(self, future, deadly, chunk):
        if self.broken:
            return
        if deadly:
            self.broken = True
            for other in self.flight:
                if not other.done():
                    other.set_exception(BrokenExecutor("a worker ended"))
        else:
            future.set_result(Done(chunk.name, {}, len(chunk.blocks), 0, ""))

    def shutdown(self, **_):
        self.broken = True


@pytest.mark.parametrize("size", [1, 3])
def test_a_run_that_kills_its_worker_is_found_and_is_no_result(size, monkeypatch):
    monkeypatch.setattr(runner, "PAUSE", 0)
    blocks = [Block(0, r, r, {}) for r in range(12)]
    chunks = [Chunk(tuple(blocks[i : i + size])) for i in range(0, 12, size)]
    (deadly,) = (chunk.name for chunk in chunks if blocks[7] in chunk.blocks)
    taken, told = [], []
    setting = Setting({}, "", 1, 0, 1, "summary", False, False, (), {})
    driver = Driver(
        setting, lambda: Fragile({"d0000-r0007"}), 3, lambda done: taken.append(done.name), lambda why: told.append(why)
    )
    with pytest.raises(RunnerError, match=f"{deadly}: its worker ended.*--resume"):
        driver.run(chunks)
    assert sorted(taken) == sorted(chunk.name for chunk in chunks if chunk.name != deadly)
    assert told


SHORTAGES = [MemoryError(), OSError(errno.ENOSPC, "No space left on device"), OSError(errno.EDQUOT, "Quota exceeded")]


def simulates_with(monkeypatch, error, times=10**6):
    """Let so many simulations end in an error, which the compiler may have wrapped."""
    advance, left = Simulation.advance, [times]

    def fails(self, *arguments):
        if left[0] > 0:
            left[0] -= 1
            raise ValueError("in the compiler") from error
        return advance(self, *arguments)

    monkeypatch.setattr(Simulation, "advance", fails)


@pytest.mark.parametrize("error", SHORTAGES, ids=["memory", "disk", "quota"])
def test_a_shortage_is_no_result_and_is_done_by_resume(error, design, whole, tmp_path, monkeypatch):
    monkeypatch.setattr(runner, "PAUSE", 0)
    with monkeypatch.context() as patch:
        simulates_with(patch, error)
        with pytest.raises(RunnerError, match=r"not done, though tried 4 times.*--resume"):
            execute(design, tmp_path / "out", workers_wanted=1)
    assert not contents(tmp_path / "out")
    assert execute(design, tmp_path / "out", workers_wanted=1, resume=True).failed == 0
    same_tables(tmp_path / "out", whole)


def test_a_shortage_that_passes_is_reported_and_costs_nothing(design, whole, tmp_path, monkeypatch):
    monkeypatch.setattr(runner, "PAUSE", 0)
    simulates_with(monkeypatch, SHORTAGES[1], times=2)
    told = []
    execute(design, tmp_path / "out", workers_wanted=1, progress=lambda p: told.append(p.trouble))
    assert "No space left on device" in told[-1]
    same_tables(tmp_path / "out", whole)


def test_a_worker_with_other_code_stops_the_batch(design, tmp_path, monkeypatch):
    other = identity()["environment"] | {"python": "3.99", "pyarrow": "99.0"}
    for made_by, said in (
        (identity() | {"code": "other"}, "the version of the code"),
        (identity() | {"environment": other}, "the environment: python 3.99 there, .* here; pyarrow 99.0 there"),
    ):
        monkeypatch.setattr("experiments.batch.block.identity", lambda made_by=made_by: made_by)
        with pytest.raises(RunnerError, match=f"a worker differs from the driver in {said}.*--resume"):
            execute(design, tmp_path / "out", workers_wanted=1, resume=True)
        assert not contents(tmp_path / "out")  # nothing of it is kept


# --- designs --------------------------------------------------------------------------------------------


def test_seeds_and_chunks_follow_from_the_plan_alone(design):
    many = replace(design, draws=({},) * 40, replicates=5, record="summary")
    assert many.block_seed(0, 0) == design.seed
    seeds = [block.seed for chunk in many.chunks() for block in chunk.blocks]
    assert len({*seeds}) == 200 and max(seeds) < 2**52
    assert [block.name for chunk in many.chunks() for block in chunk.blocks] == [
        f"d{d:04d}-r{r:04d}" for d in range(40) for r in range(5)
    ]
    assert all(len(chunk.blocks) == 1 for chunk in replace(many, record="places").chunks())
    assert many.chunks()[0].name.startswith("block-d0000-r0000-to-")


def test_a_design_reads_its_arms_from_beside_it(design):
    assert [*design.arms] == ["baseline", "raids", "shelter"]
    assert (design.title, design.replicates, design.seed, design.people_per_agent) == ("Tiny", 4, 3, 2000)


def test_an_arm_may_set_parameters_and_a_name(tiny):
    path = tiny / "arms.toml"
    path.write_text(
        DESIGN + '[[arm]]\nscenario = "raids.toml"\n[[arm]]\nscenario = "raids.toml"\nname = '
        '"mild"\nparameters.crackdown.raids = 5\nparameters.relocation_rule = "none"\n'
    )
    arms = from_names([path]).arms
    assert [*arms] == ["baseline", "raids", "mild"]
    assert arms["mild"].parameters["crackdown.raids"] == 5.0
    assert arms["mild"].hash != arms["raids"].hash


def test_the_baseline_is_added_if_not_listed(tiny):
    assert [*from_names(["firewalls"]).arms] == ["baseline", "firewalls"]
    assert [*from_names(["firewalls"], baseline=str(tiny / "raids.toml")).arms] == ["raids", "firewalls"]
    assert from_names(["main"], replicates=3).replicates == 3


def test_one_run_takes_assumptions_and_an_unknown_arm_has_no_rows(tiny):
    found = run(tiny / "raids.toml", people_per_agent=2000, parameters={"refill_elasticity": 0.2})
    assert found.manifest["plan"]["arms"]["raids"]["parameters"] == {"refill_elasticity": 0.2}
    with pytest.raises(KeyError, match="no arm nope; expected some of raids"):
        found.weekly(arms=["nope"])


def test_a_window_alone_keeps_what_a_whole_batch_has_and_shares_seeds(design, whole, tmp_path):
    """What a sensitivity analysis runs: no placebo, no comparison, the same numbers.

    Draws that share a seed are the same run.
    """
    lean = replace(design, record="window", groups=False, draws=({}, {}, {}), seeds=(0, 0, 1), replicates=2)
    results = execute(lean, tmp_path / "lean", workers_wanted=1)
    rows = {
        (r["arm"], r["draw"], r["replicate"], r["outcome"], r["place"], r["aggregate"]): r["value"]
        for r in results.summary.to_pylist()
    }
    known = {
        (r["arm"], 0, r["replicate"], r["outcome"], r["place"], r["aggregate"]): r["value"]
        for r in read(whole).summary.to_pylist()
        if r["replicate"] < 2
    }
    mine = {key: value for key, value in rows.items() if key[1] == 0}
    assert mine == {key: known[key] for key in mine}
    assert {key[3] for key in mine if key[4]} == {"people_held"}  # by place only what displacement needs
    assert all(rows[a, 1, *more] == rows[a, 0, *more] for a, d, *more in rows if d == 0)
    assert any(rows[a, 2, *more] != rows[a, 0, *more] for a, d, *more in rows if d == 0)
    assert not (results.folder / "fates").exists() and not (results.folder / "paired.parquet").exists()
    assert read(results.folder).table("runs").num_rows == 3 * 3 * 2
