"""What must not be copied from one file into another: passwords in URLs, and private keys."""

from __future__ import annotations

import re
from typing import Final

_login: Final = re.compile(r"(://)[^/\s:@]*:[^/\s@]+@")
_key: Final = re.compile(
    r"-----BEGIN[^-\n]{0,40}PRIVATE KEY-----.*?(?:-----END[^-\n]{0,40}PRIVATE KEY-----|\Z)|PRIVATE KEY-----",
    re.DOTALL,
)


def without_secrets(text: str) -> str:
    """What was taken out says so; a page that held it has shown it to everybody who read it."""
    if "://" in text:
        text = _login.sub(r"\1REMOVED@", text)
    return _key.sub("[a private key was here]", text) if "PRIVATE KEY-----" in text else text
