"""Placements of the size of England and Wales to measure solvers on: real authorities and prisons, made-up people.

Who is held in which prison, and how long a journey takes, is drawn and modelled here for the measurement only; nothing
of it says anything about anybody.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from nearhome.analysis.placement.solver import objectives, solve
from nearhome.analysis.placement.solver.instance import CohortTable, PeopleRows, PrisonTable, Wing, instance
from nearhome.data.places import areas as area_finder
from nearhome.data.prisons import register

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from nearhome.analysis.placement.solver.instance import Instance
    from nearhome.data.prisons.register import Prison

DAY = date(2026, 7, 27)
LEVELS = ("authorities", "small areas", "individuals")
SMALL_AREAS = 7_264
FULL = 0.955
"""Share of the places that are taken."""

AGES = {"young": 0.10, "adult": 0.72, "older": 0.18}
MEN = {"remand": 0.17, "A": 0.01, "B": 0.18, "C": 0.50, "D": 0.14}
WOMEN = {"remand": 0.17, "closed": 0.68, "open": 0.15}
_MILES_A_DEGREE = 69.1


def generate(level: str, seed: int = 1, authorities: int | None = None) -> Instance:
    """Make a placement; ``level`` is what a home is, and ``authorities`` how many to keep."""
    rng = np.random.default_rng(seed)
    homes = [each for each in area_finder.authorities().values() if each.nation in {"England", "Wales"}][:authorities]
    estate = [
        each
        for each in register.prisons()
        if each.is_open(DAY)
        and each.nation in {"England", "Wales"}
        and each.op_cap
        and not each.categories & {"IRC", "STC", "YCS_U18"}
    ]
    cohorts = [("male", age, kind) for age in AGES for kind in MEN]
    cohorts += [("female", age, kind) for age in AGES for kind in WOMEN]
    names = [" ".join(each) for each in cohorts]
    holds = np.array([[_holds(prison, *cohort) for cohort in cohorts] for prison in estate])
    places = np.array([prison.op_cap for prison in estate])
    if authorities is not None:
        places = (places * authorities / len(area_finder.authorities())).astype(int) + 1
    demand = _demand(holds, places, np.array([AGES[a] * {**MEN, **WOMEN}[k] for _, a, k in cohorts]))
    weight = np.array([each.population for each in homes], float)
    where = np.array([(each.lat, each.lon) for each in homes])
    if level != LEVELS[0]:
        near = rng.choice(len(homes), SMALL_AREAS, p=weight / weight.sum())
        where = where[near] + rng.normal(0, 1, (SMALL_AREAS, 2)) * (0.06, 0.1)
        weight = rng.lognormal(0, 0.5, SMALL_AREAS)
    counts = np.stack([rng.multinomial(people, weight / weight.sum()) for people in demand], axis=1)
    home, cohort = np.nonzero(counts)
    people = counts[home, cohort]
    minutes = _minutes(where, estate)
    if level == LEVELS[2]:
        home, cohort = np.repeat(home, people), np.repeat(cohort, people)
        minutes = minutes[home] + 10 * rng.random((len(home), 1))
        home, people = np.arange(len(home)), np.ones(len(home), np.int64)
    return instance(
        homes=[f"home {index:05}" for index in range(len(minutes))],
        cohorts=CohortTable(names, kinds=[sex for sex, _, _ in cohorts]),
        prisons=PrisonTable(
            [prison.id for prison in estate],
            places,
            [
                Wing(prison.id, frozenset(name for name, held in zip(names, row, strict=True) if held))
                for prison, row in zip(estate, holds, strict=True)
            ],
        ),
        rows=PeopleRows(home, cohort, people),
        burden=minutes,
    )


def with_held(known: Instance, seed: int = 1) -> Instance:
    """Put everybody somewhere: the optimum of journeys that matter a little and of much chance."""
    aim = objectives.total(known)
    chance = np.random.default_rng(seed).random(aim.costs.shape)
    noisy = replace(aim, costs=np.rint(0.25 * aim.costs + 1_200 * chance).astype(np.int64))
    return replace(known, held=solve.solve(known, noisy).placed)


def _holds(prison: Prison, sex: str, age: str, kind: str) -> bool:
    if not prison.holds(sex) or (sex == "male" and age == "young" and not prison.categories & {"YA_18_20", "YOI"}):
        return False
    wanted = {
        ("male", "remand"): {"B_LOCAL", "REMAND"},
        ("male", "A"): {"A"},
        ("male", "B"): {"B", "B_LOCAL"},
        ("male", "C"): {"C", "FNP"},
        ("male", "D"): {"D_OPEN"},
        ("female", "open"): {"FEMALE_OPEN"},
    }.get((sex, kind), {"FEMALE_CLOSED"})
    return bool(prison.categories & wanted)


def _demand(holds: NDArray[np.bool_], places: NDArray[np.int64], share: NDArray[np.float64]) -> NDArray[np.int64]:
    """Split each prison's places among the cohorts that it holds, so that everybody can be housed."""
    held = holds * np.sqrt(share)
    held /= np.maximum(held.sum(axis=1, keepdims=True), 1e-12)
    return np.asarray((FULL * held * places[:, None]).sum(axis=0).astype(np.int64))


def _minutes(where: NDArray[np.float64], estate: list[Prison]) -> NDArray[np.float64]:
    """Model a drive: 1.3 times the straight line, faster the longer it is."""
    at = np.array([(prison.lat, prison.lon) for prison in estate])
    apart = (where[:, None] - at) * _MILES_A_DEGREE
    apart[..., 1] *= np.cos(np.radians(where[:, :1]))
    miles = np.hypot(apart[..., 0], apart[..., 1])
    return np.asarray(8 + 1.3 * miles / (19 + 28 * np.minimum(miles / 62, 1)) * 60)
