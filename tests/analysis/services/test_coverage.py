"""Coverage against figures worked out by hand, routes and published facts, and rules that must always hold."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nearhome.analysis.methods.disclosure import Suppressed
from nearhome.analysis.population import baseline, children, families, prison_shares
from nearhome.analysis.services import by_postcode as postcode_coverage
from nearhome.analysis.services import coverage, cross_boundary, publishable, reach, supply, travel_times
from nearhome.data.base.coordinates import Spot
from nearhome.data.errors import InputError, TableError, UnknownPlaceError
from nearhome.data.places import areas, postcodes
from nearhome.data.prisons import register as prison_register
from nearhome.data.services import register as service_register
from nearhome.geo.places import find
from nearhome.geo.routing.router import Router
from nearhome.geo.transit import pairs
from nearhome.geo.transit import sectors as sector_transit

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pandas as pd

    from nearhome.analysis.services.coverage import Coverage
    from nearhome.data.services.records import Service

GUIDE, TODAY = date(2008, 1, 1), date(2026, 11, 21)
HALTON, CORNWALL, NORWICH, BELFAST = "E06000006", "E06000052", "E07000148", "N09000003"


@pytest.fixture(scope="module")
def then() -> Coverage:
    return coverage.assess(as_of=GUIDE)


def row(found: Coverage, code: str) -> pd.Series[Any]:
    return found.table.set_index("code").loc[code]


def service(rule: str, **columns: Any) -> Service:
    """Make a service of the register's own over: only what draws its reach counts."""
    model = next(each for each in service_register.register() if each.reach == "area")
    empty: dict[str, Any] = {"prison_ids": (), "area_level": "", "area_codes": (), "lat": None, "lon": None}
    empty |= {"minutes": None, "mode": "", "miles": None, "capacity": None, "capacity_unit": ""}
    return replace(model, id=f"test-{rule}", kind="family_support", reach=rule, **(empty | columns))


# Whom services reach, by hand


def small() -> tuple[families.Families, prison_shares.PrisonShares]:
    """Two authorities: A in England with two parts, B in Scotland with one; three prisons, the second one in B."""
    names = list(postcodes.areas("sector"))
    sectors = [names.index("TR1 2"), names.index("PL1 1"), names.index("EH1 1")]
    points = [postcodes.areas("sector")[names[number]] for number in sectors]
    where = families.Families(
        as_of=TODAY,
        codes=(CORNWALL, "S12000036"),
        children_low=np.array([20.0, 50.0]),
        children_high=np.array([40.0, 200.0]),
        held_by_authority=np.array([15.0, 50.0]),
        authority=np.array([0, 0, 1]),
        sector=np.array(sectors),
        children=np.array([10.0, 20.0, 100.0]),
        held=np.array([5.0, 10.0, 50.0]),
        deprivation=np.array([0.1, 0.9, 0.5]),
        lat=np.array([each.lat for each in points]),
        lon=np.array([each.lon for each in points]),
        counted=frozenset(),
    )
    shares = np.array([[0.5, 0.3, 0.2], [0.0, 0.9, 0.1]])
    held = prison_shares.PrisonShares(
        where.codes, ("EXI", "SCO-EDI", "DTI"), ("E07000041", "S12000036", "E07000046"), shares, ()
    )
    return where, held


@pytest.mark.parametrize(
    ("one", "rule", "expected"),
    [
        (service("area", area_level="authority", area_codes=(CORNWALL,)), "area", [1, 1, 0]),
        (service("national", area_level="nation", area_codes=("S92000003",)), "national", [0, 0, 1]),
        (service("prison", prison_ids=("EXI", "DTI")), "prison", [0.7, 0.7, 0.1]),
        (service("radius", lat=50.266, lon=-5.052, miles=5.0), "radius", [1, 0, 0]),
        (service("minutes", lat=50.266, lon=-5.052, minutes=30.0, mode="car"), "minutes", [1, 0, 0]),
        (service("place", lat=50.266, lon=-5.052), "place", [1, 1, 0]),
    ],
)
def test_each_rule_reaches_whom_it_says(one: Service, rule: str, expected: list[float]) -> None:
    where, held = small()
    found = reach.reach([one], where, held, place_minutes=120.0)
    for name, shares in found.by_rule.items():
        assert shares.tolist() == pytest.approx(expected if name == rule else [0, 0, 0])
    assert found.covered.tolist() == pytest.approx(expected)
    assert found.home.tolist() == pytest.approx(expected if rule in reach.HOME_RULES else [0, 0, 0])


