"""A Dask cluster as an executor: the same seam as local processes, the same bytes.

Who can reach a scheduler's port can run code on its workers: keep it on the machine's own address or inside a closed
network, or use `tls://` with the certificates of Dask's own configuration.
"""

import time
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future
from pathlib import Path

from .runner import RunnerError
from .versions import identity, unlike

SECONDS_TO_CONNECT = 10
SECONDS_ALONE = 45  # that a cluster may be without workers
FORMS = "dask://host:port, tls://host:port, or the path of a scheduler file (.json)"


class ClusterError(ValueError):
    """A cluster that can't be used; the message says what to do."""


class Cluster(Executor):
    """Workers of a Dask scheduler. They are not ended here: who started them ends them."""

    def __init__(self, client):
        self.client = client
        self._executor = client.get_executor(pure=False)
        self._seen = time.monotonic()  # when it last had a worker

    @property
    def workers(self) -> int:
        """How many tasks the cluster can do at once."""
        return sum(self.client.nthreads().values())

    def hear(self):
        """Raise RunnerError once the cluster has been without workers, or without its scheduler, for SECONDS_ALONE.

        A worker that comes back before finds the work still waiting.
        """
        now = time.monotonic()
        try:
            there = self.client.status == "running" and self.client.scheduler_info()["workers"]
        except OSError:  # the scheduler is gone
            there = False
        if there:
            self._seen = now
        elif now - self._seen > SECONDS_ALONE:
            raise RunnerError(
                f"the cluster has had no workers for {SECONDS_ALONE} seconds; what is done is kept: start them again "
                "(`dask worker`), then run the same command with --resume"
            )

    def submit(self, work, /, *args, **kwargs) -> Future:
        if self.client.status != "running":
            raise BrokenExecutor("the scheduler is gone")
        return self._executor.submit(work, *args, **kwargs)

    def shutdown(self, wait=True, *, cancel_futures=False):
        self._executor.shutdown(wait=wait and not cancel_futures)
        self.client.close()

    def end(self):
        """Cancel what is under way."""
        self.shutdown(wait=False, cancel_futures=True)


def connect(address: str) -> tuple[Callable[[], Executor], int]:
    """Return what makes an executor on the cluster at `address`, and how many tasks it can do at once.

    Connects before anything is written. Raises ClusterError if it can't, or if Dask is not installed.
    """
    where = location(address)
    first = _open(address, where)
    count, waiting = first.workers, [first]
    if not count:
        first.end()
        raise ClusterError(
            f"--executor: {address} has no workers; expected at least one (start them with `dask worker`)"
        )
    try:
        _same_code(first)
    except ClusterError:
        first.end()
        raise
    return lambda: waiting.pop() if waiting else _again(address, where), count


def _again(address: str, where: dict) -> Executor:
    """Connect anew in the middle of a batch."""
    try:
        return _open(address, where)
    except ClusterError:
        raise RunnerError(
            f"the cluster at {address} is gone; what is done is kept: start it again, then run the same "
            "command with --resume"
        ) from None


def _same_code(cluster: Cluster):
    """Refuse a scheduler or workers that lack this code or run it in another version or environment."""
    try:
        cluster.submit(identity).result()  # goes through the scheduler, which must know the code too
        found = cluster.client.run(identity).values()
    except Exception as error:
        raise ClusterError(
            f"--executor: the scheduler or a worker can't load this code ({type(error).__name__}); expected "
            "both to be started with this checkout's environment, in its folder"
        ) from None
    if differs := next(filter(None, (unlike(theirs, identity()) for theirs in found)), ""):
        raise ClusterError(
            f"--executor: a worker differs in {differs}; expected the same checkout and the same environment, "
            "from its lock, on all machines"
        )


def location(address: str) -> dict:
    """Return where Dask's client looks for an address. Raises ClusterError if it is none."""
    if address.startswith("dask://"):
        return {"address": "tcp://" + address.removeprefix("dask://")}
    if address.startswith(("tls://", "tcp://")):
        return {"address": address}
    if Path(address).is_file():
        return {"scheduler_file": address}
    raise ClusterError(f"--executor: '{address}' is neither an address nor a file; expected {FORMS}")


def _open(address: str, where: dict) -> Cluster:
    try:
        from distributed import Client
    except ImportError:
        raise ClusterError(
            "--executor: Dask is not installed; expected the extra 'cluster', which `make extras` installs"
        ) from None
    try:
        client = Client(**where, timeout=SECONDS_TO_CONNECT, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise ClusterError(
            f"--executor: no scheduler answers at {address} "
            f"({str(error).splitlines()[0] if str(error) else type(error).__name__}); expected {FORMS}"
        ) from None
    return Cluster(client)
