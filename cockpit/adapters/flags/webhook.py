"""Flags behind an HTTP interface of one's own: one address to read, one to write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import quote

from cockpit.adapters.flags.asking import Answer, Asking
from cockpit.adapters.flags.checked import Checked, States, Wish
from cockpit.adapters.flags.reading_back import READ_BACK
from cockpit.adapters.flags.trouble import FlagTrouble
from cockpit.core.json import pointed
from cockpit.core.levels import Seconds
from cockpit.core.model import FlagStore
from cockpit.core.runbook.work import FlagCapabilities, FlagOutcome, FlagState
from cockpit.ports import Secrets

OUTCOMES: Mapping[int, FlagOutcome] = {
    401: FlagOutcome.DENIED,
    403: FlagOutcome.DENIED,
    404: FlagOutcome.NOT_FOUND,
    409: FlagOutcome.CONFLICT,
    412: FlagOutcome.CONFLICT,
}


class Webhook(Checked):
    def __init__(self, store: FlagStore, secrets: Secrets, *, read_back: Seconds = READ_BACK) -> None:
        super().__init__(store, read_back=read_back)
        options = store.options
        self._get, self._set = str(options.get("get") or ""), str(options.get("set") or "")
        self._method = str(options.get("method") or "POST")
        self._pointer = str(options.get("pointer") or "")
        self.reads = bool(self._get)
        self.atomic = bool(options.get("if_match")) and self.reads
        headers = options.get("headers")
        self._asking = Asking(store, secrets, headers if isinstance(headers, Mapping) else {})
        self._keys = tuple(str(key) for key in _list(options.get("keys")))

    def capabilities(self) -> FlagCapabilities:
        several = len(self._environments) > 1
        return FlagCapabilities(compare_and_set=self.atomic, comment=True, several_environments=several)

    async def list(self, env: str) -> Sequence[FlagState]:
        """Those that the configuration names: there is no question that lists them."""
        where, found = self.environment(env), States()
        for key in self._keys:
            if (state := await self.look(key, where)) is not None:
                found.append(state)
        return found

    async def look(self, key: str, env: str) -> FlagState | None:
        if not self.reads:
            raise FlagTrouble(f"{self.name} cannot be read", "add get: to the flag store")
        answer = await self._asking.ask("GET", _filled(self._get, key, env))
        if answer.status == 404:
            return None
        if not answer.good:
            outcome = FlagOutcome.DENIED if answer.status in (401, 403) else FlagOutcome.FAILED
            raise FlagTrouble(answer.said(), outcome=outcome)
        try:
            value = pointed(answer.json(), self._pointer)
        except LookupError:
            hint = "check the pointer of the flag store"
            raise FlagTrouble(f"nothing stands at {self._pointer} of its answer", hint) from None
        if not isinstance(value, bool | str | int | float):
            raise FlagTrouble(f"no value stands at {self._pointer or 'the root'} of its answer")
        return FlagState(key, env, value, answer.headers.get("etag", ""), record={"value": value})

    async def write(self, wish: Wish) -> str:
        body = {
            "key": wish.key,
            "env": wish.env,
            "want": wish.want,
            "op_id": wish.op_id,
            "comment": wish.comment,
            "actor": wish.actor,
        }
        answer = await self._asking.ask(
            self._method, _filled(self._set, wish.key, wish.env), body, self._match(wish)
        )
        if not answer.good:
            raise FlagTrouble(answer.said(), outcome=_outcome(answer))
        return ""

    def _match(self, wish: Wish) -> Mapping[str, str]:
        if not self.atomic:
            return {}
        if not (wish.seen and wish.seen.revision):
            raise FlagTrouble(
                f"{self.name} gives no ETag for If-Match", "take if_match out of the flag store"
            )
        return {"If-Match": wish.seen.revision}


def _outcome(answer: Answer) -> FlagOutcome:
    """A 5xx may come from what stands in between, after the request was passed on."""
    if answer.status >= 500:
        return FlagOutcome.UNKNOWN
    return OUTCOMES.get(answer.status, FlagOutcome.FAILED)


def _filled(template: str, key: str, env: str) -> str:
    return template.replace("{key}", quote(key, safe="")).replace("{env}", quote(env, safe=""))


def _list(value: object) -> Sequence[object]:
    return value if isinstance(value, list | tuple) else ()