def test_prisons_not_named_only_say_how_many_at_most() -> None:
    where, held = small()
    found = reach.reach(
        [
            service("prison", prison_ids=("EXI",)),
            service("prisons_unnamed", area_level="region", area_codes=("E12000009",)),
        ],
        where,
        held,
    )
    assert found.covered.tolist() == pytest.approx([0.5, 0.5, 0.0])
    assert found.covered_most.tolist() == pytest.approx([0.7, 0.7, 0.1])


def test_who_is_covered_twice_counts_once() -> None:
    where, held = small()
    both = [
        service("area", area_level="authority", area_codes=(CORNWALL,)),
        service("prison", prison_ids=("SCO-EDI",)),
        service("prison", prison_ids=("SCO-EDI", "DTI")),
    ]
    assert reach.reach(both, where, held).covered.tolist() == pytest.approx([1.0, 1.0, 1.0])


def test_supply_is_shared_by_each_services_own_rule() -> None:
    where, held = small()
    offers = [
        service("area", area_level="authority", area_codes=(CORNWALL,), capacity=60, capacity_unit="children"),
        service("prison", prison_ids=("DTI",), capacity=16, capacity_unit="children"),
        service("place", lat=50.266, lon=-5.052, capacity=9, capacity_unit="children"),
        service("national", area_level="nation", area_codes=("S92000003",), capacity=4, capacity_unit="staff"),
    ]
    found = supply.supply(offers, where, held, travel=travel_times.BY_CAR, thresholds=(30.0, 120.0))
    # The prison's 16 go to 0.2 x 30 + 0.1 x 100 children; the place's 9 to the 30 of Cornwall's sectors.
    expected = [60 / 30 + 0.2 * 1 + 9 / 30, 60 / 30 + 0.2 * 1 + 9 / 30, 0.1 * 1]
    assert found.unit == "children"
    assert np.nan_to_num(found.two_step).tolist() == pytest.approx(expected)
    for each in (found.two_step, found.enhanced, found.available):
        assert float(np.nan_to_num(each) @ where.children) == pytest.approx(60 + 16 + 9)
    assert "3 of 4" in found.notes[0]


# The register


def test_halton_is_a_gap_in_the_guides_year_and_today(then: Coverage) -> None:
    for found in (then, coverage.assess(as_of=TODAY)):
        halton = row(found, HALTON)
        assert halton["standing"] == "said to have none"
        assert halton["share_home"] == 0
        assert halton["share_national"] == 0
        assert halton["covered"] < 0.06
        assert list(found.table.loc[found.table["standing"] == "said to have none", "code"]) == [HALTON]


def test_northern_ireland_and_scotland_are_covered_and_england_is_not(then: Coverage) -> None:
    nations = coverage.assess(as_of=GUIDE, by="nation").table.set_index("name")
    assert nations.loc["Northern Ireland", "covered"] == pytest.approx(1)
    assert nations.loc["Scotland", "covered"] == pytest.approx(1)
    assert 0.1 < float(nations.loc["England", "covered"]) < 0.4
    code = np.array([each[0] for each in then.table["code"]])
    assert then.table.loc[np.isin(code, ["N", "S"]), "covered"].min() == pytest.approx(1)
    assert then.table.loc[code == "E", "covered"].min() < 0.05
    assert then.table.loc[code == "E", "covered"].max() == pytest.approx(1)


