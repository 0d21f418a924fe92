"""The North West: family link workers in prisons that the guide counts and does not name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nearhome.analysis.cases import site, text
from nearhome.analysis.cases.site import GUIDE_DAY, Fact, Site, SiteFindings
from nearhome.analysis.services import coverage

if TYPE_CHECKING:
    from datetime import date

    from nearhome.analysis.cases.report import CaseReport

WORKERS = 10


def _shows(found: SiteFindings) -> list[str]:
    links = coverage.assess(kind="family_link_worker", as_of=GUIDE_DAY)
    most, yorkshire = found.share("covered_most", links), links.table.set_index("name")["covered_most"]["Leeds"]
    reached = found.children() * most
    return [
        (
            "A service at the prison follows the prisoner, not the home: ten family link workers reach at most "
            f"{text.percent(most)} of the North West's families, those with somebody in a prison of the region, and "
            f"{text.percent(yorkshire)} of Leeds's, across the border."
        ),
        f"Ten workers for about {reached:,.0f} children at most (modelled): one for {reached / WORKERS:,.0f}.",
        (
            f"Near home nothing is known: {text.percent(found.share('share_home'))} of the region's families, "
            "Halton's among those without."
        ),
        (
            "POPS recorded where families live by postcode: the evidence from which such figures could be counted and "
            "not modelled."
        ),
    ]


SITE = Site(
    key="north-west",
    title="The North West",
    area="North West",
    level="region",
    town="Manchester",
    services=("pops-",),
    facts=(
        Fact("POPS: family link workers inside North West prisons", "10"),
        Fact("POPS: information pack to the family of a new arrival", "within 48 hours"),
    ),
    about=(
        (
            "POPS (Partners of Prisoners), North West and later also Yorkshire: ten family link workers in prisons, "
            "visitors' centres, family days; records data at postcode level."
        ),
    ),
    shows=_shows,
)


def report(as_of: date) -> CaseReport:
    """Work the case out for a day."""
    return site.report(SITE, as_of)
