"""Flags in a file in the format of OpenFeature flagd, edited where it lies; the embedded default."""

from __future__ import annotations

import asyncio
import builtins
import dataclasses
import hashlib
from collections.abc import Sequence
from pathlib import Path

from cockpit.adapters.flags import swap
from cockpit.adapters.flags.reading_back import until
from cockpit.adapters.flags.trouble import FlagTrouble, environment
from cockpit.core.flagd import FlagdError, FlagdFlag, parse_flagd
from cockpit.core.flagd_edit import (
    flag_text,
    is_one_step_from,
    is_set,
    same,
    with_flag_text,
    with_value,
)
from cockpit.core.levels import Seconds
from cockpit.core.model import FlagStore, Scalar
from cockpit.core.runbook.work import FlagCapabilities, FlagChange, FlagOutcome, FlagState
from cockpit.text import clean

RECORD = "flagd"
"""Under which a state keeps its flag as it was written."""


class FlagdFile:
    """All disk work happens in threads: the file may lie on a share that hangs."""

    def __init__(self, store: FlagStore) -> None:
        self.name = store.name
        self._path = Path(store.path)
        self._environments = store.environments

    def capabilities(self) -> FlagCapabilities:
        # Measured with the OpenFeature SDK; its file provider looks twice a second by default.
        return FlagCapabilities(compare_and_set=True, seen_after=0.5)

    async def list(self, env: str) -> Sequence[FlagState]:
        where = self._environment(env)
        return await asyncio.to_thread(self._all, where)

    async def get(self, key: str, env: str) -> FlagState | None:
        where = self._environment(env)
        text, flags = await asyncio.to_thread(self._read)
        return _state(text, flags[key], where) if key in flags else None

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
        """Comment and actor have no place in the file; they are on our own record."""
        try:
            return await asyncio.to_thread(self._set, key, self._environment(env), want, expect)
        except FlagTrouble as trouble:
            return trouble.change()

    async def verify(self, key: str, env: str, want: Scalar, deadline: Seconds) -> FlagOutcome:
        async def stands() -> bool:
            _, flags = await asyncio.to_thread(self._read)
            return key in flags and is_set(flags[key], want)

        return await until(stands, deadline)

    async def restore(
        self, before: FlagState, *, comment: str, actor: str, op_id: str, expect: FlagState | None = None
    ) -> FlagChange:
        try:
            return await asyncio.to_thread(self._restore, before, expect)
        except FlagTrouble as trouble:
            return trouble.change()

    async def close(self) -> None:
        """Nothing is held open."""

    def _environment(self, env: str) -> str:
        return environment(self.name, self._environments, env)

    def _all(self, env: str) -> builtins.list[FlagState]:
        text, flags = self._read()
        return [_state(text, flag, env) for flag in flags.values()]

    def _read(self) -> tuple[str, dict[str, FlagdFlag]]:
        return self._parsed(swap.read(self._path))

    def _parsed(self, content: swap.Content) -> tuple[str, dict[str, FlagdFlag]]:
        """The whole file is checked: one invalid flag freezes all of them in flagd. Raises FlagTrouble."""
        hint = "mend it first: flagd keeps serving the old values of all flags"
        try:
            text = content.data.decode()
            return text, parse_flagd(text)
        except UnicodeDecodeError:
            raise FlagTrouble(f"{self._path} is not UTF-8", hint) from None
        except FlagdError as error:
            where = f":{error.line}:{error.column}" if error.line else ""
            about = f" flag '{clean(error.flag)}'" if error.flag else ""
            raise FlagTrouble(f"{self._path}{where}{about} {clean(error.message)}", hint) from None

    def _set(self, key: str, env: str, want: Scalar, expect: FlagState | None) -> FlagChange:
        with swap.locked(self._path):
            old = swap.read(self._path)
            text, flags = self._parsed(old)
            if key not in flags:
                return FlagChange(FlagOutcome.NOT_FOUND, reason=f"{self._path} has no flag '{key}'")
            before = _state(text, flags[key], env)
            if expect is not None and _differs(before, expect):
                return FlagChange(FlagOutcome.CONFLICT, before, before, "it is not as it was shown")
            if is_set(flags[key], want):
                return FlagChange(FlagOutcome.NOOP, before, before)
            try:
                new = with_value(text, key, want)
            except FlagdError as error:
                return FlagChange(FlagOutcome.DENIED, before, before, f"flag '{key}' {error.message}")
            odd = swap.replace(old, new.encode())
            return self._settled(before, new, odd)

    def _restore(self, before: FlagState, expect: FlagState | None) -> FlagChange:
        key, written = before.key, before.record.get(RECORD)
        if not isinstance(written, str):
            return FlagChange(FlagOutcome.FAILED, reason="what stood there before is not on record")
        with swap.locked(self._path):
            old = swap.read(self._path)
            text, flags = self._parsed(old)
            if key not in flags:
                return FlagChange(FlagOutcome.NOT_FOUND, reason=f"{self._path} has no flag '{key}'")
            now = _state(text, flags[key], before.env)
            if now.record[RECORD] == written:
                return FlagChange(FlagOutcome.NOOP, now, now)
            if _touched(now, written, expect):
                return FlagChange(FlagOutcome.CONFLICT, now, now, "somebody has changed it since")
            new = with_flag_text(text, key, written)
            self._parsed(dataclasses.replace(old, data=new.encode()))
            odd = swap.replace(old, new.encode())
            return self._settled(now, new, odd)

    def _settled(self, before: FlagState, wrote: str, odd: str) -> FlagChange:
        """By what stands in the file now."""
        key = before.key
        try:
            text, flags = self._read()
        except FlagTrouble as trouble:
            return FlagChange(FlagOutcome.UNKNOWN, before, None, f"written, not read back: {trouble}")
        after = _state(text, flags[key], before.env) if key in flags else None
        if flag_text(text, key) == flag_text(wrote, key):
            return FlagChange(FlagOutcome.APPLIED, before, after, odd)
        why = "written, and changed again by somebody else before it was read back"
        return FlagChange(FlagOutcome.UNKNOWN, before, after, why)


def _state(text: str, flag: FlagdFlag, env: str) -> FlagState:
    written = flag_text(text, flag.key) or ""
    return FlagState(
        key=flag.key,
        env=env,
        value=flag.value,
        revision=hashlib.sha256(written.encode(errors="surrogatepass")).hexdigest(),
        hazards=tuple(_hazards(flag)),
        record={RECORD: written},
    )


def _hazards(flag: FlagdFlag) -> builtins.list[str]:
    found = []
    if flag.has_targeting:
        found.append("targeting rules: a match beats the stored value; a kill parks them")
    if not flag.enabled:
        found.append("disabled, which is not off: the default in the code counts; a kill enables it")
    elif flag.default_variant is None:
        found.append("no default variant: the default in the code counts")
    return found


def _differs(now: FlagState, expect: FlagState) -> bool:
    if expect.revision:
        return now.revision != expect.revision
    return not same(now.value, expect.value)


def _touched(now: FlagState, before: str, expect: FlagState | None) -> bool:
    """Whether the flag is something else than what our own change left behind."""
    if expect is not None and _differs(now, expect):
        return True
    try:
        return not is_one_step_from(before, str(now.record[RECORD]))
    except (FlagdError, ValueError):
        return True
