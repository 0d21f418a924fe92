"""Scotland: an officer for families in every prison, and a helpline for all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nearhome.analysis.cases import site, text
from nearhome.analysis.cases.site import GUIDE_DAY, Fact, Site, SiteFindings
from nearhome.analysis.services import coverage

if TYPE_CHECKING:
    from datetime import date

    from nearhome.analysis.cases.report import CaseReport


def _shows(found: SiteFindings) -> list[str]:
    here, england = found.nation("Scotland"), found.nation("England")
    officers = coverage.assess(kind="family_contact_officer", as_of=GUIDE_DAY)
    centres = coverage.assess(kind="visitors_centre", as_of=GUIDE_DAY)
    return [
        here.sentence("covered"),
        f"England beside it: {england.sentence('covered')}",
        (
            f"The officers in every prison reach {text.percent(found.share('covered', officers))} of families; the "
            f"two visitor centres, at Edinburgh and Perth, {text.percent(found.share('share_prison', centres))}: "
            "what is in every prison does not depend on which one a parent is sent to."
        ),
        (
            "Distance remains: families need "
            f"{text.hours(found.share('minutes_1_mean'))} to the nearest service by car on average, and from the "
            "islands a ferry."
        ),
    ]


SITE = Site(
    key="scotland",
    title="Scotland",
    area="Scotland",
    level="nation",
    town="Inverness",
    services=("families-outside", "unstated-sco"),
    facts=(
        Fact(
            "Scotland: prisons, with some level of family contact officer presence; time and number vary, "
            "much depends on the governor",
            "14",
        ),
        Fact("Scotland: visitor centres (Edinburgh, Perth)", "2"),
        Fact("Scotland: families helpline, calls and e-mails a year / staff", "2,000 / 4"),
    ),
    about=(
        (
            "Families Outside and family contact development officers: some officer presence in each prison, "
            "a helpline, a transport fact sheet, two visitor centres."
        ),
    ),
    shows=_shows,
)


def report(as_of: date) -> CaseReport:
    """Work the case out for a day."""
    return site.report(SITE, as_of)
