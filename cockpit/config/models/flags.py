"""Where feature flags live, and which of them switch something off on purpose, in a file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, model_validator

from cockpit.config.models.base import (
    Flag,
    Interval,
    Name,
    Part,
    PlainValue,
    Text,
    WebUrl,
    Word,
    wrong,
)
from cockpit.config.models.http import HttpConfig

Provider = Literal["flagd-file", "unleash", "webhook", "command"]
_EVERY: Final = frozenset({"name", "provider", "environments", "protected", "owner", "runbook"})
_OWN: Final[Mapping[str, frozenset[str]]] = {
    "flagd-file": frozenset({"path"}),
    "unleash": frozenset({"url", "project", "token", "http_config", "timeout"}),
    "webhook": frozenset(
        {"get", "set", "method", "pointer", "if_match", "headers", "http_config", "timeout"}
    ),
    "command": frozenset({"run", "env", "timeout"}),
}
_NEEDED: Final[Mapping[str, Mapping[str, str]]] = {
    "flagd-file": {"path": "add path: with the file, as in path: flags/shop.flagd.json"},
    "unleash": {
        "url": "add url: without /api, as in url: https://unleash.example",
        "token": "add token: with a reference, as in token: env:UNLEASH_TOKEN",
    },
    "webhook": {
        "set": "add set: with the address that sets a flag, as in set: https://f.example/{env}/{key}"
    },
    "command": {"run": "add run: with the command, word by word"},
}
_PLACE: Final = re.compile(r"\{([^{}]*)\}")


def _template(value: str) -> str:
    for name in _PLACE.findall(value):
        if name not in ("key", "env"):
            raise wrong(f"has {{{name}}} in it, which is nothing", "known are {key} and {env}")
    return value


def _pointer(value: str) -> str:
    if value and not value.startswith("/"):
        raise wrong("is not a JSON pointer", "write it with a slash ahead, as in /state/enabled")
    return value


Template = Annotated[WebUrl, AfterValidator(_template)]


class FlagStore(Part):
    """Where feature flags live."""

    name: Name
    """Named by `provider` of a kill switch."""
    provider: Provider
    """A file in the format of OpenFeature flagd, Unleash, HTTP of one's own, or a command."""
    environments: Annotated[tuple[Name, ...], Field(min_length=1)] = ("default",)
    """Environments it knows; a flagd file has one."""
    protected: tuple[Name, ...] = ()
    """Those of them in which key@environment is typed before a flag is moved, by hand or by a runbook."""
    owner: Text = ""
    """The team that answers for it."""
    runbook: Text = ""
    """Id of the runbook for when it is gone."""
    path: Word | None = None
    """flagd-file: the file."""
    url: WebUrl | None = None
    """unleash: without /api."""
    project: Name = "default"
    """unleash: the project that has the flags."""
    token: Word | None = None
    """unleash: of an admin or a person, as a reference such as env:UNLEASH_TOKEN."""
    get: Template | None = None
    """webhook: what is asked for the state of a flag, with {key} and {env}. Without it nothing can be read
    back, and every change ends unknown."""
    set: Template | None = None
    """webhook: where {key, env, want, op_id, comment, actor} is sent as JSON."""
    method: Literal["POST", "PUT", "PATCH"] = "POST"
    """webhook: how it is sent."""
    pointer: Annotated[Text, AfterValidator(_pointer)] = ""
    """webhook: the JSON pointer to the value in the answer of `get`."""
    if_match: Flag = False
    """webhook: the ETag of `get` is sent as If-Match, so that nobody is overwritten."""
    headers: dict[Name, Text] = Field(default={})
    """webhook: sent with every request; secrets as references such as env:FLAGS_TOKEN."""
    run: Annotated[tuple[Word, ...], Field(min_length=1)] | None = None
    """command: word by word, run in the folder of this file. It reads {op, key, env, want, op_id, comment}
    from stdin, with get or set for op, and prints {enabled, revision}, or null for a flag that it does not
    know. Exit 0: applied, 10: conflict, 11: denied, 12: needs approval, anything else: unknown."""
    env: dict[Name, Text] = Field(default={})
    """command: more environment; secrets as references."""
    timeout: Interval | None = None
    """How long an answer may take (default 5s, of a command 10s)."""
    http_config: HttpConfig | None = None
    """unleash, webhook: how to connect, in the shape that promtool and amtool read."""

    @model_validator(mode="after")
    def _of_its_kind(self) -> FlagStore:
        for field in sorted(self.model_fields_set - _EVERY - _OWN[self.provider]):
            raise wrong(f"{field} does not go with {self.provider}", "remove it", field)
        for field, hint in _NEEDED[self.provider].items():
            if getattr(self, field) is None:
                raise wrong(f"has no {field}", hint)
        if self.provider == "flagd-file" and len(self.environments) > 1:
            what = "a flagd file has one environment"
            raise wrong(what, "write a flag store for each file", "environments")
        if self.if_match and self.get is None:
            raise wrong("if_match goes with get", "add get", "if_match")
        return self


class KillSwitch(Part):
    """A flag that switches something off, or over, on purpose."""

    key: Name
    """The flag's key."""
    provider: Name
    """The flag store that has it."""
    service: Name | None = None
    """The service it protects."""
    kill: PlainValue = True
    """The value that means: switched off."""
    effect: Text = ""
    """What it costs, in plain words."""
    data_risk: Text = ""
    """What happens to data."""
    expires: Interval | None = None
    """When somebody is reminded to turn it back."""
    confirm: Literal["key", "type"] = "key"
    """`key`: one more key press; `type`: the flag's name is typed."""
    roles: tuple[Name, ...] = ()
    """Who may move it, one is enough: access roles (at least), incident roles (whoever has it), people
    (default: every responder)."""
