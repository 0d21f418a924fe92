"""One-way streets: in which directions the ``oneway`` tags and the kind of a road let one drive."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

ONE_WAY_KEYS = ("oneway:motorcar", "oneway:motor_vehicle", "oneway:vehicle", "oneway")
"""From the most to the least particular: the first that is tagged decides."""

FORWARD_WORDS = frozenset({"yes", "true", "1"})
BACKWARD_WORDS = frozenset({"-1", "reverse"})
BOTH_WORDS = frozenset({"no", "false", "0"})

ROUND = frozenset({"roundabout", "circular"})
"""Junctions that are one way unless they are tagged otherwise."""


def directions(tags: Mapping[str, str]) -> tuple[bool, bool]:
    """Say whether one may drive along a way and against it.

    Motorways and roundabouts are one way along unless tagged otherwise; slip roads are not. A road whose direction
    changes by the hour (``reversible``, or ``oneway:conditional`` with both directions) is open in neither, one whose
    traffic takes turns (``alternating``) in both.
    """
    word = next((tags[key].casefold() for key in ONE_WAY_KEYS if key in tags), "")
    if word == "reversible" or (not word and _by_the_hour(tags)):
        return False, False
    if word in BACKWARD_WORDS:
        return False, True
    implied = tags.get("highway") == "motorway" or tags.get("junction") in ROUND
    return True, not (word in FORWARD_WORDS or (implied and word not in BOTH_WORDS))


def _by_the_hour(tags: Mapping[str, str]) -> bool:
    """Say whether a street that is not tagged as one way is one at times this way, at times that way."""
    rules = tags.get("oneway:conditional", "")
    words = {rule.split("@")[0].strip() for rule in rules.casefold().split(";")} if rules else set()
    return "reversible" in words or bool(words & FORWARD_WORDS and words & BACKWARD_WORDS)
