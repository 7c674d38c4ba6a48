"""One step of a runbook, with every default that follows from its action, its reach and its target."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from cockpit.config.convert.runbook_actions import action, look
from cockpit.config.models import runbook_parts as files
from cockpit.config.models.runbook_looks import Look as LookPart
from cockpit.config.models.runbook_step import Step as StepPart
from cockpit.core.json import digest
from cockpit.core.runbook.actions import EndSilence, SignalLook
from cockpit.core.runbook.model import (
    Approval,
    Capture,
    Check,
    Confirm,
    Drill,
    Obligation,
    PointOfNoReturn,
    Reach,
    Reconcile,
    Rollback,
    Step,
    Verify,
)
from cockpit.core.runbook.substitute import plain

WRITES: Final = frozenset({"run", "http", "flag", "silence", "notify"})
_NO_EVIDENCE: Final = ("title", "why", "expected", "drill", "use")
_EXITED_WELL: Final = "exit_code == 0"


@dataclass(frozen=True, slots=True)
class Setting:
    """What a step takes from what is around it."""

    id: str
    reach: Reach
    draft: bool = False


def step(declared: StepPart, raw: Any, setting: Setting) -> Step:
    """`raw` is the step as written, presets written out; evidence holds for its digest."""
    p50, p95 = (declared.expected.p50, declared.expected.p95) if declared.expected else (None, None)
    return Step(
        id=setting.id,
        title=declared.title or setting.id,
        action=action(declared),
        reach=setting.reach,
        why=declared.why,
        env=declared.env,
        target=declared.target,
        idempotent=declared.idempotent,
        attempts=declared.retry.attempts if declared.retry else 1,
        backoff=declared.retry.backoff if declared.retry else 0.0,
        when=declared.when or "",
        max_visits=declared.max_visits,
        confirm=confirm(declared.confirm, setting.id) or _usual(declared, setting),
        approval=_approval(declared.approval),
        preview=look(declared.preview) if declared.preview else None,
        timeout=declared.timeout,
        kill_grace=declared.kill_grace,
        expected=(p50, p95),
        captures=tuple(_capture(name, each) for name, each in declared.capture.items()),
        reconcile=_reconcile(declared.reconcile),
        on_unknown_ask=declared.on_unknown == "ask",
        verify=_verify(declared.verify),
        rollback=_rollback(declared, setting.id),
        point_of_no_return=_point(declared.point_of_no_return),
        on_failure=declared.on_failure,
        on_timeout=declared.on_timeout,
        on_inconclusive=declared.on_inconclusive,
        opens_obligation=_obligation(declared.opens_obligation),
        closes_obligation=declared.closes_obligation,
        drill=Drill(declared.drill.outcomes, dict(declared.drill.captures)),
        preset=declared.use or "",
        digest=step_digest(raw, setting.id),
    )


def step_digest(raw: Any, id: str) -> str:
    """Of the step as written, with the id that it got, less what has no part in what it does.

    A preset written out by hand gives the same digest as its `use`.
    """
    written = {name: value for name, value in raw.items() if name not in _NO_EVIDENCE}
    try:
        return digest(written | {"id": id})
    except ValueError:  # a body with .nan in it, of which JSON knows nothing
        return digest([id, repr(sorted(written.items()))])


def confirm(declared: files.Confirm | None, id: str) -> Confirm | None:
    if declared is None:
        return None
    if isinstance(declared, files.Typed):
        return Confirm("type", declared.type)
    return Confirm("type", id) if declared == "type" else Confirm(declared)


def _usual(declared: StepPart, setting: Setting) -> Confirm:
    """By how far it reaches; every command of a draft asks for a key."""
    match setting.reach:
        case Reach.READ:
            return Confirm("key" if setting.draft and declared.run is not None else "none")
        case Reach.WRITE:
            return Confirm("key")
        case _:
            return Confirm("type", setting.id)


def _approval(declared: files.Approval | None) -> Approval | None:
    return Approval(declared.min, declared.from_, declared.expires) if declared is not None else None


def _capture(name: str, declared: files.Capture) -> Capture:
    return Capture(name, look(declared), declared.json_, declared.when)


def _reconcile(declared: files.Reconcile | None) -> Reconcile | None:
    if declared is None:
        return None
    return Reconcile(
        ask=look(declared),
        applied_when=declared.applied_when or "",
        not_applied_when=declared.not_applied_when or "",
        interval=declared.interval,
        within=declared.within,
    )


def _verify(declared: tuple[files.Verify, ...] | None) -> Verify | None:
    """Of several the first that says how long and how often is the one that counts."""
    if not declared:
        return None
    said = {
        name: getattr(each, name) for each in reversed(declared) for name in _TIMES & each.model_fields_set
    }
    return Verify(
        checks=tuple(map(_check, declared)),
        baseline=next((each.baseline for each in declared if each.baseline), ""),
        control=next((each.control for each in declared if each.control), ""),
        **said,
    )


_TIMES: Final = frozenset({"initial_delay", "interval", "within", "streak", "on_no_data"})


def _check(declared: files.Verify) -> Check:
    if declared.service is not None and declared.signal is not None:
        most = declared.at_most is not None
        bound = declared.at_most if most else declared.at_least
        within = f"value {'<=' if most else '>='} {plain(bound)}"
        return Check(SignalLook(declared.service, declared.signal), within, declared.failure or "")
    return Check(look(declared), success(declared, declared.success), declared.failure or "")


def success(declared: LookPart, written: str | None) -> str:
    """What must hold; of a command that says nothing, that it exits 0."""
    return written or (_EXITED_WELL if declared.run is not None else "")


def _rollback(step: StepPart, id: str) -> Rollback | None:
    declared = step.rollback
    if declared is None:
        return Rollback(EndSilence()) if step.silence is not None else None
    if declared.none:
        return Rollback(reason=declared.reason, alternative=declared.alternative)
    asked = declared.reversible_while
    return Rollback(
        action=action(declared),
        confirm=confirm(declared.confirm, id),
        timeout=declared.timeout,
        verify=_verify(declared.verify),
        reversible_for=declared.reversible_for,
        reversible_while=(look(asked), success(asked, asked.success)) if asked else None,
    )


def _point(declared: files.PointOfNoReturn | None) -> PointOfNoReturn | None:
    return PointOfNoReturn(declared.reason, declared.seals) if declared else None


def _obligation(declared: files.Obligation | None) -> Obligation | None:
    return Obligation(declared.title, declared.owner, declared.expires) if declared else None
