"""What patterns measure in the worlds of one seed.

Functions give (numerator, denominator), or a number of one world.
"""

import math
from datetime import date

import numpy as np

from model.registry.calendar import week_of
from model.registry.parameters import PARAMETERS

from .arms import COUP, HOTLINE_ENDS, HUB, MOEI, RAIDS, RELEASE, START, TAIWAN, months


def mean(of):
    return lambda w: (of(w), 1.0)


def over(value, treated, untreated):
    """Return what gives a quantity in one world over that in another."""
    return lambda w: (value(w[treated]), value(w[untreated]))


def rise(value, treated, untreated):
    return lambda w: (value(w[treated]) - value(w[untreated]), 1.0)


def share(part, whole):
    return part / whole if whole > 0 else math.nan


def held(*where, first, last):
    return lambda s: s.mean("people_held", first, last, *where)


# --- a crackdown on one hub ----------------------------------------------------------------------------------

QUARTER_ON, HALF = START + months(3), START + months(6)
IN_REGION = ("KHM", "MMR", "LAO", "PHL", "THA", "VNM", "MYS", "IDN", "TLS")
NEAR = 400.0  # km


def lost_at_hub(w, first=HALF - 4, last=HALF + 4):
    return held(HUB, first=first, last=last)(w["history"]) - held(HUB, first=first, last=last)(w["crackdown"])


def displaced(w):
    everywhere = rise(held(first=HALF - 4, last=HALF + 4), "crackdown", "history")(w)[0]
    return everywhere + lost_at_hub(w), lost_at_hub(w)


def destinations(s, near):
    """Return the moves from the hub in three months, to near places (the same country, or close) or to the others."""
    hub = s.where(HUB)[0]
    country = np.array(s.world.place_country)
    is_near = (country == country[hub]) | (s.world.distance[hub] <= NEAR)
    rows = s.moves([HUB], (), START, QUARTER_ON)
    return rows[is_near[rows["target"]] == near]


def extra_moves(w, near):
    return sum(
        sign * float(destinations(w[arm], near)["operations"].sum())
        for sign, arm in ((1, "crackdown"), (-1, "history"))
    )


def near_share(w):
    return extra_moves(w, True), extra_moves(w, True) + extra_moves(w, False)


def first_week(s, near):
    weeks = destinations(s, near)["week"]
    return float(weeks.min() - START + 1 if len(weeks) else QUARTER_ON - START)


def distance(w):
    """Mean distance moved from the hub, over that to all places in the region where operations may be."""
    s = w["crackdown"]
    hub = s.where(HUB)[0]
    hosts = [i for i in s.where(*IN_REGION) if s.world.hosts[i] and i != hub]
    rows = s.moves([HUB], IN_REGION, START, QUARTER_ON)
    return share(
        float((s.world.distance[hub][rows["target"]] * rows["operations"]).sum()), rows["operations"].sum()
    ), float(s.world.distance[hub][hosts].mean())


# --- raids, leaks, cuts ------------------------------------------------------------------------------------------


def found(arm, other):
    """Return what gives people found per raid in one world over that in another."""
    seen = lambda s, outcome: s.sum(outcome, START, HALF, HUB)  # noqa: E731
    return lambda w: (
        seen(w[arm], "freed_in_raids") / max(1.0, seen(w[arm], "raids")),
        seen(w[other], "freed_in_raids") / max(1.0, seen(w[other], "raids")),
    )


def output_lost(first, last):
    money = lambda s: s.mean("money_defrauded", START + first, START + last, *MOEI)  # noqa: E731
    return lambda w: money(w["history"]) - money(w["cut"])


# --- release and refill --------------------------------------------------------------------------------------------

AFTER_8 = RELEASE + months(8)


def let_go(w, first, last):
    at = held("myawaddy", first=first, last=last)
    return at(w["history"]) - at(w["release"])


def refilled(w):
    lost = let_go(w, RELEASE, RELEASE + 1)
    return lost - let_go(w, AFTER_8 - 4, AFTER_8), lost


def rebuilt(w):
    s = w["release"]
    return s.mean("compounds", RELEASE + months(7) - 4, RELEASE + months(7), *MOEI), s.mean(
        "compounds", RELEASE - 4, RELEASE, *MOEI
    )


# --- compounds after the coup ----------------------------------------------------------------------------------------

YEAR_2, YEAR_4 = COUP + 104, COUP + 208


def compounds(where, week):
    return lambda s: s.mean("compounds", week - 4, week, *where)


def grew(week):
    return lambda w: (compounds(MOEI, week)(w["history"]), compounds(MOEI, COUP)(w["history"]))


def grew_more_than_elsewhere(w):
    s = w["history"]
    factor = lambda where: share(compounds(where, YEAR_2)(s), compounds(where, COUP)(s))  # noqa: E731
    return factor(MOEI) - factor(()), 1.0


# --- who is recruited -------------------------------------------------------------------------------------------------

PANDEMIC_YEAR = (week_of(date(2020, 7, 6)), week_of(date(2021, 4, 5)))  # whole quarters, without the onset
AFTER_TAIWAN = (TAIWAN + months(2), TAIWAN + months(11))


def recruits(s, which):
    return s.group("recruited", *PANDEMIC_YEAR, which)


def share_of_recruits(which):
    return lambda s: share(recruits(s, lambda rows: which(s, rows)), recruits(s, lambda rows: True))


def cases(code):
    return lambda s: s.group("newly_held", *AFTER_TAIWAN, s.of(code))


def all_cases(s):
    return s.group("newly_held", *AFTER_TAIWAN)


def substituted(w):
    with_, without = w["history"], w["no interception"]
    lost = cases("TWN")(without) - cases("TWN")(with_)
    return all_cases(with_) - all_cases(without) + lost, lost


