"""Who travels: adults, and children with or without their ages."""

from __future__ import annotations

from dataclasses import dataclass

from nearhome.data.errors import InputError

ADULT_AGE = 18


@dataclass(frozen=True, slots=True)
class Party:
    """Who travels: at least one adult; children are under 18.

    ``child_ages`` may be left out; if given, there is one for each child, in years.

    Examples
    --------
    >>> family = Party(adults=1, children=2, child_ages=(4, 9))
    >>> family.people, family.aged(5, 15)
    (3, 1)
    """

    adults: int = 1
    children: int = 0
    child_ages: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a party without an adult, with a negative number or with ages that do not fit.

        Raises
        ------
        InputError
            No adult travels, a number is below zero or not whole, or the ages are not one for each child.
        """
        for name, number in (("adults", self.adults), ("children", self.children)):
            if not is_whole(number):
                msg = f"The number of {name} must be a whole number, and {number!r} was given: type a number."
                raise InputError(msg)
        if self.adults < 1:
            msg = f"At least one adult travels; {self.adults} was given: type 1 or more adults."
            raise InputError(msg)
        if self.children < 0:
            msg = f"Children cannot be fewer than 0; {self.children} was given: type 0 or more children."
            raise InputError(msg)
        if self.child_ages and len(self.child_ages) != self.children:
            msg = f"{len(self.child_ages)} ages were given for {self.children} children: give one for each, or none."
            raise InputError(msg)
        for age in self.child_ages:
            if not is_whole(age) or not 0 <= age < ADULT_AGE:
                msg = f"A child's age is a whole number from 0 to 17, and {age!r} was given: count others as adults."
                raise InputError(msg)

    @property
    def people(self) -> int:
        """How many travel, adults and children."""
        return self.adults + self.children

    def aged(self, youngest: int, oldest: int) -> int | None:
        """Return how many children are of these ages, both included; None where there are children of unknown age."""
        if self.children and not self.child_ages:
            return None
        return sum(youngest <= age <= oldest for age in self.child_ages)


def is_whole(value: object) -> bool:
    """Tell whether a value is a whole number; true and false are none."""
    return isinstance(value, int) and not isinstance(value, bool)
