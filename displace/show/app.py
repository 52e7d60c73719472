"""The page: Mesa's SolaraViz with a map of two worlds, the strip of their differences, a clock, a story and a form.

Each visitor has a `Session` of their own. The browser draws and keeps time; a week costs it a few hundred numbers.
"""

from pathlib import Path

import solara
from mesa.visualization import Slider, SolaraViz
from mesa.visualization.utils import update_counter

from displace.wording.words import CONDITIONAL, ILLUSTRATIVE
from scenarios.explain import PAPER

from .cards import card
from .form import PolicyForm
from .map_ground import PLACE_KINDS, ground
from .session import Session
from .story import PACES, SCENES

ONE_PAIR = "One pair of runs: part of any difference is chance."
PAST = "The known past, up to August 2023."


@solara.component_vue("map.vue")
def WorldMaps(ground: dict, frame: dict, titles: list, picked: str, event_pick=None):
    """Both worlds on the map."""


@solara.component_vue("strip.vue")
def Differences(frame: dict, strips: list, levels: bool, policyWeek: int | None, stop: int, event_missing=None):
    """The policy's world minus the baseline's, over time; the baseline's levels where there is no policy."""


@solara.component_vue("clock.vue")
def Clock(
    week: int, run: int, stop: int, date: str, playing: bool, pace: float, paces: list, known: int,
    policyWeek: int | None, dated: list, years: list, event_play=None, event_advance=None, event_due=None,
    event_reset=None, event_hurry=None, event_jump=None, event_scene=None, event_close=None,
):  # fmt: skip
    """Play, pause, step, reset, speed and date, by mouse and keys; keeps the time while playing."""


@solara.component
def Page():
    session = solara.use_memo(Session, [])
    broken, mend = solara.use_exception()
    if broken:
        return Broken(broken, lambda: (session.close(), mend()))
    with solara.Div() as main:
        solara.Title("displace")
        solara.Style(Path(__file__).with_name("show.css"))
        Mesa(session)
        Story(session)
        with solara.Div(classes=["show"]):
            Sentence(session)
            Stage(session)
            PlaceCard(session)
        PolicyForm(session)
    return main


@solara.component
def Broken(error: Exception, mend):
    """A defect of the page itself: said, instead of a blank screen."""
    with solara.Column(style={"padding": "48px"}) as main:
        solara.Error(f"The page could not be drawn ({type(error).__name__}: {error}).")
        solara.Button("Draw it again", color="primary", on_click=mend)
    return main


@solara.component
def Mesa(session: Session):
    """Mesa's own controls, in the drawer at the left: they drive the same two worlds."""
    shown = session.worlds.value.scenario
    params = {
        "rng": Slider("Seed", shown.rng, 0, max(100, shown.rng), 1),
        "policy": shown.policy,
        "people_per_agent": shown.people_per_agent,
    }
    wanted = (shown.rng, session.policy.hash, shown.people_per_agent)
    drawn, set_drawn = solara.use_state(wanted)
    solara.use_effect(lambda: set_drawn(wanted), [wanted])
    with solara.Div():
        if drawn == wanted:  # for a moment not there: Mesa takes parameters only when its controls are made anew
            SolaraViz(session.worlds, components=[], model_params=params, name="displace")


@solara.component
def Story(session: Session):
    """The scenes, a click each, in the bar at the top."""
    with solara.AppBar():
        for number, scene in enumerate(SCENES):
            solara.Button(
                f"{number + 1} {scene.title}",
                text=True,
                small=True,
                on_click=lambda number=number: session.open_scene(number),
                classes=["scene", "now"] if session.scene.value == number else ["scene"],
            )
        solara.Button(
            "Policies",
            icon_name="mdi-tune",
            outlined=True,
            small=True,
            on_click=lambda: session.drawer.set(not session.drawer.value),
            classes=["scene", "open-form"],
        )


@solara.component
def Sentence(session: Session):
    """What a scene says, or the question of the scenario; what kind of world this is; and errors."""
    update_counter.get()
    number = session.scene.value
    says = SCENES[number].says if number is not None else session.policy.question
    with solara.Div(classes=["says"]):
        solara.Text(says, classes=["sentence"])
        solara.Text(
            f"{CONDITIONAL if session.conditional else PAST} {ILLUSTRATIVE} {ONE_PAIR}",
            classes=["kind", "conditional" if session.conditional else "known"],
        )
    if session.error.value:
        solara.Error(session.error.value, dense=True, classes=["wrong"])


@solara.component
def Stage(session: Session):
    """Maps, differences and clock: all that changes with the weeks."""
    update_counter.get()
    worlds, frame = session.worlds.value, session.frame()
    with solara.Div(classes=["stage"]):
        WorldMaps(
            ground=ground(), frame=frame, titles=session.titles, picked=session.picked.value, event_pick=session.pick
        )
        Differences(
            frame=frame,
            strips=session.panels(),
            levels=not session.compares,
            policyWeek=worlds.policy_week,
            stop=worlds.stop,
            event_missing=session.resend,
        )
        Clock(
            week=worlds.week, run=frame["run"], stop=worlds.stop, date=session.day, playing=session.playing.value,
            pace=session.pace.value, paces=list(PACES), known=PAPER, policyWeek=worlds.policy_week,
            dated=session.shocks, years=session.years, event_play=session.play, event_advance=session.advance,
            event_due=session.due, event_reset=session.reset, event_hurry=session.hurry, event_jump=session.jump,
            event_scene=session.open_scene, event_close=session.close,
        )  # fmt: skip


@solara.component
def PlaceCard(session: Session):
    """What is known of the place that was clicked."""
    update_counter.get()
    if not session.picked.value:
        return solara.Div()
    shown = card(session.worlds.value, session.picked.value, PLACE_KINDS)
    with solara.Card(classes=["place-card"], margin=0) as main:
        with solara.Row(justify="space-between"):
            solara.Text(shown.name, classes=["card-title"])
            solara.Button(
                icon_name="mdi-close",
                icon=True,
                small=True,
                on_click=lambda: session.pick(session.picked.value),
                attributes={"aria-label": "Close"},
            )
        solara.Text(
            f"{shown.kind}, {shown.state}" if shown.state not in shown.name else shown.kind, classes=["card-kind"]
        )
        solara.Text(shown.text, classes=["card-text"])
        Rows("Here", shown.place_rows)
        Rows(f"State: {shown.state}", shown.state_rows)
        for policy in shown.policies:
            solara.Text(f"• {policy}", classes=["card-policy"])
    return main


@solara.component
def Rows(title: str, rows: tuple):
    """A table of a card: a figure in both worlds, marked where they differ."""
    with solara.v.SimpleTable(dense=True, class_="card-rows"):
        with solara.v.Html(tag="tbody"):
            with solara.v.Html(tag="tr"):
                for text in (title, "baseline", "policy"):
                    solara.v.Html(tag="th", children=[text])
            for row in rows:
                with solara.v.Html(tag="tr", class_="differs" if row.baseline != row.policy else ""):
                    for text in (row.label, row.baseline, row.policy):
                        solara.v.Html(tag="td", children=[text])


@solara.component
def Layout(children=()):
    """Mesa's drawer closed at first, and no frame around the page."""
    solara.AppLayout(
        children=[*children],
        sidebar_open=False,
        navigation=False,
        color="white",
        toolbar_dark=False,
        style={"padding": "0", "height": "100%"},
    )
