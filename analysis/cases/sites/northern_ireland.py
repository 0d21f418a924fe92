"""Northern Ireland: every family is contacted, wherever it lives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nearhome.analysis.cases import site, text
from nearhome.analysis.cases.site import Fact, Site, SiteFindings
from nearhome.data.base import phrases

if TYPE_CHECKING:
    from datetime import date

    from nearhome.analysis.cases.report import CaseReport


def _shows(found: SiteFindings) -> list[str]:
    here, england = found.nation("Northern Ireland"), found.nation("England")
    return [
        here.sentence("covered"),
        f"England beside it: {england.sentence('covered')}",
        (
            f"Near home and at the prison are one system here: {text.percent(found.share('share_national'))} of "
            "families are reached by a service for all of Northern Ireland, and transport goes to any of the prisons."
        ),
        (
            f"On {phrases.day(found.as_of)} services in person are known for "
            f"{text.percent(found.share('covered', found.now))} of families: the register says what dated "
            "statements say, and where they are too old it does not know, which is not the same as none."
        ),
    ]


SITE = Site(
    key="northern-ireland",
    title="Northern Ireland",
    area="Northern Ireland",
    level="nation",
    town="Belfast",
    services=("niacro", "quaker-service", "barnardos-ni", "nips", "people-plus-ni"),
    facts=(
        Fact("Northern Ireland: main prisons / young offenders' institution that also holds women", "3 / 1"),
        Fact(
            "Northern Ireland: independent advice offered to every family, "
            "contact if the prisoner agrees and the family wants it",
            "within 48 hours",
        ),
    ),
    about=(
        (
            "NIACRO Family Links, Barnardo's NI, Quaker Service and the NI Prison Service: every family contacted "
            "within 48 hours, transport to any of the prisons, help with visit costs, childcare, visitor centres, "
            "family support officers in prisons."
        ),
    ),
    shows=_shows,
)


def report(as_of: date) -> CaseReport:
    """Work the case out for a day."""
    return site.report(SITE, as_of)
