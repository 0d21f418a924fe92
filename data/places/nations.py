"""The nations of the United Kingdom and the islands beside it, as schemes and tariffs tell them apart."""

from __future__ import annotations

from enum import StrEnum

from nearhome.data.errors import InputError


class Nation(StrEnum):
    """Where the visitor lives or the prison is."""

    ENGLAND = "England"
    WALES = "Wales"
    SCOTLAND = "Scotland"
    NORTHERN_IRELAND = "Northern Ireland"
    JERSEY = "Jersey"
    GUERNSEY = "Guernsey"
    ISLE_OF_MAN = "Isle of Man"


GREAT_BRITAIN = frozenset({Nation.ENGLAND, Nation.WALES, Nation.SCOTLAND})


CHANNEL_ISLANDS = frozenset({Nation.JERSEY, Nation.GUERNSEY})


def nation(text: Nation | str) -> Nation:
    """Return the nation a name or a code stands for, in any case: "Wales", "WAL", "NI", "IOM".

    Raises
    ------
    InputError
        The text names none of them.
    """
    codes = {"eng": "England", "wal": "Wales", "sco": "Scotland", "ni": "Northern Ireland"}
    codes |= {"nir": "Northern Ireland", "jsy": "Jersey", "gsy": "Guernsey", "iom": "Isle of Man"}
    wanted = codes.get(text.strip().lower(), text.strip()).casefold()
    for each in Nation:
        if each.value.casefold() == wanted:
            return each
    msg = f"No nation is called {str(text)!r}: use {', '.join(Nation)}."
    raise InputError(msg)
