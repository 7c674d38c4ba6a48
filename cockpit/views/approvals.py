"""What a second person is asked: the rendered step to the last word, its digest, who asks, and until when."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from cockpit.core.frozen import TAG, to_json
from cockpit.core.json import canonical
from cockpit.core.levels import Instant
from cockpit.core.runbook.actions import Action, Command
from cockpit.core.runbook.render import lenient, names_to_fill, shown
from cockpit.core.runbook.requests import Request, whom
from cockpit.core.runbook.told import does, kind_of, undo_words
from cockpit.text import clock, plural, remaining, short_age
from cockpit.views.run_steps import filled

SCHEMA: Final = "cockpit.approvals/v1"
SHORT: Final = 12
"""Characters of a digest that people compare."""
LONG: Final = 66
"""Cells of a command from which every word of it gets a line of its own."""


def short(digest: str) -> str:
    return digest[:SHORT]


def command(request: Request, *, refuse: bool = False) -> str:
    """For another terminal, bound to what is shown here."""
    bound = f"{request.run.id} {request.step.id} --digest {short(request.digest)}"
    return f"cockpit approve {bound}{' --refuse' if refuse else ''} --reason TEXT"


def asker(request: Request) -> str:
    return f"{request.by} asked at {clock(request.at)} UTC"


def until(request: Request, now: Instant) -> str:
    """ "until 02:24 UTC, 9 min left"; to the second when it is nearly over."""
    left = request.expires_at - now
    if left < 0:
        return f"over since {clock(request.expires_at)} UTC"
    return f"until {clock(request.expires_at)} UTC, {remaining(left)} left"


def counted(request: Request) -> str:
    """ "1 of 2 have agreed (ines)"; empty where one is enough and nobody has yet."""
    have = request.approvals
    if request.least < 2 and not have:
        return ""
    names = f" ({', '.join(have)})" if have else ""
    return f"{len(have)} of {request.least} {'has' if len(have) == 1 else 'have'} agreed{names}"


# What would be done


def rendered(request: Request) -> Iterator[tuple[str, str]]:
    """(what it is, what it says), all that the digest is about; a command word by word when it is long.

    Nothing in it is left out: what would steer a terminal, or hides, is written as an escape.
    """
    yield from ((name, visible(said)) for name, said in _rendered(request))


def visible(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)


def _rendered(request: Request) -> Iterator[tuple[str, str]]:
    yield from _action(request.action)
    known = names_to_fill(request.run)
    for name, value in request.step.env.items():
        yield "env", shown(f"{name}={lenient(value, known)}")
    yield "target", request.run.target or request.run.runbook.target or "none"
    for name, given in request.parameters.items():
        yield "parameter", f"{name}={_plain(given)}"
    for name, captured in request.run.captures().items():
        yield "captured", f"{name}={captured}"
    if request.run.runbook.digest:
        yield "runbook file", short(request.run.runbook.digest)


def _action(action: Action) -> Iterator[tuple[str, str]]:
    if not isinstance(action, Command):
        yield from _others(action)
        return
    argv = [shown(each) for each in action.argv]
    whole = argv[0] if action.shell else shlex.join(argv)
    if action.shell:
        yield from (("shell", each) for each in whole.split("\n"))
    elif len(whole) <= LONG:
        yield "run", whole
    else:
        yield from (("run", shlex.quote(each)) for each in argv)
    if action.stdin:
        yield "stdin", f"(secret {action.stdin})"


def _others(action: Action) -> Iterator[tuple[str, str]]:
    yield kind_of(action), does(action)
    told = to_json(action)
    assert isinstance(told, Mapping)
    for name, value in told.items():
        if name != TAG and value is not None:
            yield name, _plain(value)


def _plain(value: object) -> str:
    return shown(value if isinstance(value, str) else canonical(value))


def way_back(request: Request) -> Iterator[tuple[str, str]]:
    """What whoever agrees wants to know, although the digest is not about it."""
    step = request.step
    can, how = undo_words(step)
    if step.rollback and step.rollback.action:
        how = filled(request.run, step.rollback.action)
    yield "undo" if can else "no undo", visible(how)
    if step.point_of_no_return:
        yield "no way back", visible(step.point_of_no_return.reason)


# Lines of text


def lines(request: Request, now: Instant) -> list[str]:
    """All of it, for a terminal that shows nothing else."""
    run, step = request.run, request.step
    told = [f"{run.id} {step.id}: {step.title}", f"  of {run.runbook.title} ({run.runbook.id})"]
    told += [f"  why: {step.why}"] if step.why else []
    told += [f"  {line}" for line in _labelled((*rendered(request), *way_back(request)))]
    told += [f"  digest: {request.digest}", f"  {asker(request)}, {until(request, now)}"]
    told.append(f"  may be answered by {whom(request)}{_and(counted(request))}")
    return told


def _labelled(pairs: Iterable[tuple[str, str]]) -> Iterator[str]:
    last = ""
    for name, said in pairs:
        yield f"{name + ':' if name != last else '':<{len(name) + 1}} {said}"
        last = name


def _and(text: str) -> str:
    return f"; {text}" if text else ""


def listed(requests: Sequence[Request], now: Instant) -> list[str]:
    if not requests:
        return ["nothing waits for an approval"]
    told: list[str] = []
    for request in requests:
        told += [*lines(request, now), f"  {command(request)}", ""]
    return told[:-1]


def document(requests: Sequence[Request]) -> dict[str, object]:
    return {"schema": SCHEMA, "approvals": [_entry(each) for each in requests]}


def _entry(request: Request) -> dict[str, object]:
    run, key = request.run, request.key
    action = request.action
    return {
        "run": run.id,
        "runbook": run.runbook.id,
        "incident": run.incident or None,
        "step": key.step,
        "visit": key.visit,
        "attempt": key.attempt,
        "title": request.step.title,
        "target": run.target or run.runbook.target or None,
        "action": kind_of(action),
        "argv": [shown(each) for each in action.argv] if isinstance(action, Command) else None,
        "does": does(action),
        "parameters": dict(request.parameters),
        "captures": run.captures(),
        "runbook_digest": run.runbook.digest or None,
        "digest": request.digest,
        "requested_by": request.by,
        "requested_at": request.at,
        "expires_at": request.expires_at,
        "min": request.least,
        "from": list(request.may),
        "approved_by": list(request.approvals),
        "not_by": sorted(request.hands),
    }


def waiting(request: Request, now: Instant) -> list[str]:
    """For whoever asked: who may answer, how long it stands, and how they do it elsewhere."""
    return [
        f"  may be answered by {whom(request)}{_and(counted(request))}",
        f"  stands {until(request, now)}; digest {short(request.digest)}",
        f"  in another terminal: {command(request)}",
    ]


def left(request: Request, now: Instant) -> str:
    """How long, for a column."""
    return short_age(request.expires_at - now)


def count(requests: Sequence[Request]) -> str:
    """ "1 approval waits", "2 approvals wait"."""
    return (
        f"{plural(len(requests), 'approval')} {'waits' if len(requests) == 1 else 'wait'}" if requests else ""
    )
