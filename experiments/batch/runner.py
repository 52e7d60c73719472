"""The driver: hand chunks to an executor, commit what comes back, survive what goes wrong.

Only this process writes. Each chunk is a pure function of the plan, so a batch that was interrupted, lost workers
or was split over many machines ends in the same bytes.
"""

import math
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Executor, wait
from dataclasses import dataclass
from pathlib import Path

from experiments.comparison.read import Results, read
from experiments.design.design import Chunk, Design, DesignError
from experiments.design.files import assuming, from_names, single
from experiments.results.parquet import stamp
from scenarios import loading
from scenarios.scenario import Scenario

from . import workers
from .block import Done, Setting, Shortage, run_chunk
from .manifest import manifest_of
from .store import StoreError, open_store
from .versions import unlike

ROUNDS = 3  # at most, in which work that vanished from the folder is done again
CHUNKS_IN_FLIGHT = 3  # chunks in flight a worker
SECONDS = 0.2  # between two looks at what workers have reported
LOST = (BrokenExecutor, CancelledError)  # the executor is gone, with all that was in flight
GUARD = (
    '; a script that uses more than one worker has to call under `if __name__ == "__main__":`, since workers '
    "import it anew"
)
TRIES_TOGETHER, TRIES_ALONE = 2, 2  # how often a chunk may lose its worker or run short among others, then alone
PAUSE = 2.0  # seconds before it is tried alone, in which a shortage may pass
PATIENCE, TIMES_AS_LONG = 300.0, 50  # seconds, and expected durations of a block, after which workers seem to hang
MOST_NOT_DONE = 3  # pieces of work that could not be done, at which a batch stops


class RunnerError(Exception):
    """A batch that can't go on."""


class Interrupted(Exception):
    """The user stopped the batch.

    What is committed stays; `done` of `total` runs, or of those of a part of the work, `of`.
    """

    def __init__(self, folder, done: int, total: int, of: str = ""):
        kept = (
            f"{done} of {total} runs{of and f' of {of}'} are kept in {folder} (in pieces: once all arms of a "
            "seed, or of several, are done)"
        )
        super().__init__(f"interrupted: {kept}; run the same command with --resume to complete them")
        self.folder, self.done, self.total = folder, done, total


@dataclass(frozen=True)
class Progress:
    """How far a batch has come, in runs that are done, stored or not, those of an interrupted batch included."""

    done: int
    failed: int
    total: int
    seconds: float
    fresh: int  # done since this batch started
    trouble: str = ""  # why work was last tried again

    @property
    def rate(self) -> float:
        """Runs a second."""
        return self.fresh / self.seconds if self.seconds > 0 else 0.0

    @property
    def seconds_left(self) -> float | None:
        return (self.total - self.done) / self.rate if self.rate else None


