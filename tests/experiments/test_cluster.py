"""A Dask cluster gives the bytes of one process, and an absent one is reported before anything is written."""

import time

import pytest
from test_runner import design, same_tables, tiny, whole  # noqa: F401 (fixtures)

from experiments import execute
from experiments.batch import cluster as cluster_module
from experiments.batch.cluster import ClusterError, connect
from experiments.batch.runner import RunnerError
from experiments.batch.versions import ROOT, unlike


@pytest.mark.parametrize("address", ["dask://127.0.0.1:1", "nowhere.json"])
def test_a_cluster_that_is_not_there_is_told_at_once(address, monkeypatch):
    monkeypatch.setattr("experiments.batch.cluster.SECONDS_TO_CONNECT", 1)
    with pytest.raises(ClusterError, match=r"--executor: .*; expected "):
        connect(address)


@pytest.fixture(scope="module")
def cluster():
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None, silence_logs=40
    ) as running:
        yield running


def test_a_cluster_gives_the_bytes_of_one_process(cluster, design, whole, tmp_path):  # noqa: F811
    make, count = connect(cluster.scheduler_address.replace("tcp://", "dask://"))
    assert count == 2
    execute(design, tmp_path / "out", workers_wanted=count, executor=make)
    same_tables(tmp_path / "out", whole)


def test_a_worker_that_is_killed_costs_nothing(cluster, design, whole, tmp_path):  # noqa: F811
    import os
    import signal

    make, count = connect(cluster.scheduler_address)
    victims = [worker.pid for worker in cluster.workers.values()][:1]
    killed = []

    def kill(progress):
        if victims and not killed:
            killed.append(os.kill(victims.pop(), signal.SIGKILL))

    execute(design, tmp_path / "out", workers_wanted=count, executor=make, progress=kill)
    assert killed
    same_tables(tmp_path / "out", whole)


def test_the_readmes_scheduler_and_workers_listen_on_this_machine_alone():
    lines = [line for line in (ROOT / "README.md").read_text().splitlines() if line.startswith(".venv/bin/dask ")]
    assert {line.split()[1] for line in lines} == {"scheduler", "worker"}
    assert all("--host 127.0.0.1 --no-dashboard" in line for line in lines)


def test_a_cluster_whose_workers_are_gone_is_reported_within_a_minute(design, tmp_path, monkeypatch):  # noqa: F811
    distributed = pytest.importorskip("distributed")
    assert cluster_module.SECONDS_ALONE < 60
    monkeypatch.setattr(cluster_module, "SECONDS_ALONE", 2)
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, host="127.0.0.1", dashboard_address=None, silence_logs=50
    ) as lonely:
        make, count = connect(lonely.scheduler_address)
        gone = []

        def lose_all(progress):
            if not gone:
                gone.append(lonely.scale(0))

        began = time.monotonic()
        with pytest.raises(RunnerError, match=r"no workers for 2 seconds.*dask worker.*--resume"):
            execute(design, tmp_path / "out", workers_wanted=count, executor=make, progress=lose_all)
        assert time.monotonic() - began < 30


def test_a_worker_of_another_environment_is_refused_before_anything_is_written(cluster, monkeypatch):
    from experiments.batch.versions import identity

    here = identity() | {"environment": identity()["environment"] | {"numpy": "99.0"}}
    monkeypatch.setattr("experiments.batch.cluster.unlike", lambda theirs, ours, real=unlike: real(theirs, here))
    with pytest.raises(ClusterError, match=r"--executor: a worker differs in the environment: numpy .* 99.0 here"):
        connect(cluster.scheduler_address)
