"""Captivity: the competing risks of a person held, and what becomes of people when a firm moves.

The draw comes first: a person's number is compared with a bound of their operation, and their own
hazards are computed only below it.
"""

import math

from .compounds import harden
from .institutions import I
from .kernel import kernel
from .life_course import S, T
from .migrants import ALONE, BY_CONSULATE, FEMALE, NO_OPERATION, change, debt_now
from .operations import CLOSES, MOVES, SPLITS, STAYS, TRADED_IN, TRADED_OUT, bury
from .outcomes import O
from .parameters import P
from .random_numbers import identity, stream_key, uniform
from .relocation import choose_operation
from .streams import R
from .world import MILITIA


@kernel
def set_risks(par, env, places, operations, sites):
    """Fill the hazards of each operation from guards, abuse, place and institutions (III.means)."""
    for o in range(operations.count[0]):
        if operations.row.held[o] == 0:
            continue
        p, j = operations.row.place[o], operations.row.site[o]
        contact = env[0, I.contact, p]
        operations.row.escape[o] = par[P.escape_rate] * math.exp(-par[P.guard_deterrence] * (sites.row.guards[j] - 1.0))
        operations.row.ransom[o] = par[P.ransom_rate] * (0.5 + 0.5 * contact)
        operations.row.release[o] = par[P.release_rate] + env[0, I.notice_release, p]
        operations.row.consulate[o] = best_reach(p, env) * env[0, I.control, p] * contact
        operations.row.sale[o] = par[P.sale_rate] * env[0, I.people_market, p]
        operations.row.death[o] = par[P.death_rate] * sites.row.abuse[j]
        operations.row.armed[o] = par[P.armed_group_rate] if places.row.kind[p] == MILITIA else 0.0
        operations.row.bound[o] = (
            operations.row.escape[o] * (1.0 + par[P.escape_debt]) + operations.row.ransom[o] * par[P.means_maximum] + operations.row.release[o]
            + operations.row.consulate[o] + operations.row.sale[o] + operations.row.death[o] * 2.0 + operations.row.armed[o]
            + par[P.made_to_recruit_rate]
        )  # fmt: skip


@kernel
def best_reach(p, env):
    """Return consular reach at a place for those whom policy favours most."""
    best = 0.0
    for k in range(env.shape[0]):
        best = max(best, env[k, I.consular_reach, p])
    return best


@kernel
def belief_now(i, week, par, states, people):
    """Return a held person's belief that they would be punished outside.

    What they brought along fades into what is said inside, which changes only through arrivals,
    hidden phones and returns: nobody inside hears of a law on its first day (IV.B V48).
    """
    inside = states.at.inside[people.place[i]]
    stayed = week - people.about.held_from[i]
    return inside + (people.about.belief[i] - inside) * math.exp(-par[P.talk_rate] * stayed)


@kernel
def leave_operation(i, week, par, operations, sites, people):
    """Take a person out of their operation: settle debt, abuse, health and time held."""
    o = people.operation[i]
    operations.row.held[o] -= 1
    sites.row.occupants[operations.row.site[o]] -= 1
    people.about.debt[i] = debt_now(i, week, par, people)
    people.about.debt_week[i] = week
    suffered = operations.row.abuse_total[o] - people.about.abuse_mark[i]
    people.about.abuse[i] += suffered
    people.about.health[i] *= math.exp(-par[P.health_loss] * suffered)
    people.operation[i] = NO_OPERATION


@kernel
def come_out(t, i, week, brought, par, operations, sites, people, book):
    """Let a person come out of an operation by transition `t`."""
    leave_operation(i, week, par, operations, sites, people)
    people.about.weeks_held[i] += week - people.about.held_from[i]
    people.until[i] = brought
    change(t, i, people.place[i], week, people, book)


@kernel
def join_operation(i, o, week, operations, sites, people):
    """Put a held person into another operation."""
    operations.row.held[o] += 1
    sites.row.occupants[operations.row.site[o]] += 1
    people.operation[i], people.about.born[i] = o, operations.row.born[o]
    people.about.abuse_mark[i] = operations.row.abuse_total[o]
    people.about.debt_week[i] = week


@kernel
def sell(i, week, seed, scale, par, operations, sites, views, market, people, book):
    """Sell a person to another operation; the debt grows with each sale (V33, E109). False if nobody buys."""
    buyer = choose_operation(i, week, seed, R.sale_choice, scale, views, operations, people, market)
    if buyer == NO_OPERATION or buyer == people.operation[i]:
        return False
    price = par[P.sale_price] * scale
    operations.row.cash[people.operation[i]] += price
    operations.row.cash[buyer] -= price
    leave_operation(i, week, par, operations, sites, people)
    people.about.debt[i] *= 1.0 + par[P.sale_markup]
    people.about.sold[i] += 1
    join_operation(i, buyer, week, operations, sites, people)
    change(T.sold, i, operations.row.place[buyer], week, people, book)
    return True


