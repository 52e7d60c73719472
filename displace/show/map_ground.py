"""What the map stands on and is sent once: the coast, the countries' names, and where each place is drawn.

A circle stands for a place of the briefing paper or for the rest of a country, never for a building: circles that
would hide each other are moved apart, and places beyond the map stand at its edge.
"""

import math
from functools import cache

import numpy as np

from displace.figures import outlines
from scenarios.world_files import world_graph

VIEW = (91.2, 127.0, 5.0, 25.8)  # west, east, south, north, in degrees
WIDTH = 1000  # of the drawing; all lengths of the map are in its units
SQUEEZE = math.cos(math.radians((VIEW[2] + VIEW[3]) / 2))  # of a degree of longitude against one of latitude
UNITS_A_DEGREE = WIDTH / (VIEW[1] - VIEW[0]) / SQUEEZE  # units a degree of latitude
HEIGHT = round((VIEW[3] - VIEW[2]) * UNITS_A_DEGREE)
GROUND = (VIEW[0] - 9, VIEW[1] + 9, VIEW[2] - 5, VIEW[3] + 5)  # drawn as far as a window of another shape may show
FINENESS = 0.06  # degrees
MARGIN = 34  # between the map's edge and what stands at it
BERTH = {"militia_area": 31, "zone": 25, "city": 21, "elsewhere": 22}  # how much room a circle asks for, by kind
FOOT = (46, 280, 56)  # where the column of continents begins, and its step: x, y from the foot, step

# Where the countries' names stand, in degrees: where few circles are.
COUNTRIES = {
    "MMR": (95.6, 22.7), "THA": (100.6, 14.9), "LAO": (102.4, 19.7), "VNM": (106.6, 16.3), "KHM": (105.9, 13.2),
    "PHL": (121.7, 18.9), "MYS": (115.6, 5.4), "CHN": (107.6, 24.9),
}  # fmt: skip
SHORTENED = {
    "beyond the region: ": "",
    "elsewhere in ": "elsewhere in ",
    " Self-Administered Zone": "",
    " (with KK Zone)": "",
    " Free Port Zone": "",
    "Other compounds along the ": "",
}
PLACE_KINDS = {
    "city": "city or province",
    "zone": "zone or casino town",
    "militia_area": "contested authority",
    "elsewhere": "rest of a country",
}


def at(longitude: float, latitude: float) -> tuple[float, float]:
    """Return where a point of the earth lies in the drawing."""
    return (longitude - VIEW[0]) * UNITS_A_DEGREE * SQUEEZE, (VIEW[3] - latitude) * UNITS_A_DEGREE


def _inside(x: float, y: float) -> bool:
    return MARGIN <= x <= WIDTH - MARGIN and MARGIN <= y <= HEIGHT - MARGIN


def _at_edge(x: float, y: float) -> tuple[float, float]:
    return min(max(x, MARGIN), WIDTH - MARGIN), min(max(y, MARGIN), HEIGHT - MARGIN)


@cache
def ground() -> dict:
    """Return the still part of the map as JSON values: size, land, names, places of operation, homes by nationality."""
    graph = world_graph()
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "land": _land(),
        "countries": _names(graph),
        "places": list(places().values()),
        "homes": homes(),
        "kinds": PLACE_KINDS,
    }


def _land() -> list[dict]:
    paths: dict[str, list[str]] = {}
    for iso3, ring in outlines.rings(GROUND, FINENESS):
        points = " ".join(f"{x:.0f},{y:.0f}" for x, y in (at(*point) for point in ring))
        paths.setdefault(iso3 or "", []).append(f"M{points}Z")
    return [{"iso3": iso3, "d": "".join(rings)} for iso3, rings in paths.items()]


def _names(graph) -> list[dict]:
    spots = {iso3: at(*point) for iso3, point in COUNTRIES.items()}
    return [
        {"name": graph.graph["states"][iso3]["name"], "x": round(x), "y": round(y)} for iso3, (x, y) in spots.items()
    ]


@cache
def places() -> dict[str, dict]:
    """Return the places where operations may be, by id: what is drawn of each, in the world's order."""
    hosts = {id: row for id, row in world_graph().nodes(data=True) if row["host"]}
    where = _where(hosts)
    on_map = {id: BERTH[row["kind"]] for id, row in hosts.items() if row["kind"] != "beyond" and _inside(*where[id])}
    drawn = {id: _at_edge(*point) for id, point in where.items()} | _apart({id: where[id] for id in on_map}, on_map)
    return {
        id: {
            "id": id,
            "name": row["name"],
            "short": _short(row["name"]),
            "country": row["iso3"],
            "kind": "elsewhere" if row["kind"] == "beyond" else row["kind"],
            "beyond": id not in on_map,
            "x": round(drawn[id][0]),
            "y": round(drawn[id][1]),
            "true": [round(value) for value in where[id]],
        }
        for id, row in hosts.items()
    }


def _where(hosts) -> dict[str, tuple[float, float]]:
    """Where places belong in the drawing: continents beyond the region stand in a column in the sea."""
    beyond = [id for id, row in hosts.items() if row["kind"] == "beyond"]
    return {id: at(row["lon"], row["lat"]) for id, row in hosts.items()} | {
        id: (FOOT[0], HEIGHT - FOOT[1] + FOOT[2] * k) for k, id in enumerate(beyond)
    }


def _short(name: str) -> str:
    for long, short in SHORTENED.items():
        name = name.replace(long, short)
    return name


def _apart(points: dict[str, tuple[float, float]], berth: dict[str, float]) -> dict[str, tuple[float, float]]:
    """Move points apart until each has its berth, pulling each back to where it belongs. Deterministic."""
    names = list(points)
    home = np.array([points[name] for name in names])
    room = np.array([berth[name] for name in names])
    xy = home.copy()
    for step in range(400):
        gap = xy[:, None] - xy[None]
        far = np.hypot(*gap.T).T + np.eye(len(names)) * 1e9
        short = np.maximum(0.0, room[:, None] + room[None] - far)
        push = (gap / np.maximum(far, 1e-6)[..., None] * short[..., None]).sum(axis=1)
        xy += 0.25 * push + (0.04 if step < 300 else 0.0) * (home - xy)
        xy = np.clip(xy, MARGIN, (WIDTH - MARGIN, HEIGHT - MARGIN))
    return {name: tuple(point) for name, point in zip(names, xy.tolist())}


@cache
def homes() -> list[dict]:
    """Return where people come from, by nationality in the world's order: at the edge of the map if it lies beyond."""
    graph = world_graph()
    found: dict[str, dict] = {}
    for row in graph.graph["origins"].values():
        if row["iso3"] in found:
            continue
        place = graph.nodes[row["place"]]
        point = at(place["lon"], place["lat"])
        x, y = _at_edge(*point)
        found[row["iso3"]] = {
            "iso3": row["iso3"],
            "name": graph.graph["states"][row["iso3"]]["name"],
            "edge": not _inside(*point),
            "x": round(x),
            "y": round(y),
        }
    return list(found.values())
