"""The members of an operation: whom it holds, as a list that runs through the rows of people."""

import numpy as np

from model.engine.columns import NO_OPERATION, NOBODY
from model.engine.kernel import kernel

from .diary import in_keyed_order


@kernel
def add_member(i, o, m):
    """Put a person among those whom operation `o` holds."""
    first = m.operations[o].first_member
    m.people[i].member_next, m.people[i].member_before = first, NOBODY
    if first != NOBODY:
        m.people[first].member_before = i
    m.operations[o].first_member = i
    m.operations[o].held += 1
    m.sites[m.operations[o].site].occupants += 1
    m.people[i].operation, m.people[i].born = o, m.operations[o].born
    m.people[i].abuse_mark = m.operations[o].abuse_total


@kernel
def remove_member(i, m):
    """Take a person out of the operation that holds them."""
    me = m.people[i]
    o = me.operation
    if me.member_before == NOBODY:
        m.operations[o].first_member = me.member_next
    else:
        m.people[me.member_before].member_next = me.member_next
    if me.member_next != NOBODY:
        m.people[me.member_next].member_before = me.member_before
    m.operations[o].held -= 1
    m.sites[m.operations[o].site].occupants -= 1
    me.operation = NO_OPERATION


@kernel
def members(o, stream, m):
    """Return the rows of those whom an operation holds, in the order of a keyed priority."""
    rows = np.empty(m.operations[o].held, np.int64)
    i = m.operations[o].first_member
    for n in range(rows.size):
        rows[n] = i
        i = m.people[i].member_next
    return in_keyed_order(rows, stream, m)
