"""What the runner costs beside the model, what a second worker brings, and what a shared past saves."""

import tempfile
import time
from concurrent.futures import Executor, Future
from dataclasses import replace
from statistics import median

from experiments.batch.block import Setting, simulate
from experiments.batch.runner import execute
from experiments.design.design import Block, Design
from experiments.design.files import from_names
from model.model import Simulation
from scenarios import loading

from .one import SMALL, inputs_of, timed

SHORT = 4  # weeks: what the runner costs does not depend on how long a run is
SHORT_RUNS = 320
POOL_RUNS = 400
ARMS = 7


class InThisProcess(Executor):
    """Runs what is submitted at once, so that one process's clock sees it all."""

    def submit(self, function, /, *arguments, **named):
        future = Future()
        future.set_result(function(*arguments, **named))
        return future


def _design(weeks: int, replicates: int) -> Design:
    scenario = replace(loading.load("baseline"), stop=weeks)
    return Design(
        "t", "q", {"baseline": scenario}, "baseline", replicates, people_per_agent=SMALL, record="summary", groups=False
    )


def overhead() -> float:
    """Return CPU seconds a run that the runner adds to the model: plan, tables, storage, reading back."""

    def batch(runs):
        with tempfile.TemporaryDirectory() as folder:
            began = time.process_time()
            execute(_design(SHORT, runs), folder + "/out", executor=InThisProcess)
            return time.process_time() - began

    def bare(runs):
        began = time.process_time()
        for seed in range(1, runs + 1):
            Simulation(replace(inputs_of(SMALL, seed), stop=SHORT)).advance().result()
        return time.process_time() - began

    batch(2)
    return median(batch(SHORT_RUNS) - bare(SHORT_RUNS) for _ in range(7)) / SHORT_RUNS


def speed_up() -> float:
    """Return how many times faster two workers are than one, by the wall clock: only as good as the machine is idle."""

    def seconds(workers):
        with tempfile.TemporaryDirectory() as folder:
            began = time.perf_counter()
            execute(_design(783, POOL_RUNS), folder + "/out", workers_wanted=workers)
            return time.perf_counter() - began

    return seconds(1) / seconds(2)


def shared_past() -> float:
    """Return the cost of seven arms from 2025 with their common past run once, as a share of seven full runs.

    Six are of the shipped comparison; the seventh is the placebo, which every comparison runs along.
    """
    design = from_names(["main"], None, people_per_agent=SMALL, record="summary", groups=False)
    design = replace(design, arms=dict(list(design.arms.items())[: ARMS - 1]))
    setting, block = Setting.of(design, {}), Block(0, 0, 1, {})

    def together():
        began = time.process_time()
        results = [result for _, result in simulate(setting, block)]
        spent = time.process_time() - began
        if len(results) != ARMS or any(isinstance(result, Exception) for result in results):
            raise RuntimeError(f"expected {ARMS} results, got {results}")
        return spent

    def apart():
        began = time.process_time()
        inputs = [setting.inputs(arm, block) for arm in design.arms]
        for each in (*inputs, replace(inputs[0], placebo_week=setting.window_start)):
            Simulation(each).advance().result()
        return time.process_time() - began

    timed(SMALL, 1)
    together()
    return median(together() / apart() for _ in range(5))
