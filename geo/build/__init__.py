"""Tables that need the router: built offline, never imported by the running product."""

from __future__ import annotations

from nearhome.data.build import BuildStep

STEPS: dict[str, BuildStep] = {
    "road_index": BuildStep("nearhome.geo.build.road_index", ("road_order", "sector_roads", "postcode_roads")),
    "sector_transit": BuildStep("nearhome.geo.build.sector_transit", ("sector_transit", "sector_transit_goals")),
}
"""Steps that come after those of ``nearhome.data.build``, in this order; the command runs both."""
