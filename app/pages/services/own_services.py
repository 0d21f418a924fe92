"""A register of one's own services on a page: read from the upload, checked, and kept in this session's memory only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from nearhome.app.wording import fragments
from nearhome.data.base import phrases
from nearhome.data.errors import SourceError
from nearhome.data.services import own

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nearhome.data.services.own_rows import RowProblem
    from nearhome.data.services.records import Service

UPLOAD = "missing_register"
READ = "missing_register_read"
MOST_MEGABYTES = own.MOST_BYTES // 10**6
MOST_SHOWN = 100
"""Problems that the page lists; the file that it offers has all that were told."""

TEMPLATE_NAME, PROBLEMS_NAME = "own-services.csv", "problems.txt"


def ask() -> tuple[Service, ...]:
    """Offer to add services of one's own, tell everything that is wrong with them, and give those that are right."""
    with st.expander("Add your own services"):
        said = (
            "A CSV file with a row for each service. It is read on this server, used while this page is open, and "
            "neither saved nor sent on."
        )
        st.html(fragments.paragraphs([said]))
        st.download_button(
            "Download a template",
            data=own.template(),
            file_name=TEMPLATE_NAME,
            mime="text/csv",
            on_click="ignore",
        )
        file = st.file_uploader("Your register, CSV", type=["csv"], key=UPLOAD, max_upload_size=MOST_MEGABYTES)
        if file is None:
            st.session_state.pop(READ, None)
            return ()
        known = st.session_state.get(READ)
        if known is None or known[0] != file.file_id:
            known = (file.file_id, *_read(file.getvalue()))
            st.session_state[READ] = known
        _, services, message, problems = known
        st.html(message)
        if problems:
            st.download_button(
                "Download all problems", data=problems, file_name=PROBLEMS_NAME, mime="text/plain", on_click="ignore"
            )
    return tuple(services)


def _read(content: bytes) -> tuple[tuple[Service, ...], str, str]:
    """Read a register: its services, what the page says of it (HTML), and all problems as text."""
    try:
        check, services = own.read("Your file", content)
    except SourceError as error:
        return (), fragments.piece("services.html", "register", str(error), is_good=False), ""
    if check.is_good:
        many = phrases.count(len(services), "service")
        said = f"{many} of yours. Each counts on the days for which it is valid."
        return services, fragments.piece("services.html", "register", said, is_good=True), ""
    lines = list(own.lines_of(check))
    return (), problems_html(check.problems, check.further), "\n".join(lines) + "\n"


def problems_html(problems: Sequence[RowProblem], further: int) -> str:
    """Return the problems of a register as HTML, everything in it escaped, and how many there are in all."""
    many = phrases.count(len(problems) + further, "problem")
    said = f"Your file has {many}, so none of it is used. Correct them and choose the file again."
    shown = [str(each) for each in problems[:MOST_SHOWN]]
    rest = len(problems) + further - MOST_SHOWN
    more = f"And {phrases.count(rest, 'more problem')}." if rest > 0 else ""
    return fragments.piece("services.html", "register", said, is_good=False, problems=shown, rest=more)
