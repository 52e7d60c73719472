"""What people carry out of captivity and what they meet: ledgers, debts, the way straight home, help without a bed."""

import pytest
from small import ENOUGH, NEVER, NO_RISKS, weekly

from model import Inputs, Simulation
from model.engine.kernel import entry
from model.people.debts import pressed_by_debt
from model.registry.life_course import S, T
from model.registry.outcomes import O
from model.registry.parameters import DEFAULTS
from model.world.tiny_world import tiny_world

QUIET = dict(raids_per_month=0.0, call_outs_per_month=0.0)
RELEASED = NO_RISKS | weekly(release_rate=0.05) | dict(release_weeks=1)


def run(parameters, seed=1, stop=100, **state):
    return Simulation(Inputs(tiny_world(**QUIET | state), seed, 20, parameters, stop=stop, events=True)).advance()


def people(simulation):
    return simulation.columns.people[: simulation.columns.used[0]["people"]]


def test_the_ledger_ends_when_people_come_out_and_what_is_owed_outside_remains():
    """People let go owe what their households borrowed for the journey, whatever the compound had written down."""
    found = people(
        run(
            RELEASED
            | dict(
                debt_at_home=700,
                feedback_reprisals=0,
                home_penalty=0,
                fines=0,
                extortion=0,
                remedy_access=0,
                debt_relief=0,
            )
        )
    )
    out = found[(found.status == S.stranded) & (found.spell == 0) & (found.weeks_held > 0)]
    assert len(out) > 50 and (out.debt == 0).all()
    recruited = out[out.owed > 0]  # those held from the start, or taken by force, borrowed nothing
    assert len(recruited) > 20 and recruited.owed == pytest.approx(700)
    held = found[(found.status == S.held) & (found.held_from > 0)]
    assert (held.debt > 0).all()


def test_of_a_ransom_the_household_borrows_a_share():
    found = people(run(NO_RISKS | weekly(ransom_rate=0.1) | dict(debt_after_ransom=1, debt_at_home=0, straight_home=0)))
    out = found[(found.status == S.stranded) & (found.spell == 0) & (found.weeks_held > 0)]
    assert len(out) > 20 and (out.owed > 100).mean() > 0.9


@entry
def pressure(owed, m):
    m.people[0].owed = owed
    return pressed_by_debt(0, m)


def test_the_pressure_of_debt_saturates():
    """At the reference debt half of the most that debt adds, and never more than that."""
    simulation = run({}, stop=3)
    scale, most = DEFAULTS["debt_scale"], DEFAULTS["again_debt"]
    found = [pressure(times * scale, simulation._handle) for times in (0.0, 1.0, 1e6)]
    assert found == pytest.approx([1.0, 1.0 + most / 2, 1.0 + most], rel=1e-4)


def test_with_papers_those_who_come_out_alone_may_be_home_within_the_week():
    certain = dict(straight_home=1, documents=1, papers_without_consulate=1)
    shares = []
    for chance in (1.0, 0.0):
        log = run(RELEASED | certain | dict(straight_home=chance)).result().events["transition"]
        shares.append((log == T.went_home).sum() / (log == T.released).sum())
    assert shares[0] > 0.8 and shares[1] == 0.0  # for a tenth return is unsafe


def helped(**changes) -> float:
    """Return how many were helped home from being stranded, where no shelter has a bed."""
    reached = RELEASED | weekly(services_reach=0.3, returns_with_help=0.0) | dict(straight_home=0, tied=0, documents=1)
    result = run(reached | changes, open_beds=0, closed_beds=0, return_help_per_week=ENOUGH).result()
    return float((result.events["transition"] == T.returned_with_help).sum())


def test_services_without_a_bed_help_home_and_more_accept_where_no_police_hear_of_it():
    usual = helped(safe_help=0.0, reach_without_firewall=1)
    assert usual > 20 and helped(services_reach=NEVER) == 0
    safe = helped(safe_help=1.0, reach_without_firewall=1, declines_for_fear=1)
    assert safe > 1.08 * usual


def test_deaths_are_counted_by_cause():
    result = run(weekly(death_rate=0.01, death_stranded=0.01, death_detained=0.01) | dict(escape_death=0.5)).result()
    total = result.weekly.sum(axis=(0, 2))
    causes = ("deaths_in_captivity", "deaths_escaping", "deaths_stranded", "deaths_in_custody")
    assert all(total[O[name]] > 0 for name in causes[:3])
    assert sum(total[O[name]] for name in causes) == pytest.approx(
        total[O.deaths], rel=0.02
    )  # reprisals at home kill few
