"""From source files to shipped tables, one module a table or a family of them.

Every module here has ``build(sources: Path, out: Path) -> None``: it reads what it needs below ``sources``,
may read tables that an earlier step wrote into ``out``, and writes its own files there, each through a
temporary name (``nearhome.data.base.files.replacing``). Same sources, same bytes: no clock and no random numbers.

To add a table: a step here, and an entry in ``tables/catalogue.toml`` that describes it. A table of rows that
people check also gets a schema in ``nearhome.data.checks.schemas``. ``nearhome.data.build.run.build`` runs the
steps in this order and then records rows, bytes and checksums in ``catalogue.json``.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BuildStep:
    """One build: the module that has ``build`` and the tables it writes, by their names in the catalogue."""

    module: str
    tables: tuple[str, ...]


STEPS: dict[str, BuildStep] = {
    "prisons": BuildStep("nearhome.data.build.prisons", ("prisons",)),
    "sessions": BuildStep("nearhome.data.build.sessions", ("sessions",)),
    "authorities": BuildStep("nearhome.data.build.authorities", ("authorities",)),
    "postcodes": BuildStep(
        "nearhome.data.build.postcodes",
        (
            "postcodes",
            "postcode_index",
            "postcode_authorities",
            "postcode_sectors",
            "postcode_districts",
            "postcode_areas",
        ),
    ),
    "places": BuildStep("nearhome.data.build.places", ("places",)),
    "services": BuildStep("nearhome.data.build.services", ("services", "service_evidence")),
    "boundaries": BuildStep(
        "nearhome.data.build.boundaries",
        (
            "boundaries_country",
            "boundaries_region",
            "boundaries_police",
            "boundaries_county",
            "boundaries_authority",
        ),
    ),
    "districts": BuildStep("nearhome.data.build.districts", ("district_shapes",)),
    "roads": BuildStep("nearhome.data.build.roads.build", ("road_nodes", "road_edges", "road_shapes", "road_barriers")),
    "rail": BuildStep("nearhome.data.build.rail", ("rail_stations", "rail_lines", "rail_local", "rail_links")),
    "bus_frequency": BuildStep("nearhome.data.build.bus_frequency", ("small_areas", "bus_frequency")),
    "published": BuildStep("nearhome.data.build.published", ("published_figures", "prison_roles")),
    "sector_people": BuildStep("nearhome.data.build.sector_people", ("sector_people",)),
}
