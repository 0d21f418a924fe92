"""Tables that need the router: built offline, never imported by the running product."""

from __future__ import annotations

from nearhome.data.build import Step

STEPS: dict[str, Step] = {
    "road_index": Step("nearhome.geo.build.road_index", ("road_order", "sector_roads", "postcode_roads")),
    "sector_transit": Step("nearhome.geo.build.sector_transit", ("sector_transit", "sector_transit_goals")),
}
"""Steps that come after those of ``nearhome.data.build``, in this order; the command runs both."""
