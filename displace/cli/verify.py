"""`displace verify`: is every file of a results folder what was written?"""

from pathlib import Path
from typing import Annotated

import typer

from .exit_codes import SOME_FAILED


def verify(
    folder: Annotated[Path, typer.Argument(help="a folder that `displace compare` or `displace run` has written")],
):
    """Check every file of a results folder against the digests that were written with it.

    Says what is not whole, and how to repair it. Exit code 1 if anything is not.
    """
    from experiments import read
    from experiments.results.folder import records

    results = read(folder)
    faults = results.faults()
    for fault in faults:
        print(fault)
    done = len(records(folder))
    if faults:
        print(
            f"{len(faults)} of the files are not as they were written. The command that made this folder, with "
            "--resume, sets them aside and makes them again."
        )
        raise typer.Exit(SOME_FAILED)
    state = "finished" if results.finished else "unfinished: the same command with --resume goes on"
    print(f"{folder}: every file is as it was written ({done} pieces of work; {state}).")


def register(app: typer.Typer):
    """Add the command to the command line."""
    app.command()(verify)
