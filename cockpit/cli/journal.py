"""`cockpit journal`: the record, read and checked; made for a team, and moved."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cockpit.cli.output import say
from cockpit.cli.settings import Settings
from cockpit.errors import UsageError

if TYPE_CHECKING:
    from cockpit.core.journal import Recorded
    from cockpit.core.journal_head import Head
    from cockpit.wiring.keeping import Record

commands = typer.Typer(
    name="journal",
    help="The record: verify, tail, export; init, copy.",
    rich_markup_mode=None,
    no_args_is_help=False,
)

Config = Annotated[
    Path | None, typer.Option("--config", metavar="PATH", help="File or folder of the configuration.")
]
Json = Annotated[bool, typer.Option("--json", help="For machines.")]


@commands.command()
def verify(
    context: typer.Context,
    config: Config = None,
    head: Annotated[
        str | None,
        typer.Option("--head", metavar="FILE|SEQ:HASH", help="An export, or its head: finds a cut tail."),
    ] = None,
) -> int:
    """Whether every record is as it was written: 0 the chain holds, 1 it names the first that is not."""
    exported = _exported(head) if head is not None else None
    return _with(context, config, lambda journal: _verify(journal, exported))


@commands.command()
def tail(
    context: typer.Context,
    config: Config = None,
    lines: Annotated[int, typer.Option("--lines", "-n", min=0, help="How many of the last.")] = 20,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="And those that come.")] = False,
    json: Json = False,
) -> int:
    """The last records, one line each."""
    put = _put_json if json else _put_line
    return _with(context, config, lambda journal: _tail(journal, lines, follow, put))


@commands.command()
def export(context: typer.Context, config: Config = None) -> int:
    """Every record as a line of JSON, then the head, which proves later that nothing was cut off."""
    return _with(context, config, _export)


@commands.command()
def init(
    context: typer.Context,
    postgres: Annotated[
        str,
        typer.Option("--postgres", metavar="DSN", help="As postgresql://db/cockpit; default: configured."),
    ] = "",
    person: Annotated[
        list[str] | None,
        typer.Option("--person", metavar="NAME=ROLE", help="A login: viewer, responder or approver."),
    ] = None,
    only_print: Annotated[
        bool, typer.Option("--print", help="The SQL, for psql, and nothing is done.")
    ] = False,
    config: Config = None,
) -> int:
    """A record for a team on PostgreSQL, made or brought up to date, by somebody who may create roles."""
    from cockpit.cli.journal_init import init

    return init(_chosen(context, config), postgres, person or [], only_print=only_print)


@commands.command()
def copy(
    context: typer.Context,
    to: Annotated[str, typer.Option("--to", metavar="PLACE", help="A folder, or postgresql://...; empty.")],
    source: Annotated[
        str, typer.Option("--from", metavar="PLACE", help="The same; default: the configuration's.")
    ] = "",
    config: Config = None,
) -> int:
    """All records as they are into an empty place, which then has the same head."""
    from cockpit.cli.journal_copy import copy

    return copy(_chosen(context, config), source, to)


def _with(
    context: typer.Context,
    config: Path | None,
    work: Callable[[Record], Coroutine[Any, Any, int]],
) -> int:
    async def run() -> int:
        async with opened(_chosen(context, config)) as journal:
            return await work(journal)

    return asyncio.run(run())


def _chosen(context: typer.Context, config: Path | None) -> Settings:
    settings: Settings = context.obj
    return settings if config is None else replace(settings, config=config)


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Record]:
    """The journal of a configuration, for reading. Raises JournalError when it is used and there is none."""
    from cockpit.cli.loading import load
    from cockpit.wiring.keeping import reading

    async with reading(load(settings).model) as journal:
        yield journal


async def _verify(journal: Record, exported: Head | None) -> int:
    from cockpit.adapters.journal.verify import verify
    from cockpit.core.journal_head import NOTHING

    verdict = await verify(journal, exported or NOTHING)
    if verdict.broken:
        _, why = verdict.broken
        held = f"records up to {verdict.head} hold" if verdict.head.seq else "nothing before it holds"
        say([*verdict.foreign, why, held])
        return 1
    say([*verdict.foreign, f"chain holds, head {verdict.head}"])
    return 1 if verdict.foreign else 0


async def _tail(journal: Record, lines: int, follow: bool, put: Callable[[Recorded], None]) -> int:
    after = max(0, (await journal.head()).seq - lines)
    for record in await journal.read(after, lines) if lines else ():
        put(record)
        after = record.seq
    if follow:
        from cockpit.adapters.journal import tail

        async for record in tail.follow(journal, after, rest=journal.rest):
            put(record)
    return 0


async def _export(journal: Record) -> int:
    """Up to what is the head at the beginning: writers may be faster than whoever reads this."""
    from cockpit.core.journal_head import NOTHING, Head

    end, last = await journal.head(), NOTHING
    while last.seq < end.seq:
        records = await journal.read(last.seq, min(1_000, end.seq - last.seq))
        if not records:
            break
        for record in records:
            _put_json(record)
        last = Head(records[-1].seq, records[-1].hash)
    _write(last.fields())
    return 0


def _put_line(record: Recorded) -> None:
    from cockpit.views.journal import line

    say([line(record)])


def _put_json(record: Recorded) -> None:
    from cockpit.views.journal import document

    _write(document(record))


def _write(document: object) -> None:
    """In ASCII, which steers no terminal, and otherwise untouched: what is hashed must not be cleaned."""
    import json
    import sys

    sys.stdout.write(json.dumps(document, allow_nan=False, separators=(",", ":")) + "\n")
    sys.stdout.flush()


def _exported(given: str) -> Head:
    from cockpit.core.journal_head import head_of

    try:
        return head_of(given)
    except ValueError:
        pass
    try:
        return head_of(Path(given).read_text("utf-8"))
    except OSError as error:
        why = error.strerror or str(error)
    except ValueError as error:
        why = str(error)
    raise UsageError(f"--head {given}: {why}", "give SEQ:HASH, or a file from `cockpit journal export`")
