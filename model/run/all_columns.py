"""Everything that a run is made of, as one flat set of columns, and the handle by which kernels reach it.

`Columns` holds the arrays; kernels reach all of them by one handle `m` (`handle.py`): `m.people[i].debt`,
`m.env[k, I.detains, p]`. A handle has no state of its own but the week, the seed and the like, so a
checkpoint is the arrays and the week.

Dimensions: P places, H places where operations may be, D places up to the last of those, S states, N nationalities,
E edges, B lines of business, I institutions, K classes of people, L strata, C cells (strata by cohorts), A areas,
G owners, O outcomes, Z statuses.
"""

from typing import NamedTuple

import numpy as np

from model.engine.columns import copy_of

USED = (
    ("people", "i8", "rows in use"),
    ("operations", "i8", "rows ever used"),
    ("free", "i8", "rows of operations that may be used again"),
    ("sites", "i8", "rows in use"),
    ("waiting", "i8", "recruited and not yet placed"),
    ("relocations", "i8", "rows in use"),
    ("week_relocations", "i8", "rows in use when the week began"),
    ("events", "i8", "rows in use"),
    ("due", "4i8", "rows due this week, by lane"),
    ("struck", "i8", "sites raided this week"),
    ("stale", "i8", "1 when institutions must be set anew"),
    ("quarter_end", "i8", "first week of the next quarter"),
)


