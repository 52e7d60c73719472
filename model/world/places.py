"""The world, compiled once from a network of places to index arrays.

Places, states and nationalities are numbered in the order of the data. Distances are in km, prices
in USD, capacities in persons. The network itself (`World.graph`) stays for Mesa's views.
"""

import math
from dataclasses import dataclass, field
from functools import cached_property

import networkx as nx
import numpy as np

from model.engine.columns import record
from model.engine.kernel import kernel
from model.registry.institutions import INSTITUTIONS, I

ZONE, MILITIA = 1, 2  # kinds that behaviour depends on; all others are 0
NO_EDGE = -1
NO_POST = -1
FAR = 1e12


PLACE = (
    ("state", "i2", "index of its state"),
    ("host", "i1", "operations may be here"),
    ("kind", "i1", "ZONE, MILITIA or 0"),
    ("river", "i1", "a river is the usual way out"),
    ("beyond", "i1", "beyond the region"),
    ("infrastructure", "f8", "share"),
    ("site_capacity", "f8", "persons a compound"),
    ("landlords", "i4", "who own its compounds"),
    ("start_sites", "i4", "compounds in January 2016"),
    ("start_people", "f8", "persons held in January 2016"),
)

NATION = (
    ("state", "i2", "their own state"),
    ("place", "i2", "the place that stands for home"),
    ("return_risk", "f8", "share for whom return is unsafe"),
    ("means", "f8", "families' means, 1 = median"),
)

BUSINESS_LINE = (
    ("home", "i2", "place near which its operations are founded"),
    ("share", "f8", "of operations founded, before nearness"),
)

EDGE = (
    ("source", "i2", "place"),
    ("target", "i2", "place"),
    ("official", "i1", "an official crossing or airport"),
    ("days", "f8", "of travel"),
    ("cost", "f8", "USD"),
    ("post", "i4", "border post, -1 where nobody watches"),
    ("lawful", "f8", "lawful travellers a week"),
)


@dataclass(frozen=True, eq=False)
class World:
    graph: nx.MultiDiGraph = field(repr=False)
    place_ids: tuple
    place_names: tuple
    place_kinds: tuple
    suppliers: dict  # by what they supply: the State from which each place has it
    place_country: tuple
    states: tuple  # ISO codes
    state_names: tuple
    nationalities: tuple  # ISO codes
    lat: np.ndarray
    lon: np.ndarray
    places: np.recarray = field(repr=False)  # PLACE (P)
    distance: np.ndarray = field(repr=False)  # float64 (P, P), km
    host_places: np.ndarray = field(repr=False)  # int32: the places where operations may be
    nations: np.recarray = field(repr=False)  # NATION (N)
    lines: np.recarray = field(repr=False)  # BUSINESS_LINE (B)
    line_names: tuple
    fits: np.ndarray = field(repr=False)  # float64 (B, N): how readily operations of a line take a nationality
    consulate: np.ndarray = field(repr=False)  # float64 (N, S): 1 where there is one
    edges: np.recarray = field(repr=False)  # EDGE (E), sorted by source
    edge_first: np.ndarray = field(repr=False)  # int32 (P + 1): where each source's edges begin
    place_columns: dict = field(repr=False)  # float64 (P) by name: bases of institutions
    state_columns: dict = field(repr=False)  # float64 (S) by name
    origins: tuple = field(repr=False)  # rows of the at-risk roster at home
    diaspora: tuple = field(repr=False)  # rows of the at-risk roster abroad
    hash: str

    @property
    def hosts(self):
        return self.places.host > 0

    @cached_property
    def place_index(self):
        return {name: i for i, name in enumerate(self.place_ids)}

    @cached_property
    def state_index(self):
        return {name: i for i, name in enumerate(self.states)}

    @cached_property
    def people_by_class(self):
        """Shares of all people at risk by nationality, sex (male, female) and age (adult, child), float64 (N * 4)."""
        persons = np.zeros((len(self.nationalities), 2, 2))
        home = {row["iso3"]: row for row in self.origins}
        for row in self.origins + self.diaspora:
            code = row.get("nationality", row.get("iso3"))
            male, minor = home[code]["share_male"], home[code]["share_minor"]
            persons[self.nationalities.index(code)] += row.get("at_risk", row.get("persons")) * np.outer(
                (male, 1 - male), (1 - minor, minor)
            )
        return persons.ravel() / persons.sum()

    def base_institutions(self, parameters) -> np.ndarray:
        """Return the institutions as they stand without lever or shock, float64 (I, P)."""
        base = np.empty((len(INSTITUTIONS.values()), len(self.place_ids)))
        for row in INSTITUTIONS.values():
            kind, _, column = row.base.partition(":")
            if kind == "parameter":
                base[I[row.name]] = parameters[row.name]
            elif kind == "place":
                base[I[row.name]] = self.place_columns[column]
            else:
                base[I[row.name]] = self.state_columns[column][self.places.state]
        unrecognised = parameters["recognition_without_law"]
        base[I.recognition] = unrecognised + (1 - unrecognised) * base[I.recognition]
        return base


