"""All postcodes at once say what the router says for each of them."""

import sys
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from nearhome.data.catalogue import columns
from nearhome.data.errors import InputError, UnknownPlaceError
from nearhome.data.places import postcodes
from nearhome.data.prisons import register
from nearhome.geo.matrices import postcodes as matrices_postcodes
from nearhome.geo.matrices.postcodes import all_postcodes_to
from nearhome.geo.routing.components import CLOSED
from nearhome.geo.routing.router import Router, grid_points

DAY = date(2026, 11, 21)
GOALS = ("EXI", "PVI", "IWI", "SCO-INV", "NI-MGL", "JSY-LMO", "WSI")


@pytest.fixture(scope="module")
def goals() -> list[register.Prison]:
    """Prisons in towns, on islands, across the sea and beyond any car ferry."""
    known = {prison.id: prison for prison in register.prisons()}
    return [known[name] for name in GOALS]


@pytest.fixture(scope="module")
def whole(goals: list[register.Prison]) -> matrices_postcodes.PostcodeMatrix:
    return all_postcodes_to(Router.shipped(), goals)


def test_every_postcode_has_a_row_and_every_prison_a_column(
    whole: matrices_postcodes.PostcodeMatrix, goals: list[register.Prison]
) -> None:
    assert whole.tenths_of_minutes.shape == whole.tenths_of_miles.shape == (len(postcodes.shipped()), len(goals))


def test_rows_are_those_of_the_matrix(whole: matrices_postcodes.PostcodeMatrix, goals: list[register.Prison]) -> None:
    east, north = postcodes.shipped().all_points()
    at_the_gate = [
        row
        for x, y in grid_points(goals)
        for row in np.flatnonzero((np.abs(east - x) < 3_000) & (np.abs(north - y) < 3_000))[:40]
    ]
    rows = np.r_[np.random.default_rng(1).choice(np.flatnonzero(east > 0), 1_500, replace=False), at_the_gate]
    expected = Router.shipped().matrix_between(np.column_stack([east, north])[rows].astype(float), grid_points(goals))
    np.testing.assert_array_equal(np.rint(expected.minutes * 10), np.rint(whole.minutes()[rows] * 10))
    np.testing.assert_array_equal(np.rint(expected.miles * 10), np.rint(whole.miles()[rows] * 10))


def test_a_postcode_is_looked_up_by_name(
    whole: matrices_postcodes.PostcodeMatrix, goals: list[register.Prison]
) -> None:
    minutes, miles = whole.of("tr12he")
    exeter = [prison.id for prison in goals].index("EXI")
    assert minutes[exeter] == pytest.approx(115, abs=6)
    assert miles[exeter] == pytest.approx(87, abs=3)
    with pytest.raises(UnknownPlaceError, match="TR1 2ZZ is not a postcode in the table"):
        whole.of("TR1 2ZZ")


def test_what_cannot_be_reached_is_no_number(
    whole: matrices_postcodes.PostcodeMatrix, goals: list[register.Prison]
) -> None:
    nowhere = np.isnan(whole.minutes())
    np.testing.assert_array_equal(nowhere, np.isnan(whole.miles()))
    for column, prison in enumerate(goals):
        assert nowhere[:, column].all() == (prison.nation in {"Jersey", "Guernsey"})
    east, _ = postcodes.shipped().all_points()
    assert nowhere[east < 0].all()


def test_the_shipped_roads_of_postcodes_are_those_that_access_finds() -> None:
    router, table = Router.shipped(), postcodes.shipped()
    east, north = table.all_points()
    rows = np.sort(np.random.default_rng(2).choice(np.flatnonzero(east > 0), 2_000, replace=False))
    joins = router.access.joins(np.column_stack([east, north])[rows].astype(float))
    choice = columns.read_array("postcode_roads").view(np.uint8).reshape(len(table), -1)
    lists = columns.read_array("sector_roads")
    starts = np.searchsorted(lists["sector"], np.arange(len(table.sectors)))
    sector = np.repeat(np.arange(len(table.sectors)), table.sectors["count"].astype(np.int64))
    for number, row in enumerate(rows):
        shipped = {int(lists["edge"][starts[sector[row]] + each]) for each in choice[row] if each != 255}
        assert shipped == set(joins.edge[joins.place == number].tolist())


def test_without_numba_a_slower_way_says_the_same(
    whole: matrices_postcodes.PostcodeMatrix, goals: list[register.Prison], monkeypatch: pytest.MonkeyPatch
) -> None:
    table = postcodes.shipped()
    few = np.random.default_rng(5).choice(len(table), 800, replace=False)
    points = tuple(values[few] for values in table.all_points())
    monkeypatch.setitem(sys.modules, "nearhome.geo.matrices.postcode_kernel", None)
    monkeypatch.setattr(postcodes.PostcodeTable, "all_points", lambda _: points)
    slow = all_postcodes_to(Router.shipped(), goals)
    np.testing.assert_array_equal(slow.tenths_of_minutes, whole.tenths_of_minutes[few])
    np.testing.assert_array_equal(slow.tenths_of_miles, whole.tenths_of_miles[few])


def test_a_closed_bridge_reaches_every_postcode(
    whole: matrices_postcodes.PostcodeMatrix, goals: list[register.Prison]
) -> None:
    shut = all_postcodes_to(Router.shipped().reweight(closed=["tamar"]), goals)
    row = int(postcodes.shipped().row_of(["PL12 4AA"])[0])
    exeter = [prison.id for prison in goals].index("EXI")
    assert shut.minutes(row, exeter) > whole.minutes(row, exeter)
    known = ~np.isnan(whole.minutes(slice(None), exeter))
    assert (shut.minutes(slice(None), exeter)[known] >= whole.minutes(slice(None), exeter)[known]).all()


def test_rows_are_those_of_the_matrix_on_a_reweighted_network_too(goals: list[register.Prison]) -> None:
    shut = Router.shipped().reweight(closed=["tamar", "A30"], slower=1.1)
    east, north = postcodes.shipped().all_points()
    rows = np.random.default_rng(7).choice(np.flatnonzero(east > 0), 1_500, replace=False)
    expected = shut.matrix_between(np.column_stack([east, north])[rows].astype(float), grid_points(goals))
    every = all_postcodes_to(shut, goals)
    np.testing.assert_array_equal(
        np.stack([every.tenths_of_minutes[rows], every.tenths_of_miles[rows]]), matrices_postcodes.tenths(expected)
    )


def test_postcodes_whose_own_roads_are_all_closed_join_others(goals: list[register.Prison]) -> None:
    shut, (east, north) = Router.shipped().reweight(closed=["A30"]), postcodes.shipped().all_points()
    near = np.flatnonzero(np.hypot(east - 169_900, north - 41_900) < 2_000)[
        ::40
    ]  # Redruth, between two of its junctions
    xy = np.column_stack([east, north])[near].astype(float)
    expected, every = shut.matrix_between(xy, grid_points(goals)), all_postcodes_to(shut, goals)
    np.testing.assert_array_equal(
        np.stack([every.tenths_of_minutes[near], every.tenths_of_miles[near]]), matrices_postcodes.tenths(expected)
    )
    own = shut.components.left_for[shut.access.joins(xy).edge]
    assert (own == CLOSED).any()
    assert np.isfinite(expected.minutes[:, 0]).all()


def test_another_network_is_refused_in_one_sentence(goals: list[register.Prison]) -> None:
    roads = replace(Router.shipped().network, rank=None)
    with pytest.raises(InputError, match="need the shipped road network"):
        all_postcodes_to(Router(roads), goals)
