"""`displace list`, `plan`, `explain`, `profile` and `schema`: what there is, and what it means; nothing is written."""

from dataclasses import replace
from enum import StrEnum
from typing import Annotated

import typer

from displace.wording.words import cell

from .listings import LISTING_COLUMNS, LISTINGS, known
from .options import Scale, ScenarioName, Seed

FileKind = StrEnum("FileKind", ["scenario", "design", "part"])


def register(app: typer.Typer):
    """Add the commands to the command line."""
    app.command("list")(list_)
    for command in (plan, explain, profile, schema):
        app.command()(command)


def list_(
    what: Annotated[str, typer.Argument(metavar=f"[{'|'.join(LISTINGS)}]", help="What to list.")],
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="One of them, with everything known about it.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON, with every field, instead of a table.")] = False,
):
    """List levers, parameters, outcomes, scenarios ...

    Everything that can be named in a file, from the registries and the shipped files.

    \b
    Examples:
      displace list levers
      displace list levers crackdown
      displace list glossary
      displace list parameters --json
    """
    from scenarios.errors import Where

    if what not in LISTINGS:
        raise Where("list").error(f"unknown '{what}'", f"one of {', '.join(LISTINGS)}", what, LISTINGS)
    rows = LISTINGS[what]()
    key = LISTING_COLUMNS[what][0]
    if name is not None:
        names = [row[key] for row in rows]
        if name not in names:
            raise Where(f"list {what}").error(f"unknown '{name}'", f"a name of `displace list {what}`", name, names)
        rows = [row for row in rows if row[key] == name]
    if json:
        from json import dumps

        print(dumps(rows, indent=1, ensure_ascii=False))
        return
    from . import terminal

    if name is not None:
        terminal.show_table(("", ""), known(rows[0]))
    else:
        terminal.show_table(LISTING_COLUMNS[what], [[cell(row[key]) for key in LISTING_COLUMNS[what]] for row in rows])


def plan():
    """Print the phases of the simulated week.

    In the order of the compiled week.
    """
    from model.model import phase_plan

    from . import terminal

    terminal.show_table(
        ("", "phase", "what it does"), [[str(i), name, what] for i, (name, what) in enumerate(phase_plan(), start=1)]
    )


def explain(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="A shipped scenario's or design's name, or a path to a .toml file.")
    ],
):
    """Read a scenario or a design back as plain sentences.

    A scenario: its question, what happens anyway, each policy, and how it may help and hurt. A design: its arms, and
    what each changes, how strongly.

    \b
    Examples:
      displace explain crackdown-with-protection
      displace explain equal-budget
    """
    from experiments.design.files import design_path, from_names, single

    from . import terminal

    if design_path(name):
        from experiments.design.explain import explain

        terminal.show_sentences(explain(from_names([name])))
    else:
        from experiments.design.cautions import cautions
        from scenarios.explain import explain
        from scenarios.loading import load

        scenario = load(name)
        known = () if scenario.name == "baseline" else load("baseline").shocks
        terminal.show_sentences(explain(scenario, known))
        terminal.show_notes(cautions(single(replace(scenario, notes=()))))  # the sentences have these


def profile(
    scenario: ScenarioName = "baseline",
    seed: Seed = 1,
    people_per_agent: Scale = 100,
):
    """Print the time that each phase of the week takes.

    \b
    Example:
      displace profile baseline --people-per-agent 100
    """
    from model.model import Simulation

    from . import terminal
    from .loading import scenario_of

    inputs = scenario_of(scenario).inputs(seed=seed, people_per_agent=people_per_agent, record="summary")
    terminal.say("Each phase is compiled by itself, once for each version of the model; this takes a while.")
    Simulation(inputs).profile()
    spent = Simulation(inputs).profile()
    total = sum(seconds for _, seconds in spent)
    rows = [[name, f"{1000 * seconds:,.1f}", f"{seconds / total:.0%}"] for name, seconds in spent]
    terminal.show_table(("phase", "ms", "share"), [*rows, ["all phases", f"{1000 * total:,.1f}", "100%"]])


def schema(kind: Annotated[FileKind, typer.Argument(help="Which file it describes.")] = FileKind.scenario):
    """Print the JSON Schema of scenario files.

    Editors use it to complete and check what is written. Also for design files, and for parts: files that scenarios
    extend, without a title and a question of their own.

    \b
    Examples:
      displace schema > scenario.schema.json
      displace schema part > part.schema.json
    """
    from json import dumps

    if kind is FileKind.design:
        from experiments.design.files import design_schema

        found = design_schema()
    else:
        from scenarios.file_format import json_schema

        found = json_schema(kind is FileKind.part)
    print(dumps(found, indent=1, ensure_ascii=False))
