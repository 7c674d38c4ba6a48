"""The question that a run puts to a second person: what they are shown, and who may not answer it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cockpit.core.json import Json
from cockpit.core.levels import Instant
from cockpit.core.runbook.actions import Action
from cockpit.core.runbook.approvals import counted, expiry, hands_of, rendered_or_raw, void
from cockpit.core.runbook.model import Step
from cockpit.core.runbook.moves import next_move
from cockpit.core.runbook.run import Key, Run, root
from cockpit.core.runbook.words import Ask
from cockpit.core.team import Role
from cockpit.text import join_names


@dataclass(frozen=True, slots=True)
class Request:
    """An approval that is asked for, as it stands on record."""

    run: Run
    step: Step
    key: Key
    digest: str
    by: str
    """Who asked."""
    at: Instant
    expires_at: Instant
    approvals: tuple[str, ...]
    """Who has agreed so far."""
    hands: frozenset[str]
    """Who acts in the run, or in those around and inside it: none of them may answer."""

    @property
    def action(self) -> Action:
        """What would be done, with everything filled in but secrets."""
        return rendered_or_raw(self.run, self.step)

    @property
    def parameters(self) -> Mapping[str, Json]:
        return self.run.parameters

    @property
    def may(self) -> tuple[str, ...]:
        """Whom it is asked of; empty: anybody else."""
        return self.step.approval.by if self.step.approval else ()

    @property
    def least(self) -> int:
        return self.step.approval.min if self.step.approval else 1


def request_of(run: Run, runs: Iterable[Run] = ()) -> Request | None:
    """What `run` waits for now; None: it asks nobody else. `runs`: among which are those of its family."""
    if run.final or run.hold is not None:
        return None
    step, move = run.current, next_move(run)
    if step is None or step.approval is None or not isinstance(move, Ask) or move.question.kind != "approval":
        return None
    one = run.execution(move.question.key)
    if one is None or not one.approval:
        return None
    family = {who for each in runs if root(each.id) == root(run.id) for who in each.operators}
    return Request(
        run,
        step,
        one.key,
        str(one.approval.get("digest", "")),
        str(one.approval.get("by", "")),
        _number(one.approval.get("at")),
        expiry(one),
        counted(run, step, one),
        hands_of(run, one) | family,
    )


def open_requests(runs: Mapping[str, Run], now: Instant) -> list[Request]:
    """All that can still be answered, the one that ends first before the others."""
    asked = (request_of(run, runs.values()) for run in runs.values() if not run.final)
    found = [each for each in asked if each is not None and not is_void(each, now)]
    return sorted(found, key=lambda each: each.expires_at)


def is_void(request: Request, now: Instant) -> str:
    """Why it cannot be answered any more, by anybody; empty: it can."""
    one = request.run.execution(request.key)
    assert one is not None
    return void(request.run, request.step, one, now)


def objection(
    request: Request, who: str, now: Instant, *, role: Role = Role.APPROVER, shown: str = ""
) -> tuple[str, str]:
    """(why `who` may not answer it now, what to do instead); empty: they may.

    `shown`: the digest, or how it begins, of what they were shown; empty: they name none.
    """
    run, step = request.run.id, request.step.id
    if why := is_void(request, now):
        return why, f"whoever runs {run} has to ask again"
    if shown and not request.digest.startswith(shown):
        told = f"what would be done is not what was shown ({shown[:12]}), it is {request.digest[:12]} now"
        return told, "look at it again"
    if who in request.hands:
        return f"{who} acts in {run} and cannot answer for it", "ask a second person"
    if request.may and who not in request.may:
        return f"{who} may not answer for {step}", f"ask {whom(request)}"
    if role < Role.APPROVER:
        return f"{who} is no approver, only a {role}", "ask an approver"
    if who in request.approvals:
        return f"{who} has approved {step} already", f"{_still(request)} more must"
    return "", ""


def _still(request: Request) -> int:
    return max(0, request.least - len(request.approvals))


def whom(request: Request) -> str:
    """ "mara or aiko", or anybody else but those who run it."""
    left = [each for each in request.may if each not in request.hands and each not in request.approvals]
    if request.may:
        return " or ".join(left) or "nobody who is left"
    return f"anybody but {join_names(sorted(request.hands), 3)}"


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
