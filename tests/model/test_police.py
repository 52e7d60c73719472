"""What police do after a complaint, and whom they charge: a few are brought out, and screening creates no charge."""

import pytest
from small import ENOUGH, NO_RISKS

from model import Inputs, Simulation
from model.registry.life_course import T
from model.registry.outcomes import O
from model.world.tiny_world import tiny_world

STOP = 150


def counted(outcomes, parameters=None, seeds=3, **state):
    """Return sums of outcomes over the run and seeds."""
    total = dict.fromkeys(outcomes, 0.0)
    for seed in range(seeds):
        result = Simulation(Inputs(tiny_world(**state), seed, 5, parameters or {}, stop=STOP)).advance().result()
        for name in outcomes:
            total[name] += result.weekly[:, O[name], :].sum()
    return total


CALLED = ("call_outs", "freed_on_complaints")
QUIET = dict(raids_per_month=0.0, control=1.0)


def test_call_outs_bring_out_as_many_as_the_parameter_says():
    found = counted(
        CALLED, dict(freed_per_call_out=4, complaints_answered=1), raids_per_month=0.0, call_outs_per_month=20.0
    )
    assert found["call_outs"] > 150
    assert found["freed_on_complaints"] / found["call_outs"] == pytest.approx(4, rel=0.15)


def test_there_are_no_more_call_outs_than_staff_for_them_nor_without_complaints():
    staffed = counted(
        CALLED, dict(complaints_answered=1, calls_home=0.05), raids_per_month=0.0, call_outs_per_month=2.0
    )
    assert 0 < staffed["call_outs"] <= 1.3 * 3 * 2 * 2 * STOP / 4.35  # two States, three seeds
    silent = dict(calls_home=0, consular_contact=0, press_out=0)
    assert counted(CALLED, silent, call_outs_per_month=20.0)["call_outs"] == 0
    assert counted(CALLED, call_outs_per_month=0.0)["call_outs"] == 0


CHARGED = {T.charged_after_screening, T.charged_unscreened}
HARD = dict(raids_per_month=12.0, detention_places=ENOUGH, court_cases_per_week=0.0)


def first_week_charges(parameters, **state) -> tuple[int, int]:
    """Return how many came out of captivity into a State's hands, and how many were charged in that week."""
    out, charged = 0, 0
    for seed in range(4):
        inputs = Inputs(tiny_world(**HARD | state), seed, 5, parameters, stop=STOP, events=True)
        log = Simulation(inputs).advance().result().events
        out += int((log["transition"] == T.freed_in_raid).sum())
        charged += sum(int((log["transition"] == t).sum()) for t in CHARGED)
    return out, charged


@pytest.mark.parametrize("sensitivity", [0, 1])
def test_screening_creates_no_charge_and_spares_those_whom_it_sees(sensitivity):
    """With nobody recognised, as many are charged with screening as without; with all recognised, far fewer."""
    parameters = NO_RISKS | dict(
        charges=0.4, sensitivity=sensitivity, deports_unassessed=0, without_testimony=1, feedback_tip_offs=0
    )
    parameters |= dict(
        profile_bias=0, language_barrier=0, knew_penalty=0, contract_penalty=0, recognition_without_law=1
    )
    shares = {}
    for slots in (0.0, ENOUGH):
        out, charged = first_week_charges(parameters, screening_per_week=slots)
        assert out > 300
        shares[slots] = charged / out
    if sensitivity == 0:
        assert shares[ENOUGH] == pytest.approx(shares[0.0], rel=0.15)
    else:
        assert shares[ENOUGH] < 0.5 * shares[0.0]