class Driver:
    """Runs chunks on an executor that may break, and hands each result to `take` once.

    `again` is called with the reason whenever a chunk is to be tried again. What could not be done at all is no
    result: `run` then raises RunnerError, once all else is done or MOST_NOT_DONE chunks were not.
    """

    def __init__(
        self,
        setting: Setting,
        executor: Callable[[], Executor],
        in_flight: int,
        take: Callable[[Done], None],
        again: Callable[[str], None] = lambda reason: None,
        patience: float = math.inf,
    ):
        self.setting, self.make, self.in_flight, self.take, self.again = setting, executor, in_flight, take, again
        self.patience = patience
        self.executor = None
        self.running: dict = {}
        self.losses: dict[str, int] = {}
        self.not_done: dict[str, str] = {}  # reason by chunk

    def run(self, chunks: Sequence[Chunk]):
        waiting, suspects = deque(chunks), deque()
        self.executor = self.make()
        try:
            while waiting or suspects or self.running:
                while waiting and len(self.running) < self.in_flight:
                    if not self._submit(waiting.popleft(), waiting):
                        break
                if not self.running:
                    if suspects:
                        self._alone(suspects.popleft())
                    continue
                for chunk in self._collect():
                    self.losses[chunk.name] = self.losses.get(chunk.name, 0) + 1
                    (waiting.appendleft if self.losses[chunk.name] < TRIES_TOGETHER else suspects.append)(chunk)
        except BaseException:
            end(self.executor)
            raise
        self.executor.shutdown()
        if self.not_done:
            raise self._not_done()

    def _submit(self, chunk, waiting) -> bool:
        try:
            self.running[self._start(chunk)] = chunk
            return True
        except BrokenExecutor:
            waiting.appendleft(chunk)
            self._rebuild()
            return False

    def _start(self, chunk):
        return self.executor.submit(run_chunk, self.setting, chunk, getattr(self.executor, "tell", None))

    def _wait(self, running):
        """Return the futures that are done, at least one; pass on meanwhile what workers report.

        Workers from which nothing comes for longer than `patience` are killed, and their work is lost with them.
        """
        hear, last = getattr(self.executor, "hear", lambda: False), time.monotonic()
        while True:
            done = wait(running, SECONDS, FIRST_COMPLETED).done
            last = time.monotonic() if hear() else last
            if done:
                return done
            if time.monotonic() - last > self.patience and hasattr(self.executor, "kill"):
                self.again(f"no run was done for {self.patience:.0f} seconds, so the workers were ended")
                self.executor.kill()
                last = time.monotonic()

    def _collect(self) -> list[Chunk]:
        """Take what is done; return what was lost with its worker."""
        lost, broken = [], False
        for future in self._wait(self.running):
            chunk = self.running.pop(future)
            error = _error_of(future)
            if error is None:
                self.take(future.result())
            else:
                lost.append(chunk)
                self.again(_reason(error))
                broken |= isinstance(error, LOST)
        if broken:
            self._rebuild()
        return lost

    def _rebuild(self):
        end(self.executor)
        self.executor = self.make()

    def _alone(self, chunk: Chunk):
        """Try a suspect with nothing beside it; note that it could not be done."""
        for _ in range(TRIES_ALONE):
            time.sleep(PAUSE)
            try:
                (future,) = self._wait([self._start(chunk)])
                done = future.result()
            except Exception as error:
                self.not_done[chunk.name] = _reason(error)
                self.again(_reason(error))
                if isinstance(error, LOST):
                    self._rebuild()
            else:
                self.not_done.pop(chunk.name, None)
                self.take(done)
                return
        if len(self.not_done) == MOST_NOT_DONE:
            raise self._not_done()

    def _not_done(self) -> RunnerError:
        reasons = "; ".join(f"{name}: {reason}" for name, reason in self.not_done.items())
        return RunnerError(
            f"not done, though tried {TRIES_TOGETHER + TRIES_ALONE} times ({reasons}); what is done is kept: see to "
            "memory, disk and DISPLACE_CACHE, or use fewer --workers, then run the same command with --resume"
            f"{GUARD if isinstance(self.executor, workers.Pool) else ''}"
        )


def _reason(error: BaseException) -> str:
    return str(error) if isinstance(error, Shortage) else f"its worker ended ({type(error).__name__}: {error})"


def _error_of(future) -> BaseException | None:
    try:
        return future.exception()
    except CancelledError as error:  # by a cluster that is gone
        return error


def end(executor: Executor):
    """End an executor's workers now."""
    if hasattr(executor, "end"):
        executor.end()
    else:
        executor.shutdown(wait=False, cancel_futures=True)


# --- doors ------------------------------------------------------------------------------------------


def execute(
    design: Design,
    out: str | Path,
    *,
    workers_wanted: int | None = None,
    executor: Callable[[], Executor] | None = None,
    resume: bool = False,
    overwrite: bool = False,
    progress: Callable[[Progress], None] | None = None,
    patience: float | None = None,
):
    """Run a design into the folder `out` and return its Results.

    A finished folder of the same plan is only read. `workers_wanted`: processes on this machine (default: the
    usable cores); `executor`: makes another `concurrent.futures.Executor` instead. Failed runs do not stop the
    others: see `Results.failed`. `patience`: seconds without a run that is done, after which the processes on this
    machine are taken to hang: they are ended, and their work is tried again (default: at least PATIENCE, and by size).

    Raises StoreError or StoreBusy if the folder can't be used, Interrupted on Ctrl-C, RunnerError if workers run
    other code, or if work could not be done for want of memory, disk or workers: it is no result, and `resume` does it.
    """
    if workers_wanted is not None and workers_wanted < 1:
        raise DesignError(
            f"workers: {workers_wanted}; expected a whole number of at least 1, or None for the usable cores"
        )
    count = workers_wanted or workers.usable_cores()
    with open_store(out, design, resume, overwrite) as store:
        if not store.finished:
            setting = Setting.of(design, stamp(store.manifest))
            before = Results(store.manifest, store.folder)
            tally = _Tally(design, store, before.failed, progress)
            make = executor or (lambda: workers.local(count, tally.hear))
            try:
                for _ in range(ROUNDS):
                    Driver(
                        setting,
                        make,
                        1 if count == 1 and not executor else CHUNKS_IN_FLIGHT * count,
                        tally.take,
                        tally.again,
                        patience or max(PATIENCE, TIMES_AS_LONG * design.seconds_a_block()),
                    ).run(store.missing)
                    if not store.vanished():
                        break
                else:
                    raise StoreError(
                        f"{out}: {', '.join(chunk.name for chunk in store.missing)} vanished from the folder while the "
                        "batch ran; make sure that nothing else writes there, then run the same command with --resume"
                    )
                from experiments.comparison.all_tables import final_tables  # loads numba: here workers do

                results = Results(store.manifest, store.folder)
                store.finish(final_tables(results), results.failed)
            except KeyboardInterrupt:
                raise Interrupted(out, tally.done, design.runs) from None
        found = read(out)
        found.set_aside = tuple(store.set_aside)
        return found


