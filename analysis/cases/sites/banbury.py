"""Banbury: a case forum in one town, and what its copies would reach."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nearhome.analysis.cases import site, text
from nearhome.analysis.cases.site import GUIDE_DAY, Fact, Site, SiteFindings
from nearhome.analysis.services import what_if

if TYPE_CHECKING:
    from datetime import date

    from nearhome.analysis.cases.report import CaseReport

COPIES = ("Slough", "Bicester", "High Wycombe")
LIMITS = (15.0, 30.0, 45.0)


def _shows(found: SiteFindings) -> list[str]:
    added = what_if.ServiceScenario(
        "copies in Slough, Bicester and High Wycombe",
        tuple(what_if.added(f"case_forum@{town}") for town in COPIES),
    )
    said = []
    for limit in LIMITS:
        outcome = what_if.compare(added, kind="case_forum", as_of=GUIDE_DAY, thresholds=(limit,))
        before, after = (
            float(each.table["children"].sum() - each.table["children_not_covered"].sum())
            for each in (outcome.before, outcome.after)
        )
        said.append(
            f"If those within {limit:.0f} minutes by car count as around a town (the guide sets no limit), Banbury's "
            f"forum is there for about {before:,.0f} children, and with its copies for {after:,.0f} (modelled)."
        )
    away = found.ways[0]
    return [
        *said,
        (
            f"A forum works near home; the parent is elsewhere: the largest share of the people of the Thames Valley, "
            f"{text.percent(away.share)}, is held at {away.prison.name} (modelled)."
        ),
    ]


SITE = Site(
    key="banbury",
    title="Banbury and the Thames Valley",
    area="Thames Valley",
    level="police",
    town="Banbury",
    services=("thames-valley-partnership",),
    facts=(
        Fact("Banbury Family Matters group: first case forum", "November 2006", "2006"),
        Fact("Banbury Family Matters group: how often it meets", "every three months"),
        Fact("Copies being set up", "Slough, Bicester, High Wycombe"),
    ),
    about=("Thames Valley Partnership: a case forum in Banbury, support on release, family visits at HMP Bullingdon.",),
    shows=_shows,
)


def report(as_of: date) -> CaseReport:
    """Work the case out for a day."""
    return site.report(SITE, as_of)
