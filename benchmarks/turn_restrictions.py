"""Count how many banned turns are evaded by turning round, on OpenStreetMap extracts of your own.

    python benchmarks/turn_restrictions.py --extracts FOLDER

A ban is evaded if the quickest way to the end of its last road turns round at a node that is no dead end: either from
the start of its first road, from where other ways may be as good, or once that road has been driven. It is counted with
turning round free everywhere, and at its price (``nearhome.geo.osm.turning``). The tables are printed as Markdown.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nearhome.data.errors import SourceError
from nearhome.geo.osm import read, turns
from nearhome.geo.osm.turning import TURN_SECONDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import networkx as nx

    from nearhome.geo.osm.turns import Arc, Way

NEAR_METRES = 300.0


@dataclass
class Count:
    """Bans to the end of whose last road there is a way, those evaded, and those of them within ``NEAR_METRES``."""

    bans: int = 0
    evaded: int = 0
    near: int = 0

    def add(self, metres: float | None) -> None:
        """Count one ban, evaded after so many metres or not at all."""
        self.bans += 1
        self.evaded += metres is not None
        self.near += metres is not None and metres <= NEAR_METRES

    def __str__(self) -> str:
        """Give the column of a table."""
        return f"{self.evaded} of {self.bans} ({self.near})"


def counts(graph: nx.MultiDiGraph[int], wide: nx.MultiDiGraph[int], banned: Sequence[Way]) -> tuple[Count, Count]:
    """Count the evaded bans of a graph: from the start of the first road, and once it has been driven."""
    copies = turns.copies(wide)
    from_start, driven = Count(), Count()
    for way in banned:
        first, last = way[0], way[-1]
        after = next(
            head for _, head, data in wide.out_edges(first[0], data=True) if _is(wide, head, data, graph, first)
        )
        for count, start in ((from_start, first[0]), (driven, after)):
            if start == last[1]:
                continue
            path = _quickest_way(wide, start, {*copies[last[1]]})
            if path:
                count.add(_turned_after(graph, wide, [first[0], *path] if count is driven else path, first[1]))
    return from_start, driven


def _quickest_way(wide: nx.MultiDiGraph[int], start: int, ends: set[int]) -> list[int]:
    """Give the nodes of the quickest way to the first of some ends; none if there is no way."""
    heap, before = [(0.0, start, start)], dict[int, int]()
    while heap:
        cost, node, came = heappop(heap)
        if node in before:
            continue
        before[node] = came
        if node in ends:
            path = [node]
            while path[-1] != start:
                path.append(before[path[-1]])
            return path[::-1]
        for _, head, data in wide.out_edges(node, data=True):
            if head not in before:
                heappush(heap, (cost + data["travel_time"], head, node))
    return []


def _is(wide: nx.MultiDiGraph[int], head: int, data: dict[str, Any], graph: nx.MultiDiGraph[int], arc: Arc) -> bool:
    """Say whether an edge of the wide graph to some head is an arc of the plain one."""
    return bool(wide.nodes[head].get("copy_of") == arc[1] and graph.edges[arc].items() <= data.items())


def _turned_after(
    graph: nx.MultiDiGraph[int], wide: nx.MultiDiGraph[int], path: list[int], junction: int
) -> float | None:
    """Say how far beyond the banned junction a way turns round where it is no dead end, if it does."""
    metres = 0.0
    steps = [_quickest(wide, *ends) for ends in pairwise(path)]
    names = [wide.nodes[node].get("copy_of", node) for node in path]
    for at, (first, second) in enumerate(pairwise(steps)):
        metres = first["length"] + (0.0 if names[at] == junction else metres)
        back = names[at] == names[at + 2] and _ways(first) == _ways(second)
        exits = {(end, str(_ways(data))) for _, end, data in graph.out_edges(names[at + 1], data=True)}
        if back and exits - {(names[at], str(_ways(first)))}:
            return 0.0 if names[at + 1] == junction else metres
    return None


def _quickest(wide: nx.MultiDiGraph[int], tail: int, head: int) -> dict[str, Any]:
    data: dict[str, Any] = min(wide.get_edge_data(tail, head).values(), key=lambda data: data["travel_time"])
    return data


def _ways(data: dict[str, Any]) -> list[int]:
    found = data["osmid"]
    return sorted(found) if isinstance(found, list) else [found]


def main() -> None:
    """Print the counts of every extract in a folder."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--extracts", type=Path, required=True, help="a folder of .osm.pbf, .osm.gz and .osm files")
    files = sorted(file for file in parser.parse_args().extracts.iterdir() if ".osm" in file.suffixes)
    titles = ["extract", "restrictions", "bans", "bans lost without cuts", "nodes, arcs"]
    for told in ("free", f"{TURN_SECONDS} s"):
        evaded = f"turning round {told}: evaded (within {NEAR_METRES:.0f} m)"
        titles += [evaded, "from the first road's end", "nodes, arcs", "seconds"]
    print(f"| {' | '.join(titles)} |\n|---|{'---:|' * (len(titles) - 1)}")
    sums: dict[tuple[int, int], Count] = {}
    for file in files:
        try:
            restrictions = turns.read_restrictions(file)
            graph = read.read_extract(file, restrictions=restrictions)
        except SourceError as error:
            print(f"| {file.name} | {error} |")
            continue
        banned = turns.bans(graph, restrictions)
        lost = len(banned) - len(turns.bans(read.read_extract(file), restrictions))
        row: list[object] = [file.name.split(".")[0], len(restrictions), len(banned), lost, _size(graph)]
        for price in (0, TURN_SECONDS):
            begun = time.perf_counter()
            wide = turns.expanded(graph, banned, price)
            seconds = time.perf_counter() - begun
            found = counts(graph, wide, banned)
            row += [*found, _size(wide), f"{seconds:.1f}"]
            for measure, count in enumerate(found):
                total = sums.setdefault((price, measure), Count())
                for name, value in vars(count).items():
                    setattr(total, name, getattr(total, name) + value)
        print(f"| {' | '.join(map(str, row))} |", flush=True)
    blank = " | | | "
    columns = [f"{sums[price, 0]} | {sums[price, 1]}" for price in (0, TURN_SECONDS) if sums]
    print(f"| all | | | | | {blank.join(columns)} | | |")


def _size(graph: nx.MultiDiGraph[int]) -> str:
    return f"{graph.number_of_nodes():,}, {graph.number_of_edges():,}"


if __name__ == "__main__":
    main()
