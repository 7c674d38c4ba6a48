"""Facts of a run, one after the other, into the run: the only place where a run changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from cockpit.core.frozen import from_json
from cockpit.core.journal import Fact, Recorded
from cockpit.core.levels import Instant
from cockpit.core.runbook.approvals import BROKEN_GLASS, grants
from cockpit.core.runbook.holding import ELSEWHERE, TAKEN_OVER
from cockpit.core.runbook.model import Runbook
from cockpit.core.runbook.render import names_to_fill, with_titles
from cockpit.core.runbook.run import Entry, Execution, Hold, Key, Run, UndoPlan
from cockpit.core.runbook.states import DONE, STANDING, Effect, Phase, RunState, StepState

Body = Mapping[str, Any]


def folded(run: Run | None, record: Recorded) -> Run | None:
    """`run` after `record`. Facts that are not about this run, come twice or make no sense change nothing."""
    try:
        return _folded(run, record)
    except (ValueError, TypeError, LookupError, AttributeError):
        return run  # what is still asked for after it stays unknown, and unknown is never done


def _folded(run: Run | None, record: Recorded) -> Run | None:
    fact = record.fact
    if run is None:
        # Locks and results are files of its name.
        named = not {"/", "\0"} & set(fact.run)
        return _started(record) if fact.kind == "run.started" and named else None
    if fact.run != run.id or record.seq <= run.last_seq:
        return run
    run = replace(run, last_seq=record.seq)
    phase, _, what = fact.kind.partition(".")
    if phase in ("step", "undo") and what in _STEP:
        key = Key(fact.step, fact.visit, fact.attempt, Phase.UNDO if phase == "undo" else Phase.DO)
        return _STEP[what](_acted(run, fact.actor), key, fact.body, fact.at)
    if fact.kind == "run.resumed" and fact.body.get("choice") == TAKEN_OVER:
        return replace(_acted(run, fact.actor), hands=fact.actor)
    if phase == "approval":
        return _approval(run, Key(fact.step, fact.visit, fact.attempt), what, fact)
    change = _RUN.get(fact.kind)
    return change(_acted(run, fact.actor), fact.body, fact.at) if change else run


def _started(record: Recorded) -> Run:
    fact, body = record.fact, record.fact.body
    runbook = from_json(Runbook, body["runbook"])
    run = Run(
        id=fact.run,
        runbook=runbook,
        mode=_text(body, "mode"),  # type: ignore[arg-type]  # as we wrote it
        started_at=fact.at,
        operator=fact.actor,
        parameters=body.get("parameters", {}),  # type: ignore[arg-type]
        incident=fact.incident,
        target=_text(body, "target"),
        parent=_text(body, "parent"),
        at_step=runbook.steps[0].id if runbook.steps else "",
        operators=(fact.actor,),
        hands=fact.actor,
        last_seq=record.seq,
    )
    return replace(run, runbook=with_titles(runbook, names_to_fill(run)))


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    return "" if value is None else str(value)


def _acted(run: Run, actor: str) -> Run:
    return run if actor in run.operators else replace(run, operators=(*run.operators, actor))


def _with(run: Run, key: Key, at: Instant, **changes: Any) -> Run:
    """The run with these changes to one execution, which is new if nobody heard of it yet."""
    known = run.execution(key)
    changed = replace(known or Execution(key, begun_at=at), **changes)
    if known is None:
        return replace(run, executions=(*run.executions, changed))
    return replace(run, executions=tuple(changed if one is known else one for one in run.executions))


def _of(run: Run, key: Key, at: Instant) -> Execution:
    return run.execution(key) or Execution(key, begun_at=at)


# One step


def _captured(run: Run, key: Key, body: Body, at: Instant) -> Run:
    one = _of(run, key, at)
    values = {**one.captured, **body.get("values", {})}
    if body.get("when") == "after":
        return _with(run, key, at, captured=values, captured_after=True)
    baseline = body.get("baseline", one.baseline)
    failed = body.get("failed", {})
    return _with(
        run, key, at, captured=values, captured_before=not failed, uncaptured=failed, baseline=baseline
    )


def _asked(run: Run, key: Key, body: Body, at: Instant) -> Run:
    approval = body.get("question") == "approval"
    state = StepState.AWAITING_APPROVAL if approval else StepState.AWAITING_CONFIRM
    return _with(run, key, at, asked=_text(body, "question"), state=state)


def _confirmed(run: Run, key: Key, body: Body, at: Instant) -> Run:
    question = _text(body, "question")
    answers = run.answers
    if question in ("manual", "decide"):
        answers = {**answers, key.step: _text(body, "text")}
    confirmed = {**_of(run, key, at).confirmed, question: body}
    return _with(replace(run, answers=answers), key, at, confirmed=confirmed, state=StepState.READY)


def _intent(run: Run, key: Key, body: Body, at: Instant) -> Run:
    effect = Effect.INTENDED if key.phase is Phase.DO else _of(run, key, at).effect
    return _with(run, key, at, intent=body, begun_at=at, state=StepState.RUNNING, effect=effect)


def _spawned(run: Run, key: Key, body: Body, at: Instant) -> Run:
    return _with(run, key, at, identity=body)


def _exited(run: Run, key: Key, body: Body, at: Instant) -> Run:
    one = _of(run, key, at)
    if run.hold is not None and run.hold.kind == ELSEWHERE and _of_hold(run.hold) == key:
        # What the hold waited for is here: its own cockpit reports, or a person vouches that it is gone.
        run = replace(run, hold=None, state=RunState.ROLLING_BACK if run.undo else RunState.RUNNING)
    if one.settled:  # a late word: it is kept, and changes no verdict that a person gave meanwhile
        return _with(run, key, at, exit=body)
    effect = one.effect
    if key.phase is Phase.DO and one.intent is not None:
        effect = Effect(body.get("effect", Effect.UNKNOWN))
    state = StepState.VERIFYING if body.get("ok") else StepState.RUNNING
    return _with(run, key, at, exit=body, effect=effect, state=state)


def _reconciled(run: Run, key: Key, body: Body, at: Instant) -> Run:
    verdict = _text(body, "verdict")
    if body.get("when") == "look":
        return _with(run, key, at, looked=verdict)
    if key.phase is Phase.UNDO:
        return _with(run, key, at, reconciled=verdict)
    return _with(run, key, at, reconciled=verdict, effect=Effect(verdict))


def _verified(run: Run, key: Key, body: Body, at: Instant) -> Run:
    return _with(run, key, at, verified=body)


def _skipped(run: Run, key: Key, body: Body, at: Instant) -> Run:
    run = _with(run, key, at, state=StepState.SKIPPED, settled_at=at, reason=_text(body, "why"), next="next")
    return _onward(run, key, "next")


def _settled(run: Run, key: Key, body: Body, at: Instant) -> Run:
    state, leads_to = StepState(body["state"]), _text(body, "next")
    effect = Effect(body["effect"])
    run = _with(
        run,
        key,
        at,
        state=state,
        effect=effect,
        settled_at=at,
        reason=_text(body, "reason"),
        next=leads_to,
    )
    if key.phase is Phase.UNDO:
        return _entry_over(run, key, effect)
    if state in DONE:
        run = replace(run, hold=None)
    return _onward(run, key, leads_to)


def _onward(run: Run, key: Key, leads_to: str) -> Run:
    """Where control goes from a settled try. A word about an older visit moves nothing."""
    if (key.step, key.visit) != (run.at_step, run.visit):
        return run
    if leads_to == "retry":
        return replace(run, attempt=key.attempt + 1)
    if leads_to.startswith("goto:"):
        return _enter(run, leads_to.removeprefix("goto:"))
    if leads_to in ("next", "continue"):
        return _enter(run, _after(run, key.step))
    return run


def _after(run: Run, step: str) -> str:
    steps = run.runbook.finally_ if run.finishing else run.runbook.steps
    ids = [each.id for each in steps]
    place = ids.index(step) + 1 if step in ids else len(ids)
    return ids[place] if place < len(ids) else ""


def _enter(run: Run, step: str) -> Run:
    return replace(run, at_step=step, visit=run.visits(step) + 1 if step else 1, attempt=1)


# Rollback


def _planned(run: Run, key: Key, body: Body, at: Instant) -> Run:
    entries = tuple(from_json(Entry, each) for each in body.get("entries", ()))
    left = tuple((each.step, each.visit) for each in entries if not each.can)
    plan = UndoPlan(tuple(each for each in entries if each.can), bool(body.get("all_of_it", True)), left=left)
    return replace(
        run, undo=plan, state=RunState.ROLLING_BACK, hold=None, proposed="", ended_at=None, finishing=""
    )


def _entry_over(run: Run, key: Key, effect: Effect) -> Run:
    """The undo of one entry has been settled; whether its effect is gone is the entry's own effect now."""
    plan = run.undo
    if plan is None:
        return run
    name = (key.step, key.visit)
    for each in tuple(run.tries(*name)):
        if each.effect in STANDING:
            run = _with(run, each.key, 0.0, effect=effect)
    if effect in STANDING:
        return run
    return replace(run, undo=replace(plan, at=plan.at + 1, done=(*plan.done, name)))


