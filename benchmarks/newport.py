"""Car times on a real extract beside OSRM and Valhalla, and where the differences come from.

    python benchmarks/newport.py --pbf newport.osm.pbf --python312 PATH

``PATH`` is a Python 3.12 with osrm-bindings and pyvalhalla (requirements.txt). The pairs are seeded: junctions of
public roads other than motorways, at least a kilometre apart. All three engines know the same map and no traffic; what
differs is the speed they give a class without a limit, how close to a limit they drive, and what they charge for turns.
"""

from __future__ import annotations

import argparse
import json
import subprocess
from dataclasses import fields, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np

from nearhome.geo.osm import read, turns
from nearhome.geo.roads import speeds

if TYPE_CHECKING:
    from nearhome.data.base.arrays import Floats


SEED = 2023
LEAST_METRES = 1_000.0
ENGINES = {"osrm": "OSRM", "valhalla": "Valhalla"}
NO_PLACE = ("motorway", "service", "ferry")
LONG_METRES = 5_000.0


def choose(graph: nx.MultiDiGraph[int], count: int) -> tuple[list[tuple[int, int]], Floats]:
    """Choose pairs of junctions, and give how far apart they are, in metres."""
    roads = ((u, v) for u, v, data in graph.edges(data=True) if not data["highway"].startswith(NO_PLACE))
    nodes = sorted({node for ends in roads for node in ends})
    at = np.array([(graph.nodes[node]["y"], graph.nodes[node]["x"]) for node in nodes])
    rows = np.random.default_rng(SEED).choice(len(nodes), (4 * count, 2))
    apart = read.great_circle_metres(at[rows[:, 0]], at[rows[:, 1]])
    chosen = np.flatnonzero(apart >= LEAST_METRES)[:count]
    return [(nodes[a], nodes[b]) for a, b in rows[chosen].tolist()], apart[chosen]


def peer(name: str, python: Path, request: dict[str, Any]) -> Floats:
    """Ask a peer in its own Python; NaN where it found no way.

    Raises
    ------
    SystemExit
        When the peer is not installed there.
    """
    with TemporaryDirectory() as folder:
        asked, answer = Path(folder, "request.json"), Path(folder, "answer.json")
        asked.write_text(json.dumps(request), encoding="utf-8")
        script = Path(__file__).with_name("newport_peers.py")
        subprocess.run([str(python), str(script), name, str(asked), str(answer), folder], check=True)
        seconds = json.loads(answer.read_text(encoding="utf-8"))
    if seconds is None:
        raise SystemExit(f"{python} has no {ENGINES[name]}; install benchmarks/requirements.txt there.")  # noqa: EM102, TRY003 -- a script
    return np.array(seconds, dtype=float)


def shortest(graph: nx.MultiDiGraph[int], pairs: list[tuple[int, int]]) -> tuple[Floats, Floats]:
    """Find seconds and the share of the way on which the speed was tagged."""
    seconds, tagged = np.zeros(len(pairs)), np.zeros(len(pairs))
    for row, (start, end) in enumerate(pairs):
        seconds[row], path = nx.bidirectional_dijkstra(graph, start, end, weight="travel_time")
        edges = [min(graph[u][v].values(), key=lambda data: data["travel_time"]) for u, v in nx.utils.pairwise(path)]
        metres = sum(data["length"] for data in edges)
        tagged[row] = sum(data["length"] for data in edges if data["speed_source"] == "tag") / max(metres, 1.0)
    return seconds, tagged


def with_turns(graph: nx.MultiDiGraph[int], pairs: list[tuple[int, int]]) -> Floats:
    """Find seconds on an expanded graph: to whichever copy of the goal is reached first."""
    copies = turns.copies(graph)
    found = []
    for start, end in pairs:
        times = nx.single_source_dijkstra_path_length(graph, start, weight="travel_time")
        found.append(min(times.get(node, np.inf) for node in copies[end]))
    return np.array(found)