class Columns(NamedTuple):
    """All arrays of a run; those before `people` never change in it."""

    par: np.ndarray  # float64: parameters by P
    base: np.ndarray  # float64 (I, P): institutions without lever or shock
    hazard_bounds: np.recarray  # hazard_bounds.BOUND (P)
    places: np.recarray  # places.PLACE (P)
    distance: np.ndarray  # float64 (P, P), km
    near_home: np.ndarray  # float64 (P, P): how much less likely an escape is the farther home is, 1 = at home
    hosts: np.ndarray  # int32 (H)
    nations: np.recarray  # places.NATION (N)
    lines: np.recarray  # places.BUSINESS_LINE (B)
    fits: np.ndarray  # float64 (B, N): how readily operations of a line take a nationality
    suits: np.ndarray  # float64 (B, N, S): the same by the State where they are, by which people are recruited
    consulate: np.ndarray  # float64 (N, S)
    edges: np.recarray  # places.EDGE (E)
    edge_first: np.ndarray  # int32 (P + 1)
    reachable: np.ndarray  # float64 (P, P): outlook.discounts
    strata: np.recarray  # roster.STRATUM (L)
    area_first: np.ndarray  # int64 (A): the first stratum of each area
    roster: np.ndarray  # uint64: sorted thresholds and ordinals
    roster_first: np.ndarray  # int64 (C + 1)
    answers: np.ndarray  # float64 (L, APPROACHES): how readily each stratum answers
    keys: np.ndarray  # uint64 (streams, weeks): random_numbers.stream_keys
    posts: np.recarray  # border_officials.POST
    plans: np.recarray  # policies_in_force.PLAN
    plan_where: np.ndarray  # bool (plans, P)
    plan_whom: np.ndarray  # float64 (plans, K)
    watch: np.ndarray  # bool (plans, P)
    pauses: np.ndarray  # int32 (pauses, 3)
    class_of: np.ndarray  # int8 (N, 2, 2)
    travellers: np.ndarray  # float64 (S, K)
    # --- what a run changes
    people: np.recarray  # person.PERSON
    diary: np.ndarray  # int16 (people): week and lane in which each is looked at next
    due: np.ndarray  # int32 (LANES, people): rows due this week
    risk: np.recarray  # roster.RISK (L)
    cells: np.recarray  # roster.CELL (C)
    queue: np.recarray  # roster.QUEUE
    rings: np.recarray  # recruiters.RING (A)
    mix: np.ndarray  # float64 (A, APPROACHES): how a ring splits its effort at home
    away: np.ndarray  # float64 (A, APPROACHES): where rings work away from their base; sums to 1
    effort: np.ndarray  # float64 (A, APPROACHES): effort per person at risk; 1 over approaches = usual
    recruits: np.ndarray  # float64 (A, APPROACHES): expected recruits of this week, persons
    market: np.recarray  # recruiters.MARKET (1)
    luck: np.ndarray  # float64 (D): uniform numbers of a choice among places (choices)
    weight: np.ndarray  # float64 (D): its weights
    early: np.ndarray  # int64 (D): its places in the order in which their clocks may ring
    vacancies: np.ndarray  # float64 (B, D): persons still wanted
    desks: np.recarray  # vacancies.DESK (B * D, line by line)
    access: np.ndarray  # float64 (P, P): how readily people are brought from one place to another
    route_cost: np.ndarray  # float64 (P, P): fares, USD
    route_expected: np.ndarray  # float64 (P, P): fares and what is expected to be lost, USD
    route_days: np.ndarray  # float64 (P, P)
    route_into: np.ndarray  # int32 (P, P): the edge by which the route from a source enters a place
    edge_weight: np.ndarray  # float64 (E): expected cost when routes were last found
    edge_fresh: np.ndarray  # float64 (E): expected cost now
    edge_fare: np.ndarray  # float64 (E): what is paid, when routes were last found
    lawful_stops: np.ndarray  # float64 (P): lawful travellers refused a week
    operations: np.recarray  # operations.OPERATION
    offers: np.recarray  # vacancies.OFFER
    sums: (
        np.ndarray
    )  # float64 (offers): persons wanted, by an offer and some before it: nodes of trees of sums (Fenwick 1994)
    free_rows: np.ndarray  # int32: stack of rows to use again
    owners: np.recarray  # operations.OWNER (G)
    raid_belief: np.ndarray  # float64 (G, P): raids per site and week feared from the owner's own experience
    owner_raids: np.ndarray  # float64 (G, P): raids on the owner's sites since it last heard
    present: np.ndarray  # float64 (G, P): operations of the owner at each place
    ties: np.ndarray  # float64 (G, P): worth of having operations there already, USD per person-week
    pull: np.ndarray  # float64 (G, P): exp(utility / scale) of each place
    sites: np.recarray  # compounds.SITE
    room: np.recarray  # compounds.ROOM (P)
    landlords: np.recarray  # landlords.LANDLORD
    struck: np.ndarray  # int64: sites raided this week
    outlook: np.recarray  # outlook.OUTLOOK (P)
    states: np.recarray  # states.STATE (S)
    known: np.recarray  # states.KNOWN (P)
    heard: np.recarray  # states.HEARD (N)
    held_by: np.ndarray  # float64 (N, P), persons held
    progress: np.recarray  # policies_in_force.PROGRESS (plans)
    env: np.ndarray  # float64 (K, I, P): institutions this week
    senv: np.ndarray  # float64 (K, I, S): their means over each state
    moved: np.ndarray  # bool (K, I): which of them are not as in `base`
    announced: np.ndarray  # float64 (P): raids per site and week that announcements let operations expect
    used: np.recarray  # USED (1)
    levels: np.ndarray  # int32 (Z, P, 3): everyone, trafficked, children; agents
    tally: np.ndarray  # float64 (O, P): this week
    weekly: np.ndarray  # float64 (weeks, O, P) or (0, O, P)
    totals: np.ndarray  # float64 (weeks, O) or (0, O)
    window_sum: np.ndarray  # float64 (O, P)
    ledger: np.ndarray  # float64 (LEDGER), USD
    faults: np.ndarray  # int64: one counter a check of faults.FAULTS
    relocations: np.recarray  # records.RELOCATION
    by_group: np.ndarray  # float64 (groups of people, outcomes by group) of this quarter, or (0, ...)
    events: np.recarray  # records.EVENT


MOVING = Columns._fields[Columns._fields.index("people") :]


def copied(columns: Columns) -> Columns:
    """Return a copy of what a run changes, as far as it is in use; what it never changes is shared."""
    used = columns.used[0]
    rows = {
        "people": used.people, "operations": used.operations, "free_rows": used.free, "sites": used.sites,
        "queue": used.waiting,
        "relocations": used.relocations, "events": used.events, "due": 0, "offers": 0, "sums": 0,
    }  # fmt: skip
    tables = {name: getattr(columns, name) for name in MOVING}
    return columns._replace(**{name: copy_of(table, rows.get(name, len(table))) for name, table in tables.items()})