def _approval(run: Run, key: Key, what: str, fact: Fact) -> Run:
    one, body, actor = run.execution(key), fact.body, fact.actor
    run = run if what in ("granted", "refused") else _acted(run, actor)
    if what == "requested" and (one is not None or key == run.key):
        return _requested(run, key, fact)
    if one is None:
        return run
    match what:
        case "granted" if grants(run, one, body, actor, fact.at):
            return _with(run, key, fact.at, approvals=(*one.approvals, actor))
        case "broken_glass":
            glass = {**body, "by": actor, "at": fact.at}
            confirmed = {**one.confirmed, BROKEN_GLASS: glass}
            return _with(run, key, fact.at, confirmed=confirmed)
        case "refused" if one.approval and body.get("digest") == one.approval.get("digest"):
            why = _text(body, "reason")
            return _turned_down(run, key, f"{actor} refused it{': ' if why else ''}{why}")
        case "expired":
            return _turned_down(run, key, _text(body, "why") if body.get("over") else "")
    return run


def _requested(run: Run, key: Key, fact: Fact) -> Run:
    asked = {**fact.body, "by": fact.actor, "at": fact.at}
    state = StepState.AWAITING_APPROVAL
    return _with(
        run, key, fact.at, approval=asked, approvals=(), state=state, asked="approval", turned_down=""
    )


