"""Border officials: posts with staff, training and corruption, who see travellers or do not.

On an official crossing an official is paid to look away, refuses departure, sees the indicators and
refers, or lets pass; on an irregular route a group is mostly not seen. What an official can ask is
limited by staff against workload. Stops of lawful travellers are counted, in expected numbers (F5).
"""

import math

import numpy as np

from model.engine.columns import NO_OPERATION, record
from model.engine.kernel import kernel
from model.engine.prefetch import fetch_ahead
from model.engine.random_numbers import draw, identity, uniform
from model.registry.institutions import I
from model.registry.life_course import BY_CONSULATE, OTHERWISE, S, T
from model.registry.outcomes import O
from model.registry.parameters import P
from model.registry.streams import R
from model.world.places import FAR, NO_EDGE, least_cost_routes, weeks_on_the_way

from .diary import ROAD_LANE, take_due
from .members import add_member
from .person import FORCED, change, come_home, people_class

POST = (
    ("staff", "f8", "travellers who can be questioned a week"),
    ("workload", "f8", "lawful travellers a week"),
)

SEEN_NOTHING, STOPPED, REFERRED = 0, 1, 2


def start_posts(world, parameters):
    """Staff every post in proportion to its usual workload (an assumption: no source)."""
    edges = world.edges
    workload = np.zeros(max(1, int(edges.post.max(initial=-1)) + 1))
    watched = edges.post >= 0
    np.add.at(workload, edges.post[watched], edges.lawful[watched])
    staff = parameters["staff_per_traveller"] * workload ** parameters["staff_exponent"] + parameters["staff_least"]
    return record(POST, len(workload), staff=staff, workload=workload)


# ----------------------------------------------------------------- routes and lawful travellers --


@kernel
def questioned(post, m):
    """Return the share of travellers whom a post's staff can question."""
    return min(1.0, m.posts[post].staff / max(m.posts[post].workload, 1.0))


@kernel
def expected_edge_cost(edge, m):
    """Return a trafficker's expected cost of an edge: fare, refusals, closed borders and detection."""
    a, b = edge.source, edge.target
    if edge.official:
        closed, stopped = 0.0, 0.0
        if edge.post >= 0 and m.places[a].state != m.places[b].state:
            closed = max(m.env[0, I.closure, a], m.env[0, I.closure, b])
            stopped = among_travellers(I.exit_stop, a, m) * questioned(edge.post, m) * (1.0 - looks_away(a, 0, m))
        return fare(edge, m) + m.par[P.interception_loss] * stopped + m.par[P.closure_cost] * closed
    caught = m.par[P.irregular_seen] if edge.post >= 0 else 0.0
    return fare(edge, m) + m.par[P.interception_loss] * caught


@kernel
def fare(edge, m):
    """Return what a trafficker pays for an edge, USD: smugglers ask more than carriers (V17)."""
    return (
        edge.cost if edge.official else edge.cost * m.env[0, I.smuggling_cost, edge.source] * m.par[P.irregular_markup]
    )


@kernel
def among_travellers(v, p, m):
    """Return an institution at a place as the travellers who leave it meet it: the mean over their classes.

    Differences from the first class are averaged, so that where all classes meet the same the mean is that, to the bit.
    """
    mean = m.env[0, v, p]
    for k in range(1, m.env.shape[0]):
        mean += m.travellers[m.places[p].state, k] * (m.env[k, v, p] - m.env[0, v, p])
    return mean


@kernel
def plan_routes(m):
    """Find the least-cost routes anew when the expected cost of an edge has changed."""
    changed = False
    for e in range(m.edges.size):
        m.edge_fresh[e] = expected_edge_cost(m.edges[e], m)
        if abs(m.edge_fresh[e] - m.edge_weight[e]) > m.par[P.route_tolerance] * (1.0 + m.edge_weight[e]):
            changed = True
    if not changed:
        return
    m.edge_weight[:] = m.edge_fresh[:]
    for e in range(m.edges.size):
        m.edge_fare[e] = fare(m.edges[e], m)
    least_cost_routes(m)
    for a in range(m.places.size):
        for b in range(m.places.size):
            cost = m.route_expected[a, b]
            m.access[a, b] = math.exp(-cost / m.par[P.access_scale]) if cost < FAR else 0.0


@kernel
def expect_lawful_stops(m):
    """Fill how many lawful travellers are refused a week, and how many closed crossings stop (F5, S20)."""
    m.lawful_stops[:] = 0.0
    for e in range(m.edges.size):
        edge = m.edges[e]
        a, b = edge.source, edge.target
        if edge.lawful > 0.0 and m.places[a].state != m.places[b].state:
            closed = max(m.env[0, I.closure, a], m.env[0, I.closure, b])
            refused = among_travellers(I.lawful_stop, a, m) * questioned(edge.post, m) if edge.post >= 0 else 0.0
            m.lawful_stops[a] += edge.lawful * (closed + (1.0 - closed) * refused)


@kernel
def count_lawful_stops(m):
    for p in range(m.places.size):
        m.tally[O.lawful_travellers_stopped, p] += m.lawful_stops[p]


# ------------------------------------------------------------------------------------ travellers --