def compile_world(graph: nx.MultiDiGraph) -> World:
    """Compile a checked network of places (see `scenarios/world_files.py`) into arrays."""
    ids = tuple(graph.nodes)
    rows = [graph.nodes[i] for i in ids]
    index = {name: k for k, name in enumerate(ids)}
    state_rows = _by_code(graph.graph["states"])
    states = tuple(state_rows)
    state_index = {code: k for k, code in enumerate(states)}
    origins = tuple(_rows(graph.graph["origins"]))
    nationalities = tuple(dict.fromkeys(row["iso3"] for row in origins))
    lat = np.array([row["lat"] for row in rows], float)
    lon = np.array([row["lon"] for row in rows], float)

    def column(name):
        return np.array([float(row[name]) for row in rows])

    host = column("host") > 0
    places = record(
        PLACE, len(ids), state=[state_index[row["iso3"]] for row in rows], host=host,
        kind=[{"zone": ZONE, "militia_area": MILITIA}.get(str(row["kind"]), 0) for row in rows],
        river=column("river") > 0, beyond=[str(row["kind"]) == "beyond" for row in rows],
        **{name: column(name) for name in ("infrastructure", "site_capacity", "start_people")},
        **{name: column(name) for name in ("landlords", "start_sites")},
    )  # fmt: skip
    nations, consulate = _nations(graph, origins, nationalities, index, state_index)
    edges, edge_first = _edges(graph, index, len(ids))
    lines, fits = _lines(graph, nationalities, index)
    return World(
        graph=graph,
        place_ids=ids,
        place_names=tuple(str(row["name"]) for row in rows),
        place_kinds=tuple(str(row["kind"]) for row in rows),
        suppliers={what: tuple(str(row[what]) for row in rows) for what in ("supplied_from", "cash_out_from")},
        place_country=tuple(str(row["iso3"]) for row in rows),
        states=states,
        state_names=tuple(str(row["name"]) for row in state_rows.values()),
        nationalities=nationalities,
        lat=lat,
        lon=lon,
        places=places,
        distance=_great_circle(lat, lon),
        host_places=np.flatnonzero(host).astype(np.int32),
        nations=nations,
        lines=lines,
        line_names=tuple(row["name"] for row in graph.graph["lines"].values()),
        fits=fits,
        consulate=consulate,
        edges=edges,
        edge_first=edge_first,
        place_columns={
            name: column(name)
            for kind, _, name in (row.base.partition(":") for row in INSTITUTIONS.values())
            if kind == "place"
        },
        state_columns={
            name: np.array([float(row[name]) for row in state_rows.values()])
            for name, value in next(iter(state_rows.values())).items()
            if isinstance(value, (int, float)) and not isinstance(value, str)
        },
        origins=origins,
        diaspora=tuple(_rows(graph.graph["diaspora"])),
        hash=str(graph.graph["hash"]),
    )


def _rows(table):
    for row in table.values() if isinstance(table, dict) else table:
        yield dict(row)


def _by_code(table):
    return {row["iso3"]: row for row in _rows(table)}


