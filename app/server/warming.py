"""What the pages need before their first answer, made ready while the server starts.

The national coverage takes some seconds in a new process and some hundredths of one from then on.
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from datetime import datetime
from threading import Thread
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from nearhome.data.errors import NearhomeError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


def warm() -> None:
    """Load what *Where help is missing* needs. A damaged table is told by the page that reads it, not here."""
    from nearhome.analysis.services import coverage
    from nearhome.app.pages.shared import area_map, map_data  # noqa: F401 - the same; importing the map brings folium

    try:
        coverage.assess(as_of=datetime.now(ZoneInfo("Europe/London")).date())
        map_data.authorities()
    except NearhomeError:
        return


@asynccontextmanager
async def lifespan(_app: Any) -> AsyncIterator[None]:
    """Warm up beside the running server."""
    Thread(target=warm, name="nearhome-warming", daemon=True).start()
    yield
