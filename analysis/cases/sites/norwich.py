"""Norwich and Norfolk: direct support to children, escorts to visits, services at eight prisons of the region."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nearhome.analysis.cases import site, text
from nearhome.analysis.cases.site import GUIDE_DAY, Fact, Site, SiteFindings
from nearhome.analysis.services import coverage

if TYPE_CHECKING:
    from datetime import date

    from nearhome.analysis.cases.report import CaseReport

SUPPORTED = 22


def _shows(found: SiteFindings) -> list[str]:
    children = found.children()
    direct = coverage.assess(kind="direct_support", as_of=GUIDE_DAY)
    column = "supply_available_per_1000"
    support = coverage.assess(kind="family_support", as_of=GUIDE_DAY)
    return [
        (
            "Norfolk has a service for its area: direct support reaches "
            f"{text.percent(found.share('share_area', direct))} of its families by its rule. By capacity it is "
            f"another matter: {SUPPORTED} children are supported, of about {children:,.0f} with a parent in prison in "
            f"a year (modelled, all ages), or {found.share(column, direct):.0f} for each thousand."
        ),
        (
            "Across the county border the same child would have none: authorities of the East of England reached by "
            f"direct support are {_covered(direct)}."
        ),
        (
            "The guide counts eight prisons of the region with its services and does not name them: family support at "
            f"prisons reaches at most {text.percent(found.share('covered_most', support))} of Norfolk's families, "
            "those with somebody in any prison of the region."
        ),
    ]


def _covered(found: coverage.Coverage) -> str:
    names = found.table.loc[found.table["covered"] > 0, "name"]
    return ", ".join(sorted(map(str, names)))


SITE = Site(
    key="norwich",
    title="Norwich and Norfolk",
    area="Norfolk",
    level="county",
    town="Norwich",
    services=("ormiston", "spurgeons-nwi"),
    facts=(
        Fact("Norfolk: children (5-13) whom Ormiston supports directly", "22"),
        Fact("Ormiston: Eastern region prisons with its family services", "8"),
    ),
    about=(
        (
            "Ormiston in the East of England: Norfolk, Essex, Peterborough, Bedford and others. Services at eight "
            "prisons; escorts children to visits; direct support to ages 5-13."
        ),
    ),
    shows=_shows,
)


def report(as_of: date) -> CaseReport:
    """Work the case out for a day."""
    return site.report(SITE, as_of)
