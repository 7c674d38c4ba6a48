"""One kill switch and what comes on record of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from cockpit.core.flips import Kind
from cockpit.core.frozen import to_json
from cockpit.core.journal import GENESIS, Fact, Recorded, sealed
from cockpit.core.json import Json
from cockpit.core.model import KillSwitch
from cockpit.core.runbook.work import FlagOutcome, FlagState

AT: Final = 1_700_000_000.0
PLACE: Final = ("files", "default", "pay-async")
SWITCH: Final = KillSwitch(
    "pay-async",
    "files",
    "checkout-api",
    effect="Orders are accepted and charged later",
    data_risk="The payment queue must be drained",
    expires=4 * 3600.0,
    confirm="type",
)


def about(op_id: str) -> dict[str, Json]:
    return {"op_id": op_id, "key": "pay-async", "provider": "files", "env": "default"}


def requested(op_id: str, kind: Kind, killed: bool, *, at: float = AT, **more: Json) -> Fact:
    """`killed`: how the flag stood when it was asked for."""
    body: dict[str, Json] = {
        **about(op_id),
        "kind": kind,
        "want": kind == "kill",
        "before": to_json(FlagState("pay-async", "default", killed)),
        "reason": "the bank is away",
        "expires_at": at + 4 * 3600.0 if kind == "kill" else None,
        **more,
    }
    return Fact("flag.requested", at, "mara", body)


def settled(op_id: str, outcome: FlagOutcome, *, at: float = AT, why: str = "") -> Fact:
    body: dict[str, Json] = {**about(op_id), "outcome": str(outcome), "reason": why, "after": None}
    return Fact("flag.settled", at, "mara", body)


def sealed_in_order(facts: Iterable[Fact]) -> list[Recorded]:
    return [sealed(Recorded(seq, fact, "desk", "boot", 5, GENESIS, "")) for seq, fact in enumerate(facts, 1)]