def test_an_officer_in_every_prison_of_scotland_reaches_everybody_by_that_rule() -> None:
    found = coverage.assess(kind="family_contact_officer", as_of=GUIDE)
    scotland = found.table[found.table["code"].str.startswith("S")]
    assert scotland["share_prison"].to_numpy() == pytest.approx(1)
    assert scotland["share_national"].max() == 0


def test_a_helpline_counts_only_when_asked_for() -> None:
    assert all(each.kind not in reach.REMOTE_KINDS for each in coverage.in_force(TODAY))
    everything = coverage.assess(kind=reach.ALL_KINDS, as_of=TODAY, by="nation").table.set_index("name")
    assert everything["share_national"].loc[["England", "Scotland", "Wales"]].to_numpy() == pytest.approx(1)
    helpline = coverage.assess(kind="helpline", as_of=TODAY)
    assert helpline.table["no_place"].to_numpy() == pytest.approx(1)
    assert helpline.places == 0


@pytest.mark.parametrize("by", coverage.LEVELS)
@pytest.mark.parametrize("mode", list(travel_times.MODES))
def test_classes_of_time_make_up_everybody(by: str, mode: str) -> None:
    found = coverage.assess(kind="visitors_centre", mode=mode, as_of=GUIDE, by=by)
    table = found.table[found.table["children"] > 0]
    parts = table["within_120"] + table["beyond"] + table["no_way"] + table["not_known"] + table["no_place"]
    assert parts.to_numpy() == pytest.approx(1)
    for near, far in ((30, 60), (60, 90), (90, 120)):
        assert (table[f"within_{near}"] <= table[f"within_{far}"] + 1e-12).all()
        assert (table[f"places_within_{near}"] <= table[f"places_within_{far}"] + 1e-12).all()
    assert (table["minutes_1_mean"].fillna(0) <= table["minutes_2_mean"].fillna(np.inf)).all()
    assert table["children"].sum() == pytest.approx(195_000, rel=1e-6)


def test_what_is_not_known_is_not_called_unreachable() -> None:
    public = row(coverage.assess(kind="visitors_centre", mode="transit", as_of=GUIDE), BELFAST)
    assert public["not_known"] == pytest.approx(1)
    assert public["no_way"] == 0
    car = coverage.assess(kind="visitors_centre", as_of=GUIDE, by="sector").table.set_index("code")
    assert car.loc["PH42 4", "no_way"] == 1  # Eigg has no car ferry
    assert np.isnan(float(car.loc["PH42 4", "minutes_1_mean"]))


def test_children_are_those_of_the_estimate(then: Coverage) -> None:
    table = children.children(GUIDE)
    assert then.table["code"].tolist() == table["code"].tolist()
    for name in ("children_low", "children", "children_high"):
        assert then.table[name].to_numpy() == pytest.approx(table[name].to_numpy())
    assert then.table["held"].to_numpy() == pytest.approx(table["people"].to_numpy())


def test_a_count_of_ones_own_takes_the_place_of_the_estimate(then: Coverage) -> None:
    found = coverage.assess(as_of=GUIDE, own_need={HALTON: 1000})
    assert row(found, HALTON)["children"] == pytest.approx(1000)
    assert row(found, HALTON)["children_not_covered"] == pytest.approx(1000 * (1 - row(then, HALTON)["covered"]))
    assert row(found, CORNWALL)["children"] == pytest.approx(row(then, CORNWALL)["children"])


def test_the_median_splits_an_area_in_halves() -> None:
    found = coverage.assess(kind="visitors_centre", as_of=GUIDE)
    parts, group = found.parts, found.parts.families.by("authority")
    for code in (CORNWALL, NORWICH, BELFAST):
        inside = group.row == group.codes.index(code)
        minutes, weight = parts.minutes[inside, 0], parts.families.children[inside]
        median = row(found, code)["minutes_1_median"]
        assert median in minutes
        assert weight[minutes < median].sum() <= weight.sum() / 2 <= weight[minutes <= median].sum() + 1e-9


