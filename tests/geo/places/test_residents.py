"""People at the points of postcodes: they add up, and what is not published stays missing."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from nearhome.data.base import coordinates
from nearhome.data.places import areas as area_finder
from nearhome.geo.places.residents import FIGURES, residents


def test_residents_add_up_to_the_published_population() -> None:
    whole = area_finder.authorities().values()
    people = residents().figures[:, 0].sum()
    assert people == pytest.approx(sum(authority.population for authority in whole), rel=1e-9)
    england = shapely.box(*coordinates.to_metres(51.2, -1.0), *coordinates.to_metres(52.2, 0.5))
    inside = residents().inside(england)
    assert np.isfinite(inside).all()
    assert inside[0] > inside[1] > 0


def test_residents_are_summed_by_a_choice_as_by_the_shape_it_is_made_of() -> None:
    here = residents()
    box = shapely.box(520_000.0, 170_000.0, 540_000.0, 190_000.0)
    assert here.total(shapely.contains_xy(box, *here.xy.T)).tolist() == pytest.approx(here.inside(box).tolist())


def test_each_postcode_of_an_authority_has_the_same_share_of_every_figure() -> None:
    cornwall = area_finder.authority("E06000052")
    west = residents().total(residents().xy[:, 0] < 100_000.0)  # Scilly, and the Western Isles of Scotland
    assert np.isnan(west[FIGURES.index("households_without_car")])
    inside = residents().inside(shapely.box(165_000.0, 35_000.0, 190_000.0, 50_000.0))
    assert 0.1 * cornwall.population < inside[0] < cornwall.population
    assert inside[1] / inside[0] == pytest.approx((cornwall.under_18 or 0) / cornwall.population)


def test_nothing_inside_is_nobody() -> None:
    assert residents().inside(shapely.box(600_000.0, 0.0, 601_000.0, 1_000.0)).tolist() == [0.0, 0.0, 0.0]
