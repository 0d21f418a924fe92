"""Imported roads answer for the places that they cover, and those that ship for all others."""

from __future__ import annotations

import json
import os
import shutil
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nearhome.app.wording import names as wording
from nearhome.data.base import versions
from nearhome.data.base.coordinates import Spot
from nearhome.data.errors import InputError, TableError
from nearhome.data.prisons import register
from nearhome.geo.imported import kept, networks, stitching
from nearhome.geo.matrices import pairs
from nearhome.geo.osm import read
from nearhome.geo.roads import network, storage
from nearhome.geo.roads.conditions import OWN_ROADS, SET_ASIDE, SHIPPED, Conditions
from nearhome.geo.routing.router import Router, grid_points
from tests import extracts

if TYPE_CHECKING:
    from collections.abc import Callable
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
    assert here.tables[OWN_ROADS] == networks.networks()[0].version
    assert here.tables[OWN_ROADS].startswith("user+")


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
    os.utime(versions.newest(imported / "networks")["exeter"] / storage.FACTS, ns=(1, 1))
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


def spoil_facts(folder: Path) -> None:
    (folder / storage.FACTS).write_text("{", encoding="utf-8")


def spoil_format(folder: Path) -> None:
    (folder / storage.FACTS).write_text('{"format": "nearhome roads 2"}', encoding="utf-8")


def spoil_array(folder: Path) -> None:
    (folder / "arc_head.npy").write_bytes(b"")


def spoil_outline(folder: Path) -> None:
    (folder / "outline.npy").unlink()


def spoil_by_other_roads(folder: Path) -> None:
    facts = json.loads((folder / storage.FACTS).read_text(encoding="utf-8"))
    old = dict.fromkeys(facts["tables"], "2000-01-01+00000000")
    (folder / storage.FACTS).write_text(json.dumps(facts | {"tables": old, "parts": [1, 1, 1]}), encoding="utf-8")


def spoil_by_age(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.with_name("exeter.npz").write_bytes(b"PK")


SPOILS = [spoil_facts, spoil_format, spoil_array, spoil_outline, spoil_by_other_roads, spoil_by_age]


@pytest.fixture
def spoilt(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Copy the imports to a folder of the test's own; give that of Exeter's roads."""
    shutil.copytree(home / "networks", tmp_path / "networks", ignore=shutil.ignore_patterns("city*"))
    monkeypatch.setenv("NEARHOME_DATA", str(tmp_path))
    return versions.newest(tmp_path / "networks")["exeter"]


@pytest.mark.parametrize("spoil", SPOILS)
def test_an_import_that_cannot_be_used_is_set_aside_with_a_word(spoil: Callable[[Path], None], spoilt: Path) -> None:
    spoil(spoilt)
    expected = Router.shipped().route(DOOR, TRURO).minutes
    roads = networks.roads_for(DOOR)
    assert roads.network == f"{SET_ASIDE}exeter"
    assert roads.router.route(DOOR, TRURO).minutes == expected
    assert "as your roads exeter cannot be used" in wording.roads(roads.network)
    assert OWN_ROADS not in roads.tables
    assert networks.roads_for(TRURO).router is Router.shipped()
    assert networks.roads_for(DOOR, imported=False).network == SHIPPED
    with pytest.raises(TableError, match="'exeter' are missing"):
        networks.refuse_others({"exeter": "user+00000000"})


@pytest.mark.parametrize("spoil", SPOILS)
def test_a_bad_import_never_fails_the_pairs_of_other_places(spoil: Callable[[Path], None], spoilt: Path) -> None:
    spoil(spoilt)
    origins, destinations = (np.array([tuple(each) for each in places]) for places in ((TRURO, DOOR), (DOOR, TRURO)))
    found, count = pairs.pair_times_by_network(origins, destinations, networks.networks())
    plain = pairs.pair_times(origins, destinations)
    np.testing.assert_array_equal(found.minutes, plain.minutes)
    assert sum(count.values()) == 2
    assert f"{SET_ASIDE}exeter" in count
    assert found.notes[1] == "on the roads that ship as your roads exeter cannot be used"


@pytest.mark.parametrize("damaged", [True, False])
def test_a_smaller_import_answers_where_a_larger_one_cannot(
    damaged: object, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(home / "networks", tmp_path / "networks")
    monkeypatch.setenv("NEARHOME_DATA", str(tmp_path))
    if damaged:
        spoil_facts(versions.newest(tmp_path / "networks")["exeter"])
    assert networks.roads_for(DOOR).network == ("imported:city" if damaged else "imported:exeter")


def test_roads_stitched_to_other_shipped_roads_are_stitched_anew(spoilt: Path) -> None:
    expected = networks.roads_for(DOOR).router.route(DOOR, TRURO).minutes
    facts = json.loads((spoilt / storage.FACTS).read_text(encoding="utf-8"))
    assert storage.is_current(facts)
    old = dict.fromkeys(facts["tables"], "2000-01-01+00000000")
    (spoilt / storage.FACTS).write_text(json.dumps(facts | {"tables": old}), encoding="utf-8")
    os.utime(spoilt / storage.FACTS, ns=(1, 1))
    again = networks.roads_for(DOOR)
    assert again.network == "imported:exeter"
    assert again.router.route(DOOR, TRURO).minutes == expected


def test_kept_roads_answer_as_those_worked_out_anew(spoilt: Path) -> None:
    mapped = kept.open_router(spoilt)
    anew = stitching.StitchedRouter(stitching.stitch(kept.open_roads(spoilt), network.shipped()))
    goals = [register.by_id(name) for name in ("EXI", "DGI", "LII")]
    for engine in ("searched", "swept"):
        if engine == "swept":
            assert mapped.metric.nothing == anew.metric.nothing
        for field in ("minutes", "miles"):
            one, other = (getattr(each.matrix([DOOR, TRURO], goals), field) for each in (mapped, anew))
            np.testing.assert_array_equal(one, other)
        assert mapped.route(DOOR, goals[1]).steps == anew.route(DOOR, goals[1]).steps
    slow = mapped.reweight(slower=1.5, closed=["A38"])
    assert slow.network.rank is not None
    np.testing.assert_array_equal(
        slow.matrix([DOOR], goals).minutes, anew.reweight(slower=1.5, closed=["A38"]).matrix([DOOR], goals).minutes
    )


def test_an_open_network_answers_after_another_took_its_place(spoilt: Path) -> None:
    router = networks.roads_for(DOOR).router
    expected = router.route(DOOR, TRURO).minutes
    with versions.written(spoilt.parent, "exeter") as folder:
        shutil.copytree(spoilt, folder, dirs_exist_ok=True)
    assert not spoilt.exists()
    assert router.matrix([DOOR], [TRURO]).minutes[0, 0] == expected
    assert networks.roads_for(DOOR).router is not router
    assert networks.roads_for(DOOR).router.route(DOOR, TRURO).minutes == expected
