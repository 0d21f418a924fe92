"""Steps read out of arcs: their lines are those of the network, their parts add up, and their ends meet."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from nearhome.geo.roads.weights import NO_ARC
from nearhome.geo.routing.router import Router

TRURO, INVERNESS = SimpleNamespace(lat=50.263, lon=-5.051), SimpleNamespace(lat=57.4778, lon=-4.2247)


def test_whole_roads_have_the_line_and_figures_of_their_arc() -> None:
    router = Router.shipped()
    roads = router.network
    steps = router.route(TRURO, INVERNESS).steps
    whole = steps[2:-2]
    assert len(whole) > 100
    assert any(len(step.line) > 2 for step in whole)
    assert {bool(roads.forward[step.arc]) for step in whole} == {True, False}
    for step in whole:
        edge = int(roads.edge[step.arc])
        assert step.line == tuple(map(tuple, roads.line(step.arc).tolist()))
        assert (step.deciseconds, step.metres) == (roads.deciseconds[step.arc], roads.edges.metres[edge])
        assert (step.kind, step.share) == (roads.edges.text("kind", edge), 1.0)
        assert {type(number) for number in (step.arc, step.deciseconds, step.metres, *step.line[0])} <= {int, float}


def test_the_first_and_last_roads_are_cut_where_the_doors_join_them() -> None:
    router = Router.shipped()
    way_out, out, *_, into, way_in = router.route(TRURO, INVERNESS).steps
    assert way_out.arc == way_in.arc == NO_ARC
    assert way_out.line == ((TRURO.lat, TRURO.lon), out.line[0])
    assert way_in.line == (into.line[-1], (INVERNESS.lat, INVERNESS.lon))
    for step, row in ((out, -1), (into, 0)):
        assert 0.0 <= step.share <= 1.0
        whole = router.network.line(step.arc)
        assert step.line[row] == pytest.approx(tuple(whole[row]), abs=1e-9)
        assert step.deciseconds == round(step.share * router.network.deciseconds[step.arc])
    assert np.isfinite([point for step in (way_out, out, into, way_in) for point in step.line]).all()
