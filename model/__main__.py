"""Compile the kernels of the model, so that the first run need not wait: `python -m model`."""

import atexit
import gc
import time


def main():
    from model.engine.kernel import cache_folder

    began = time.perf_counter()
    print(
        f"Compiling the model (half a minute, once for each version of its sources) into {cache_folder().name} ...",
        flush=True,
    )
    from model.world.tiny_world import tiny_world

    from .model import Inputs, Simulation

    gc.disable()  # a tenth of the time would go into looking for garbage that there hardly is
    atexit.register(gc.freeze)  # nor is it looked for at the end
    Simulation(Inputs(tiny_world(), seed=1, people_per_agent=100, stop=60)).advance()
    print(f"The kernels are ready ({time.perf_counter() - began:.0f} s).")


if __name__ == "__main__":
    main()
