"""What labels, captures and people have been seen to hold, when somebody wanted more than a value."""

from __future__ import annotations

from typing import Final

from tests.tui.payloads import PAYLOADS as STEERING

SHELL: Final = (
    "$(touch canary)",
    "`touch canary`",
    "; touch canary",
    "&& touch canary #",
    "| touch canary",
    "\ntouch canary\n",
    "\r\ntouch canary",
    "'; touch canary; '",
    '"; touch canary; "',
    "> canary",
    "$HOME ~ * ? [a-z] {a,b}",
    "!!",
    "%s%n%x",
    "\\",
    "\\' \\\"",
)
OPTIONS: Final = ("-rf", "--all", "-", "--", "-oProxyCommand=touch canary")
TEMPLATES: Final = (
    "${params.other}",
    "$${params.other}",
    "${captures.said}",
    "${",
    "{{ other }}",
    "{{ range $x := . }}{{ end }}",
    "{% include 'x' %}",
    "{0.__class__} %(other)s",
    "__import__('os').system('touch canary')",
    "().__class__.__base__.__subclasses__()",
    "\ue000token\ue000",
)
"""The last is what stands for a secret inside the program."""
QUERIES: Final = (
    '"} or vector(1) #',
    "'} or vector(1) #",
    "`} or vector(1) #",
    '\\"} or vector(1) or x{y="',
    ".*",
    "a|b",
    "~.*",
)
WEB: Final = (
    "x\r\nX-Evil: 1",
    "x\nX-Evil: 1",
    "x\r\n\r\nGET /evil HTTP/1.1\r\nHost: evil\r\n\r\n",
    "../../admin",
    "..",
    "x?admin=1&a=b#c",
    "@evil.example/",
    "//evil.example/",
    "%2e%2e%2f",
    "%0d%0aX-Evil: 1",
    '", "admin": true, "x": "',
)
UNICODE: Final = ("a\u2028b", "a\u2029b", "a\x85b", "a\x0bb\x0cc", "\ufeff", "ä界👩‍👩‍👧", "a\0b", "\ud800")
EVERY: Final = tuple(
    dict.fromkeys(
        (*SHELL, *OPTIONS, *TEMPLATES, *QUERIES, *WEB, *UNICODE, *(each[:4000] for each in STEERING), "")
    )
)