@kernel
def settle_fate(i, o, week, seed, scale, par, operations, sites, views, market, people, book):
    """Decide whether a person is carried along, sold or abandoned when their operation moves or closes (O07)."""
    u = uniform(stream_key(seed, R.fate_of_closure, week), people.key[i])
    fate = operations.row.fate[o]
    if fate == SPLITS:
        if u < 0.5:
            branch = operations.row.branch[o]
            here = people.place[i]
            leave_operation(i, week, par, operations, sites, people)
            join_operation(i, branch, week, operations, sites, people)
            carry(i, operations.row.place[branch], here, week, scale, people, book)
        return
    carried = par[P.carried_share] if fate == MOVES else 0.0
    if u < carried:
        carry(i, operations.row.place[o], people.place[i], week, scale, people, book)
        return
    if u < carried + (1.0 - carried) * par[P.sold_share]:
        if sell(i, week, seed, scale, par, operations, sites, views, market, people, book):
            return
    come_out(T.abandoned, i, week, ALONE, par, operations, sites, people, book)


@kernel
def carry(i, target, here, week, scale, people, book):
    change(T.moved_with_operation, i, target, week, people, book)
    book.carried[here, target] += scale


@kernel
def endure(week, seed, scale, par, env, class_of, places, nations, operations, sites, room, groups, views, market,
           states, rings, people, book):  # fmt: skip
    """Let every person held meet this week's competing risks."""
    set_risks(par, env, places, operations, sites)
    key = stream_key(seed, R.captivity, week)
    for i in range(people.count[0]):
        if people.status[i] != S.held:
            continue
        o = people.operation[i]
        if operations.row.fate[o] != STAYS:
            settle_fate(i, o, week, seed, scale, par, operations, sites, views, market, people, book)
            continue
        if people.trafficked[i] == 0 and week >= people.trapped[i]:
            people.trafficked[i] = 1
            book.stock[1, S.held, people.place[i]] += 1
        u = uniform(key, people.key[i])
        if u < operations.row.bound[o]:
            k = class_of[people.nation[i], people.about.sex[i], people.about.child[i]]
            meet_risks(i, o, u, k, week, seed, scale, par, env, places, nations, operations, sites, views, market,
                       states, rings, people, book)  # fmt: skip
    for o in range(operations.count[0]):
        if operations.row.alive[o] == 1 and operations.row.fate[o] == CLOSES:
            bury(o, operations, groups, sites, room, book)


@kernel
def meet_risks(i, o, u, k, week, seed, scale, par, env, places, nations, operations, sites, views, market, states,
               rings, people, book):  # fmt: skip
    """Compare a person's number with their own hazards, one after the other."""
    p = people.place[i]
    debt = debt_now(i, week, par, people) / par[P.debt_scale]
    fear = par[P.fear] * par[P.feedback_fear] * belief_now(i, week, par, states, people)
    weight = (1.0 - fear) * (1.0 + par[P.escape_debt] * debt / (1.0 + debt))
    u -= operations.row.escape[o] * weight * math.exp(-weight_of_distance(i, p, par, places, nations, people))
    if u < 0.0:
        try_to_escape(i, o, week, seed, par, places, operations, sites, people, book)
        return
    u -= operations.row.ransom[o] * min(par[P.means_maximum], people.about.means[i]) / (1.0 + debt)
    if u < 0.0:
        paid = debt * par[P.debt_scale] * scale
        operations.row.cash[o] += paid
        book.ledger[TRADED_IN] += paid
        book.tally[O.ransom_paid, p] += paid * 1e-6
        come_out(T.ransomed, i, week, ALONE, par, operations, sites, people, book)
        people.about.debt[i] *= par[P.debt_after_ransom]
        return
    u -= operations.row.release[o] * min(1.0, (week - people.about.held_from[i]) / par[P.release_weeks])
    if u < 0.0:
        come_out(T.released, i, week, ALONE, par, operations, sites, people, book)
        return
    presence = nations.consulate[people.nation[i], places.row.state[p]]
    if nations.row.state[people.nation[i]] == places.row.state[p]:
        presence = 1.0
    reach = operations.row.consulate[o] * env[k, I.consular_reach, p] / max(1e-12, best_reach(p, env))
    u -= reach * (par[P.reach_without_consulate] + (1.0 - par[P.reach_without_consulate]) * presence)
    if u < 0.0:
        come_out(T.freed_by_consulate, i, week, BY_CONSULATE, par, operations, sites, people, book)
        return
    u -= operations.row.sale[o]
    if u < 0.0:
        other = par[P.other_sector_share] * (par[P.other_sector_women] if people.about.sex[i] == FEMALE else 1.0)
        if uniform(stream_key(seed, R.sale_choice, week), people.key[i]) < other:
            come_out(T.sold_to_other_sector, i, week, ALONE, par, operations, sites, people, book)
        else:
            sell(i, week, seed, scale, par, operations, sites, views, market, people, book)
        return
    u -= operations.row.death[o] * (2.0 - people.about.health[i])
    if u < 0.0:
        come_out(T.died_held, i, week, ALONE, par, operations, sites, people, book)
        return
    u -= operations.row.armed[o]
    if u < 0.0:
        come_out(T.taken_by_armed_group, i, week, ALONE, par, operations, sites, people, book)
        return
    u -= par[P.made_to_recruit_rate] * (par[P.feedback_recruiting_victims] > 0)
    if u < 0.0 and people.about.recruiter[i] == 0:
        people.about.recruiter[i] = 1
        rings.row.returned[people.nation[i]] += scale * 1e-3
        change(T.made_to_recruit, i, p, week, people, book)


