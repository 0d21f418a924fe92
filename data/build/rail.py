"""The rail tables: stations, through services as plausible stopping patterns, stopping trains, links between stations.

Stations and the lengths of track between them are from the GB railway network model under the MIT License
(itrcrisks/GB-railway-network-model); the patterns are kept by hand in ``rail_lines.toml``. A length is the sum of the
crow distances between the nodes along the track, a few per cent short of it (``nearhome.geo.transit.rail`` makes up
for that).
"""

from __future__ import annotations

import heapq
import tomllib
from itertools import combinations, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nearhome.data.base.files import read_csv, write_csv
from nearhome.data.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST_HOP_KM = 70.0
"""No two neighbouring stations of the network are further apart."""

Neighbours = dict[str, list[tuple[str, float]]]


def build(sources: Path, out: Path) -> None:
    """Write ``rail_stations.csv``, ``rail_lines.csv``, ``rail_local.csv`` and ``rail_links.csv``."""
    patterns = tomllib.loads(Path(__file__).with_name("rail_lines.toml").read_text(encoding="utf-8"))
    nodes = read_csv(sources / "rail" / "itrc_gb_rail_nodes_2019.csv")
    edges = read_csv(sources / "rail" / "itrc_gb_rail_edges_2019.csv")
    try:
        stations = {row["node_id"]: row for row in nodes if row["crs"]}
        neighbours = neighbours_of(edges)
        points = sorted(
            (row["crs"], row["name"], f"{float(row['lat']):.5f}", f"{float(row['lon']):.5f}")
            for row in stations.values()
        )
    except (KeyError, ValueError) as error:
        msg = f"rail/itrc_gb_rail_*_2019.csv lack {error}; give the folder that holds the source files."
        raise SourceError(msg) from error
    node_of = {row["crs"]: node for node, row in stations.items()}
    write_csv(out / "rail_stations.csv", ("code", "name", "lat", "lon"), points)
    write_csv(
        out / "rail_lines.csv",
        ("name", "per_hour", "stations", "mph", "km"),
        [through_line(line, node_of, neighbours) for line in patterns["line"]],
    )
    write_csv(out / "rail_local.csv", ("from", "to", "km"), neighbouring(stations, neighbours))
    write_csv(out / "rail_links.csv", ("from", "to", "minutes", "mode"), _links(patterns, node_of))


def neighbours_of(edges: list[dict[str, str]]) -> Neighbours:
    """Give, for each node, the nodes next to it and the km between them."""
    found: Neighbours = {}
    for edge in edges:
        a, b, km = edge["from_node"], edge["to_node"], float(edge["crow_km"])
        found.setdefault(a, []).append((b, km))
        found.setdefault(b, []).append((a, km))
    return found


def _search(neighbours: Neighbours, start: str, *, ends: set[str], through_ends: bool) -> dict[str, float]:
    """Give the km of track from a node to those of ``ends`` that it reaches; all of them, or up to the first ones."""
    found: dict[str, float] = {}
    best, heap, done = {start: 0.0}, [(0.0, start)], set[str]()
    while heap and len(found) < len(ends):
        km, node = heapq.heappop(heap)
        if node in done:
            continue
        done.add(node)
        if node != start and node in ends:
            found[node] = km
            if not through_ends:
                continue
        for other, length in neighbours.get(node, ()):
            if km + length < best.get(other, float("inf")):
                best[other] = km + length
                heapq.heappush(heap, (km + length, other))
    return found


def through_line(
    line: dict[str, Any], node_of: dict[str, str], neighbours: Neighbours
) -> tuple[str, str, str, str, str]:
    """Give a line's row: name, trains an hour, stations, speeds and lengths.

    Raises
    ------
    SourceError
        When it stops at an unknown station, or no track joins two of its stops.
    """
    codes, speeds = _stops(line)
    unknown = [code for code in codes if code not in node_of]
    if unknown:
        msg = f"rail_lines.toml: {line['name']!r} stops at {unknown[0]}, which is no station; correct the code."
        raise SourceError(msg)
    lengths = []
    for here, there in pairwise(codes):
        end = node_of[there]
        km = _search(neighbours, node_of[here], ends={end}, through_ends=True).get(end)
        if km is None:
            msg = f"rail_lines.toml: {line['name']!r} has no track from {here} to {there}; correct its stops."
            raise SourceError(msg)
        lengths.append(f"{km:.1f}")
    return line["name"], str(line["per_hour"]), " ".join(codes), " ".join(speeds), " ".join(lengths)


def _stops(line: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Give the codes of a line's stops, and the speed from each to the next."""
    codes: list[str] = []
    speeds: list[str] = []
    mph = str(line["mph"])
    for word in line["stops"].split():
        if word.startswith("@"):
            mph = word.removeprefix("@")
            continue
        if codes:
            speeds.append(mph)
        codes.append(word)
    return codes, speeds


def neighbouring(stations: dict[str, dict[str, str]], neighbours: Neighbours) -> list[tuple[str, str, str]]:
    """Give each pair of stations with no other between them, once."""
    hops: dict[tuple[str, str], float] = {}
    for node in stations:
        for other, km in _search(neighbours, node, ends=set(stations), through_ends=False).items():
            pair = stations[node]["crs"], stations[other]["crs"]
            if km <= LONGEST_HOP_KM:
                hops[min(pair), max(pair)] = km
    return [(a, b, f"{km:.2f}") for (a, b), km in sorted(hops.items())]


def _links(patterns: dict[str, Any], node_of: dict[str, str]) -> Iterator[tuple[str, str, str, str]]:
    for link in patterns["link"]:
        for end in (link["from"], link["to"]):
            if end not in node_of:
                msg = f"rail_lines.toml: a link names {end}, which is no station; correct the code."
                raise SourceError(msg)
        yield link["from"], link["to"], str(link["minutes"]), link["mode"]
    walked = {frozenset((link["from"], link["to"])) for link in patterns["link"]}
    for (a, to_middle), (b, from_middle) in combinations(patterns["london"].items(), 2):
        if frozenset((a, b)) not in walked:
            yield a, b, str(to_middle + from_middle), "underground"
