"""Border officials: posts with staff, training and corruption, who see travellers or do not.

On an official crossing an official is paid to look away, refuses departure, sees the indicators and
refers, or lets pass; on an irregular route a group is mostly not seen. What an official can ask is
limited by staff against workload. Stops of lawful travellers are counted, in expected numbers (F5).
"""

from typing import NamedTuple

import numpy as np

from .columns import record
from .institutions import I
from .kernel import kernel
from .life_course import S, T
from .migrants import BY_CONSULATE, NO_OPERATION, change, come_home
from .outcomes import O
from .parameters import P
from .random_numbers import identity, stream_key, uniform
from .recruiters import FEE
from .streams import R
from .world import FAR, NO_EDGE, least_cost_routes, weeks_on_the_way


POST = (
    ("staff", "f8", "travellers who can be questioned a week"),
    ("workload", "f8", "lawful travellers a week"),
)


class Routes(NamedTuple):
    """Least-cost routes of traffickers between all places, expected interception included."""

    cost: np.ndarray  # float64 (P, P), USD
    days: np.ndarray  # float64 (P, P)
    into: np.ndarray  # int32 (P, P): the edge by which the route from a source enters a place
    weight: np.ndarray  # float64 (E): expected cost of each edge when routes were last computed
    fresh: np.ndarray  # float64 (E): expected cost of each edge now


def start_posts(world, parameters):
    """Staff every post in proportion to its usual workload (an assumption: no source)."""
    edges = world.edges.row
    workload = np.zeros(max(1, int(edges.post.max(initial=-1)) + 1))
    watched = edges.post >= 0
    np.add.at(workload, edges.post[watched], edges.lawful[watched])
    staff = parameters["staff_per_traveller"] * workload**0.8 + parameters["staff_least"]
    return record(POST, len(workload), staff=staff, workload=workload)


def empty_routes(world) -> Routes:
    places, edges = len(world.place_ids), len(world.edges.row)
    return Routes(
        np.full((places, places), FAR), np.full((places, places), FAR),
        np.full((places, places), NO_EDGE, np.int32), np.full(edges, -1.0), np.zeros(edges),
    )  # fmt: skip


@kernel
def questioned(post, posts):
    """Return the share of travellers whom a post's staff can question."""
    return min(1.0, posts.staff[post] / max(posts.workload[post], 1.0))


@kernel
def expected_edge_cost(e, par, env, edges, places):
    """Return what a trafficker expects to pay for an edge: fare, bribe or loss when intercepted."""
    a, b = edges.row.source[e], edges.row.target[e]
    if edges.row.official[e]:
        closed = max(env[0, I.closure, a], env[0, I.closure, b]) if edges.row.post[e] >= 0 else 0.0
        stopped = env[0, I.exit_stop, a] if places.row.state[a] != places.row.state[b] else 0.0
        return edges.row.cost[e] + par[P.interception_loss] * stopped + par[P.closure_cost] * closed
    caught = par[P.irregular_seen] if edges.row.post[e] >= 0 else 0.0
    return edges.row.cost[e] * env[0, I.smuggling_cost, a] * par[P.irregular_markup] + par[P.interception_loss] * caught


@kernel
def plan_routes(par, env, edges, places, routes, market):
    """Recompute the least-cost routes when the expected cost of an edge has changed."""
    changed = False
    for e in range(edges.row.size):
        routes.fresh[e] = expected_edge_cost(e, par, env, edges, places)
        if abs(routes.fresh[e] - routes.weight[e]) > par[P.route_tolerance] * (1.0 + routes.weight[e]):
            changed = True
    if not changed:
        return
    routes.weight[:] = routes.fresh
    least_cost_routes(edges, routes.weight, routes.cost, routes.days, routes.into)
    count = routes.cost.shape[0]
    for a in range(count):
        for b in range(count):
            market.access[a, b] = np.exp(-routes.cost[a, b] / par[P.access_scale]) if routes.cost[a, b] < FAR else 0.0


@kernel
def count_lawful_stops(env, edges, places, posts, book):
    """Count lawful travellers who are refused, and those whom closed crossings stop (F5, S20)."""
    for e in range(edges.row.size):
        a, b = edges.row.source[e], edges.row.target[e]
        if edges.row.lawful[e] > 0.0 and places.row.state[a] != places.row.state[b]:
            closed = max(env[0, I.closure, a], env[0, I.closure, b])
            refused = env[0, I.lawful_stop, a] * questioned(edges.row.post[e], posts) if edges.row.post[e] >= 0 else 0.0
            book.tally[O.lawful_travellers_stopped, a] += edges.row.lawful[e] * (closed + (1.0 - closed) * refused)


SEEN_NOTHING, STOPPED, REFERRED = 0, 1, 2


