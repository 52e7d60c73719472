"""The drawer in which a visitor chooses a scenario or composes policies; made from the registry of levers."""

from datetime import date

import solara
from mesa.visualization.utils import update_counter

from model.registry.levers import LEVERS
from scenarios.loading import list_scenarios
from scenarios.toml_files import MOST_BYTES

from . import policies
from .frames import STRIPS
from .session import Session

OWN = "my own"
MOST_STRIPS = 8


@solara.component_vue("file.vue")
def ScenarioFile(label: str, most: int, event_open=None):
    """A scenario file, chosen or dropped; of a larger one than `most` bytes one byte too many is sent."""


@solara.component
def PolicyForm(session: Session):
    """Shipped scenarios, policies of one's own, what they say, and how to run the same on the command line."""
    if not session.drawer.value:
        return solara.Div()
    with solara.Column(classes=["form"], gap="8px") as main:
        with solara.Row(justify="space-between"):
            solara.Text("Policies", classes=["card-title"])
            solara.Button(
                icon_name="mdi-close",
                icon=True,
                small=True,
                on_click=lambda: session.drawer.set(False),
                attributes={"aria-label": "Close"},
            )
        Shipped(session)
        shown = session.policy.hash + session.policy.name
        Composer(session, shown).key(shown)
        ReadBack(session)
        Reproduce(session)
        Settings(session)
    return main


@solara.component
def Shipped(session: Session):
    titles = {title: name for name, title, _ in list_scenarios()}
    shown = next((title for title, name in titles.items() if name == session.policy.name), OWN)
    solara.Select(
        "A shipped scenario",
        values=[*titles, *([OWN] if shown == OWN else [])],
        value=shown,
        on_value=lambda title: title != OWN and session.choose(titles[title]),
    )
    ScenarioFile(
        label="Or open a scenario file (.toml): choose one, or drop it here", most=MOST_BYTES,
        event_open=lambda file, content: session.open_file(file["name"], bytes(content[0])),
    )  # fmt: skip


@solara.component
def Composer(session: Session, shown: str):
    """Policies as entries that can be changed; they act once 'Show these policies' is pressed.

    `shown` names the scenario that they are taken from: a key alone mounts nothing anew while the arguments stay equal.
    """
    entries, set_entries = solara.use_state(policies.entries(session.policy))
    title, set_title = solara.use_state(session.policy.title if session.compares else "My policy")

    def change(number: int, **keys):
        session.error.set("")  # it may be of what is changed here
        set_entries([entry | keys if i == number else entry for i, entry in enumerate(entries)])

    solara.InputText("Title", value=title, on_value=set_title)
    for number, entry in enumerate(entries):
        Entry(
            entry,
            lambda number=number, **keys: change(number, **keys),
            lambda number=number: set_entries(entries[:number] + entries[number + 1 :]),
        )
    with solara.Row():
        solara.Button(
            "Add a policy",
            icon_name="mdi-plus",
            text=True,
            on_click=lambda: set_entries([*entries, policies.new_entry()]),
        )
        solara.Button(
            "Show these policies",
            color="primary",
            on_click=lambda: session.compose(entries, title, session.policy),
            classes=["apply"],
        )


@solara.component
def Entry(entry: dict, change, remove):
    """One policy: lever, States, start and strength; what else its file says is kept as it is."""
    texts = dict(policies.levers())
    levers = {text: name for name, text in texts.items()}
    states = policies.states()
    codes = {name: iso3 for iso3, name in states.items()}
    lever = LEVERS[entry["lever"]]

    def pull(chosen: str):
        name = levers[chosen]
        change(lever=name, strength=min(entry["strength"], LEVERS[name].maximum))

    with solara.Card(margin=0, classes=["entry"]):
        solara.Select("Lever", values=[*levers], value=texts[lever.name], on_value=pull)
        solara.SelectMultiple(
            f"Only at: {', '.join(entry['places'])}" if "places" in entry else "States (none = all)",
            values=[states[iso3] for iso3 in entry.get("states", [])], all_values=[*codes],
            on_value=lambda chosen: change(states=[codes[name] for name in chosen]), dense=True,
        )  # fmt: skip
        with solara.Div(classes=["dose"]):
            solara.InputText(
                "Start", value=str(entry["start"]), on_value=lambda typed: change(start=policies.day(typed) or typed),
                error=None if isinstance(entry["start"], date) else f"such as {policies.STARTS}", hide_details=False,
            )  # fmt: skip
            solara.SliderFloat(
                f"Strength {entry['strength']:g}", value=float(entry["strength"]), min=0, max=lever.maximum, step=0.1,
                on_value=lambda value: change(strength=round(value, 2)),
            )  # fmt: skip
        with solara.Row(justify="space-between"):
            solara.Text(f"1 = {lever.unit}", classes=["hint"])
            solara.Button(
                icon_name="mdi-delete-outline",
                icon=True,
                small=True,
                on_click=remove,
                attributes={"aria-label": "Remove this policy"},
            )


@solara.component
def ReadBack(session: Session):
    """The scenario that is shown, as sentences."""
    with solara.Details("What this means", expand=len(session.policy.policies) < 3):
        for sentence in [session.policy.question, *policies.sentences(session.policy)]:
            solara.Text(sentence, classes=["read-back"])


@solara.component
def Reproduce(session: Session):
    """The file and the command line that give what is on the page."""
    update_counter.get()
    scenario = session.policy
    solara.FileDownload(
        policies.file_of(scenario), filename=f"{scenario.name}.toml", label=f"Download {scenario.name}.toml"
    )
    solara.Text("The same two worlds on the command line:", classes=["hint"])
    solara.v.Html(tag="code", class_="command", children=[policies.command(session.worlds.value.scenario)])


@solara.component
def Settings(session: Session):
    """Seed, size of the simulated population, and what the strip shows."""
    shown = session.worlds.value.scenario
    seed, set_seed = solara.use_state_or_update(str(shown.rng))
    size, set_size = solara.use_state_or_update(str(shown.people_per_agent))
    with solara.Div(classes=["dose", "settings"]):
        solara.InputText("Seed", value=seed, on_value=set_seed)
        solara.InputText("People per agent", value=size, on_value=set_size)
        solara.Button("Start anew", outlined=True, on_click=lambda: session.resize(seed, size))
    names = {strip.label: key for key, strip in reversed(STRIPS.items())}
    solara.SelectMultiple(
        "Differences under the maps",
        values=[STRIPS[key].label for key in session.strips.value],
        all_values=[*names],
        on_value=lambda chosen: session.strips.set([names[label] for label in chosen][:MOST_STRIPS]),
        dense=True,
    )