def _nations(graph, origins, nationalities, index, state_index):
    consulate = np.zeros((len(nationalities), len(state_index)))
    order = {code: k for k, code in enumerate(nationalities)}
    for row in _rows(graph.graph["consulates"]):
        if row["nationality"] in order and row["host"] in state_index:
            consulate[order[row["nationality"]], state_index[row["host"]]] = float(row["presence"])
    first = {}
    for row in origins:
        first.setdefault(row["iso3"], row)
    home = [first[code] for code in nationalities]
    nations = record(
        NATION, len(home), state=[state_index[code] for code in nationalities],
        place=[index[row["place"]] for row in home], return_risk=[float(row["return_risk"]) for row in home],
        means=[float(row["family_means"]) for row in home],
    )  # fmt: skip
    return nations, consulate


def _lines(graph, nationalities, index):
    rows = graph.graph["lines"]
    lines = record(
        BUSINESS_LINE,
        len(rows),
        home=[index[row["home"]] for row in rows.values()],
        share=[row["share"] for row in rows.values()],
    )
    fits = np.zeros((len(rows), len(nationalities)))
    order = {name: k for k, name in enumerate(rows)}
    for row in _rows(graph.graph["fits"]):
        fits[order[row["line"]], nationalities.index(row["nationality"])] = row["fit"]
    return lines, fits


def _edges(graph, index, places):
    rows = sorted(
        ((index[a], index[b], row) for a, b, row in graph.edges(data=True)),
        key=lambda item: (item[0], item[1], not item[2]["official"], float(item[2]["cost_usd"])),
    )
    table = record(
        EDGE, len(rows), source=[a for a, _, _ in rows], target=[b for _, b, _ in rows],
        official=[bool(row["official"]) for _, _, row in rows], days=[float(row["days"]) for _, _, row in rows],
        cost=[float(row["cost_usd"]) for _, _, row in rows],
        post=[NO_POST if row.get("post") in (None, "") else int(row["post"]) for _, _, row in rows],
        lawful=[float(row["lawful_per_week"] or 0) for _, _, row in rows],
    )  # fmt: skip
    return table, np.searchsorted(table.source, np.arange(places + 1)).astype(np.int32)


def _great_circle(lat, lon):
    """Return distances in km on a sphere of radius 6371 km, float64 (P, P)."""
    a, b = np.radians(lat), np.radians(lon)
    inner = np.sin(a)[:, None] * np.sin(a) + np.cos(a)[:, None] * np.cos(a) * np.cos(b[:, None] - b)
    return 6371.0 * np.arccos(np.clip(inner, -1, 1))


@kernel
def least_cost_routes(m):
    """Fill the least-cost routes between all places (Dijkstra, dense).

    `edge_weight` (E): what a trafficker expects an edge to cost, interception included; `edge_fare` (E): what is paid.
    `route_expected`, `route_cost` and `route_days` (P, P) receive expected cost, fares and time along the route,
    `route_into` (P, P) the edge by which the
    route from a source enters each place (`NO_EDGE` at the source or where nothing leads).
    """
    count = m.places.size
    reach = np.empty(count)
    frontier = np.empty(count)
    bits = frontier.view(np.int64)  # in the same order, and quicker to compare
    m.route_cost[:] = FAR
    m.route_days[:] = FAR
    m.route_expected[:] = FAR
    m.route_into[:] = NO_EDGE
    for source in range(count):
        reach[:] = FAR
        frontier[:] = FAR
        reach[source] = frontier[source] = 0.0
        m.route_cost[source, source] = 0.0
        m.route_days[source, source] = 0.0
        for _ in range(count):
            nearest = bits.min()
            here = 0
            while bits[here] != nearest:
                here += 1
            best = frontier[here]
            if best >= FAR:
                break
            frontier[here] = FAR
            m.route_expected[source, here] = best
            for e in range(m.edge_first[here], m.edge_first[here + 1]):
                there = m.edges[e].target
                if best + m.edge_weight[e] < reach[there]:
                    reach[there] = frontier[there] = best + m.edge_weight[e]
                    m.route_into[source, there] = e
                    m.route_cost[source, there] = m.route_cost[source, here] + m.edge_fare[e]
                    m.route_days[source, there] = m.route_days[source, here] + m.edges[e].days


@kernel
def weeks_on_the_way(days):
    """Return whole weeks of travel, at least one."""
    return max(1, math.ceil(days / 7.0))
