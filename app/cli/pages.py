"""``nearhome app``: the pages, on this computer only."""

from __future__ import annotations

import click

from nearhome.app.server import launch


@click.command(name="app", epilog="Example: nearhome app --port 8600 --no-browser")
@click.option("--port", type=int, help="The port to listen on; 8501, or the next that is free, if left out.")
@click.option("--no-browser", is_flag=True, help="Only serve the pages, without opening a browser.")
@click.pass_context
def command(ctx: click.Context, port: int | None, *, no_browser: bool) -> None:
    """Open the pages in your browser. Ctrl-C stops them.

    They are served to this computer only and need no internet.
    """
    ctx.exit(launch.serve(port, open_browser=not no_browser))
