"""Who does the work: executors of `concurrent.futures`, the one seam between the driver and its workers.

Workers never outlive their driver: each waits, in a thread of its own, on a pipe whose other end the driver
alone holds. When the driver ends, however it ends, the pipe closes and they end too. Through another pipe they
report every run as it is done, long before the piece of work that holds it.
"""

import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context, resource_tracker

from .process_setup import set_up

SAFE_PATH = "PYTHONSAFEPATH"  # in the environment: Python does not look for modules in the current folder


def usable_cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Here(Executor):
    """One worker: this process itself. A submitted task is done when `submit` returns."""

    def __init__(self, heard: Callable[[str], None] | None = None):
        self.tell = heard

    def submit(self, work, /, *args, **kwargs):
        future = Future()
        try:
            future.set_result(work(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future

    def end(self):
        """Nothing is left behind."""


class Pool(ProcessPoolExecutor):
    """Fresh processes on this machine, one thread each. `heard` is called, by `hear`, with what they report."""

    def __init__(self, workers: int, heard: Callable[[str], None] | None = None):
        context = get_context("spawn")
        theirs, self._lifeline = context.Pipe(duplex=False)
        self._reports, reporting = context.Pipe(duplex=False)
        self._heard = heard
        self.tell = _tell if heard else None
        with _starting():  # its locks start a process that cleans up after them
            super().__init__(workers, mp_context=context, initializer=_start, initargs=(theirs, reporting))

    def submit(self, work, /, *args, **kwargs):
        with _starting():  # a worker may be started here
            return super().submit(work, *args, **kwargs)

    def hear(self) -> bool:
        """Pass on what workers have reported since; say whether anything was."""
        heard = False
        while self._reports.poll():
            heard = True
            self._heard(self._reports.recv_bytes().decode())
        return heard

    def kill(self):
        """Kill the workers, stopped ones too: what they were doing is lost, as if they had ended by themselves."""
        for process in list(self._processes.values()):
            process.kill()

    def end(self):
        """End the workers now, whatever they are doing."""
        self._lifeline.close()
        self.shutdown(wait=True, cancel_futures=True)


@contextmanager
def _starting():
    """Keep the current folder and Ctrl-C from processes that are started meanwhile, even while they load.

    Python would look in the current folder for the modules that a process loads first, whoever put files there; later
    it looks where this process does. Ctrl-C reaches this process afterwards.
    """
    safe = os.environ.get(SAFE_PATH)
    os.environ[SAFE_PATH] = "1"
    resource_tracker.ensure_running()  # else it would be started in between, and undo what follows
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        if safe is None:
            del os.environ[SAFE_PATH]
        else:
            os.environ[SAFE_PATH] = safe


_reporting = None  # in a worker: its end of the pipe to the driver


def _tell(name: str):
    _reporting.send_bytes(name.encode())  # so short that it is written whole: workers need no lock, and may be killed


def _start(lifeline, reporting):
    global _reporting
    _reporting = reporting
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the driver's to answer
    set_up()
    threading.Thread(target=_end_with_driver, args=(lifeline,), daemon=True).start()


def _end_with_driver(lifeline):
    try:
        lifeline.recv_bytes()  # nothing is ever sent
    except (EOFError, OSError):
        pass
    os._exit(1)


def local(workers: int, heard: Callable[[str], None] | None = None) -> Executor:
    """Return an executor with so many workers on this machine, which call `heard` with what they report."""
    return Here(heard) if workers == 1 else Pool(workers, heard)