@kernel
def meet_post(i, e, key, k, par, env, edges, places, posts, people):
    """Return what an official does when the person in row `i` comes along edge `e`."""
    a, b = edges.row.source[e], edges.row.target[e]
    if places.row.state[a] == places.row.state[b] or edges.row.post[e] < 0:
        return SEEN_NOTHING
    u = uniform(key, identity(people.key[i], e))
    if not edges.row.official[e]:
        seen = par[P.irregular_seen] * (1.0 - env[k, I.border_collusion, b])
        referral = seen * env[k, I.border_referral, b]
        if u < referral:
            return REFERRED
        return STOPPED if u < seen else SEEN_NOTHING
    asked = questioned(edges.row.post[e], posts) * (1.0 - env[k, I.border_collusion, a])
    stopped = 0.0 if people.about.smuggled[i] else asked * env[k, I.exit_stop, a]
    referral = asked * env[k, I.border_referral, b] * env[k, I.training, b]
    if u < stopped:
        return STOPPED
    return REFERRED if u < stopped + referral else SEEN_NOTHING


@kernel
def cross_borders(i, source, target, key, k, par, env, edges, places, posts, routes, people):
    """Send a person along the route. Return what happened and the edge at which it happened.

    The route is walked from its end; the post nearest to the source decides, since later ones
    are never reached. After a refusal the second attempt avoids questions at departure.
    """
    what, where = SEEN_NOTHING, NO_EDGE
    p = target
    while p != source:
        e = routes.into[source, p]
        if e == NO_EDGE:
            break
        met = meet_post(i, e, key, k, par, env, edges, places, posts, people)
        if met != SEEN_NOTHING:
            what, where = met, e
        p = edges.row.source[e]
    return what, where


@kernel
def travel(week, seed, par, env, class_of, places, nations, edges, posts, routes, at_risk, people, operations, sites, book):
    """Bring those who are due to the operation that recruited them, past every post on the way."""
    key = stream_key(seed, R.border, week)
    for i in range(people.count[0]):
        status = people.status[i]
        if status == S.stopped and people.since[i] < week:
            leave_the_post(i, week, seed, par, nations, at_risk, routes, operations, people, book)
        if status != S.travelling or people.until[i] > week:
            continue
        o = people.operation[i]
        if not still_there(i, o, people, operations):
            people.operation[i] = NO_OPERATION
            change(T.left_on_the_way, i, people.place[i], week, people, book)
            continue
        k = class_of[people.nation[i], people.about.sex[i], people.about.child[i]]
        source, target = people.place[i], operations.row.place[o]
        what, where = cross_borders(i, source, target, key, k, par, env, edges, places, posts, routes, people)
        operations.row.coming[o] -= 1
        if what == STOPPED:
            change(T.stopped_at_border, i, edges.row.source[where], week, people, book)
        elif what == REFERRED:
            people.operation[i] = NO_OPERATION
            people.until[i] = BY_CONSULATE
            change(T.referred_at_border, i, edges.row.target[where], week, people, book)
        else:
            arrive(i, o, week, people, operations, sites, book)


@kernel
def still_there(i, o, people, operations):
    """Tell whether the operation that recruited a person still exists."""
    return o >= 0 and operations.row.alive[o] == 1 and operations.row.born[o] == people.about.born[i]


@kernel
def leave_the_post(i, week, seed, par, nations, at_risk, routes, operations, people, book):
    """Someone refused is sent home, or tries again with a smuggler while the offer stands (V17)."""
    o = people.operation[i]
    u = uniform(stream_key(seed, R.after, week), people.key[i])
    if people.about.smuggled[i] == 0 and still_there(i, o, people, operations) and u < par[P.smuggler_retry]:
        people.about.smuggled[i] = 1
        operations.row.coming[o] += 1
        people.about.debt[i] += par[P.smuggler_fee]
        people.until[i] = week + weeks_on_the_way(routes.days[people.place[i], operations.row.place[o]])
        change(T.turned_to_smuggler, i, people.place[i], week, people, book)
    else:
        come_home(T.sent_home, i, week, seed, par, nations, at_risk, people, book)


@kernel
def arrive(i, o, week, people, operations, sites, book):
    """The person is collected and locked in (V21)."""
    operations.row.held[o] += 1
    sites.row.occupants[operations.row.site[o]] += 1
    people.about.held_from[i] = week
    people.about.debt_week[i] = week
    people.about.abuse_mark[i] = operations.row.abuse_total[o]
    change(T.received, i, operations.row.place[o], week, people, book)


@kernel
def set_out(i, o, t, week, par, routes, operations, people, market, book):
    """Send a person on the way to operation `o` by transition `t`; fee and fare become debt (V19, V25)."""
    source, target = people.place[i], operations.row.place[o]
    people.operation[i], people.about.born[i] = o, operations.row.born[o]
    operations.row.coming[o] += 1
    people.about.debt[i] += market.scalars[FEE] + par[P.debt_markup] * routes.cost[source, target]
    people.until[i] = week + weeks_on_the_way(routes.days[source, target])
    change(t, i, source, week, people, book)
