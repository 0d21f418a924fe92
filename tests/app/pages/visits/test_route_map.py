"""Maps that draw without the internet, with the same ends as the plan and the owners of the data named."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
import shapely

from nearhome.app.pages.shared import base_map
from nearhome.app.pages.visits import route_map
from nearhome.data.catalogue import tables

if TYPE_CHECKING:
    from nearhome.analysis.visits.plan import VisitPlan


@pytest.fixture
def page(visit_plan: VisitPlan) -> str:
    """Render the map of the plan as a whole page."""
    return str(route_map.route_map(visit_plan, visit_plan.options[0]).get_root().render())


def test_the_map_loads_nothing_from_elsewhere(page: str) -> None:
    loaded = re.findall(r"(?:src|href)=\"([^\"]+)\"", page)
    assert loaded
    assert all(address.startswith(base_map.VENDOR) for address in loaded)


def test_no_address_of_another_site_occurs_in_the_map(page: str) -> None:
    assert not re.findall(r"https?://[^\s\"'<>\\]+", page)


def test_markers_have_alternative_text_at_both_ends(page: str) -> None:
    assert '"alt": "Start: your place"' in page
    assert '"alt": "Prison: HMP Exeter"' in page


def test_both_ends_are_labelled_and_names_are_escaped(visit_plan: VisitPlan) -> None:
    prison = SimpleNamespace(**(vars(visit_plan.prison) | {"short_name": "<b>Exeter</b>"}))
    drawn = route_map.route_map(replace(visit_plan, prison=prison), visit_plan.options[0]).get_root().render()
    shown = html.unescape(re.sub(r"\\u003[ce]", "", drawn))
    assert "Start" in shown
    assert "Exeter" in shown
    assert "<b>Exeter" not in drawn
    assert r"\u003cb\u003eExeter" not in drawn


def test_the_owners_of_outline_and_roads_are_named_once_each(visit_plan: VisitPlan) -> None:
    told = route_map.attribution(replace(visit_plan, tables=tables.versions("road_edges", "road_shapes")))
    assert told.count("Office for National Statistics") == 1
    assert told.count("OpenStreetMap contributors") == 1


def test_the_map_does_not_hold_the_postcode(page: str) -> None:
    assert "TR1" not in page


def test_the_outline_covers_the_nations_and_stays_light() -> None:
    outline = base_map.outline()
    assert len(json.dumps(outline)) < 250_000
    land = shapely.union_all([shapely.geometry.shape(feature["geometry"]) for feature in outline["features"]])
    for lat, lon in ((51.5, -0.1), (51.6, -3.6), (56.5, -4.0), (54.6, -6.7)):
        assert land.contains(shapely.Point(lon, lat))
    assert not land.contains(shapely.Point(-6.5, 53.0))


def test_a_long_line_is_thinned_but_keeps_its_ends(visit_plan: VisitPlan) -> None:
    line = tuple((50.0 + step / 10_000, -5.0 + step / 10_000) for step in range(9_999))
    option = replace(visit_plan.options[0], line=line)
    drawn = route_map.route_map(visit_plan, option)
    (way,) = [child for child in drawn._children.values() if child._name == "PolyLine"]  # noqa: SLF001 - folium has no other way to list layers
    assert tuple(way.locations[0]) == pytest.approx(line[0])
    assert tuple(way.locations[-1]) == pytest.approx(line[-1])
    assert len(way.locations) <= route_map.LONGEST_LINE + 1
