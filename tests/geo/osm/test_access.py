"""Access tags in any spelling, and streets for access only as journeys on an imported extract meet them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import osmium
import pytest
from hypothesis import given
from hypothesis import strategies as st
from osmium.osm import mutable

from nearhome.data.base.coordinates import Spot
from nearhome.geo.osm import access, read
from nearhome.geo.osm.access import Access
from nearhome.geo.roads import straighten
from nearhome.geo.roads.no_through import ACCESS_ONLY_WORDS
from nearhome.geo.routing.router import Router
from tests.geo.osm.test_arcs import arrays

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Opened = Callable[[Path], Router]
    Tags = dict[str, str]

KNOWN = access.OPEN_WORDS | ACCESS_ONLY_WORDS
WORDS = st.one_of(st.sampled_from(sorted(KNOWN)), st.text(max_size=8).filter(lambda word: ";" not in word))


@given(st.text(max_size=12))
def test_what_is_on_no_list_closes(word: str) -> None:
    if not KNOWN & {part.strip() for part in word.casefold().split(";")}:
        assert access.meaning(word) == Access.CLOSED


@given(st.lists(WORDS, min_size=1, max_size=4))
def test_a_list_lets_as_much_as_its_best_word(words: list[str]) -> None:
    assert access.meaning(";".join(words)) == max(access.meaning(word) for word in words)
    assert access.meaning(" ; ".join(words[::-1])) == access.meaning(";".join(words))


@given(st.dictionaries(st.sampled_from(access.ACCESS_KEYS), WORDS))
def test_without_directions_both_say_what_the_first_key_says(tags: Tags) -> None:
    said = access.tagged(tags)
    assert access.by_direction(tags) == (said, said)
    turned = {f"{key}:{suffix}": value for key, value in tags.items() for suffix in access.SUFFIXES}
    assert access.by_direction(turned) == (said, said)


# Journeys

AT = {1: (0, 0), 2: (0, 10), 3: (0, 15), 4: (4, 15), 5: (4, 0), 6: (0, 25), 7: (1, 12), 8: (2, 12), 9: (0, 12)}
"""Nodes of a street 1-2-9-3-6, a way round it 1-5-4-3, and a close 9-7-8 off its middle, in steps north and east."""

ONLY = {"motor_vehicle": "destination"}


def spot(*node: int) -> Spot:
    """Give the middle of some nodes."""
    norths, easts = zip(*(AT[each] for each in node), strict=True)
    return Spot(51.6 + 0.001 * sum(norths) / len(node), -3.0 + 0.001 * sum(easts) / len(node))


def write(path: Path, middle: Tags, *, close: Tags | None = None, gates: dict[int, Tags] | None = None) -> Path:
    ways = {
        10: ([1, 2], {}),
        11: ([2, 9, 3], middle),
        12: ([1, 5], {}),
        13: ([5, 4], {}),
        14: ([4, 3], {}),
        15: ([3, 6], {}),
        16: ([9, 7, 8], close or {}),
    }
    with osmium.SimpleWriter(str(path)) as writer:
        for number in AT:
            at = spot(number)
            writer.add_node(mutable.Node(id=number, location=(at.lon, at.lat), tags=(gates or {}).get(number, {})))
        for number, (nodes, tags) in ways.items():
            told = {"highway": "residential", "name": f"way {number}"} | tags
            writer.add_way(mutable.Way(id=number, nodes=nodes, tags=told))
    return path


@pytest.fixture(params=["graph", "import"])
def router_of(request: pytest.FixtureRequest) -> Opened:
    """Open an extract as a graph, and as the arrays that an import keeps."""

    def opened(path: Path) -> Router:
        if request.param == "graph":
            return Router(read.read_extract(path))
        return Router(straighten.straightened(arrays(path, turning=False)))

    return opened


def ways(router: Router, start: Spot, goal: Spot) -> list[str]:
    """Give the ways of a route in order, after seeing that a matrix has the same time."""
    route = router.route(start, goal)
    assert router.matrix([start], [goal]).minutes[0, 0] == route.minutes
    roads = router.network
    names = [roads.edges.text("name", int(roads.edge[step.arc])) for step in route.steps if step.arc >= 0]
    return [name.removeprefix("way ") for name in dict.fromkeys(names)]


ROUND = ["10", "12", "13", "14", "15"]


@pytest.mark.parametrize("back", [False, True])
@pytest.mark.parametrize(
    ("middle", "ends", "expected"),
    [
        ({}, (spot(1, 2), spot(3, 6)), ["10", "11", "15"]),
        (ONLY, (spot(1, 2), spot(3, 6)), ROUND),
        ({"access": "customers"}, (spot(1, 2), spot(3, 6)), ROUND),
        (ONLY, (spot(1, 2), spot(2, 9)), ["10", "11"]),
        (ONLY, (spot(3, 6), spot(9, 3)), ["15", "11"]),
        (ONLY, (spot(2, 9), spot(9, 3)), ["11"]),
        (ONLY, (spot(1, 2), spot(7, 8)), ["10", "11", "16"]),
        (ONLY, (spot(3, 6), spot(7, 8)), ["15", "11", "16"]),
        (ONLY, (spot(2, 9), spot(3, 6)), ["11", "15"]),
    ],
    ids=["open", "past", "customers", "into", "into from the east", "inside", "behind", "behind, east", "out of"],
)
def test_nobody_passes_through_and_everybody_gets_there(
    middle: Tags,
    ends: tuple[Spot, Spot],
    expected: list[str],
    router_of: Opened,
    tmp_path: Path,
    *,
    back: bool,
) -> None:
    router = router_of(write(tmp_path / "x.osm.pbf", middle))
    found = ways(router, *(ends[::-1] if back else ends))
    assert found == (expected[::-1] if back else expected)


def test_a_gate_for_some_is_no_through_way(router_of: Opened, tmp_path: Path) -> None:
    gate = {"barrier": "gate", "access": "customers"}
    router = router_of(write(tmp_path / "x.osm.pbf", {}, gates={2: gate}))
    assert ways(router, spot(3, 6), spot(1, 5)) == ["15", "14", "13", "12"]
    inner = router_of(write(tmp_path / "y.osm.pbf", {}, gates={7: gate}))
    assert ways(inner, spot(1, 2), spot(7, 8)) == ["10", "11", "16"]


def test_a_street_may_be_for_access_only_in_one_direction(router_of: Opened, tmp_path: Path) -> None:
    path = write(tmp_path / "x.osm.pbf", {"motor_vehicle:forward": "destination"})
    router = router_of(path)
    assert ways(router, spot(1, 2), spot(3, 6)) == ROUND
    assert ways(router, spot(3, 6), spot(1, 2)) == ["15", "11", "10"]


def test_the_way_back_has_the_limit_of_its_own_direction(router_of: Opened, tmp_path: Path) -> None:
    limits = {"maxspeed:forward": "20 mph", "maxspeed:backward": "10 mph"}
    router = router_of(write(tmp_path / "x.osm.pbf", limits))
    there = router.route(spot(2, 9), spot(9, 3)).minutes
    back = router.route(spot(9, 3), spot(2, 9)).minutes
    assert back == pytest.approx(2 * there, rel=0.05)
