"""Compile the kernels of the model, so that the first run need not wait: `python -m model`."""

import time


def main():
    from .kernel import cache_folder

    began = time.perf_counter()
    print(f"Compiling the model (once for each version of its sources; some minutes) into {cache_folder().name} ...", flush=True)
    from .tiny import tiny_inputs
    from .model import Simulation

    Simulation(tiny_inputs()).advance()
    print(f"The kernels are ready ({time.perf_counter() - began:.0f} s).")


if __name__ == "__main__":
    main()
