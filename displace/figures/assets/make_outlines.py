"""Cut the region's country outlines out of the world atlas, for the maps of the browser and the report.

    npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz
    python displace/figures/assets/make_outlines.py package/countries-50m.json

writes `outlines.json` beside this script; its form, source and licence are in `README.md` there.
"""

import json
import sys
from pathlib import Path

WINDOW = (66.0, -12.0, 142.0, 46.0)  # west, south, east, north, in degrees
DECIMALS = 2  # of a degree, about 1 km: finer than a regional map shows

# ISO 3166-1 numeric (how the atlas names countries) to alpha-3 (how this project does).
ISO3 = {
    "004": "AFG", "036": "AUS", "050": "BGD", "064": "BTN", "086": "IOT", "096": "BRN", "104": "MMR",
    "116": "KHM", "144": "LKA", "156": "CHN", "158": "TWN", "344": "HKG", "356": "IND", "360": "IDN",
    "392": "JPN", "398": "KAZ", "408": "PRK", "410": "KOR", "417": "KGZ", "418": "LAO", "446": "MAC",
    "458": "MYS", "462": "MDV", "496": "MNG", "524": "NPL", "583": "FSM", "585": "PLW", "586": "PAK",
    "598": "PNG", "608": "PHL", "626": "TLS", "643": "RUS", "702": "SGP", "704": "VNM", "762": "TJK",
    "764": "THA", "795": "TKM", "860": "UZB",
}  # fmt: skip
WITHOUT_CODE = {"Indian Ocean Ter.", "Siachen Glacier"}  # drawn, but no country of ISO 3166-1

Ring = list[list[float]]  # closed by implication: the last point is not the first again


def main(atlas: Path) -> None:
    """Write the outlines of every country of `atlas` (a TopoJSON file) that reaches into the window."""
    topology = json.loads(atlas.read_text(encoding="utf-8"))
    arcs = decoded_arcs(topology)
    countries = []
    for shape in topology["objects"]["countries"]["geometries"]:
        rings = [ring for raw in rings_of(shape, arcs) if len(ring := rounded(clipped(raw))) >= 3]
        if rings:
            name = shape["properties"]["name"]
            iso3 = None if name in WITHOUT_CODE else ISO3[shape["id"]]
            countries.append({"iso3": iso3, "name": name, "rings": rings})
    countries.sort(key=lambda country: country["name"])
    outlines = {
        "source": "Natural Earth 4.1.0, 1:50m cultural vectors, through world-atlas 2.0.2 (countries-50m.json)",
        "licence": "Natural Earth: public domain; world-atlas: ISC (text in README.md)",
        "window": WINDOW,
        "countries": countries,
    }
    target = Path(__file__).with_name("outlines.json")
    target.write_text(json.dumps(outlines, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
    points = sum(len(ring) for country in countries for ring in country["rings"])
    print(f"{target.name}: {len(countries)} countries, {points} points, {target.stat().st_size / 1000:.0f} kB")


def decoded_arcs(topology: dict) -> list[Ring]:
    """Return the arcs in degrees; TopoJSON stores them as whole-number steps on a grid."""
    (scale_x, scale_y), (shift_x, shift_y) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = []
    for steps in topology["arcs"]:
        x = y = 0
        arc = []
        for step_x, step_y in steps:
            x, y = x + step_x, y + step_y
            arc.append([x * scale_x + shift_x, y * scale_y + shift_y])
        arcs.append(arc)
    return arcs


def rings_of(shape: dict, arcs: list[Ring]) -> list[Ring]:
    """Return all rings of a Polygon or MultiPolygon, islands and holes alike."""
    polygons = {"Polygon": [shape.get("arcs")], "MultiPolygon": shape.get("arcs")}[shape["type"]]
    rings = []
    for indices in (indices for polygon in polygons for indices in polygon):
        ring: Ring = []
        for index in indices:
            # The complement of an index means: that arc, backwards. Neighbours share their end points.
            ring += (arcs[index] if index >= 0 else arcs[~index][::-1])[:-1]
        rings.append(ring)
    return rings


def clipped(ring: Ring) -> Ring:
    """Return the part of a ring inside the window (Sutherland and Hodgman's rule, one side at a time)."""
    west, south, east, north = WINDOW
    for axis, limit, sign in ((0, west, 1), (1, south, 1), (0, east, -1), (1, north, -1)):
        kept: Ring = []
        for before, point in zip(ring[-1:] + ring[:-1], ring):
            was_inside, is_inside = (sign * (p[axis] - limit) >= 0 for p in (before, point))
            if was_inside != is_inside:
                share = (limit - before[axis]) / (point[axis] - before[axis])
                kept.append([b + share * (p - b) for b, p in zip(before, point)])
            if is_inside:
                kept.append(point)
        ring = kept
    return ring


def rounded(ring: Ring) -> Ring:
    """Round to the grid of the map and drop points that fall on the one before."""
    points = [[round(value, DECIMALS) for value in point] for point in ring]
    return [point for before, point in zip(points[-1:] + points[:-1], points) if point != before]


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python displace/figures/assets/make_outlines.py path/to/countries-50m.json")
    main(Path(sys.argv[1]))
