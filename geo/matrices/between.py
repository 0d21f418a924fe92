"""Drive times between a few places, as a long table: the matrix for people who ask from Python."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from nearhome.data.base.coordinates import Point
    from nearhome.geo.routing.router import Router


def matrix(origins: Sequence[Point], destinations: Sequence[Point], *, router: Router | None = None) -> pd.DataFrame:
    """Work out the quickest ways by road from every origin to every destination.

    Parameters
    ----------
    origins, destinations
        Anything with ``lat`` and ``lon`` in degrees, EPSG:4326: places, prisons, services. What is called ``id``,
        ``name`` or ``input`` names them in the table, the first of these that there is; else they are numbered.
    router
        The roads; those that ship with nearhome if left out.

    Returns
    -------
    pandas.DataFrame
        A row for each pair, those of the first origin first: ``origin``, ``destination``, ``minutes`` and ``miles``,
        one way; both missing where no road or car ferry joins the two.

    Examples
    --------
    >>> from datetime import date
    >>> import nearhome as nh
    >>> prison = nh.find_prison("Exeter", date(2026, 11, 21))
    >>> nh.matrix([nh.find_place("TR1 2HE"), nh.find_place("PL1 1AA")], [prison])["destination"].tolist()
    ['EXI', 'EXI']
    """
    import numpy as np
    import pandas as pd

    from nearhome.geo.routing.router import Router

    found = (router or Router.shipped()).matrix(origins, destinations)
    return pd.DataFrame(
        {
            "origin": np.repeat(_names(origins), len(destinations)),
            "destination": np.tile(_names(destinations), len(origins)),
            "minutes": found.minutes.ravel(),
            "miles": found.miles.ravel(),
        }
    )


def _names(points: Sequence[Point]) -> list[str]:
    """Name points as the table does."""
    return [
        next((str(getattr(point, word)) for word in ("id", "name", "input") if hasattr(point, word)), str(number))
        for number, point in enumerate(points)
    ]
