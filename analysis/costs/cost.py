"""What a visit costs: lines with a sum and its bounds, and how lines of the way there and back add up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from nearhome.data.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable


Kind = Literal[
    "fuel", "wear", "whole", "parking", "toll", "ferry", "hire", "room", "food", "rail", "bus", "coach", "taxi"
]


Heading = Literal["N", "E", "S", "W"]


OPPOSITE: dict[Heading, Heading] = {"N": "S", "E": "W", "S": "N", "W": "E"}


@dataclass(frozen=True, slots=True)
class CostLine:
    """One thing to pay for, in pence for the whole party."""

    label: str
    kind: Kind
    pence: int
    low_pence: int
    high_pence: int
    basis: str
    """One plain sentence: how the figure was worked out, from which source and date."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Everything a party pays for a journey there and back."""

    lines: tuple[CostLine, ...]

    @property
    def pence(self) -> int:
        """The central estimate of the sum."""
        return sum(line.pence for line in self.lines)

    @property
    def low_pence(self) -> int:
        """The sum if every line comes out low."""
        return sum(line.low_pence for line in self.lines)

    @property
    def high_pence(self) -> int:
        """The sum if every line comes out high."""
        return sum(line.high_pence for line in self.lines)

    def only(self, *kinds: Kind) -> Cost:
        """Return the lines of these kinds alone."""
        return Cost(tuple(line for line in self.lines if line.kind in kinds))


@dataclass(frozen=True, slots=True)
class Crossing:
    """One toll or ferry passed once, and the heading on which it is passed."""

    key: str
    direction: Heading
    sea_miles: float | None = None
    """How far a ferry sails, in statute miles; needed only where no table has its fare."""

    def __post_init__(self) -> None:
        """Refuse a heading that is none.

        Raises
        ------
        InputError
            The heading is not N, E, S or W.
        """
        if self.direction not in OPPOSITE:
            msg = f"The heading over {self.key!r} is {self.direction!r}: use N, E, S or W."
            raise InputError(msg)

    def back(self) -> Crossing:
        """Return the same crossing on the way home."""
        return Crossing(self.key, OPPOSITE[self.direction], self.sea_miles)


def there_and_back(out: Iterable[Crossing]) -> tuple[Crossing, ...]:
    """Return the crossings of the way out and of the same way home, in the order met."""
    outward = tuple(out)
    return (*outward, *(crossing.back() for crossing in reversed(outward)))
