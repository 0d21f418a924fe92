"""A table of tags with the right answer each, read through an extract that has a way for each row.

``car_tags.csv`` has the value of ``highway``, other tags of the way and of a node in its middle, what a car may do
along it and against it (open; only: for access only; closed; or a speed in km/h in open country before delays), and by
whose authority: the OpenStreetMap wiki, the car profiles of OSRM and GraphHopper, British law, or a decision made here.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import osmium
import pytest
from osmium.osm import mutable

from nearhome.geo.osm import barriers, read
from nearhome.geo.osm import tags as osm_tags
from nearhome.geo.osm.access import Access
from nearhome.geo.roads import speeds
from tests.geo.osm.test_arcs import arrays, through_a_graph, told_of_arcs

if TYPE_CHECKING:
    import networkx as nx

TABLE = Path(__file__).with_name("car_tags.csv")
FIRST_WAY = 100_000


class Row(NamedTuple):
    """A row of the table; ``number`` says where its way lies in the extract."""

    number: int
    way: dict[str, str]
    node: dict[str, str]
    along: str
    back: str
    told: str


def tags_of(text: str) -> dict[str, str]:
    """Read tags that are written ``key=value | key=value``."""
    return dict(part.strip().split("=", 1) for part in text.split(" | ") if part)


def table() -> list[Row]:
    with TABLE.open(encoding="utf-8", newline="") as lines:
        kept = [line for line in lines if not line.startswith("#")]
    return [
        Row(
            number,
            ({"highway": row["highway"]} if row["highway"] else {}) | tags_of(row["tags"]),
            tags_of(row["node"]),
            row["along"],
            row["back"],
            f"{row['highway']} {row['tags']} {row['node']}".strip(),
        )
        for number, row in enumerate(csv.DictReader(kept))
    ]


ROWS = table()


def ends(row: Row) -> tuple[int, int]:
    """Give the nodes between which the way of a row leads."""
    return 3 * row.number + 1, 3 * row.number + 3


@pytest.fixture(scope="module")
def extract(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write an extract in which every row has a way beside a ladder of ordinary streets, far from the next."""
    path = tmp_path_factory.mktemp("tags") / "table.osm.pbf"
    with osmium.SimpleWriter(str(path)) as writer:
        for row in ROWS:
            south, first = 50.0 + 0.018 * row.number, 3 * row.number + 1
            writer.add_node(mutable.Node(id=first, location=(-3.0, south)))
            writer.add_node(mutable.Node(id=first + 1, location=(-2.99, south + 0.001), tags=row.node))
            writer.add_node(mutable.Node(id=first + 2, location=(-2.98, south)))
        for row in ROWS:
            start, end = ends(row)
            street = [start, end] if row is ROWS[-1] else [start, end, end + 1]
            writer.add_way(mutable.Way(id=1 + row.number, nodes=street, tags={"highway": "residential"}))
        for row in ROWS:
            start, end = ends(row)
            named = row.way | {"name": f"row {row.number}"}
            writer.add_way(mutable.Way(id=FIRST_WAY + row.number, nodes=[start, start + 1, end], tags=named))
    return path


@pytest.fixture(scope="module")
def graph(extract: Path) -> nx.MultiDiGraph[int]:
    return read.read_extract(extract, lost=speeds.NO_DELAYS)


def said(graph: nx.MultiDiGraph[int], row: Row, wanted: str, *, back: bool) -> str:
    """Tell what the extract's graph says of a direction, in the words of the table."""
    tail, head = ends(row)[:: -1 if back else 1]
    found = [
        data for data in (graph.get_edge_data(tail, head) or {}).values() if data["osmid"] == FIRST_WAY + row.number
    ]
    if not found:
        return "closed"
    assert len(found) == 1
    if "access" in found[0]:
        return "only"
    if wanted == "open":
        return "open"
    kph = found[0]["speed_kph"]
    return wanted if wanted not in {"closed", "only"} and kph == pytest.approx(float(wanted), rel=1e-3) else str(kph)


def test_the_table_is_large_and_says_each_thing_once() -> None:
    assert len(ROWS) > 400
    assert len({row.told for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("row", ROWS, ids=[row.told for row in ROWS])
def test_an_extract_is_read_as_the_table_says(row: Row, graph: nx.MultiDiGraph[int]) -> None:
    found = said(graph, row, row.along, back=False), said(graph, row, row.back, back=True)
    assert found == (row.along, row.back)


@pytest.mark.parametrize("row", ROWS, ids=[row.told for row in ROWS])
def test_the_reader_of_tags_says_the_same(row: Row) -> None:
    tags, passage = osm_tags.way_tags(row.way), barriers.passage(row.node)
    for wanted, barred, only in ((row.along, -1, "only"), (row.back, 1, "only_back")):
        if tags is None or tags.direction == barred or passage == Access.CLOSED:
            found = "closed"
        else:
            found = "only" if getattr(tags, only) or passage == Access.ONLY else "open"
        assert found == (wanted if wanted in {"only", "closed"} else "open")


def test_arrays_say_what_the_graph_says(extract: Path) -> None:
    ours, theirs = arrays(extract, turning=False), through_a_graph(extract, turning=False)
    assert told_of_arcs(ours) == told_of_arcs(theirs)
