"""The tables of a gap report on inequality: each measure with a plain sentence, tenths by deprivation, and clusters."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from nearhome.analysis.gap_report import area as areas
from nearhome.analysis.gap_report import protection
from nearhome.analysis.gap_report.protection import CLASSES
from nearhome.analysis.methods import disclosure, inequality
from nearhome.analysis.methods.disclosure import Suppressed
from nearhome.analysis.reports.tables import Column, Mark, table
from nearhome.analysis.services import lottery
from nearhome.data.base import exact, phrases
from nearhome.data.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nearhome.analysis.gap_report.protection import Protected
    from nearhome.analysis.methods.inequality_results import Measure
    from nearhome.analysis.reports.tables import Table
    from nearhome.analysis.services.coverage import Coverage
    from nearhome.analysis.services.lottery import AuthorityValue, Clusters, Lottery, NationInequality, What
    from nearhome.data.places.areas import Area

    Some = TypeVar("Some", bound=Measure)

SEED = 0
RANKED = ("less deprived areas", "more deprived areas")
CLUSTERS = {
    "HH": "high among high",
    "LL": "low among low",
    "HL": "high among low",
    "LH": "low among high",
}
_WHAT = Column("what", "Of what", "What is compared: cover by services, or travel time to the nearest.", is_key=True)
_AREA = Column("area_name", "Area", "The part of the area that the figure is about.", is_key=True)


def measured(found: Coverage, area: Area) -> tuple[Lottery, ...]:
    """Measure the lottery within an area: of cover, and of travel time where services are at places."""
    inside = areas.inside(found, area)
    whats = ("covered", "minutes") if found.places else ("covered",)
    kept = []
    for what in whats:
        try:
            kept.append(lottery.measure(inside, what, seed=SEED))
        except InputError:  # nobody in the area has a way, so that there is nothing to measure
            continue
    return tuple(kept)


def sentences(one: Lottery, safe: Protected, area: Area) -> tuple[str, ...]:
    """Say plainly how even things are in each nation of an area."""
    return tuple(_nation(each, one.what, safe, area) for each in one.nations)


def _nation(nation: NationInequality, what: What, safe: Protected, area: Area) -> str:
    """Say it with the best and the worst authority, if their numbers are shown."""
    names = CLASSES if what == "covered" else ()
    where = _part(nation, area)
    if all(safe.is_shown(each.code, *names) for each in (nation.best, nation.worst)):
        best, worst = (_shown(each, what, safe) for each in (nation.best, nation.worst))
        return replace(nation, name=where, best=best, worst=worst).sentence(what)
    mean = (
        f"{phrases.percent(nation.mean)} of children are reached" if what == "covered" else f"{nation.mean:.0f} minutes"
    )
    return f"{where}: {mean} on average (Gini {nation.gini.value:z.2f})."


def _shown(place: AuthorityValue, what: What, safe: Protected) -> AuthorityValue:
    """Give a place with the share that may be shown."""
    return place if what == "minutes" else replace(place, value=_covered(place.code, safe) / 100.0)


def _covered(code: str, safe: Protected) -> float:
    """Give the share of children whom some known service reaches, per cent, from the shares that are shown."""
    missed = safe.percent(code, protection.UNREACHED)
    return float("nan") if isinstance(missed, Suppressed) else 100.0 - missed


def _part(nation: NationInequality, area: Area) -> str:
    """Name the part of a nation that lies in an area; an area other than the kingdom lies in one."""
    return nation.name if area.level == "kingdom" else area.name


def measures(found: tuple[Lottery, ...], safe: Protected, area: Area) -> Table:
    """List each measure of inequality with its sentence."""
    import pandas as pd

    quiet = not safe.is_shown(area.code, *protection.APART)
    rows = [row for one in found for row in _measures(one, area, quiet=quiet)]
    columns = (
        _WHAT,
        _AREA,
        Column("inequality", "Measure", "Name of the measure of inequality.", is_key=True),
        Column("value", "Value", "The measure.", decimals=4),
        Column("low", "Low", "Low end of its interval: places drawn again at random, 95 in 100 cases.", decimals=4),
        Column("high", "High", "High end of the same.", decimals=4),
        Column("sentence", "In plain words", "What it says."),
    )
    return table(
        pd.DataFrame(rows, dtype=object),
        columns,
        name="inequality",
        title=f"How unequal cover and travel time are in {area.name}",
        notes=(
            "Measured over children, each part of a postcode sector counting by its children affected.",
            f"Intervals by bootstrap within regions: {found[0].interval.draws} draws, seed {SEED}."
            if found
            else "Nothing could be measured.",
        ),
    )


def _measures(one: Lottery, area: Area, *, quiet: bool) -> Iterator[dict[str, Any]]:
    words = lottery.WORDS[one.what]
    many = area.level in {"kingdom", "nation"}

    def row(name: str, value: float, sentence: str, where: str, **more: float) -> dict[str, Any]:
        ends = {"low": Mark.NOT_APPLICABLE, "high": Mark.NOT_APPLICABLE} | more
        return {"what": words, "area_name": where, "inequality": name, "value": value, "sentence": sentence, **ends}

    said = _quiet(one.gini, quiet=quiet)
    yield row("Gini", said.value, said.sentence(words), area.name, low=one.interval.low, high=one.interval.high)
    theil = _quiet(one.theil, quiet=quiet)
    said_of_theil = theil.sentence(words, "regions") if many else "0 would be no difference; large ones count more."
    yield row("Theil", theil.value, said_of_theil, area.name)
    if many:
        yield row("Theil between regions", theil.between, "The part of it between regions.", area.name)
        yield row("Theil within regions", theil.within, "The part of it within regions.", area.name)
    short = _quiet(one.shortfall, quiet=quiet)
    line = f"{short.line:g} minutes" if one.what == "minutes" else f"{100 * short.line:.0f}% covered"
    yield row(f"FGT 0, share {short.worse} {line}", short.value, short.sentence(words), area.name)
    yield row(f"FGT 1, depth {short.worse} {line}", short.depth, "How far from the line, everybody counted.", area.name)
    yield row(f"FGT 2, severity {short.worse} {line}", short.severity, "The same, the worst counting more.", area.name)
    for nation in one.nations:
        where = _part(nation, area)
        each = _quiet(nation.concentration, quiet=quiet)
        yield row("Concentration by deprivation", each.value, each.sentence(words, *RANKED), where)
        ratio = _quiet(nation.palma, quiet=quiet)
        yield row("Palma by deprivation", ratio.value, ratio.sentence(words, "the most deprived"), where)


def _quiet(measure: Some, *, quiet: bool) -> Some:
    """Leave out how many are not counted where that number is suppressed."""
    return replace(measure, left_out=0.0) if quiet else measure


def tenths(found: tuple[Lottery, ...], area: Area) -> Table:
    """Show each tenth of the children by deprivation, nation by nation."""
    import pandas as pd

    rows = []
    for one in found:
        for nation in one.nations:
            safe = disclosure.rounded([each.people for each in nation.tenths], base=protection.ROUND_TO)
            for tenth, shown in zip(nation.tenths, safe.row_totals, strict=True):
                small = exact.settled(tenth.people) < disclosure.THRESHOLD
                scale = 100.0 if one.what == "covered" else 1.0
                rows.append(
                    {
                        "what": lottery.WORDS[one.what],
                        "area_name": _part(nation, area),
                        "tenth": tenth.decile,
                        "children": shown,
                        "mean": Suppressed.CELL if small else scale * tenth.mean,
                        "median": Suppressed.CELL if small else scale * tenth.median,
                    }
                )
    columns = (
        _WHAT,
        Column("area_name", "Area", "The area, by nation: each measures deprivation its own way.", is_key=True),
        Column("tenth", "Tenth", "1 is the least deprived tenth of the children, 10 the most.", "", 0, is_key=True),
        Column(
            "children", "Children", "Children in the tenth with a figure, rounded.", f"nearest {protection.ROUND_TO}", 0
        ),
        Column("mean", "Mean", "Mean: per cent of children reached, or minutes.", "% or minutes", 1),
        Column("median", "Median", "The same for the child in the middle.", "% or minutes", 1),
    )
    return table(
        pd.DataFrame(rows, dtype=object),
        columns,
        name="deprivation",
        title=f"Cover and travel time by deprivation ({inequality.TENTHS} tenths of the children of each nation)",
        notes=("Only children of the area count, in tenths of their own nation's part of it.",),
        in_pages=False,
    )


def clusters(found: Coverage, safe: Protected, area: Area) -> tuple[Table, Clusters] | None:
    """Show where high and low cover gather; None if the whole kingdom has one value, so that there is no pattern.

    They are found over the whole kingdom, and those of the area shown.
    """
    import pandas as pd

    try:
        whole = lottery.local_clusters(found, "covered", seed=SEED)
    except InputError:
        return None
    rows = []
    local = whole.local
    cells = zip(whole.codes, whole.names, local.label.tolist(), local.q.tolist(), strict=True)
    for code, name, label, q in cells:
        if code in area.authorities:
            shown = safe.is_shown(code, protection.UNREACHED)
            rows.append(
                {
                    "area_code": code,
                    "area_name": name,
                    "covered_percent": _covered(code, safe) if shown else Suppressed.CELL,
                    "cluster": CLUSTERS.get(label, label),
                    "q": q,
                }
            )
    if not rows:
        return None
    columns = (
        Column("area_code", "Code", "ONS code of the local authority.", is_key=True),
        Column("area_name", "Area", "Name of the local authority.", is_key=True),
        Column("covered_percent", "Reached", "Children whom some known service reaches.", "% of children", 0),
        Column("cluster", "Cluster", "Whether it and its neighbours are high or low (LISA), if that is not chance."),
        Column("q", "q", "Share of false discoveries at which it would count.", decimals=3),
    )
    note = (
        f"LISA over the local authorities of the United Kingdom, neighbours with a common border, {local.permutations} "
        f"permutations, seed {local.seed}, {local.alternative}, false discoveries held at "
        f"{100 * local.false_discoveries:.0f}% (Benjamini and Hochberg)."
    )
    shown_table = table(
        pd.DataFrame(rows, dtype=object),
        columns,
        name="clusters",
        title=f"Where high and low cover gather in {area.name}",
        notes=(note, protection.NOTE),
        in_pages=False,
    )
    return shown_table, whole