def _turned_down(run: Run, key: Key, why: str) -> Run:
    return _with(run, key, 0.0, approval={}, approvals=(), asked="", turned_down=why)


# The run as a whole


def _held(run: Run, body: Body, at: Instant) -> Run:
    hold = Hold(
        _text(body, "reason"),
        at,
        _text(body, "step"),
        int(body.get("visit", 0)),
        int(body.get("attempt", 0)),
        Phase(body.get("phase", "do")),
        _text(body, "kind") or "settled",
    )
    proposed = _text(body, "proposed") or run.proposed
    undo = None if hold.kind == "undone" else run.undo
    return replace(run, hold=hold, state=RunState.HELD, proposed=proposed, undo=undo)


def _resumed(run: Run, body: Body, at: Instant) -> Run:
    """A person said how it goes on. What follows from `undo` and `abort` comes as facts of its own."""
    hold, choice = run.hold, _text(body, "choice")
    if hold is None:
        return run
    resumed = replace(run, hold=None, state=RunState.ROLLING_BACK if run.undo else RunState.RUNNING)
    key = _of_hold(hold)
    match choice:
        case "retry":
            return _again(resumed, key)
        case "override":
            one = _of(run, key, at)
            return _with(resumed, key, at, confirmed={**one.confirmed, hold.kind: body})
        case "leave":
            assert run.undo is not None
            name = (hold.step, hold.visit)
            return replace(resumed, undo=replace(run.undo, at=run.undo.at + 1, left=(*run.undo.left, name)))
    return resumed


def _again(run: Run, key: Key) -> Run:
    """A new attempt where one was made; where nothing was meant yet the same one looks anew."""
    one = run.execution(key)
    if one is None:
        return run
    if one.settled or one.intent is not None:  # the next try of an undo is counted by its executions
        return run if key.phase is Phase.UNDO else replace(run, attempt=key.attempt + 1)
    return _with(
        run, key, 0.0, captured_before=False, uncaptured={}, looked="", turned_down="", state=StepState.READY
    )


def _of_hold(hold: Hold) -> Key:
    return Key(hold.step, hold.visit, hold.attempt, hold.phase)


def _finishing(run: Run, body: Body, at: Instant) -> Run:
    first = run.runbook.finally_[0].id if run.runbook.finally_ else ""
    return _enter(replace(run, finishing="forward" if body.get("after") == "forward" else "rollback"), first)


def _finished(run: Run, body: Body, at: Instant) -> Run:
    return replace(
        run,
        state=RunState(body["state"]),
        forward=_text(body, "forward"),
        rollback=_text(body, "rollback"),
        ended_at=at,
        hold=None,
        finishing="",
    )


def _opened(run: Run, body: Body, at: Instant) -> Run:
    return replace(run, debts=(*run.debts, _text(body, "title")))


def _closed(run: Run, body: Body, at: Instant) -> Run:
    title = _text(body, "title")
    return replace(run, debts=tuple(each for each in run.debts if each != title))


_STEP: Final[Mapping[str, Callable[[Run, Key, Body, Instant], Run]]] = {
    "captured": _captured,
    "asked": _asked,
    "confirmed": _confirmed,
    "intent": _intent,
    "spawned": _spawned,
    "exited": _exited,
    "reconciled": _reconciled,
    "verified": _verified,
    "skipped": _skipped,
    "settled": _settled,
    "planned": _planned,
}
_RUN: Final[Mapping[str, Callable[[Run, Body, Instant], Run]]] = {
    "run.held": _held,
    "run.resumed": _resumed,
    "run.finishing": _finishing,
    "run.finished": _finished,
    "obligation.opened": _opened,
    "obligation.closed": _closed,
}
