"""What a case found: the services near a prison or a home, by kind, and the nearest of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nearhome.data.prisons import register

if TYPE_CHECKING:
    from datetime import date

    from nearhome.analysis.cases.journeys import Journey, Spread
    from nearhome.data.prisons.register import Prison
    from nearhome.geo.places.areas import WeightedTown


@dataclass(frozen=True, slots=True)
class NearestPrison:
    """The quickest prison to reach for one kind of prisoner: all people's journeys, and who goes to which prison."""

    kind: PrisonerKind
    spread: Spread
    prisons: tuple[tuple[Prison, float], ...]
    """Each prison with the share of people it is nearest to, the largest first."""
    row: tuple[Journey, ...]
    """The journey of each town."""


@dataclass(frozen=True, slots=True)
class CaseFindings:
    """All that the pages of this case are written from."""

    as_of: date
    towns: tuple[WeightedTown, ...]
    people: int
    regional: tuple[Prison, ...]
    region: Spread
    by_sex: dict[str, Spread]
    by_places: Spread | None
    """The region's prisons weighted by their places; None where some of them have no published number."""
    by_prison: dict[str, tuple[Prison, Spread]]
    nearest: tuple[NearestPrison, ...]
    journeys: tuple[Journey, ...]
    """Every town to every prison of the case."""


ADULT_AGE = 30
YOUNG_AGE = 19
"""Ages that stand for adults from 21 on and for young adults of 18 to 20."""


@dataclass(frozen=True, slots=True)
class PrisonerKind:
    """Who is held: words for ``prisons.suitable``; ``trainer`` leaves out prisons that serve the courts."""

    key: str
    title: str
    sex: str
    age: int
    category: str | None = None
    remand: bool = False
    trainer: bool = False

    def prisons(self, as_of: date) -> tuple[Prison, ...]:
        """Give the prisons open on a day that may hold such a person."""
        found = register.suitable(
            as_of=as_of, sex=self.sex, age=self.age, category=self.category, remand=self.remand or None
        )
        return tuple(each for each in found if not (self.trainer and (each.remand or "B_LOCAL" in each.categories)))


KINDS = (
    PrisonerKind("man_remand", "A man on remand", "male", ADULT_AGE, remand=True),
    PrisonerKind("man_b", "A sentenced man, category B", "male", ADULT_AGE, category="B"),
    PrisonerKind(
        "man_b_trainer", "A sentenced man, category B, training prison", "male", ADULT_AGE, category="B", trainer=True
    ),
    PrisonerKind("man_c", "A sentenced man, category C", "male", ADULT_AGE, category="C"),
    PrisonerKind("man_d", "A sentenced man, category D (open)", "male", ADULT_AGE, category="D"),
    PrisonerKind("young_remand", "A young man, 18 to 20, on remand", "male", YOUNG_AGE, remand=True),
    PrisonerKind(
        "young_trainer", "A young man, 18 to 20, sentenced", "male", YOUNG_AGE, category="young", trainer=True
    ),
    PrisonerKind("woman_remand", "A woman on remand", "female", ADULT_AGE, remand=True),
    PrisonerKind("woman_closed", "A sentenced woman in a closed prison", "female", ADULT_AGE, category="closed"),
    PrisonerKind("woman_open", "A sentenced woman in an open prison", "female", ADULT_AGE, category="open"),
)
