"""Which keys hold secrets, and which values are only references to one."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_ENDINGS: Final = (
    "password",
    "passwd",
    "passphrase",
    "token",
    "secret",
    "secrets",
    "credentials",
    "credential",
    "api_key",
    "apikey",
    "access_key",
    "private_key",
    "secret_key",
)
_HEADERS: Final = frozenset({"authorization", "cookie", "x-api-key", "x-auth-token", "proxy-authorization"})
_REFERENCES: Final = ("env:", "file:", "command:")


@lru_cache(maxsize=4096)
def names_secret(key: str) -> bool:
    """Whether a literal under this key would be a secret; `password_file` names a file and is none."""
    return key.lower().replace("-", "_").endswith(_ENDINGS)


_login: Final = re.compile(r"://[^/\s:@]*:[^/\s@]+@")


def holds_login(text: str) -> bool:
    """Whether a URL in `text` carries a password."""
    return "://" in text and bool(_login.search(text))


def is_secret_header(name: str) -> bool:
    """Whether what an HTTP header of this name says proves who we are."""
    return name.lower() in _HEADERS


def is_reference(value: str) -> bool:
    return value.startswith(_REFERENCES)
