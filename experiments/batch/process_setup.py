"""How a process is set up, the command's own or a worker's, before anything heavy is imported."""

import gc
import os

ONE_THREAD = ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")
FEW_COLLECTIONS = 100_000  # objects made between two looks for garbage: while modules load there is none


def set_up():
    """Let libraries start no threads, which would burn a core waiting for work, and seldom look for garbage."""
    os.environ.update(dict.fromkeys(ONE_THREAD, "1"))
    gc.set_threshold(FEW_COLLECTIONS)
