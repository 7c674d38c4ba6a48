"""What runs here beside the services of the label: databases, queues, pages, and what others run for us."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from cockpit.config.proposal.naming import host_of, quoted
from cockpit.text import plural

MOST_EXTERNAL: Final = 100
"""Crawlers and webhooks call thousands of addresses; nobody watches those one by one."""


class Thing(NamedTuple):
    """Found by one preset under one key."""

    preset: str
    key: str
    name: str
    """What it would be called."""
    type: str
    why: str


def things(
    keys: Mapping[str, frozenset[str]], known: Mapping[str, str], remarks: list[str]
) -> Iterator[Thing]:
    """`known` are services by what the label calls them; what is one of them is nothing beside them."""
    for key in sorted(keys.get("postgres", ())):
        yield Thing("postgres", key, host_of(key) or key, "database", "pg_up of this instance")
    for key in sorted(keys.get("kafka-consumer", ()) - known.keys()):
        yield Thing("kafka-consumer", key, key, "queue", "a consumer group of this name has a lag")
    for key in sorted(keys.get("blackbox", ())):
        yield Thing("blackbox", key, page(key), "website", f"the blackbox exporter probes {quoted(key)}")
    yield from _external(keys.get("http-client", frozenset()), known, remarks)


def page(instance: str) -> str:
    """Of a probed URL host and path, else what is probed."""
    try:
        parts = urlsplit(instance)
    except ValueError:
        return instance
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return host_of(instance) or instance
    path = parts.path.rstrip("/")
    return f"{parts.netloc.rpartition('@')[2]}{path}"


def _external(addresses: Iterable[str], known: Mapping[str, str], remarks: list[str]) -> Iterator[Thing]:
    """Addresses with a dot that are none of our own services by another name."""
    found = sorted(each for each in addresses if "." in host_of(each) and not _ours(each, known))
    for key in found[:MOST_EXTERNAL]:
        yield Thing("http-client", key, host_of(key), "external", "our own clients call it")
    if (left := len(found) - MOST_EXTERNAL) > 0:
        remarks.append(f"{plural(left, 'more address', 'more addresses')} that services call left out")


def _ours(address: str, known: Mapping[str, str]) -> bool:
    """`auth`, and `auth.shop.svc.cluster.local` too."""
    host = host_of(address) or address
    return host in known or host.partition(".")[0] in known or host.endswith((".local", ".internal", ".svc"))