def test_norfolks_22_children_are_shared_among_its_own(then: Coverage) -> None:
    found = coverage.assess(kind="direct_support", as_of=GUIDE)
    table = found.table.set_index("code")
    supplied = table["supply_available_per_1000"] * table["children"] / 1000
    assert supplied.sum() == pytest.approx(22)
    norfolk = areas.find("Norfolk", "county").authorities
    assert set(table.index[supplied > 0]) == norfolk
    assert "supply_2sfca_per_1000" in then.table


# Adding and closing


@given(st.data())
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_adding_never_worsens_and_closing_never_improves(then: Coverage, data: st.DataObject) -> None:
    start = coverage.in_force(GUIDE, reach.ALL_KINDS)
    dropped = data.draw(st.sampled_from(start))
    mode = data.draw(st.sampled_from(sorted(travel_times.MODES)))
    k = data.draw(st.integers(1, 4))
    asked: dict[str, Any] = {"kind": reach.ALL_KINDS, "mode": mode, "as_of": GUIDE, "k": k}
    whole = coverage.assess(services=start, **asked).table
    fewer = coverage.assess(services=[each for each in start if each != dropped], **asked).table
    for name in whole:
        if str(name).startswith(("covered", "share_", "within_", "places_within")) and name != "share_unnamed":
            assert (fewer[name] <= whole[name] + 1e-9).all(), name
        if str(name).endswith("_median"):
            assert (fewer[name].fillna(np.inf) >= whole[name].fillna(np.inf) - 1e-9).all(), name
    assert (fewer["children_not_covered"] >= whole["children_not_covered"] - 1e-9).all()
    assert len(then.table) == len(whole)


# Ways


def test_drives_are_those_of_the_router_from_home_to_the_service() -> None:
    sector, prison = postcodes.areas("sector")["TR1 2"], prison_register.by_id("EXI")
    place = list(postcodes.areas("sector")).index("TR1 2")
    found = travel_times.minutes([Spot(prison.lat, prison.lon)], travel_times.BY_CAR)[place, 0]
    assert found == pytest.approx(Router.shipped().route(find.find("TR1 2"), prison).minutes, abs=0.02)
    assert (sector.lat, sector.lon) == pytest.approx((find.find("TR1 2").lat, find.find("TR1 2").lon), abs=1e-4)


def test_ways_start_where_families_live(monkeypatch: pytest.MonkeyPatch) -> None:
    def matrix(origins: list[Any], goals: list[Any]) -> Any:
        """Take longer from west to east than back, so that a swap would show."""
        minutes = np.array([[100.0 + (goal.lon - start.lon) for goal in goals] for start in origins])
        return SimpleNamespace(minutes=minutes)

    monkeypatch.setattr(Router, "shipped", lambda: SimpleNamespace(matrix=matrix))
    travel_times._driven.cache_clear()  # noqa: SLF001 -- a router of the test must not stay in the cache
    spot = Spot(51.5, 1.234567)
    found = travel_times.minutes([spot], travel_times.BY_CAR)[:, 0]
    travel_times._driven.cache_clear()  # noqa: SLF001 -- a router of the test must not stay in the cache
    lon = np.array([each.lon for each in postcodes.areas("sector").values()])
    assert found == pytest.approx(100.0 + spot.lon - lon)


@pytest.mark.parametrize("day", travel_times.DAYS)
@pytest.mark.parametrize("prison", ["EXI", "LEI", "SCO-PER", "AKI"])
def test_the_shipped_transit_times_are_those_worked_out_anew(day: travel_times.Day, prison: str) -> None:
    goal = prison_register.by_id(prison)
    known = travel_times.minutes([Spot(goal.lat, goal.lon)], travel_times.Travel("transit", day))[:, 0]
    rows = np.arange(0, len(known), 230)
    middles = np.array([(each.lat, each.lon) for each in postcodes.areas("sector").values()])[rows]
    anew = pairs.pair_times(middles, np.tile((goal.lat, goal.lon), (len(rows), 1)), day=day).minutes
    anew[~sector_transit.known_from()[rows]] = np.nan
    longest = sector_transit.LONGEST * sector_transit.STEP_MINUTES
    assert np.array_equal(np.isnan(known[rows]), np.isnan(anew))
    same = np.minimum(anew, longest)
    assert np.nanmax(np.abs(known[rows] - same)) <= sector_transit.STEP_MINUTES / 2 + 1e-6


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=20, deadline=None)
def test_packed_steps_come_back(seed: int) -> None:
    steps = np.random.default_rng(seed).integers(0, 256, (7, 13)).astype(np.uint8)
    packed = sector_transit._packed(steps).reshape(steps.shape)  # noqa: SLF001 -- how it is stored
    across = np.cumsum(packed, axis=0, dtype=np.uint8)
    assert np.array_equal(np.cumsum(across, axis=1, dtype=np.uint8), steps)