class _Tally:
    """Commits what comes back and says how far the batch is: `done` counts the runs that are stored."""

    def __init__(self, design, store, failed, progress):
        self.design, self.store, self.failed, self.progress = design, store, failed, progress
        self.start = time.monotonic()
        self.runs = {chunk.name: len(chunk.blocks) * len(design.arms) for chunk in store.chunks}
        self.under_way: dict[str, int] = {}
        self.reported, self.trouble = None, ""
        self.done = self.before = sum(self.runs[name] for name in store.committed)
        self._say()

    def hear(self, chunk: str):
        """Note that a run of a chunk is done. One that is tried again is counted no further than it has runs."""
        if chunk not in self.store.committed:
            self.under_way[chunk] = min(self.under_way.get(chunk, 0) + 1, self.runs[chunk])
            self._say()

    def again(self, reason: str):
        """Note that a piece of work is to be tried again."""
        self.trouble = reason
        self._say()

    def take(self, done: Done):
        if differs := unlike(done.made_by, self.store.manifest["plan"]):
            raise RunnerError(
                f"a worker differs from the driver in {differs}; what it made is not kept: make them the same, then "
                "run the same command with --resume"
            )
        self.store.commit(done)
        self.under_way.pop(done.name, None)
        self.done += done.runs
        self.failed += done.failed
        self._say()

    def _say(self):
        done = self.done + sum(self.under_way.values())
        if self.progress and self.reported != (done, self.failed, self.trouble):
            self.reported = done, self.failed, self.trouble
            seconds = time.monotonic() - self.start
            self.progress(Progress(done, self.failed, self.design.runs, seconds, done - self.before, self.trouble))


def compare(
    *scenarios: str | Path | Design, out: str | Path, baseline: str | None = None, workers: int | None = None, **more
):
    """Compare scenarios (names or paths), or run one design, and return the Results.

    `replicates`, `seed`, `people_per_agent`, `draws`, `parameters`, `record`, `groups`, `events` hold over the design's
    own; `workers`: processes on this machine (default: the usable cores). `executor`, `resume`, `overwrite`,
    `progress`, `patience` are those of `execute`.
    """
    doing = {key: more.pop(key) for key in ("executor", "resume", "overwrite", "progress", "patience") if key in more}
    if len(scenarios) == 1 and isinstance(scenarios[0], Design):
        if baseline or more:
            raise TypeError("a Design holds its own settings; change them with dataclasses.replace")
        design = scenarios[0]
    else:
        design = from_names([str(name) for name in scenarios], baseline, **more)
    return execute(design, out, workers_wanted=workers, **doing)


def run(
    scenario: str | Path | Scenario,
    *,
    out: str | Path | None = None,
    parameters: Mapping[str, float | str] = {},
    resume: bool = False,
    overwrite: bool = False,
    **settings,
):
    """Run one scenario once and return its Results: in memory, or in the folder `out`.

    `parameters`: assumptions by name, over the scenario's own. `seed`, `people_per_agent`, `record`, `groups` and
    `events` as in a Design; `run(seed=n)` is replicate 0 of `compare(seed=n)`. In memory it raises RunnerError if the
    run fails; in a folder a failed run is named there (`Results.failed`).
    """
    design = single(
        assuming(scenario if isinstance(scenario, Scenario) else loading.load(scenario), parameters), **settings
    )
    if out is not None:
        return execute(design, out, workers_wanted=1, resume=resume, overwrite=overwrite)
    manifest = manifest_of(design)
    try:
        done = [run_chunk(Setting.of(design, stamp(manifest)), chunk) for chunk in design.chunks()]
    except Shortage as error:
        raise RunnerError(str(error)) from None
    results = Results(manifest, [chunk.parts for chunk in done])
    if results.failed:
        raise RunnerError(results.runs["error"][0].as_py())
    return results