def diversity(year):
    """Return the effective number of nationalities (exponential of the entropy) among the newly held of a year."""

    def effective(s):
        rows = s.quarters[np.isin(s.quarters["quarter"], range((year - 2016) * 4, (year - 2015) * 4))]
        held = np.bincount(rows["nationality"], rows["newly_held"])
        part = held[held > 0] / held.sum()
        return float(np.exp(-(part * np.log(part)).sum()))

    return effective


def over_years(late, early):
    return lambda w: (diversity(late)(w["history"]), diversity(early)(w["history"]))


# --- punishment, screening, shelter, debt ----------------------------------------------------------------------------

LATER = (START + months(3), START + months(6))
FLOWS_OUT = ("escaped", "ransomed")


def unaided(s):
    return share(sum(s.sum(flow, *LATER) for flow in FLOWS_OUT), s.sum("out", *LATER))


def weeks_held(s):
    return share(s.sum("people_held", *LATER), s.sum("out", *LATER))


SCREENED = (START + months(3), START + 52)
ASSESSORS = ("KHM", "LAO", "MMR", "PHL")


def identified(s, window):
    """Return people identified per person freed in raids or through consulates, those whom authorities deal with."""
    return share(s.sum("identified", *window), s.sum("freed", *window))


def truly_trafficked(s):
    return share(s.sum("trafficked_out", *SCREENED), s.sum("out", *SCREENED))


def recognised(s, state):
    """Return the share identified among trafficked people whom a state screened, over four years."""
    found, missed = (s.sum(outcome, START - 208, START, state) for outcome in ("identified", "misidentified"))
    return share(found, found + missed)


def between_assessors(w):
    shares = [recognised(w["history"], state) for state in ASSESSORS]
    return max(shares) - min(shares), 1.0


def turned_away(w):
    s = w["caseload"]
    without, *with_bed = (
        s.times(t, START, START + months(2))
        for t in ("identified_without_bed", "identified_to_open_shelter", "identified_to_closed_shelter")
    )
    return without, without + sum(with_bed)


def debts(s, which):
    debts = s.held["debt"][which]
    return float(np.median(debts)) if len(debts) else math.nan


def debt_when_sold(w):
    s = w["history"]
    alike = (s.held["weeks"] >= 13) & (s.held["weeks"] < 52)
    return debts(s, alike & (s.held["sold"] >= 1)), debts(s, alike & (s.held["sold"] == 0))


def debt_by_time(w):
    s = w["history"]
    return debts(s, s.held["weeks"] >= 52), debts(s, s.held["weeks"] < 13)


def ransom_when_sold(w):
    """Hazard of ransom, as debt sets it, of those sold against that of the others (at the default scale of debts)."""
    s = w["history"]
    chance = 1.0 / (1.0 + s.held["debt"] / PARAMETERS["debt_scale"].default)
    sold = s.held["sold"] >= 1
    return float(chance[sold].mean()) if sold.any() else math.nan, float(chance[~sold].mean())


# --- who is found, and where
# -------------------------------------------------------------------------------------------

FOUND = (week_of(date(2021, 7, 5)), week_of(date(2023, 7, 3)))  # whole quarters
ASKED_FOR_THEIR_OWN = ("MYS", "IDN", "PHL", "VNM")  # origins with consulates in all four states


def share_found(which):
    return lambda w: (
        w["history"].group("freed", *FOUND, lambda rows: which(w["history"], rows)),
        w["history"].group("freed", *FOUND),
    )


def of_age(w):
    ages = w["history"].held["age"]
    return float(((ages >= 18) & (ages < 40)).mean()), 1.0


def freed_a_week(state):
    """Return who is freed, per person-week held there, among people of the same few origins abroad."""

    def rate(s):
        ours = s.of(*ASKED_FOR_THEIR_OWN)
        which = lambda rows: ours(rows) & s.at(state)(rows) & s.abroad(rows)  # noqa: E731
        return share(s.group("freed", *FOUND, which), s.group("people_held", *FOUND, which))

    return rate


def better_freed(here, there):
    return lambda w: (freed_a_week(here)(w["history"]), freed_a_week(there)(w["history"]))


# --- the hotline and the raids of 2022
# ---------------------------------------------------------------------------------


def in_cambodia(outcome):
    return lambda s: s.sum(outcome, RAIDS, HOTLINE_ENDS, "KHM")


def in_the_rush(outcome):
    return lambda s: s.sum(outcome, RAIDS, RAIDS + months(2), "KHM")


def ratio_in_cambodia(outcome, per):
    return lambda w: (in_cambodia(outcome)(w["raids and hotline"]), in_cambodia(per)(w["raids and hotline"]))


def closures(w):
    """Compounds that were raided since and stand closed at the end, per complaint."""
    ours = w["raids and hotline"]
    return float(ours.closed[ours.where("KHM")].sum()), in_cambodia("reports_to_hotlines")(ours)


def rescued_of_held(w):
    s = w["raids and hotline"]
    return in_cambodia("freed")(s), s.mean("people_held", RAIDS, HOTLINE_ENDS, "KHM")


# --- relocations of record
# -----------------------------------------------------------------------------------------------


FIVE_YEARS = (week_of(date(2019, 1, 7)), week_of(date(2024, 1, 1)))


def extra_moved(sources, targets, treated, untreated, first, last):
    return lambda w: (
        w[treated].moved(sources, targets, first, last) - w[untreated].moved(sources, targets, first, last),
        1.0,
    )


def net_moved(sources, targets, arm, first, last):
    return lambda w: (w[arm].moved(sources, targets, first, last) - w[arm].moved(targets, sources, first, last), 1.0)
