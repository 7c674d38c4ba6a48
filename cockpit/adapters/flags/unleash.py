"""Flags in Unleash, by its admin API.

It has neither compare-and-set nor comments, and repeats are harmless. A write whose answer was lost was
applied in 30 of 30 tries, and an immediate look showed it in 4 of them: hence the reading back.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

from cockpit.adapters.flags.asking import Answer, Asking
from cockpit.adapters.flags.checked import Checked, States, Wish
from cockpit.adapters.flags.reading_back import READ_BACK
from cockpit.adapters.flags.trouble import FlagTrouble
from cockpit.core.levels import Seconds
from cockpit.core.model import FlagStore, Scalar
from cockpit.core.runbook.work import FlagCapabilities, FlagOutcome, FlagState
from cockpit.ports import Secrets

PAGE: Final = 100
MOST: Final = 2_000
"""Flags that are listed; nobody reads more."""
INCIDENT: Final = re.compile(r"\bINC-\d+\b")


class Unleash(Checked):
    def __init__(self, store: FlagStore, secrets: Secrets, *, read_back: Seconds = READ_BACK) -> None:
        super().__init__(store, read_back=read_back)
        self._admin = f"{store.url.rstrip('/')}/api/admin"
        self._project = str(store.options.get("project") or "default")
        self._asking = Asking(store, secrets, {"Authorization": str(store.options.get("token") or "")})

    def capabilities(self) -> FlagCapabilities:
        # The SDKs ask every 15 s by default.
        return FlagCapabilities(several_environments=True, approvals=True, event_log=True, seen_after=15.0)

    def refusal(self, want: Scalar) -> str:
        return "" if isinstance(want, bool) else "Unleash knows only true and false"

    async def list(self, env: str) -> Sequence[FlagState]:
        """The flags of the type kill-switch."""
        where, found = self.environment(env), States()
        while True:
            query = f"type=IS:kill-switch&project=IS:{quote(self._project)}&limit={PAGE}&offset={len(found)}"
            features = _features(
                _read(await self._asking.ask("GET", f"{self._admin}/search/features?{query}"))
            )
            found += [_listed(each, where) for each in features]
            if len(features) < PAGE or len(found) >= MOST:
                return [state for state in found if state.value is not None]

    async def get(self, key: str, env: str) -> FlagState | None:
        """With the parents of the flag, which a look at the environment does not show."""
        where = self.environment(env)
        state = await self.look(key, where)
        if state is None:
            return None
        return FlagState(
            key, where, state.value, "", (*state.hazards, *await self._parents(key)), state.record
        )

    async def look(self, key: str, env: str) -> FlagState | None:
        answer = await self._asking.ask("GET", self._at(key, env))
        if answer.status == 404:
            return None
        match _read(answer):
            case {"enabled": bool() as enabled, **rest}:
                strategies = rest.get("strategies")
                count = len(strategies) if isinstance(strategies, list) else 0
                record = {"enabled": enabled, "strategies": count}
                return FlagState(key, env, enabled, hazards=_hazards(count), record=record)
        raise FlagTrouble(f"{self.name} does not say whether '{key}' is enabled", "is url that of Unleash?")

    async def write(self, wish: Wish) -> str:
        turn = "on" if wish.want else "off"
        answer = await self._asking.ask("POST", f"{self._at(wish.key, wish.env)}/{turn}")
        if not answer.good:
            raise _refused(answer)
        told = []
        if wish.want and wish.seen and not wish.seen.record.get("strategies"):
            told.append("Unleash adds a strategy for 100 % when there is none, and turning off leaves it")
        if incident := INCIDENT.search(wish.comment):
            told.append(await self._tagged(wish.key, incident.group()))
        return "; ".join(filter(None, told))

    async def _tagged(self, key: str, incident: str) -> str:
        """What went wrong with it; the flag has moved all the same."""
        url = f"{self._admin}/features/{quote(key, safe='')}/tags"
        try:
            answer = await self._asking.ask("POST", url, {"type": "simple", "value": incident})
        except FlagTrouble as trouble:
            return f"it may not be tagged with {incident}: {trouble.message}"
        # 409: it has that tag already.
        return "" if answer.good or answer.status == 409 else f"it is not tagged with {incident}"

    async def _parents(self, key: str) -> Sequence[str]:
        url = f"{self._admin}/projects/{quote(self._project, safe='')}/features/{quote(key, safe='')}"
        try:
            feature = _read(await self._asking.ask("GET", url))
        except FlagTrouble:
            return ("whether it has parent flags could not be read",)
        parents = feature.get("dependencies") if isinstance(feature, Mapping) else None
        names = [each.get("feature", "?") for each in parents or () if isinstance(each, Mapping)]
        return [f"parent flag {name}: where that is off, this is off too" for name in names]

    def _at(self, key: str, env: str) -> str:
        project, feature, place = (quote(each, safe="") for each in (self._project, key, env))
        return f"{self._admin}/projects/{project}/features/{feature}/environments/{place}"


def _hazards(strategies: int) -> tuple[str, ...]:
    if not strategies:
        return ()
    many = "1 strategy decides" if strategies == 1 else f"{strategies} strategies decide"
    return (f"while it is on, {many} who gets it",)


def _read(answer: Answer) -> object:
    """The document of a question, which changes nothing. Raises FlagTrouble."""
    if answer.good:
        return answer.json()
    raise FlagTrouble(answer.said(), _hint(answer.status), _DENIED.get(answer.status, FlagOutcome.FAILED))


_DENIED: Final[Mapping[int, FlagOutcome]] = {401: FlagOutcome.DENIED, 403: FlagOutcome.DENIED}


def _refused(answer: Answer) -> FlagTrouble:
    """What an answer to a write means that is no success."""
    return FlagTrouble(answer.said(), _hint(answer.status), _outcome(answer))


def _outcome(answer: Answer) -> FlagOutcome:
    match answer.status:
        case 403 if "SKIP_CHANGE_REQUEST" in answer.text:
            return FlagOutcome.NEEDS_APPROVAL
        case 401 | 403:
            return FlagOutcome.DENIED
        case 404:
            return FlagOutcome.NOT_FOUND
        case 409:
            return FlagOutcome.CONFLICT
        case 503 if "maintenance" in answer.text.lower():
            # It says so before it looks at the request; any other 503 may come from what stands in between.
            return FlagOutcome.FAILED
        case status if status >= 500:
            return FlagOutcome.UNKNOWN
    return FlagOutcome.FAILED


def _hint(status: int) -> str:
    match status:
        case 401:
            return "check token: it has to be an admin token or a personal one"
        case 403:
            return "the token may not do this here, or is of the wrong type"
        case 404:
            return "check the key, project and environments"
    return ""


def _features(document: object) -> Sequence[Mapping[str, Any]]:
    features = document.get("features") if isinstance(document, Mapping) else None
    if not isinstance(features, list):
        raise FlagTrouble("its list of flags makes no sense", "is url that of Unleash?")
    return [each for each in features if isinstance(each, Mapping)]


def _listed(feature: Mapping[str, Any], env: str) -> FlagState:
    """Without a value where the flag is not in `env`."""
    places = [each for each in feature.get("environments") or () if isinstance(each, Mapping)]
    enabled = next((each.get("enabled") for each in places if each.get("name") == env), None)
    return FlagState(str(feature.get("name")), env, enabled if isinstance(enabled, bool) else None)
