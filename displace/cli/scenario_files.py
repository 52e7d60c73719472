"""Commands around scenario files: begin one, set two against each other."""

from pathlib import Path
from typing import Annotated

import typer

TEMPLATE = Path(__file__).with_name("scenario.toml")


def register(app: typer.Typer):
    """Add the commands to the command line."""
    app.command()(new)
    app.command()(diff)


def new(
    name: Annotated[
        str,
        typer.Argument(
            help="The scenario's name: lower-case letters, digits and hyphens. The file is NAME_PATTERN.toml."
        ),
    ],
    folder: Annotated[Path, typer.Option(help="The folder in which it is written.")] = Path("."),
):
    """Write a commented scenario file to start from.

    It runs as it is: a crackdown with screening and shelter in one State. Comments say what else it may contain.

    \b
    Example:
      displace new my-crackdown
    """
    import re

    from experiments.design.files import list_designs
    from scenarios.errors import Where
    from scenarios.file_format import NAME_PATTERN
    from scenarios.loading import list_scenarios

    name = name.removesuffix(".toml")
    path = folder / f"{name}.toml"
    if not re.fullmatch(NAME_PATTERN, name):
        raise Where("new", "NAME").error(
            f"'{name}' can't name an arm", "lower-case letters, digits and hyphens (a folder is --folder)"
        )
    if name in {known for known, *_ in (*list_scenarios(), *list_designs())}:
        raise Where("new", "NAME").error(
            f"'{name}' is shipped", "a name of its own, so that one name never means two policies"
        )
    if path.exists():
        raise Where(str(path)).error("already exists", "another name, or remove it first")
    if not folder.is_dir():
        raise Where(str(folder)).error("is no folder", "an existing --folder")
    path.write_text(TEMPLATE.read_text(encoding="utf-8").replace("NAME", name), encoding="utf-8")
    from . import terminal

    terminal.show_where(Scenario=path)
    print(
        f"Read it back:  displace explain {path}\nCompare it:    displace compare {path} "
        f"unilateral-crackdown --out outputs/{name}"
    )


def diff(
    first: Annotated[str, typer.Argument(metavar="A", help="A shipped scenario's name, or a path to a .toml file.")],
    second: Annotated[str, typer.Argument(metavar="B", help="The other.")],
):
    """Say in sentences how two scenarios differ.

    Policies with their States, strengths and dates, shocks of the past, assumptions and the world's data.

    \b
    Example:
      displace diff unilateral-crackdown simultaneous-crackdown
    """
    from scenarios.diff import differences

    from . import terminal
    from .loading import scenario_of

    sentences = differences(scenario_of(first), scenario_of(second))
    terminal.show_sentences(sentences or ["They are the same simulation: only title, question or name may differ."])