def test_a_damaged_table_of_transit_times_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sector_transit.npz").write_bytes(b"no archive")
    real = sector_transit.tables.path
    monkeypatch.setattr(
        sector_transit.tables,
        "path",
        lambda name: tmp_path / "sector_transit.npz" if name == "sector_transit" else real(name),
    )
    sector_transit._shipped.cache_clear()  # noqa: SLF001 -- a damaged file must be read
    with pytest.raises(TableError, match=r"'sector_transit'.*is damaged"):
        sector_transit.minutes_to([prison_register.by_id("EXI")])
    sector_transit._shipped.cache_clear()  # noqa: SLF001 -- a damaged file must be read


def test_a_point_that_no_table_has_is_worked_out() -> None:
    town = find.find("Bodmin")
    found = sector_transit.minutes_to([Spot(town.lat + 0.01, town.lon), prison_register.by_id("EXI")])
    names = list(postcodes.areas("sector"))
    assert found[names.index("TR1 2"), 0] < found[names.index("TR1 2"), 1]
    assert np.array_equal(found[:, 1:], sector_transit.minutes_to([prison_register.by_id("EXI")]), equal_nan=True)


# Postcodes


def test_every_postcode_has_its_own_way_to_the_nearest_of_each_kind() -> None:
    found = postcode_coverage.nearest(GUIDE)
    centres = [each for each in coverage.in_force(GUIDE, "visitors_centre") if each.reach == "prison"]
    spots = {spot for each in centres for spot in reach.spots_of(each, GUIDE)}
    for postcode in ("TR1 2HE", "EH1 1YZ", "B1 1BB"):
        routes = [Router.shipped().route(find.find(postcode), spot).minutes for spot in spots]
        assert found.of(postcode)["visitors_centre"] == pytest.approx(min(routes), abs=0.11)
    assert found.minutes("visitors_centre").shape == (len(postcodes.shipped()),)
    assert set(found.kinds) <= {each.kind for each in coverage.in_force(GUIDE, reach.ALL_KINDS)}
    assert found.of("BT1 1AA")["visitors_centre"] < 30
    with pytest.raises(UnknownPlaceError, match="not a postcode in the table"):
        found.of("AB99 9ZZ")


def test_postcodes_take_their_sectors_time_by_public_transport() -> None:
    found = postcode_coverage.nearest(GUIDE, "transit")
    assert found.by_postcode is None
    by_postcode = found.minutes("visitors_centre")
    table = postcodes.shipped()
    inside = int(table.row_of(["TR1 2HE"])[0])
    sector = list(postcodes.areas("sector")).index("TR1 2")
    assert by_postcode[inside] == found.by_sector[found.kinds.index("visitors_centre"), sector]
    assert found.of("TR1 2HE")["visitors_centre"] == by_postcode[inside]


# Across borders


def test_ends_make_up_everybody_and_halton_has_neither(then: Coverage) -> None:
    table = cross_boundary.by_authority(GUIDE).set_index("code")
    assert (table["both"] + table["home_only"] + table["prison_only"] + table["neither"]).to_numpy() == pytest.approx(1)
    assert (table["elsewhere_neither"] <= table[["neither", "held_elsewhere"]].min(axis=1) + 1e-12).all()
    assert table.loc[HALTON, "held_elsewhere"] == 1  # no prison stands there
    assert table.loc[HALTON, "neither"] == pytest.approx(1 - row(then, HALTON)["covered"])
    assert table.loc[CORNWALL, "held_elsewhere"] == 1
    assert table.loc[NORWICH, "held_elsewhere"] < 1
    assert 150 < float(table.loc[CORNWALL, "prison_minutes"]) < 300


