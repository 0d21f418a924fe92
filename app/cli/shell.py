"""The ``nearhome`` command: a group that finds its commands, and says what went wrong in one sentence.

Exit codes: 0 all well; 1 a check found problems, or the reader of the output went away; 2 the input cannot be used;
130 stopped with Ctrl-C. Nothing typed is logged, and nothing is written but the files asked for.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import click

from nearhome.data.errors import NearhomeError

BAD_INPUT = 2
STOPPED = 130


@dataclass(frozen=True, slots=True)
class Entry:
    """A command: the module below ``nearhome.app.cli`` that has it as ``command``, and what it is for."""

    module: str
    summary: str


COMMANDS = {
    "journey": Entry("visits.journey", "How far, how long and how much one visit is."),
    "claim": Entry("visits.claim", "Say whether you may claim the cost of a visit."),
    "prisons": Entry("visits.prisons", "List the prisons, or those nearest to a place."),
    "times": Entry("tables.times", "Work out times by car or public transport for a file of pairs of points."),
    "matrix": Entry("tables.matrix", "Work out drive times from many places to many prisons."),
    "days": Entry("visits.days", "Work out visiting days from an area's towns to prisons."),
    "catchments": Entry(
        "tables.catchments", "Draw the land within some minutes of prisons, and count the people inside."
    ),
    "case": Entry("services.case", "Show a worked case, such as Cornwall or Halton."),
    "services": Entry("services.services", "List the services for families of prisoners on a day, and check your own."),
    "coverage": Entry("services.coverage", "Show where services for families reach, and what one more would change."),
    "lottery": Entry("services.lottery", "Measure how much help depends on where a family lives."),
    "gaps": Entry("services.gaps", "Write a report on where help is missing: workbook, maps, pages."),
    "place": Entry("placement.place", "Say what it would mean if people were held in other prisons."),
    "place-one": Entry("placement.place_one", "Rank the prisons for one person, with the reason for each exclusion."),
    "compare": Entry("placement.compare", "Compare two outcomes of nearhome place."),
    "data": Entry("tables.data", "List, check, build and import the tables."),
    "app": Entry("pages", "Open the pages in your browser."),
}


class Shell(click.Group):
    """The commands, imported when they are asked for, so that each starts as fast as it can."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 -- click's signature
        """Give the commands in the order people need them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 -- as above
        """Import one command; None if there is none of that name."""
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        command: click.Command = importlib.import_module(f"nearhome.app.cli.{entry.module}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that the arguments begin with; an unknown one is answered with those like it."""
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            near = get_close_matches(name, COMMANDS, n=1)
            hint = f"did you mean {near[0]}?" if near else f"the commands are {', '.join(COMMANDS)}"
            msg = f"There is no command {name!r}; {hint}"
            raise click.UsageError(msg, ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 -- as above
        """Write the list of commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.summary) for name, entry in COMMANDS.items()])

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run a command and leave with its exit code; anything that cannot be used becomes one sentence."""
        extra["standalone_mode"] = False
        try:
            status = super().main(*args, **extra)
        except NearhomeError as error:
            _leave(str(error))
        except click.exceptions.NoArgsIsHelpError as error:
            error.show()
            raise SystemExit(BAD_INPUT) from error
        except click.UsageError as error:
            _leave(_usage(error))
        except click.ClickException as error:
            _leave(error.format_message())
        except OSError as error:
            what = repr(str(error.filename)) if error.filename else "The output"
            _leave(f"{what} cannot be read or written ({error.strerror}); check its name, its rights and the disk.")
        except click.Abort as error:
            raise SystemExit(STOPPED) from error
        raise SystemExit(status if isinstance(status, int) else 0)


def _leave(sentence: str) -> None:
    """Say what is wrong on the error stream and leave."""
    click.echo(f"nearhome: {' '.join(sentence.split())}", err=True)
    raise SystemExit(BAD_INPUT)


def _usage(error: click.UsageError) -> str:
    """Make click's message one sentence that says where to read on."""
    said = error.format_message().rstrip(".")
    if said.endswith("?"):
        return said
    return f"{said}; {error.ctx.command_path if error.ctx else 'nearhome'} --help shows how."


@click.group(
    cls=Shell,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog='Start with: nearhome journey --from "TR1 2HE" --to Exeter',
)
@click.version_option(package_name="nearhome", prog_name="nearhome", message="%(prog)s %(version)s")
def main() -> None:
    """Tell how far, how long and how much a visit to a prison is.

    Everything is worked out on this computer from tables that come with nearhome. Nothing you type leaves it.
    """
