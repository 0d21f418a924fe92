"""Plans and places that tests of the page share: made-up figures in the shape of the real records."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

from nearhome.analysis.costs.cost import Cost, CostLine
from nearhome.analysis.costs.party import Party
from nearhome.analysis.help_with_visits.scheme import Reimbursement, ReimbursementLine
from nearhome.analysis.visits.options import Option
from nearhome.analysis.visits.plan import VisitPlan
from nearhome.geo.routing.car_journeys import RoadLeg

if TYPE_CHECKING:
    from collections.abc import Iterator

TYPED_POSTCODE = "TR1 2HE"

settings.register_profile("nearhome", deadline=None)  # no test judges the clock
settings.load_profile("nearhome")


@pytest.fixture(scope="session", autouse=True)
def _nothing_imported(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep what the person who runs the tests has imported out of them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("NEARHOME_DATA", raising=False)
        patch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("data")))
        yield


def _cost() -> Cost:
    return Cost(
        (
            CostLine("Fuel", "fuel", 3120, 2500, 3900, "168 miles at 18.6p a mile, made up for this test"),
            CostLine("Tamar toll", "toll", 260, 260, 260, "Charged eastbound, made up for this test"),
            CostLine("Parking", "parking", 520, 0, 800, "Made up for this test"),
        )
    )


def _reimbursement() -> Reimbursement:
    lines = (
        ReimbursementLine("Miles in your car", 2400, 2400, 2900, "120 miles at 20p a mile", "made up"),
        ReimbursementLine("Tamar toll", 260, 260, 260, "What you paid", "made up"),
        ReimbursementLine("Parking", 520, 0, 800, "What you paid", "made up"),
    )
    conditions = ("you must be close family", "Claim within 28 days after the visit.")
    return Reimbursement("Help with Prison Visits", 3180, 2660, 3960, lines, conditions)


def make_plan(**changes: Any) -> VisitPlan:
    """Return a plan from Truro to Exeter; keywords replace its parts."""
    legs = (
        RoadLeg("local", "local roads", 0.3, 1.2, "", "", "E"),
        RoadLeg("road", "A38", 80.1, 92.0, "", "", "E"),
        RoadLeg("crossing", "Tamar Bridge", 0.6, 2.0, "tamar", "", "E"),
    )
    option = Option(
        mode="car",
        miles=84.3,
        minutes=103.0,
        minutes_low=92.0,
        minutes_high=118.0,
        return_minutes=206.0,
        cost=changes.pop("cost", _cost()),
        reimbursement=changes.pop("reimbursement", _reimbursement()),
        legs=legs,
        line=((50.263, -5.051), (50.5, -4.2), (50.7279, -3.5316)),
    )
    parts: dict[str, Any] = {
        "origin": SimpleNamespace(name=TYPED_POSTCODE, lat=50.263, lon=-5.051, precision_m=80.0, note=""),
        "prison": SimpleNamespace(
            id="EXI", name="HMP Exeter", short_name="Exeter", lat=50.7279, lon=-3.5316, nation="England"
        ),
        "party": Party(1, 0),
        "as_of": date(2026, 11, 21),
        "crow_miles": 74.2,
        "options": (option,),
        "tables": {"prisons": "2026-07-27+1a2b3c4d"},
    }
    return VisitPlan(**(parts | changes))


@pytest.fixture
def visit_plan() -> VisitPlan:
    """Return a plan from TR1 2HE to Exeter for one adult, with a toll on the way."""
    return make_plan()