@kernel
def weight_of_distance(i, p, par, places, nations, people):
    """Return how far home weighs on the thought of escape."""
    return places.distance[p, nations.row.place[people.nation[i]]] / par[P.escape_distance]


@kernel
def try_to_escape(i, o, week, seed, par, places, operations, sites, people, book):
    """An attempt ends outside, in recapture and punishment, or in death (V37, V38)."""
    j, p = operations.row.site[o], people.place[i]
    u = uniform(stream_key(seed, R.escape, week), people.key[i])
    success = par[P.escape_success] * (1.0 + par[P.river_help] * places.row.river[p]) / sites.row.guards[j]
    death = min(0.5, par[P.escape_death] * sites.row.guards[j])
    harden(j, par[P.hardening_by_escape] * book.scale[0] / sites.row.capacity[j], par, sites)
    if u < success:
        come_out(T.escaped, i, week, ALONE, par, operations, sites, people, book)
    elif u < success + death:
        come_out(T.died_escaping, i, week, ALONE, par, operations, sites, people, book)
    else:
        people.about.debt[i] = debt_now(i, week, par, people) + par[P.escape_fine]
        people.about.debt_week[i] = week
        people.about.abuse[i] += par[P.escape_punishment]
        change(T.recaptured, i, p, week, people, book)


@kernel
def held_elsewhere(i, week, seed, scale, par, operations, sites, views, market, people, book):
    """Let a person held in another sector or by an armed group meet the risks there (V29, O08)."""
    u = uniform(stream_key(seed, R.captivity, week), people.key[i])
    p = people.place[i]
    people.until[i] = ALONE
    if people.status[i] == S.held_other_sector:
        if u < par[P.other_sector_exit]:
            change(T.out_of_other_sector, i, p, week, people, book)
        elif u < par[P.other_sector_exit] + par[P.other_sector_death]:
            change(T.died_in_other_sector, i, p, week, people, book)
        return
    if u < par[P.armed_group_exit]:
        change(T.let_go_by_armed_group, i, p, week, people, book)
    elif u < par[P.armed_group_exit] + par[P.armed_group_return]:
        o = choose_operation(i, week, seed, R.sale_choice, scale, views, operations, people, market)
        if o != NO_OPERATION:
            join_operation(i, o, week, operations, sites, people)
            people.about.held_from[i] = week
            operations.row.cash[o] -= par[P.sale_price] * scale
            book.ledger[TRADED_OUT] += par[P.sale_price] * scale
            change(T.returned_by_armed_group, i, operations.row.place[o], week, people, book)
    elif u < par[P.armed_group_exit] + par[P.armed_group_return] + par[P.death_rate]:
        change(T.died_with_armed_group, i, p, week, people, book)


@kernel
def trap_week(i, week, seed, par, people):
    """Return the week from which a willing entrant can no longer leave (geometric)."""
    u = uniform(stream_key(seed, R.deception, 0), identity(people.key[i], 2))
    return week + 1 + int(math.log(u) / math.log(1.0 - par[P.trapping_rate]))


@kernel
def measure_harm(par, scale, operations, sites, book):
    """Count abuse, sexual violence and health lost among people held, from expected rates (V73)."""
    for o in range(operations.count[0]):
        persons = operations.row.held[o] * scale
        if persons > 0.0:
            p = operations.row.place[o]
            abuse = sites.row.abuse[operations.row.site[o]] * persons
            book.tally[O.abuse_exposure, p] += abuse
            book.tally[O.sexual_violence_exposure, p] += abuse * par[P.sexual_violence_rate]
            book.tally[O.health_lost, p] += abuse * par[P.health_loss] / 52.18


@kernel
def free_one(week, par, operations, sites, people, book):
    """Let one person go, the same whatever the policy: the irrelevant perturbation of the placebo arm."""
    chosen = NO_OPERATION
    for i in range(people.count[0]):
        if people.status[i] == S.held and (chosen == NO_OPERATION or people.key[i] < people.key[chosen]):
            chosen = i
    if chosen != NO_OPERATION:
        come_out(T.released, chosen, week, ALONE, par, operations, sites, people, book)
