"""Telford and the West Midlands: links before release, undone by moves between prisons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nearhome.analysis.cases import site, text
from nearhome.analysis.cases.site import GUIDE_DAY, Fact, Site, SiteFindings
from nearhome.analysis.services import coverage, cross_boundary

if TYPE_CHECKING:
    from datetime import date

    from nearhome.analysis.cases.report import CaseReport

TELFORD = "E06000020"
OFFENDERS, IN_CUSTODY = 780, 226


def _shows(found: SiteFindings) -> list[str]:
    ends = cross_boundary.by_authority(GUIDE_DAY).set_index("code").loc[TELFORD].to_dict()
    centres = coverage.assess(kind="visitors_centre", as_of=GUIDE_DAY)
    telford = centres.table.set_index("code").loc[TELFORD].to_dict()
    return [
        (
            f"Of Telford's offenders {text.percent(IN_CUSTODY / OFFENDERS)} were in custody ({IN_CUSTODY} of "
            f"{OFFENDERS}); the model has about {ends['held']:.0f} people of Telford and Wrekin in prison."
        ),
        (
            f"There is no prison in Telford: {text.percent(ends['held_elsewhere'])} of its people are held in "
            f"another authority, {text.hours(ends['prison_minutes'])} away by car on average."
        ),
        (
            f"The pilot covers the region ({text.percent(found.share('share_area'))} of families), while the "
            f"visitors' centres at Birmingham, Stafford, Brinsford and Featherstone reach those held there: "
            f"{text.percent(telford['share_prison'])} of Telford's families. A move to a prison without one ends "
            "it: agreements have to follow the prisoner."
        ),
    ]


SITE = Site(
    key="west-midlands",
    title="Telford and the West Midlands",
    area="West Midlands",
    level="region",
    town="Telford",
    services=("noms-", "halow-"),
    facts=(Fact("Telford: offenders locally at one time / of whom in custody", "780 / 226"),),
    about=(
        (
            "Families Do Matter (NOMS), a pilot: links prison and community before release; large numbers of prisoner "
            "moves undo family ties."
        ),
        "HALOW: visitor centres at HMP Birmingham, Stafford, Brinsford, Featherstone.",
    ),
    shows=_shows,
)


def report(as_of: date) -> CaseReport:
    """Work the case out for a day."""
    return site.report(SITE, as_of)