@kernel
def set_out(i, o, t, m):
    """Send a person on the way to operation `o` by transition `t`; fee and fare become debt (V19, V25)."""
    me, firm = m.people[i], m.operations[o]
    me.operation, me.born = o, firm.born
    firm.coming += 1
    me.owed += m.par[P.debt_at_home] * (me.how != FORCED)
    me.debt = m.market[0].fee + m.par[P.debt_markup] * m.route_cost[me.place, firm.place]
    me.came_out = OTHERWISE
    me.until = m.now + weeks_on_the_way(m.route_days[me.place, firm.place])
    change(t, i, me.place, m)


@kernel
def still_there(me, m):
    """Say whether the operation that recruited a person still exists."""
    return me.operation >= 0 and m.operations[me.operation].alive == 1 and m.operations[me.operation].born == me.born


@kernel
def travel(m):
    """Deal with those who are due on the road: they arrive, are stopped or referred, or go back."""
    due = take_due(ROAD_LANE, m)
    for n in range(due.size):
        fetch_ahead(due, n, m)
        i = due[n]
        if m.people[i].status == S.stopped:
            leave_the_post(i, m)
        elif m.people[i].status == S.travelling:
            come_to_the_end(i, m)


@kernel
def come_to_the_end(i, m):
    """Bring a person to the operation that recruited them, past every post on the way."""
    me = m.people[i]
    if not still_there(me, m):
        me.operation = NO_OPERATION
        change(T.left_on_the_way, i, me.place, m)
        return
    o = np.int64(me.operation)
    what, where = cross_borders(i, me.place, m.operations[o].place, m)
    m.operations[o].coming -= 1
    if what == STOPPED:
        change(T.stopped_at_border, i, m.edges[where].source, m)
    elif what == REFERRED:
        me.operation = NO_OPERATION
        me.came_out = BY_CONSULATE
        change(T.referred_at_border, i, m.edges[where].target, m)
    else:
        arrive(i, o, m)


@kernel
def cross_borders(i, source, target, m):
    """Send a person along the route. Return what happened and the edge at which it happened.

    The route is walked from its end; the post nearest to the source decides, since later ones
    are never reached. After a refusal the second attempt avoids questions at departure.
    """
    what, where = SEEN_NOTHING, NO_EDGE
    key, k = m.keys[R.border, m.now], people_class(i, m)
    p = target
    while p != source:
        e = m.route_into[source, p]
        if e == NO_EDGE:
            break
        met = meet_post(i, e, key, k, m)
        if met != SEEN_NOTHING:
            what, where = met, e
        p = m.edges[e].source
    return what, where


@kernel
def meet_post(i, e, key, k, m):
    """Return what an official does when the person in row `i` comes along edge `e`."""
    edge = m.edges[e]
    a, b = edge.source, edge.target
    if m.places[a].state == m.places[b].state or edge.post < 0:
        return SEEN_NOTHING
    u = uniform(key, identity(m.people[i].key, e))
    if not edge.official:
        seen = m.par[P.irregular_seen] * (1.0 - looks_away(b, k, m))
        referral = seen * m.env[k, I.border_referral, b]
        if u < referral:
            return REFERRED
        return STOPPED if u < seen else SEEN_NOTHING
    honest = 1.0 - looks_away(a, k, m)
    asked = questioned(edge.post, m) * honest
    closed = max(m.env[k, I.closure, a], m.env[k, I.closure, b]) * honest
    stopped = 0.0 if m.people[i].smuggled else 1.0 - (1.0 - asked * m.env[k, I.exit_stop, a]) * (1.0 - closed)
    referral = asked * m.env[k, I.border_referral, b] * m.env[k, I.training, b]
    if m.states[m.nations[m.people[i].nation].state].asean and m.states[m.places[b].state].asean:
        referral *= 1.0 - m.par[P.visa_free_unasked]
    if u < stopped:
        return STOPPED
    return REFERRED if u < stopped + referral else SEEN_NOTHING


@kernel
def looks_away(p, k, m):
    """Return the chance that an official at a place is paid to look away, by the state's corruption (S07, S08)."""
    return min(1.0, m.env[k, I.border_collusion, p] * m.states[m.places[p].state].corruption)


@kernel
def leave_the_post(i, m):
    """Someone refused is sent home, or tries again with a smuggler while the offer stands (V17)."""
    me = m.people[i]
    again = m.par[P.smuggler_retry] * m.par[P.feedback_smugglers]
    if me.smuggled == 0 and still_there(me, m) and draw(R.after, m, me.key) < again:
        firm = m.operations[me.operation]
        me.smuggled = 1
        firm.coming += 1
        me.debt += m.par[P.smuggler_fee]
        me.until = m.now + weeks_on_the_way(m.route_days[me.place, firm.place])
        change(T.turned_to_smuggler, i, me.place, m)
    else:
        come_home(T.sent_home, i, m)


@kernel
def arrive(i, o, m):
    """The person is collected and locked in (V21)."""
    add_member(i, o, m)
    firm = m.operations[o]
    firm.ready -= firm.ready / firm.held
    m.people[i].held_from = m.now
    m.people[i].debt_week = m.now
    change(T.received, i, m.operations[o].place, m)
