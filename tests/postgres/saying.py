"""What somebody with a login of their own and psql can say to the record, past every cockpit."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cockpit.core.journal import new_uid
from cockpit.core.json import Json, canonical
from tests.lab.cluster import Person, literal
from tests.lab.database import Database

ROLES = ("cockpit_viewer", "cockpit_responder", "cockpit_approver")


@dataclass(frozen=True)
class Said:
    kind: str
    run: str = ""
    step: str = ""
    body: Mapping[str, Json] | str = field(default_factory=dict)
    """As text it is sent as it is."""
    token: int = 0
    visit: int = 1
    attempt: int = 1
    uid: str = field(default_factory=new_uid)
    at: int = field(default_factory=lambda: time.time_ns() // 1000)
    incident: str = ""

    @property
    def text(self) -> str:
        return self.body if isinstance(self.body, str) else canonical(self.body)


@dataclass(frozen=True)
class Row:
    seq: int
    actor: str
    kind: str
    body: dict[str, Json]

    @property
    def why(self) -> str:
        """Empty: it was not refused."""
        return str(self.body["why"]) if self.kind == "access.refused" else ""


@dataclass(frozen=True)
class Attacker:
    database: Database
    person: Person

    @property
    def name(self) -> str:
        return self.person.name

    def sql(self, text: str) -> list[tuple[str, ...]]:
        return self.database.sql(text, self.person)

    def refused(self, text: str) -> str:
        """What the server says against it, by raising."""
        return self.database.refused(text, self.person)

    def say(self, *said: Said) -> list[Row]:
        return rows(self.sql(appending(*said)))

    def why_not(self, *said: Said) -> str:
        """What the record says against it; AssertionError when it has nothing against it."""
        (row,) = self.say(*said)
        assert row.why, f"not refused: {said}"
        assert row.actor == self.name
        return row.why

    def acquire(self, *keys: str, seconds: float = 30.0) -> int:
        """The token, 0 where one of them is somebody's."""
        ((token, _),) = self.sql(f"SELECT * FROM cockpit.acquire({texts(keys)}, {seconds}, 'psql')")
        return int(token)

    def release(self, *tokens: int) -> None:
        self.sql(f"SELECT cockpit.release({numbers(tokens)})")


def at_psql(database: Database, name: str, role: str) -> Attacker:
    return Attacker(database, database.add_person(name, [f"cockpit_{role}"]))


def appending(*said: Said) -> str:
    columns = [
        texts([each.uid for each in said]),
        numbers([each.at for each in said]),
        *(texts([getattr(each, name) for each in said]) for name in ("incident", "run", "step")),
        *(numbers([getattr(each, name) for each in said]) for name in ("visit", "attempt")),
        texts([each.kind for each in said]),
        texts([each.text for each in said]),
        numbers([each.token for each in said]),
    ]
    return f"SELECT seq, actor, kind, body FROM cockpit.append('psql', 'boot', 1, {', '.join(columns)})"


def rows(found: Sequence[tuple[str, ...]]) -> list[Row]:
    return [Row(int(seq), actor, kind, json.loads(body)) for seq, actor, kind, body in found]


def texts(each: Sequence[str]) -> str:
    return f"ARRAY[{', '.join(map(literal, each))}]::text[]"


def numbers(each: Sequence[int]) -> str:
    return f"ARRAY[{', '.join(map(str, each))}]::bigint[]"
