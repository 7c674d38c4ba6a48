"""Which text from outside may stand in a file that people keep."""

from __future__ import annotations

import ipaddress
import re
from typing import Final
from urllib.parse import urlsplit

from cockpit.config.secret_keys import holds_login
from cockpit.text import clean, first_hidden

LONGEST: Final = 200
LONGEST_URL: Final = 2_000


def is_name(text: str) -> bool:
    """Whether the strict loader takes `text` for a name, and nothing in it hides or gives away a secret."""
    return 0 < len(text) <= LONGEST and text == text.strip() and is_writable(text)


def is_writable(text: str) -> bool:
    one_line = not re.search(r"[\t\n\r]", text)
    return one_line and not first_hidden(text) and not holds_login(text) and "PRIVATE KEY-----" not in text


def is_page(text: str) -> bool:
    """Whether it is the address of a page, not a template for one."""
    if len(text) > LONGEST_URL or not is_writable(text) or re.search(r"\s|\{\{", text):
        return False
    try:
        parts = urlsplit(text)
        usable = parts.port is None or parts.port > 0
        return bool(usable and parts.scheme in ("http", "https") and parts.hostname)
    except ValueError:
        return False


def host_of(instance: str) -> str:
    """The name in front of a port; empty where that is only a number or this machine."""
    host = instance.rpartition(":")[0] if re.search(r":\d+\Z", instance) else instance
    return "" if host == "localhost" or _is_number(host) else host


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def quoted(text: str) -> str:
    """For a sentence that may be kept: between quotes, on one line, and no secret that is in a name."""
    if not is_writable(text):
        return "one whose name is not to be written down"
    return f"'{clean(text[:LONGEST])}'"
