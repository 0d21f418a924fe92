"""What is asked on *Where help is missing*: the kind of help, how one travels, within what time, when and where."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Literal, get_args

import streamlit as st

from nearhome.analysis.services import travel_times
from nearhome.analysis.services.travel_times import Mode
from nearhome.data.base import phrases
from nearhome.data.places import areas as area_finder
from nearhome.data.services.kinds import KINDS

Measure = Literal["reached", "near"]

IN_PERSON = "in_person"
KINDS_SHOWN = {IN_PERSON: "Any help in person", **{kind: word.name for kind, word in KINDS.items()}}
MODES_SHOWN: dict[str, str] = {"car": "By car", "transit": "By train or bus"}
MINUTES = (30, 60, 90, 120)
GUIDE_DAY = date(2008, 1, 1)
"""When the guide that most of the evidence comes from was written."""

EARLIEST, LATEST = date(1996, 1, 1), date(2035, 12, 31)
TODAY, GUIDE, OTHER = "today", "2008", "other"
DAYS_SHOWN = {TODAY: "Today", GUIDE: phrases.day(GUIDE_DAY), OTHER: "Another day"}
MEASURES: dict[Measure, str] = {"reached": "Whom services reach", "near": "How far the nearest is"}
EVERYWHERE = "United Kingdom"
KIND, MODE, WITHIN, DAY, OTHER_DAY, MEASURE, PART = (
    f"missing_{name}" for name in ("kind", "mode", "within", "day", "other_day", "measure", "part")
)


@dataclass(frozen=True, slots=True)
class Choices:
    """What was chosen; ``kind`` is None for any help in person, ``part`` a region, a nation or EVERYWHERE."""

    kind: str | None
    mode: Mode
    minutes: int
    as_of: date
    measure: Measure
    part: str

    @property
    def area(self) -> str:
        """The part as the finder of areas reads it: West Midlands is also a police force."""
        regions = {each.region for each in area_finder.authorities().values()}
        return f"{self.part} (region)" if self.part in regions else self.part

    @property
    def thresholds(self) -> tuple[float, ...]:
        """What to assess; the second is the chosen one, since places without a limit count for those within that."""
        return (self.minutes / 2, float(self.minutes), self.minutes * 1.5, self.minutes * 2.0)

    @property
    def within(self) -> str:
        """The column of coverage that says who is within the chosen time."""
        return f"within_{self.minutes:g}"

    @property
    def help(self) -> str:
        """The kind in the middle of a sentence: "visitors' centre", "help in person"."""
        return help_words(self.kind)

    @property
    def travelling(self) -> str:
        """How one travels, at the end of a sentence."""
        return travel_times.Travel(self.mode).words


def help_words(kind: str | None) -> str:
    """Name a kind of help in the middle of a sentence."""
    return "help in person" if kind is None else f"help of the kind “{KINDS[kind].name.lower()}”"


@cache
def part_of() -> dict[str, str]:
    """Give the region of each authority by its code, or its nation where that has no regions."""
    return {code: area.region or area.nation for code, area in area_finder.authorities().items()}


def in_part(code: str, part: str) -> bool:
    """Say whether an authority lies in a part of the country; England is all its regions."""
    area = area_finder.authority(code)
    return part in {EVERYWHERE, area.nation, area.region}


def parts() -> tuple[str, ...]:
    """Give the parts of the country to choose from."""
    known = area_finder.authorities().values()
    nations = sorted({area.nation for area in known})
    return (EVERYWHERE, *nations, *sorted({area.region for area in known if area.region} - set(nations)))


def ask(today: date) -> Choices:
    """Show the questions and give what is chosen."""
    first, second, third = st.columns(3)
    with first:
        kind = st.selectbox(
            "Kind of help",
            list(KINDS_SHOWN),
            format_func=KINDS_SHOWN.__getitem__,
            key=KIND,
            filter_mode="contains",
            persist_state="session",
        )
        part = st.selectbox("Part of the country", parts(), key=PART, filter_mode="contains", persist_state="session")
    with second:
        mode = st.radio(
            "Travelling",
            list(MODES_SHOWN),
            format_func=MODES_SHOWN.__getitem__,
            key=MODE,
            horizontal=True,
            persist_state="session",
        )
        minutes = st.radio(
            "Within so many minutes, one way",
            MINUTES,
            index=1,
            key=WITHIN,
            horizontal=True,
            persist_state="session",
        )
    with third:
        as_of = _day("On", DAY, OTHER_DAY, today)
        measure = st.radio(
            "Rank and colour areas by",
            list(MEASURES),
            format_func=MEASURES.__getitem__,
            key=MEASURE,
            horizontal=True,
            persist_state="session",
        )
    chosen = next(each for each in get_args(Mode) if each == mode)
    by = next(each for each in MEASURES if each == measure)
    return Choices(None if kind == IN_PERSON else kind, chosen, int(minutes or 60), as_of, by, part or EVERYWHERE)


def _day(label: str, key: str, other_key: str, today: date) -> date:
    """Ask for a day: today, that of the guide, or any other."""
    which = st.radio(
        label, list(DAYS_SHOWN), format_func=DAYS_SHOWN.__getitem__, key=key, horizontal=True, persist_state="session"
    )
    if which == OTHER:
        return st.date_input(
            "Which day?", GUIDE_DAY, EARLIEST, LATEST, key=other_key, format="DD/MM/YYYY", persist_state="session"
        )
    return GUIDE_DAY if which == GUIDE else today


def other_day(today: date) -> date:
    """Ask for the day to compare with."""
    return _day("With which day?", "missing_compare_day", "missing_compare_other_day", today)