def line(name: str, ratio: Floats) -> str:
    """Write a row: median, fifth and ninety-fifth percentile, and how many lie within 15 %."""
    low, middle, high = np.percentile(ratio, [5, 50, 95])
    return f"| {name} | {middle:.3f} | {low:.3f} to {high:.3f} | {np.mean(np.abs(ratio - 1) <= 0.15):.1%} |"  # noqa: PLR2004


def main() -> None:
    """Compare and explain."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pbf", type=Path, required=True)
    parser.add_argument("--python312", type=Path, required=True)
    parser.add_argument("--pairs", type=int, default=1_000)
    chosen = parser.parse_args()
    graph = read.read_extract(chosen.pbf)
    pairs, apart = choose(graph, chosen.pairs)
    places = {node: (data["x"], data["y"]) for node, data in graph.nodes(data=True)}
    request = {"extract": str(chosen.pbf.resolve()), "pairs": [(places[u], places[v]) for u, v in pairs]}
    peers = {name: peer(name, chosen.python312, request) for name in ENGINES}
    ours, tagged = shortest(graph, pairs)
    found = np.isfinite(peers["osrm"]) & np.isfinite(peers["valhalla"])
    osrm, valhalla, ours_found = peers["osrm"][found], peers["valhalla"][found], ours[found]
    mean = (osrm + valhalla) / 2
    print(f"{found.sum():,} of {len(pairs):,} pairs found by all; median {np.median(ours) / 60:.1f} min\n")
    print("| ratio of times | median | 5 % to 95 % | within 15 % |\n| --- | --- | --- | --- |")
    print(line("nearhome / Valhalla", ours_found / valhalla))
    print(line("nearhome / OSRM", ours_found / osrm))
    print(line("nearhome / mean of both", ours_found / mean))
    print(line("OSRM / Valhalla", osrm / valhalla))
    print(line("mean of both / Valhalla", mean / valhalla))

    print("\nnearhome / mean of both:\n\n| pairs | median | 5 % to 95 % | within 15 % |")
    print("| --- | --- | --- | --- |")
    ratio, far, known = ours_found / mean, apart[found] >= LONG_METRES, tagged[found] > np.median(tagged[found])
    for name, rows in (
        (f"under {LONG_METRES / 1000:.0f} km apart", ~far),
        ("further apart", far),
        ("limits tagged on more of the way than usual", known),
        ("on less of it: speeds mostly imputed", ~known),
    ):
        print(line(f"{name} ({rows.sum():,})", ratio[rows]))

    print("\nWhat each part of the model adds to the times:\n\n| without | median change |\n| --- | --- |")
    whole = speeds.OSM_DELAYS
    for field in [*fields(whole), None]:
        lost = speeds.NO_DELAYS if field is None else replace(whole, **{field.name: 0.0})
        without, _ = shortest(read.read_extract(chosen.pbf, lost=lost), pairs)
        name = "any delay at junctions" if field is None else field.name.removesuffix("_seconds").replace("_", " ")
        print(f"| {name} | {np.median(without / ours) - 1:+.1%} |")
    sources = [data["speed_source"] for *_, data in graph.edges(data=True)]
    share = sources.count("tag") / len(sources)
    print(f"\nSpeeds: {share:.0%} of {len(sources):,} edges from a tagged limit, the rest by class and surroundings.")

    restrictions = turns.read_restrictions(chosen.pbf)
    cut = read.read_extract(chosen.pbf, restrictions=restrictions)
    bans = turns.bans(cut, restrictions)
    turning = with_turns(turns.expanded(cut, bans), pairs)
    longer = turning > ours + 0.5
    print(
        f"Turn restrictions: {len(restrictions)} read, {len(bans)} turns banned on this graph; {longer.sum()} of "
        f"{len(pairs):,} ways take longer, at most {np.max(turning - ours):.0f} s, median ratio "
        f"{np.median(turning / ours):.4f}."
    )


if __name__ == "__main__":
    main()
