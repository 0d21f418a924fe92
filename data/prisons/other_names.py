"""Names that people use for prisons beside those of the table: popular, former, and of prisons that are long gone."""

from __future__ import annotations

SOURCE = "Popular name, general knowledge; months of closing likewise. None changes a figure."

POPULAR_NAMES: dict[str, tuple[str, ...]] = {
    "BLI": ("Horfield",),
    "BMI": ("Winson Green",),
    "FMI": ("Feltham B",),
    "FYI": ("Feltham A",),
    "GSY-LNI": ("Guernsey", "States of Guernsey"),
    "JSY-LMO": ("Jersey", "States of Jersey"),
    "LEI": ("Armley", "Armley Gaol", "Armley Jail"),
    "LPI": ("Walton", "Walton Gaol", "Walton Jail"),
    "MRI": ("Strangeways",),
    "PVI": ("The Ville",),
    "SCO-ABE": ("Craiginches",),
    "SCO-BAR": ("Bar-L", "The Bar-L"),
    "SCO-EDI": ("Saughton",),
    "SCO-GRE": ("Gateside",),
    "SCO-INV": ("Porterfield",),
    "WSI": ("The Scrubs",),
}
"""Other names by the id of the table; ``HMP``, ``prison`` and the like need no rows of their own."""

GONE: dict[str, str] = {
    "Maze": "2000-09",
    "Long Kesh": "2000-09",
    "Crumlin Road": "1996-03",
}
"""Prisons that closed before the tables begin, and the month."""
