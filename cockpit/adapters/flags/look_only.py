"""A store of flags for a cockpit that may only look: there is no way through it to a write."""

from __future__ import annotations

from typing import Final

from cockpit.core.model import Scalar
from cockpit.core.runbook.work import FlagChange, FlagOutcome, FlagState
from cockpit.ports import FlagProvider

WHY: Final = "this cockpit is read-only, so no flag is moved"


class LookOnly:
    def __init__(self, store: FlagProvider) -> None:
        self.name = store.name
        self.capabilities = store.capabilities
        self.list = store.list
        self.get = store.get
        self.verify = store.verify
        self.close = store.close

    async def set(
        self,
        key: str,
        env: str,
        want: Scalar,
        expect: FlagState | None,
        *,
        comment: str,
        actor: str,
        op_id: str,
    ) -> FlagChange:
        return FlagChange(FlagOutcome.DENIED, reason=WHY)

    async def restore(
        self, before: FlagState, *, comment: str, actor: str, op_id: str, expect: FlagState | None = None
    ) -> FlagChange:
        return FlagChange(FlagOutcome.DENIED, reason=WHY)
