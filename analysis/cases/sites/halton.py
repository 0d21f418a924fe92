"""Halton: a borough without a service, which must show as a gap."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nearhome.analysis.cases import site, text
from nearhome.analysis.cases.site import Fact, Site, SiteFindings
from nearhome.data.base import phrases

if TYPE_CHECKING:
    from datetime import date

    from nearhome.analysis.cases.report import CaseReport

BESIDE = ("Liverpool", "Knowsley", "St. Helens", "Warrington", "Cheshire West and Chester")


def _shows(found: SiteFindings) -> list[str]:
    table = found.then.table.set_index("name")
    own, now = (each.table.set_index("name").loc["Halton"].to_dict() for each in (found.then, found.now))
    around = table.loc[[name for name in BESIDE if name in table.index]]
    children = f"{own['children_low']:.0f} to {own['children_high']:.0f}"
    return [
        (
            f"Halton is a gap: on 1 January 2008 it is {own['standing']}, nothing near home reaches any of its "
            f"families (about {own['children']:.0f} children, {children}), and on {phrases.day(found.as_of)} it is "
            f"still {now['standing']}."
        ),
        (
            f"What reaches it comes from prisons elsewhere: {text.percent(own['share_prison'])} of its families "
            "have somebody in a prison with a service of a known place; at most "
            f"{text.percent(own['covered_most'])} if every prison of the North West has one."
        ),
        (
            f"It is not alone: of {len(around)} authorities around it, {int((around['share_home'] == 0).sum())} have "
            "nothing near home either, but only of Halton does a source say so."
        ),
        (
            "The board was looking for a way to find affected children: no official count exists, and the figures here "
            "are modelled."
        ),
    ]


SITE = Site(
    key="halton",
    title="Halton, Cheshire",
    area="Halton",
    level="authority",
    town="Runcorn",
    services=("halton-",),
    facts=(
        Fact(
            "Local safeguarding boards that answered the survey (of 150 in England, 21 %; February to 31 March 2007)",
            "32",
        ),
        Fact("Boards with a service level agreement with police or probation on a parent's arrest", "3 of 32"),
        Fact("Boards whose staff were trained in arranging prison visits", "3 of 32"),
    ),
    about=("No dedicated service yet: the board is looking for a way to find affected children.",),
    shows=_shows,
)


def report(as_of: date) -> CaseReport:
    """Work the case out for a day."""
    return site.report(SITE, as_of)
