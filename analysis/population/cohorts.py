"""What kinds of people each prison holds: sex, age, remand or sentenced, category, sentence.

Modelled. Nobody publishes kinds by prison for the whole estate. A prison's role says which kinds it can hold and, by
assumption (WEIGHTS, SENTENCES: general knowledge, unverified), in what proportions; these are then raked, that is
scaled again and again, to the shares published or assumed for the whole system (``data.published``, series share), and
last to the people of each prison, which are exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from nearhome.data.base import exact
from nearhome.data.prisons import published_figures

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from numpy.typing import NDArray

    from nearhome.analysis.population.estate import Estate, Held
    from nearhome.data.base.arrays import Floats

    Shares = dict[str, float]

AGES = ("15-17", "18-20", "21+")
STATUSES = ("remand", "sentenced", "detained")
SENTENCES: dict[str, dict[str, float]] = {
    "A": {"4 years or more": 0.55, "life": 0.4, "recalled": 0.05},
    "B": {"under 1 year": 0.02, "1 to 4 years": 0.08, "4 years or more": 0.5, "life": 0.25, "recalled": 0.15},
    "C": {"under 1 year": 0.06, "1 to 4 years": 0.2, "4 years or more": 0.45, "life": 0.1, "recalled": 0.19},
    "D": {"under 1 year": 0.02, "1 to 4 years": 0.2, "4 years or more": 0.58, "life": 0.18, "recalled": 0.02},
    "youth": {"under 1 year": 0.25, "1 to 4 years": 0.45, "4 years or more": 0.3},
    "closed": {"under 1 year": 0.15, "1 to 4 years": 0.25, "4 years or more": 0.35, "life": 0.1, "recalled": 0.15},
    "open": {"under 1 year": 0.03, "1 to 4 years": 0.25, "4 years or more": 0.57, "life": 0.13, "recalled": 0.02},
    "any": {"any": 1.0},
}
"""Lengths of sentence by category, before raking. ``any`` is for systems without categories here."""

WEIGHTS: dict[str, dict[str, float]] = {
    "A": {"A": 0.4, "B": 0.6},
    "B": {"B": 0.95, "C": 0.05},
    "B_LOCAL": {"remand": 0.6, "B": 0.08, "C": 0.28, "D": 0.04},
    "C": {"C": 0.97, "D": 0.03},
    "ADULT_MALE": {"C": 1.0},
    "D_OPEN": {"D": 1.0},
    "FNP": {"C": 1.0},
    "IRC": {"detained": 1.0},
    "YOI": {"C": 0.9, "D": 0.1},
    "REMAND": {"remand": 1.0},
    "YCS_U18": {"remand": 0.4, "youth": 0.6},
    "STC": {"remand": 0.4, "youth": 0.6},
    "FEMALE_CLOSED": {"closed": 1.0},
    "FEMALE_OPEN": {"open": 1.0},
}
"""What a word of the prisons table means: shares of its people by category, before raking."""

ELSEWHERE = ("SCO_", "NI_", "CD_")
_REMAND_ELSEWHERE = 0.3
_YOUNG = {"YOI": 0.6, "SCO_YOI": 0.7, "NI_YOC": 0.6, "YA_18_20": 0.05, "C+YOI": 0.4}
"""Share of 18 to 20 where a prison holds them, before raking."""

_ADULT_YEARS = 18
_YOUNGEST_ADULT_YEARS = 21
_ROUNDS = 200
_BANDS = {
    "under 1 year": "sentenced to less than 1 year",
    "1 to 4 years": "sentenced to 1 to 4 years",
    "4 years or more": "sentenced to 4 years or more",
    "life": "sentenced for life or indeterminately",
    "recalled": "recalled",
}


@dataclass(frozen=True, slots=True, order=True)
class Cohort:
    """People who are placed by the same rules.

    ``category`` is A to D or youth (men and boys), closed or open (women), any (Scotland and Northern Ireland), none
    (before sentence, or detained); ``sentence`` is one of the lengths of SENTENCES, or none.
    """

    sex: str
    age: str
    status: str
    category: str
    sentence: str

    @property
    def words(self) -> str:
        """The cohort for people to read."""
        who = {"male": "men", "female": "women"}[self.sex] if self.age != "15-17" else "boys"
        parts = [f"{who} of {self.age}", self.status]
        parts += [f"category {self.category}"] if self.category in {"A", "B", "C", "D"} else []
        parts += [self.category] if self.category in {"open", "closed"} else []
        parts += [self.sentence] if self.sentence not in {"none", "any"} else []
        return ", ".join(parts)


@dataclass(frozen=True, slots=True, eq=False)
class Composition:
    """People by prison (the rows of the estate, in its order) and cohort.

    They are in whole parts of a person (``exact.SHARE``) that make up each prison's people exactly.
    """

    cohorts: tuple[Cohort, ...]
    people: Floats


def compose(estate: Estate, as_of: date, shares: Shares | None = None) -> Composition:
    """Work out how many people of each cohort each prison holds.

    Parameters
    ----------
    estate
        The prisons and their people.
    as_of
        Day for which the shares of the whole system are taken.
    shares
        Shares, in hundredths, in place of the published or assumed ones, by their item.
    """
    seeds = [_seed(held) for held in estate.held]
    cohorts = tuple(sorted({cohort for seed in seeds for cohort in seed}))
    place = {cohort: number for number, cohort in enumerate(cohorts)}
    people = np.zeros((len(seeds), len(cohorts)))
    for row, (held, seed) in enumerate(zip(estate.held, seeds, strict=True)):
        whole = sum(seed.values())
        for cohort, weight in seed.items():
            people[row, place[cohort]] = held.people * weight / whole
    margins = _margins(estate, cohorts, as_of, shares or {})
    totals = np.array([held.people for held in estate.held], dtype=float)
    raked = rake(people, margins, totals)
    rows = np.repeat(np.arange(len(totals)), len(cohorts))
    shared = exact.share_out(raked.ravel(), totals, rows, parts=exact.SHARE)
    return Composition(cohorts, shared.reshape(raked.shape))


def rake(people: Floats, margins: Sequence[tuple[NDArray[np.bool_], NDArray[np.bool_], float]], rows: Floats) -> Floats:
    """Scale columns again and again to shares of groups of columns, and rows to their totals, rows last.

    Parameters
    ----------
    people
        Start, shape (rows, columns), not negative.
    margins
        Which columns, of which columns they are a part, and the share they shall be. Columns of the whole that are not
        in the part make up the rest. A part or rest that is empty is left alone.
    rows
        Totals of the rows, which are met exactly.
    """
    found = people.copy()
    for _ in range(_ROUNDS):
        for part, whole, share in margins:
            rest = whole & ~part
            inside, outside = found[:, part].sum(), found[:, rest].sum()
            if inside > 0 and outside > 0:
                found[:, part] *= share * (inside + outside) / inside
                found[:, rest] *= (1 - share) * (inside + outside) / outside
        found *= (rows / np.maximum(found.sum(axis=1), 1e-300))[:, None]
    return found


def _seed(held: Held) -> dict[Cohort, float]:
    """Give the cohorts a prison can hold and their weights."""
    words = sorted(held.categories)
    if any(word.startswith(ELSEWHERE) for word in words) or not set(words) & set(WEIGHTS):
        kinds = {"any": 1.0 - _REMAND_ELSEWHERE, "remand": _REMAND_ELSEWHERE} if "REMAND" in words else {"any": 1.0}
    else:
        kinds = {}
        for word in words:
            for kind, weight in WEIGHTS.get(word, {}).items():
                kinds[kind] = kinds.get(kind, 0.0) + weight
    if held.sex == "female" and "any" not in kinds:
        kinds = {kind: weight for kind, weight in kinds.items() if kind in {"remand", "closed", "open"}}
    found: dict[Cohort, float] = {}
    for (kind, weight), (age, share) in product(kinds.items(), _ages(held).items()):
        if kind == "A" and age == "18-20":
            continue
        for cohort, part in _cohorts(held.sex, age, kind).items():
            found[cohort] = found.get(cohort, 0.0) + weight * share * part
    return found


def _ages(held: Held) -> dict[str, float]:
    words = held.categories
    if words & {"YCS_U18", "STC"}:
        return {"15-17": 0.5, "18-20": 0.5} if "YOI" in words else {"15-17": 1.0}
    if held.age_max is not None and held.age_max < _YOUNGEST_ADULT_YEARS:
        return {"18-20": 1.0}
    word = "C+YOI" if {"C", "YOI"} <= words else next((each for each in _YOUNG if each in words), "")
    young = _YOUNG[word] if word else _YOUNG["YA_18_20"] if held.age_min <= _ADULT_YEARS else 0.0
    return {"18-20": young, "21+": 1.0 - young} if young else {"21+": 1.0}


def _cohorts(sex: str, age: str, kind: str) -> dict[Cohort, float]:
    if kind in {"remand", "detained"}:
        return {Cohort(sex, age, kind, "none", "none"): 1.0}
    category = "youth" if age == "15-17" and kind != "any" else kind
    if category == "youth" and age != "15-17":
        category = "C"
    return {Cohort(sex, age, "sentenced", category, sentence): share for sentence, share in SENTENCES[category].items()}


def _margins(
    estate: Estate, cohorts: tuple[Cohort, ...], as_of: date, shares: Shares
) -> list[tuple[NDArray[np.bool_], NDArray[np.bool_], float]]:
    """Give the shares of the whole system as masks of cohorts."""

    def mask(**fields: str) -> NDArray[np.bool_]:
        return np.array([all(getattr(cohort, name) == word for name, word in fields.items()) for cohort in cohorts])

    sentenced, remand = mask(status="sentenced"), mask(status="remand")
    everyone = sentenced | remand
    if estate.nation != "England and Wales":
        share = published_figures.figure("remand_elsewhere", estate.nation, as_of).value
        return [(remand, everyone, shares.get("remand", share) / 100)]
    found = {item: figure.value for (item, _), figure in published_figures.items("share", as_of).items()} | shares
    margins = [(remand, everyone, found["remand"] / 100)]
    adult = ~mask(age="15-17")
    for sex, who in (("male", "men"), ("female", "women")):
        adults = adult & mask(sex=sex)
        margins.append((adults & mask(age="18-20"), adults, found[f"{who} aged 18 to 20"] / 100))
    men = sentenced & adult & mask(sex="male")
    margins += [(men & mask(category=name), men, found[f"category {name}"] / 100) for name in ("A", "D")]
    bands = {band: found[item] for band, item in _BANDS.items()}
    margins += [
        (sentenced & mask(sentence=band), sentenced, share / sum(bands.values())) for band, share in bands.items()
    ]
    return margins
