"""Start the pages on this machine, from any directory and from an installed package."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

from nearhome.data.errors import InputError

LOCALHOST = "localhost"
FIRST_PORT, LAST_PORT = 1, 65535
# Resolved: an editable installation may link file by file, but static files must lie beside the script.
SERVER = Path(__file__).resolve().with_name("server.py")


def serve(port: int | None = None, *, open_browser: bool = True, address: str = LOCALHOST) -> int:
    """Serve the pages until interrupted.

    Parameters
    ----------
    port
        TCP port; without it 8501, or the next one that is free.
    open_browser
        Open the first page in the person's browser.
    address
        Where to listen. The default is reachable from this machine only.

    Returns
    -------
    The exit code of the server.

    Raises
    ------
    InputError
        The port is out of range or something else listens on it.
    """
    if port is not None:
        _check_port(port, address)
    from streamlit.web import cli

    arguments = [
        "streamlit",
        "run",
        str(SERVER),
        f"--server.address={address}",
        f"--server.headless={str(not open_browser).lower()}",
        "--browser.gatherUsageStats=false",
    ]
    if port is not None:
        arguments.append(f"--server.port={port}")
    before, sys.argv = sys.argv, arguments
    try:
        cli.main()
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 0
    finally:
        sys.argv = before
    return 0


def _check_port(port: int, address: str) -> None:
    """Raise an InputError unless the port can be listened on."""
    if not FIRST_PORT <= port <= LAST_PORT:
        msg = f"The port must be a number from {FIRST_PORT} to {LAST_PORT}, but {port} was given."
        raise InputError(msg)
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            msg = f"Port {port} cannot be used ({error.strerror}): choose another, or stop what listens there."
            raise InputError(msg) from error
