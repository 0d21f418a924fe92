"""Pages and pieces of HTML, SVG and XML from templates (Jinja2): what is put in is escaped, and nothing may be missing.

A wing that makes any keeps its templates in a folder ``templates``; they may use those of this wing, which come with
every page: ``page.html`` is the frame of a page that asks for nothing else. The filters ``sentence`` and ``capital``
are those of ``data.base.phrases``.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from nearhome.data.base import phrases

if TYPE_CHECKING:
    from jinja2 import Environment

SHARED = "nearhome.analysis.reports"


@cache
def environment(package: str = SHARED) -> Environment:
    """Return the templates of a package, and behind them those of this wing."""
    from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=ChoiceLoader([PackageLoader(each) for each in dict.fromkeys((package, SHARED))]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters |= {"sentence": phrases.sentence, "capital": phrases.capital}
    return made


def render(name: str, *, package: str = SHARED, **values: Any) -> str:
    """Fill a template in; what it is given is text, and no markup.

    Parameters
    ----------
    name
        The template's file.
    package
        The package whose template it is.
    values
        What it asks for, all of it.
    """
    return environment(package).get_template(name).render(values).strip() + "\n"


def piece(name: str, macro: str, *values: Any, package: str = SHARED, **named: Any) -> str:
    """Fill in one macro of a template, for a piece of a page; it begins and ends without blanks.

    Parameters
    ----------
    name
        The template's file.
    macro
        The macro in it.
    values, named
        What it asks for, in order or by name.
    package
        The package whose template it is.
    """
    written = getattr(environment(package).get_template(name).module, macro)(*values, **named)
    return str(written).strip()
