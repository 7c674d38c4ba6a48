"""Runbooks as the core knows them: presets written out, ids and confirmations filled in, digests taken."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from cockpit.config.convert.runbook_actions import look
from cockpit.config.convert.runbook_step import WRITES, Setting, step, success
from cockpit.config.ids import step_ids
from cockpit.config.models import runbook as files
from cockpit.config.models.runbook_parameters import RunbookParameter
from cockpit.config.models.runbook_step import Step as StepPart
from cockpit.config.runbook_files import RunbookRead
from cockpit.core.runbook.model import (
    AbortWhen,
    Condition,
    Deadline,
    Parameter,
    Reach,
    Runbook,
    Step,
)

_WORST: Final = (Reach.READ, Reach.WRITE, Reach.DESTRUCTIVE)


def books(reads: Iterable[RunbookRead]) -> dict[str, Runbook]:
    """By id; those without errors, which only the caller can know of."""
    reads = list(reads)
    reaches = Reaches({read.part.metadata.id: read.part for read in reads})
    return {read.part.metadata.id: _book(read, reaches) for read in reads}


class Reaches:
    """How far steps reach, also those that run another runbook."""

    def __init__(self, known: Mapping[str, files.RunbookFile]) -> None:
        self._known = known
        self._worst: dict[str, Reach] = {}

    def of(self, declared: StepPart) -> Reach:
        if declared.effect is not None:
            return Reach(declared.effect)
        if declared.runbook is not None:
            return self._of_book(declared.runbook.id)
        return Reach.WRITE if declared.does in WRITES else Reach.READ

    def _of_book(self, id: str) -> Reach:
        """The worst of its steps and of all that it runs. What nobody knows may write."""
        if id not in self._worst:
            seen: set[str] = set()
            todo, worst = [id], Reach.READ
            while todo:
                each = todo.pop()
                if each in seen:
                    continue
                seen.add(each)
                book = self._known.get(each)
                for declared in (*book.steps, *book.finally_) if book else ():
                    if declared.runbook is not None and declared.effect is None:
                        todo.append(declared.runbook.id)
                    else:
                        worst = max(worst, self.of(declared), key=_WORST.index)
                worst = worst if book else max(worst, Reach.WRITE, key=_WORST.index)
            self._worst[id] = worst
        return self._worst[id]


def _book(read: RunbookRead, reaches: Reaches) -> Runbook:
    declared, metadata = read.part, read.part.metadata
    steps = list(_steps(read, reaches))
    deadline = declared.decision_deadline
    return Runbook(
        id=metadata.id,
        title=metadata.title or metadata.id,
        steps=tuple(steps[: len(declared.steps)]),
        status=metadata.status,
        services=metadata.services,
        owner=metadata.owner,
        target=metadata.target,
        severity=metadata.severity,
        alerts=metadata.alerts,
        roles=metadata.roles,
        tags=metadata.tags,
        docs=metadata.docs,
        parameters=tuple(_parameter(name, each) for name, each in declared.parameters.items()),
        needs=declared.needs,
        lock_key=declared.lock.key,
        lock_ttl=declared.lock.ttl,
        preconditions=_conditions(declared.preconditions),
        guards=_conditions(declared.guard),
        abort_when=tuple(AbortWhen(each.promql, each.failure, each.for_) for each in declared.abort_when),
        time_budget=declared.time_budget,
        decision_deadline=Deadline(deadline.after, deadline.message) if deadline else None,
        finally_=tuple(steps[len(declared.steps) :]),
        file=read.document.file,
        folder=str(read.path.absolute().parent),
        digest=read.digest,
    )


def _steps(read: RunbookRead, reaches: Reaches) -> Iterator[Step]:
    """Those of `finally` last; ids are unique over both."""
    declared = [*read.part.steps, *read.part.finally_]
    value: Any = read.document.value
    raw = [*value["steps"], *value.get("finally", ())]
    metadata = read.part.metadata
    for each, written, id in zip(declared, raw, step_ids(declared), strict=True):
        setting = Setting(id, reaches.of(each), metadata.status == "draft")
        yield step(each, written, setting)


def _parameter(name: str, declared: RunbookParameter) -> Parameter:
    source = declared.default_from
    ways = (
        (("alert_label", source.alert_label), ("promql", source.promql), ("env", source.env))
        if source
        else ()
    )
    return Parameter(
        name=name,
        type=declared.type,
        enum=declared.enum or (),
        pattern=declared.pattern,
        min=declared.min,
        max=declared.max,
        default=None if declared.type == "secret" else declared.default,
        has_default=declared.type != "secret" and "default" in declared.model_fields_set,
        default_from=next(((kind, text) for kind, text in ways if text), None),  # type: ignore[arg-type]
        secret=_secret(declared),
        prompt=declared.prompt,
    )


def _secret(declared: RunbookParameter) -> str:
    """As a reference: under a key of its own, or as the default."""
    if declared.env:
        return f"env:{declared.env}"
    if declared.file:
        return f"file:{declared.file}"
    if declared.command:
        import shlex

        return f"command:{shlex.join(declared.command)}"
    return str(declared.default) if declared.type == "secret" and declared.default is not None else ""


def _conditions(declared: Sequence[files.RunbookCondition]) -> tuple[Condition, ...]:
    return tuple(
        Condition(each.title, look(each), success(each, each.success), each.severity, each.by_hand)
        for each in declared
    )
