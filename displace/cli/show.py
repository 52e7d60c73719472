"""`displace show` and `displace doctor`: the presenter's browser, and the check of the evening before."""

from importlib.util import find_spec
from typing import Annotated

import typer

from displace.show.opening import OPENING_SCALE, OPENING_SCENARIO, OPENING_SEED, PORT

from .exit_codes import SOME_FAILED
from .options import Scale, ScenarioName, Seed

EXTRA = "the browser needs the extra 'viz': `make show` installs it and starts"


def register(app: typer.Typer):
    """Add both commands."""

    @app.command()
    def show(
        scenario: ScenarioName = OPENING_SCENARIO,
        seed: Seed = OPENING_SEED,
        people_per_agent: Scale = OPENING_SCALE,
        port: Annotated[int, typer.Option(min=1, max=65535, help="Port on this machine.")] = PORT,
        no_open: Annotated[
            bool, typer.Option("--no-open", help="Open no browser, only say where the page is.")
        ] = False,
    ):
        """Show two worlds side by side in a browser.

        The baseline and a policy on one map, in step, with guided scenes and levers to pull. Everything stays on this
        machine: it needs no network, and only who has the link that is printed can open it.

        \b
        Examples:
          displace show
          displace show rights-package --seed 7
          displace show my-policy.toml --port 8800
        """
        from .loading import scenario_of

        scenario_of(scenario)  # bad input is refused before anything starts
        if find_spec("solara") is None:
            raise typer.BadParameter(EXTRA, param_hint="show")
        from displace.show.opening import Opening
        from displace.show.server import serve

        serve(Opening(scenario, seed, people_per_agent), port, not no_open)

    @app.command()
    def doctor(port: Annotated[int, typer.Option(min=1, max=65535, help="The port that the show will use.")] = PORT):
        """Check that the show will run without a network.

        Versions, extras, compiled model, offline assets, port and browser, each with what to do about it.

        \b
        Example:
          displace doctor

        Exit code 1: something is missing.
        """
        from displace.show.doctor import findings

        from . import terminal

        looked_at = list(findings(port))
        terminal.show_table(("", "", ""), [[found.mark, found.what, found.says] for found in looked_at])
        if all(found.good for found in looked_at):
            print("\nThe show will run without a network.")
        else:
            print("\nThe show is not ready: see the lines with NO.")
            raise typer.Exit(SOME_FAILED)
