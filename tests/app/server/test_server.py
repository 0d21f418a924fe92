"""The server's log says where a page failed, and not what a person typed."""

from __future__ import annotations

import logging
import sys

from nearhome.app.server import server
from nearhome.data.errors import TableError


def logged(error: Exception) -> str:
    """Return what the log says about an error that a page raised."""
    try:
        raise error
    except type(error):
        record = logging.LogRecord("x", logging.ERROR, __file__, 1, "Uncaught app execution", None, sys.exc_info())
    assert server.Discretion().filter(record)
    return logging.Formatter().format(record)


def test_the_message_of_an_unexpected_error_is_not_logged() -> None:
    text = logged(ValueError("TR1 2HE is no number"))
    assert "TR1" not in text
    assert "ValueError" in text
    assert "test_server.py" in text


def test_a_damaged_table_is_named_for_the_operator() -> None:
    assert "prisons.csv is damaged" in logged(TableError("prisons.csv is damaged; install again."))


def test_a_record_without_an_error_is_left_alone() -> None:
    record = logging.LogRecord("x", logging.WARNING, __file__, 1, "hello %s", ("you",), None)
    assert server.Discretion().filter(record)
    assert record.getMessage() == "hello you"


def test_the_filter_sits_on_the_logger_that_streamlit_uses_for_failed_pages() -> None:
    from streamlit import error_util

    assert error_util._LOGGER.name == server.STREAMLIT_ERROR_LOGGER  # noqa: SLF001 - the filter depends on it
    assert any(isinstance(each, server.Discretion) for each in error_util._LOGGER.filters)  # noqa: SLF001 - as above


def test_only_the_map_frame_may_run_inline_scripts() -> None:
    assert "unsafe" not in server.POLICY.format(scripts=server.PAGE_SCRIPTS).split("script-src")[1].split(";")[0]
    assert "unsafe-eval" not in server.POLICY.format(scripts=server.COMPONENT_SCRIPTS)
