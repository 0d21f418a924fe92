"""The postcode lottery in figures: how much what a family finds depends on where it lives.

One value for each part of a postcode sector, each part counting by its children affected: the share of its families
that some service reaches, or the minutes to the nearest. Nations are never ranked together by deprivation, since each
measures it its own way, and a value that a family cannot have (no way) is left out and counted beside.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from nearhome.analysis.methods import autocorrelation, inequality, spatial_weights
from nearhome.data.base import exact, phrases, steady
from nearhome.data.errors import InputError
from nearhome.geo.places import areas

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from nearhome.analysis.methods.autocorrelation import Local, Moran
    from nearhome.analysis.methods.inequality_results import (
        Concentration,
        FosterGreerThorbecke,
        Gini,
        Interval,
        Palma,
        Tenth,
        Theil,
    )
    from nearhome.analysis.services import coverage
    from nearhome.analysis.services.coverage import Coverage
    from nearhome.data.base.arrays import Floats


What = Literal["covered", "minutes"]
WORDS: dict[What, str] = {
    "covered": "cover by services",
    "minutes": "travel time to the nearest service",
}
NATIONS = ("England", "Northern Ireland", "Scotland", "Wales")
DRAWS = 199
LINE_MINUTES = 120.0
LINE_COVERED = 0.5
"""Lines that the depth of a gap is measured against: two hours, or half of an area's families."""

_SOME = 0.005
_RANKED = ("less deprived areas", "more deprived areas")


@dataclass(frozen=True, slots=True)
class AuthorityValue:
    """An authority and its value: the share of families covered, or mean minutes."""

    code: str
    name: str
    value: float


@dataclass(frozen=True, slots=True)
class NationInequality:
    """How even things are within one nation.

    ``mean`` is over its children; ``none`` is the share of them in authorities where nobody is reached (or with no
    way); ``tenths`` go from the least (1) to the most deprived (10), by the nation's own index.
    """

    name: str
    children: float
    mean: float
    none: float
    best: AuthorityValue
    worst: AuthorityValue
    gini: Gini
    palma: Palma
    concentration: Concentration
    tenths: tuple[Tenth, ...]

    def sentence(self, what: What) -> str:
        """Say plainly whether the nation is covered, left without, or a lottery, with figures."""
        if what == "minutes":
            return (
                f"{self.name}: {self.mean:.0f} minutes on average, from {self.best.value:.0f} in {self.best.name} to "
                f"{self.worst.value:.0f} in {self.worst.name} (Gini {self.gini.value:z.2f})."
            )
        if exact.is_all(self.worst.value):
            return f"{self.name} is covered: some service reaches every family, wherever it lives."
        if self.best.value <= _SOME:
            return f"{self.name}: no service is known that reaches more than one family in 200 anywhere."
        return (
            f"{self.name} is a lottery: {phrases.percent(self.mean)} of families are reached, from "
            f"{phrases.percent(self.worst.value)} in {self.worst.name} to {phrases.percent(self.best.value)} in "
            f"{self.best.name} "
            f"(Gini {self.gini.value:z.2f})."
        )


