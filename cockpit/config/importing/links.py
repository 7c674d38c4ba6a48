"""Pages and labels that a catalog knows of a service: runbooks, dashboards, its repository, its alerts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from cockpit.config.importing.entities import Entity
from cockpit.config.importing.loose import text
from cockpit.config.secret_keys import names_secret
from cockpit.config.writing import Value, guessed

_label: Final = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)\s*=\s*[\"']?([^\"',=~{}]+?)[\"']?")
_slug: Final = re.compile(r"[A-Za-z0-9._-]+/[A-Za-z0-9._-]+")
_RUNBOOK: Final = ("runbook", "playbook", "run book")
_ICONS: Final = {"dashboard": "dashboard", "docs": "docs", "github": "repository", "alert": "alerts"}


def links(entity: Entity) -> Iterator[Value]:
    seen = set()
    for link in entity.links:
        url, title = text(link.get("url")), text(link.get("title"))[:200]
        if not _is_url(url) or url in seen:
            continue
        seen.add(url)
        found: dict[str, Value] = {"type": _link_type(link), "url": url}
        yield found | {"title": title} if title else found
    slug = entity.annotations.get("github.com/project-slug", "")
    if _slug.fullmatch(slug) and f"https://github.com/{slug}" not in seen:
        yield guessed(
            {"type": "repository", "url": f"https://github.com/{slug}"}, "from github.com/project-slug"
        )
    for key, url in entity.annotations.items():
        if key.rpartition("/")[2] in ("runbook", "runbook-url") and _is_url(url) and url not in seen:
            yield {"type": "runbook", "url": url}


def alert_labels(entity: Entity) -> dict[str, str]:
    said = entity.annotations.get("grafana/alert-label-selector", "")
    found = _label.fullmatch(said)
    return {found[1]: found[2]} if found and not names_secret(found[1]) else {}


def _link_type(link: Mapping[str, Any]) -> str:
    said = " ".join(text(link.get(key)) for key in ("type", "title", "icon", "url")).lower()
    if any(word in said for word in _RUNBOOK):
        return "runbook"
    if "dashboard" in said or "grafana" in said:
        return "dashboard"
    return (text(link.get("type")) or _ICONS.get(text(link.get("icon")), "link"))[:60]


def _is_url(url: str) -> bool:
    """One that the loader takes, and without a password in it."""
    try:
        parts = urlsplit(url)
        fine = parts.scheme in ("http", "https") and parts.hostname and (parts.port or 1)
    except ValueError:
        return False
    return (
        bool(fine) and len(url) <= 2_000 and "@" not in parts.netloc and "{{" not in url and "\\" not in url
    )
