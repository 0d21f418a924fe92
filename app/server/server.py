"""The web server: compressed pages, security headers, and a log that does not tell what people typed.

Run by ``nearhome app`` (see ``nearhome.app.server.launch``), or by ``streamlit run`` or any ASGI server on ``app``.
"""

from __future__ import annotations

import logging
import traceback
from typing import TYPE_CHECKING

import streamlit as st
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware

from nearhome.app.pages.shared import map_data
from nearhome.app.server import warming
from nearhome.data.errors import TableError

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'self'; script-src 'self' {scripts}; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; "
    "font-src 'self' data:; connect-src 'self' ws: wss:; worker-src 'self' blob:; frame-src 'self' blob:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
)
PAGE_SCRIPTS = "blob:"
"""Streamlit loads the script of an inline component, ours moves the focus, as a blob module."""
COMPONENT_PATH = "/component/"
COMPONENT_SCRIPTS = "'unsafe-inline'"
"""streamlit-folium hands the map's script to its own frame, and only there may it run."""
STREAMLIT_ERROR_LOGGER = "streamlit.error_util"
FAILED = (
    "There is a problem with this service. It is not because of anything you entered. "
    "Try again; if it happens again, reload the page."
)


class SecurityHeaders:
    """Middleware that adds the content security policy of each path, and keeps addresses from other sites."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and add the headers when the answer starts."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        scripts = COMPONENT_SCRIPTS if COMPONENT_PATH in scope["path"] else PAGE_SCRIPTS

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = POLICY.format(scripts=scripts)
                headers["Referrer-Policy"] = "no-referrer"
                headers["X-Content-Type-Options"] = "nosniff"
            await send(message)

        await self.app(scope, receive, send_with_headers)


class Discretion(logging.Filter):
    """Log where a page failed and the kind of error, but not its message, which may hold what a person typed.

    Only the message of a damaged table is kept: it names a file, and tells the operator what to do.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Replace the error of the record by its kind and the lines of code it passed."""
        if record.exc_info and record.exc_info[0]:
            kind, error, trail = record.exc_info
            told = f"{kind.__name__}: {error}" if isinstance(error, TableError) else kind.__name__
            record.msg = "A page failed with %s at:\n%s"
            record.args = (told, "".join(traceback.format_tb(trail)))
            record.exc_info = None
        return True


def show_failure(_error: Exception) -> bool:
    """Say in plain words that the service failed, instead of a traceback."""
    st.error(FAILED)
    return True


logging.getLogger(STREAMLIT_ERROR_LOGGER).addFilter(Discretion())
app = st.App(
    "main.py",
    lifespan=warming.lifespan,
    routes=map_data.ROUTES,
    middleware=[Middleware(SecurityHeaders), Middleware(GZipMiddleware, minimum_size=1024)],
    on_script_error=show_failure,
)