@dataclass(frozen=True, slots=True)
class Lottery:
    """Everything measured of one kind of service on a day."""

    what: What
    gini: Gini
    interval: Interval
    theil: Theil
    shortfall: FosterGreerThorbecke
    nations: tuple[NationInequality, ...]

    def sentences(self) -> tuple[str, ...]:
        """Say each measure plainly."""
        words = WORDS[self.what]
        uneven = [each for each in self.nations if each.gini.value > _SOME]
        return (
            *(each.sentence(self.what) for each in self.nations),
            self.gini.sentence(words),
            self.interval.sentence("the Gini coefficient"),
            self.theil.sentence(words, "regions"),
            self.shortfall.sentence(words),
            *(_within(each, each.concentration.sentence(words, *_RANKED)) for each in uneven),
            *(_within(each, each.palma.sentence(words, "the most deprived")) for each in uneven),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Clusters:
    """Where high and low values gather: the places that have a value, in order, with their values."""

    by: str
    codes: tuple[str, ...]
    names: tuple[str, ...]
    values: Floats
    local: Local
    whole: Moran
    what: What

    def sentences(self) -> tuple[str, ...]:
        """Say both measures plainly."""
        return self.whole.sentence(WORDS[self.what]), self.local.sentence(WORDS[self.what])


def _within(nation: NationInequality, sentence: str) -> str:
    return f"Within {nation.name}: {sentence[0].lower()}{sentence[1:]}"


def measure(found: Coverage, what: str = "covered", *, draws: int = DRAWS, seed: int = 0) -> Lottery:
    """Measure the lottery of a coverage.

    Parameters
    ----------
    found
        Of any level; its parts are measured.
    what
        ``covered`` (by the rule of each service) or ``minutes`` (to the nearest).
    draws, seed
        For the bootstrap interval of the Gini coefficient, drawn within regions.

    Raises
    ------
    InputError
        If the measure is not known, or minutes are asked for where the kind has no place.
    """
    chosen = _checked(found, what)
    where = found.parts.families
    values, weight = _values(found, chosen), where.children
    drawn = inequality.bootstrap(
        lambda people: inequality.gini(values, people).value, weight, draws=draws, seed=seed, strata=where.region
    )
    line, worse = (LINE_MINUTES, "above") if chosen == "minutes" else (LINE_COVERED, "below")
    return Lottery(
        what=chosen,
        gini=inequality.gini(values, weight),
        interval=drawn,
        theil=inequality.theil(values, weight, where.region),
        shortfall=inequality.shortfall(values, weight, line, worse="above" if worse == "above" else "below"),
        nations=tuple(each for name in NATIONS if (each := _nation(found, chosen, values, name)) is not None),
    )


def local_clusters(
    found: Coverage,
    what: str = "covered",
    *,
    by: str = "authority",
    permutations: int = autocorrelation.PERMUTATIONS,
    seed: int = 0,
) -> Clusters:
    """Find where high and low values gather: LISA by authority (common borders) or by sector (the nearest eight).

    Places without a value are left out first. Significance is two-sided after control of false discoveries.

    Parameters
    ----------
    found
        Coverage whose parts of sectors are looked at, whatever areas it is by.
    what
        ``covered`` or ``minutes``.
    by
        ``authority`` or ``sector``.
    permutations, seed
        As for ``autocorrelation.lisa``.

    Raises
    ------
    InputError
        If a word is not known, or values are all alike, so that there is no pattern.
    """
    chosen = _checked(found, what)
    if by not in {"authority", "sector"}:
        msg = f"Clusters are found by authority or sector, not by {by!r}; use one of these."
        raise InputError(msg)
    where = found.parts.families
    group = where.by(by)
    values = _values(found, chosen)
    has = np.isfinite(values) & (where.children > 0)
    means = group.shares(np.nan_to_num(values), where.children * has)
    if by == "authority":
        shapes = areas.boundaries("authority").set_index("code").loc[list(group.codes)]
        near = spatial_weights.touching(shapes)
    else:
        first = np.zeros(len(group.codes), np.int64)
        first[group.row] = np.arange(len(group.row))
        east, north = _metres(where.lat[first], where.lon[first])
        near = spatial_weights.nearest_few(east, north)
    kept = np.isfinite(means)
    near, some = near.among(kept), means[kept]
    at = np.flatnonzero(kept)
    return Clusters(
        by=by,
        codes=tuple(group.codes[number] for number in at),
        names=tuple(group.names[number] for number in at),
        values=some,
        local=autocorrelation.lisa(some, near, permutations=permutations, seed=seed),
        whole=autocorrelation.moran(some, near, permutations=permutations, seed=seed),
        what=chosen,
    )


def _metres(lat: Floats, lon: Floats) -> tuple[Floats, Floats]:
    from nearhome.data.base.coordinates import to_metres

    return to_metres(lat, lon)


def _checked(found: Coverage, what: str) -> What:
    for known in WORDS:
        if what == known:
            if known == "minutes" and not found.places:
                msg = (
                    f"No service of this kind is at a place on {found.as_of}, so none is near or far; ask for covered."
                )
                raise InputError(msg)
            return known
    msg = f"The lottery is measured in {' or '.join(WORDS)}, not in {what!r}; use one of these."
    raise InputError(msg)


def _values(found: coverage.Coverage, what: What) -> Floats:
    return found.parts.minutes[:, 0] if what == "minutes" else found.parts.reach.covered


def _nation(found: Coverage, what: What, values: Floats, name: str) -> NationInequality | None:
    """Measure one nation; None where it has no value at all."""
    where = found.parts.families
    here = where.nation == name
    has = here & np.isfinite(values) & (where.children > 0)
    if not has.any():
        return None
    group = where.by("authority")
    means = group.shares(np.nan_to_num(values), where.children * has)
    known = np.flatnonzero(np.isfinite(means))
    low, high = (AuthorityValue(group.codes[at], group.names[at], float(means[at])) for at in _ends(means, known))
    inside, weight = values[here], where.children[here]
    rank = where.deprivation[here]
    tenth = inequality.deciles(rank, weight)
    children = group.sums(np.where(here, where.children, 0.0))
    nothing = (
        float(children[known[means[known] <= _SOME]].sum())
        if what == "covered"
        else float(where.children[here & ~has].sum())
    )
    return NationInequality(
        name=name,
        children=float(weight.sum()),
        mean=steady.dot(values[has], where.children[has]) / float(where.children[has].sum()),
        none=nothing / float(weight.sum()),
        best=low if what == "minutes" else high,
        worst=high if what == "minutes" else low,
        gini=inequality.gini(inside, weight),
        palma=inequality.palma(inside, weight, tenth),
        concentration=inequality.concentration(inside, weight, rank),
        tenths=inequality.decile_table(inside, weight, tenth),
    )


def _ends(means: Floats, known: NDArray[np.int64]) -> tuple[int, int]:
    """Give the rows of the lowest and the highest value."""
    return int(known[means[known].argmin()]), int(known[means[known].argmax()])
