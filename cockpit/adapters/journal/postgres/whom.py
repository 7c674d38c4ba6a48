"""Where a record on PostgreSQL is, who we are there, and what is refused before anybody is asked."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from cockpit.errors import JournalError
from cockpit.text import clean

if TYPE_CHECKING:
    from types import ModuleType

MISSING: Final = "run `pip install 'incident-cockpit[team]'`, or with '.[team]' in a checkout"
VERIFIED: Final = "verify-full"
OURS: Final[Mapping[str, str]] = {
    "application_name": "cockpit",
    "connect_timeout": "3",
    "keepalives_idle": "10",
    "keepalives_interval": "3",
    "keepalives_count": "3",
    "client_encoding": "UTF8",
}


@dataclass(frozen=True, slots=True)
class Whom:
    """How we connect: libpq's own rules, with the person's own login."""

    place: str
    """For people: host, port and database, without anything secret."""
    person: str
    outside: bool
    """Whether it leaves this machine."""
    conninfo: str = field(repr=False)


def whom(dsn: str) -> Whom:
    """Raises JournalError for a DSN that names a person or a secret, and for a way that is not verified."""
    driver()
    from psycopg import ProgrammingError, pq
    from psycopg.conninfo import conninfo_to_dict, make_conninfo

    try:
        given = {name: str(value) for name, value in conninfo_to_dict(dsn).items()}
    except ProgrammingError as error:
        words = " ".join(clean(str(error)).split())
        raise JournalError(f"journal.postgres is no address of a database: {words[:200]}") from None
    # What a service of libpq stands for is in a file of each person's own: it could be anywhere.
    for secret in ("user", "password", "passfile", "sslpassword", "service"):
        if secret in given:
            raise JournalError(
                f"journal.postgres names a {secret}, which is everybody's own",
                "take it out; libpq finds it in PGUSER, PGPASSFILE or ~/.pgpass",
            )
    usual = {each.keyword.decode(): each.val.decode() for each in pq.Conninfo.get_defaults() if each.val}
    known = {**usual, **given}
    conninfo = make_conninfo("", **{**OURS, **given})
    made = Whom(_place(known), known.get("user", ""), any(_outside(known)), conninfo)
    if not made.person:
        raise JournalError(f"journal {made.place}: nobody knows who you are", "set PGUSER")
    if made.outside and known.get("sslmode") != VERIFIED:
        raise JournalError(
            f"journal {made.place}: sslmode is {known.get('sslmode', 'prefer')}, so nobody proves to be it",
            "write ?sslmode=verify-full behind it, and put its CA into ~/.postgresql/root.crt",
        )
    return made


def driver() -> ModuleType:
    """Raises JournalError where it is not installed."""
    try:
        import psycopg
    except ImportError:
        raise JournalError("the journal is on PostgreSQL, and psycopg is not installed", MISSING) from None
    return psycopg


def _place(known: Mapping[str, str]) -> str:
    host = known.get("host") or known.get("hostaddr") or "local"
    port = f":{known['port']}" if known.get("port", "5432") != "5432" else ""
    return f"{host}{port}/{known.get('dbname') or known.get('user', '')}"


def _outside(known: Mapping[str, str]) -> Iterator[bool]:
    """For each host that may be asked. A name that only we resolve to ourselves is not believed."""
    hosts = known.get("host", "").split(",")
    addresses = known.get("hostaddr", "").split(",")
    for place in range(max(len(hosts), len(addresses))):
        address = addresses[place] if place < len(addresses) else ""
        host = address or (hosts[place] if place < len(hosts) else "")
        yield not (host == "" or host[0] in "/@" or host == "localhost" or _is_loopback(host))


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
