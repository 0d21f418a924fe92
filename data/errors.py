"""Every error nearhome raises on purpose, shared by all layers.

The tree::

    NearhomeError
    ├── InputError                      what a person typed cannot be used
    │   ├── UnknownPlaceError           no such postcode, town or coordinate
    │   ├── UnknownAreaError            no such area, or several of one name with different borders
    │   ├── UnknownPrisonError          no such prison, or several fit
    │   ├── PrisonClosedError           the prison is not open on the date asked about
    │   └── DateError                   a date before or after what the tables know
    ├── NoRouteError (LookupError)      no road or ferry joins two places
    ├── TableError                      a shipped or installed table is missing or damaged
    ├── SourceError                     a file to build from or import cannot be read
    └── MissingExtraError (ImportError) an optional engine is not installed

None of the first three is a ValueError: a ``ValueError`` that Python or a library raises over a file is turned into one
of them where the file is read, and one that is our own mistake stays what it is.

Each message is one sentence: what is wrong, the value seen, what to do. The shell prints it and exits with 2.
"""

from typing import Literal


class NearhomeError(Exception):
    """The base of every error nearhome raises on purpose."""


class InputError(NearhomeError):
    """What a person typed cannot be used."""


class UnknownPlaceError(InputError):
    """The text is no postcode, town or coordinate that nearhome knows."""


class UnknownAreaError(InputError):
    """The text names no area, or several with different borders."""


class UnknownPrisonError(InputError):
    """The text names no prison, or more than one."""


class PrisonClosedError(InputError):
    """The prison is not open on the date asked about."""


class DateError(InputError):
    """The date lies outside what the tables know."""


class NoRouteError(NearhomeError, LookupError):
    """No road or ferry joins the two places; ``where`` says which end is at fault."""

    def __init__(self, message: str, where: Literal["origin", "destination", "between"] = "between") -> None:
        super().__init__(message)
        self.where = where


class TableError(NearhomeError):
    """A shipped or installed table is missing or damaged."""


class SourceError(NearhomeError):
    """A file to build from or to import cannot be read."""


class MissingExtraError(NearhomeError, ImportError):
    """An optional engine is not installed."""