def test_flows_are_the_baselines_people() -> None:
    found = cross_boundary.flows(TODAY)
    assert found["people"].is_monotonic_decreasing
    flows = found.groupby("home_code")["people"].sum()
    base = baseline.baseline(TODAY).people("home").set_index("home")["people"]
    scaled = families.families(TODAY)
    whole = dict(zip(scaled.codes, scaled.held_by_authority, strict=True))
    for code in (HALTON, CORNWALL, NORWICH):
        assert flows[code] == pytest.approx(whole[code], rel=0.01)
        assert flows[code] == pytest.approx(base[code], rel=0.1)  # need spreads those without a known home too
    own = found[(found["home_code"] == NORWICH) & (found["prison_code"] == NORWICH)]
    assert not own["elsewhere"].any()


def test_shares_of_an_authority_make_one_and_closed_prisons_hold_nobody() -> None:
    for day in (GUIDE, TODAY):
        held = prison_shares.shares(day)
        assert held.shares.sum(axis=1) == pytest.approx(1)
        assert all(prison_register.by_id(each).is_open(day) for each in held.prisons)
        assert all(held.authorities)
    assert prison_shares.authority_of(prison_register.by_id("EXI")) == "E07000041"
    assert prison_shares.authority_of(prison_register.by_id("NI-MGL")).startswith("N")


# What may be shown


@pytest.mark.parametrize("by", ["authority", "police"])
def test_small_numbers_cannot_be_worked_out_again(by: str) -> None:
    found = coverage.assess(as_of=GUIDE, by=by)
    shown, note = publishable.shown(found)
    hidden = {name: shown[name].map(lambda each: each is Suppressed.CELL) for name in publishable.COUNTS}
    for name in ("children", "held", "children_not_covered"):
        small = (found.table[name] > 0) & (found.table[name] < 5)
        assert hidden[name][small].all()
        assert hidden[name].sum() != 1  # one alone follows from the total
        assert (shown[name][~hidden[name]] == found.table[name][~hidden[name]]).all()
    assert (hidden["children"] == hidden["held"]).all()
    assert (hidden["children_not_covered"] | ~hidden["children"]).all()
    gone = hidden["children_not_covered"]
    assert shown.loc[gone, "covered"].map(lambda each: each is Suppressed.CELL).all()  # children x (1 - covered)
    assert note.startswith("[c]")
    if by == "authority":
        assert hidden["children"][found.table["name"] == "Isles of Scilly"].all()


def test_sectors_are_rounded() -> None:
    found = coverage.assess(as_of=GUIDE, by="sector")
    shown, note = publishable.shown(found)
    for name in ("children", "held", "children_not_covered"):
        assert (shown[name].astype(float) % 5 == 0).all()
        assert (shown[name].astype(float) - found.table[name]).abs().max() <= 2.5 + 1e-9
    assert "rounded" in note


# Bad input


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: coverage.assess(as_of=TODAY, by="ward"), "not by 'ward'"),
        (lambda: coverage.assess(as_of=TODAY, mode="horse"), "called 'horse'"),
        (lambda: coverage.assess(as_of=TODAY, kind="visitor_centre"), "did you mean visitors_centre"),
        (lambda: coverage.assess(as_of=TODAY, thresholds=()), "thresholds are"),
        (lambda: coverage.assess(as_of=TODAY, thresholds=(0, 30)), "above 0"),
        (lambda: coverage.assess(as_of=TODAY, k=0), "k is 0"),
        (lambda: coverage.assess(as_of=TODAY, own_need={"E99": 3}), "'E99'"),
    ],
)
def test_bad_input_is_one_sentence(call: Callable[[], object], words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        call()
    assert "\n" not in str(caught.value)
