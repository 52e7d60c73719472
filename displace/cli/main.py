"""The entry point of the command line: the Typer app with the commands of every module beside, and how errors end.

Everything heavy is imported inside the command that needs it, so that `--help` and the listings stay quick.
"""

import atexit
import errno
import gc
import os
import sys
from typing import Annotated

import typer

from experiments.batch.process_setup import set_up
from scenarios.plain_text import printable

from . import calibrate, check, compare, look_up, scenario_files, sensitivity, show, verify
from .exit_codes import BAD_INPUT, FOLDER, INTERRUPTED, SOME_FAILED
from .streams import set_up_streams

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help: quicker by half, and examples keep their lines
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main():
    """Run the command line; an error that a user can mend becomes one message and an exit code."""
    set_up()
    set_up_streams()
    atexit.register(gc.freeze)  # else all that is there is searched for garbage once more before the end
    try:
        try:
            app(prog_name="displace")
        finally:
            sys.stdout.flush()
    except OSError as error:
        if error.errno != errno.ENOSPC:
            if not isinstance(error.filename, str | os.PathLike):
                raise
            print(
                printable(
                    f"Error: {error.filename}: {error.strerror}; "
                    "give another path, or make this one readable and writable"
                ),
                file=sys.stderr,
            )
            sys.exit(BAD_INPUT)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what is still to be printed has no place
        print("Error: no room is left where the output goes; make room, or print it elsewhere", file=sys.stderr)
        sys.exit(SOME_FAILED)
    except Exception as error:
        code = _code_of(error)
        if code is None:
            raise
        print(printable(f"{'' if code == INTERRUPTED else 'Error: '}{error}"), file=sys.stderr)
        sys.exit(code)


def _code_of(error: Exception) -> int | None:
    """Return the exit code of an error that a user can mend, None for a defect. Loads no module that isn't loaded."""
    kinds = {
        "experiments.batch.cluster.ClusterError": BAD_INPUT,
        "experiments.batch.runner.Interrupted": INTERRUPTED,
        "experiments.batch.store.DiskFull": SOME_FAILED,
        "experiments.batch.store.StoreError": FOLDER,
        "experiments.results.reader.ResultsError": BAD_INPUT,
        "experiments.batch.runner.RunnerError": SOME_FAILED,
        "model.engine.kernel.CannotCompile": BAD_INPUT,
        "model.model.AuditError": SOME_FAILED,
        "displace.show.opening.ShowError": BAD_INPUT,
        "scenarios.errors.ScenarioError": BAD_INPUT,
        "scenarios.evidence.reports.EvidenceError": BAD_INPUT,
        "scenarios.world_files.WorldError": BAD_INPUT,
    }
    names = (f"{kind.__module__}.{kind.__qualname__}" for kind in type(error).__mro__)
    return next((kinds[name] for name in names if name in kinds), None)


def _version(wanted: bool):
    if wanted:
        from experiments.batch.versions import provenance

        made = provenance()
        print(f"displace {made['version']} (commit {made['commit'] or 'unknown'}, lock {made['lock']})")
        raise typer.Exit()


@app.callback()
def displace(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print version, commit and hash of the lock."),
    ] = False,
):
    """If these States do this, from this date: what happens to people held in scam operations, and where do these go?

    Simulates the online scam compounds of South-East Asia, the people trafficked into them, crackdowns and rights-based
    policy, and compares policies in pairs of the same world with and without them.

    Start with: displace compare
    """


for commands in (compare, check, look_up, scenario_files, calibrate, sensitivity, show, verify):
    commands.register(app)
