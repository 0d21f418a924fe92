"""Imported roads answer for the places that they cover, and those that ship for all others."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nearhome.data.base.coordinates import Spot
from nearhome.data.catalogue import tables
from nearhome.data.errors import InputError, TableError
from nearhome.data.prisons import register
from nearhome.geo.imported import networks, stitching
from nearhome.geo.osm import read
from nearhome.geo.roads.conditions import OWN_ROADS, SHIPPED, Conditions
from nearhome.geo.routing.router import Router, grid_points
from tests import extracts

if TYPE_CHECKING:
    from pathlib import Path

DOOR, TRURO = Spot(*extracts.TOWN), Spot(50.263, -5.051)
SMALL_BOX = (50.68, -3.58, 50.78, -3.46)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder into which the roads around Exeter were imported, and those of a smaller box inside."""
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NEARHOME_DATA", str(folder))
        read.import_extract(extracts.write(folder / "exeter.osm.pbf"))
        read.import_extract(extracts.write(folder / "city.osm.pbf", SMALL_BOX))
    return folder


@pytest.fixture
def imported(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NEARHOME_DATA", str(home))
    return home


def test_without_an_import_the_shipped_roads_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEARHOME_DATA", str(tmp_path))
    roads = networks.roads_for(DOOR)
    assert (roads.router, roads.network) == (Router.shipped(), SHIPPED)
    assert OWN_ROADS not in roads.tables
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("imported")
def test_the_largest_import_answers_for_the_places_it_covers() -> None:
    assert [each.name for each in networks.networks()] == ["exeter", "city"]
    here, far = networks.roads_for(DOOR), networks.roads_for(TRURO)
    assert (here.network, far.network) == ("imported:exeter", "shipped")
    assert isinstance(here.router, stitching.StitchedRouter)
    assert here.router is networks.roads_for(DOOR).router
    assert networks.roads_for(DOOR, imported=False).router is Router.shipped()
    file = tables.user_folder() / "networks" / "exeter.npz"
    assert here.tables[OWN_ROADS] == f"user+{tables.checksum(file)[:8]}"


@pytest.mark.usefixtures("imported")
def test_a_family_on_a_side_street_is_led_along_it_and_on_to_prisons_far_away() -> None:
    ours, shipped = networks.roads_for(DOOR).router, Router.shipped()
    for name in ("EXI", "DGI", "LII"):
        goal = register.by_id(name)
        there, theirs = ours.route(DOOR, goal), shipped.route(DOOR, goal)
        names = {ours.network.edges.text("name", int(ours.network.edge[step.arc])) for step in there.steps[1:-1]}
        assert "Mill Lane" in names
        assert there.minutes == pytest.approx(theirs.minutes, rel=0.1, abs=4)
        assert ours.route(goal, DOOR).minutes == pytest.approx(there.minutes, rel=0.05, abs=2)


PLACES = st.lists(
    st.one_of(
        st.just((np.nan, np.nan)),
        st.tuples(st.floats(270_000.0, 320_000.0), st.floats(70_000.0, 120_000.0)),
    ),
    max_size=12,
)


@pytest.mark.usefixtures("imported")
@settings(max_examples=30, deadline=None)
@given(places=PLACES)
def test_every_place_has_one_network_by_itself_or_among_others(places: list[tuple[float, float]]) -> None:
    xy = np.array(places, dtype=float).reshape(-1, 2)
    choice = networks.networks()
    groups = networks.split(xy, choice)
    assert sorted(row for rows, _ in groups for row in rows.tolist()) == list(range(len(xy)))
    for rows, roads in groups:
        assert len(rows)
        for row in rows.tolist():
            ((_, alone),) = networks.split(xy[row : row + 1], choice)
            assert alone.network == roads.network
        if np.isnan(xy[rows]).any():
            assert roads.network == SHIPPED
    assert {roads.network for _, roads in groups} <= {"shipped", "imported:exeter", "imported:city"}


@pytest.mark.usefixtures("imported")
def test_conditions_hold_on_imported_roads_too() -> None:
    goal = register.by_id("DGI")
    plain = networks.roads_for(DOOR)
    shut = networks.roads_for(DOOR, scenario=Conditions(closed=("a38",), slower=1.5))
    assert shut.scenario.closed == ("a38",)
    assert isinstance(shut.router, stitching.StitchedRouter)
    edges, numbers = shut.router.network.edges, shut.router.network.edge
    assert not edges.is_("ref", "A38")[numbers].any()
    assert shut.router.route(DOOR, goal).minutes > 1.4 * plain.router.route(DOOR, goal).minutes
    assert edges.is_("ref", "A38")[plain.router.network.edge].any(), "the roads given must not change"


@pytest.mark.usefixtures("imported")
def test_what_is_closed_has_to_be_on_a_network_that_answers() -> None:
    lane = Conditions(closed=("Mill Lane",))
    assert networks.roads_for(DOOR, scenario=lane).network == "imported:exeter"
    with pytest.raises(InputError, match="'Mill Lane'"):
        networks.roads_for(TRURO, scenario=lane)
    both = networks.split(grid_points([DOOR, TRURO]), networks.networks(), lane)
    assert [roads.network for _, roads in both] == ["shipped", "imported:exeter"]


def test_roads_imported_again_are_opened_again(imported: Path) -> None:
    before = networks.roads_for(DOOR).router
    file = imported / "networks" / "exeter.npz"
    os.utime(file, ns=(1, 1))
    assert networks.roads_for(DOOR).router is not before


@pytest.mark.usefixtures("imported")
def test_other_versions_are_refused() -> None:
    here = {each.name: each.version for each in networks.networks()}
    assert [each.name for each in networks.refuse_others({"city": here["city"]})] == ["city"]
    assert networks.refuse_others({}) == []
    with pytest.raises(TableError, match=r"'city' are user\+.* and user\+00000000 on the one that asked"):
        networks.refuse_others({"city": "user+00000000"})
    with pytest.raises(TableError, match="'devon' are missing"):
        networks.refuse_others({"devon": "user+00000000"})


@pytest.mark.parametrize("damage", [b"", b"no archive", b"PK\x05\x06" + bytes(18)])
def test_a_damaged_import_is_one_sentence(damage: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEARHOME_DATA", str(tmp_path))
    (tmp_path / "networks").mkdir()
    (tmp_path / "networks" / "town.npz").write_bytes(damage)
    with pytest.raises(TableError, match=r"town\.npz"):
        networks.roads_for(DOOR)
    assert networks.roads_for(DOOR, imported=False).network == SHIPPED
