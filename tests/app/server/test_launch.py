"""Starting the pages: refused ports, and what Streamlit is told."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import pytest
from streamlit.web import cli

from nearhome.app.server import launch
from nearhome.data.errors import InputError


@pytest.mark.parametrize("port", [0, -1, 65_536])
def test_a_port_out_of_range_is_one_sentence(port: int) -> None:
    with pytest.raises(InputError, match=f"from 1 to 65535, but {port} was given"):
        launch.serve(port, open_browser=False)


def test_a_port_in_use_is_one_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("localhost", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(InputError, match=f"Port {port} cannot be used"):
            launch.serve(port, open_browser=False)


def test_the_server_listens_on_this_machine_only_and_reports_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(sys, "argv", ["nearhome"])
    monkeypatch.setattr(cli, "main", lambda: told.extend(sys.argv))
    assert launch.serve(open_browser=False) == 0
    assert told[:2] == ["streamlit", "run"]
    assert Path(told[2]).is_file()
    assert {
        "--server.address=localhost",
        "--server.headless=true",
        "--browser.gatherUsageStats=false",
    } <= set(told)
    assert sys.argv == ["nearhome"]


def test_the_exit_code_of_the_server_is_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def stop() -> None:
        raise SystemExit(3)

    monkeypatch.setattr(sys, "argv", ["nearhome"])
    monkeypatch.setattr(cli, "main", stop)
    assert launch.serve(open_browser=False) == 3
