"""How a server is to be spoken to, in the ecosystem's own words: prometheus/common's HTTPClientConfig.

Only checks and rewrites the mapping; `adapters.http_client` makes a connection of it.
"""

from __future__ import annotations

import difflib
import posixpath
import re
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple, TypeAlias
from urllib.parse import urlsplit

Path: TypeAlias = tuple[str, ...]
"""Where in the mapping: ("tls_config", "ca_file")."""


class Complaint(NamedTuple):
    path: Path
    message: str
    hint: str = ""


TEXT: Final = "text"
SWITCH: Final = "true or false"
SHAPE: Final[Mapping[str, object]] = {
    "basic_auth": {"username": TEXT, "username_file": TEXT, "password": TEXT, "password_file": TEXT},
    "authorization": {"type": TEXT, "credentials": TEXT, "credentials_file": TEXT},
    "bearer_token": TEXT,
    "bearer_token_file": TEXT,
    "tls_config": {
        "ca": TEXT,
        "ca_file": TEXT,
        "cert_file": TEXT,
        "key_file": TEXT,
        "server_name": TEXT,
        "insecure_skip_verify": SWITCH,
        "min_version": TEXT,
        "max_version": TEXT,
    },
    "http_headers": None,
    "proxy_url": TEXT,
    "no_proxy": TEXT,
    "proxy_from_environment": SWITCH,
    "follow_redirects": SWITCH,
    "enable_http2": SWITCH,
}
REFUSED: Final[Mapping[str, str]] = {
    "oauth2": "let a proxy or a sidecar fetch the token and name it with authorization.credentials_file",
    "proxy_connect_header": "use a proxy that needs no header of its own",
    "username_ref": "write username or username_file",
    "password_ref": "write password_file",
    "credentials_ref": "write credentials_file",
    "cert": "write the certificate to a file and name it with cert_file",
    "key": "write the key to a file and name it with key_file",
    "ca_ref": "write ca_file",
    "cert_ref": "write cert_file",
    "key_ref": "write key_file",
}
"""Words of the format that cockpit does not speak, and what to write instead."""

EXCLUSIVE: Final = (
    ("username", "username_file"),
    ("password", "password_file"),
    ("credentials", "credentials_file"),
    ("bearer_token", "bearer_token_file"),
    ("ca", "ca_file"),
)
TLS_VERSIONS: Final = ("TLS10", "TLS11", "TLS12", "TLS13")
# Set by the connection itself; a second one would be ambiguous, or let a header outvote the auth above.
RESERVED: Final = frozenset(
    {
        *("authorization", "proxy-authorization", "proxy-authenticate", "www-authenticate", "host"),
        *("content-encoding", "content-length", "content-type", "accept-encoding", "transfer-encoding"),
        *("user-agent", "connection", "keep-alive"),
    }
)


def check_http_config(config: Mapping[str, object]) -> list[Complaint]:
    """Everything that is wrong with it, in the order written; empty when a connection can be made of it."""
    complaints = [*_shape((), config, SHAPE), *_headers(config.get("http_headers"))]
    if complaints:
        return complaints
    return [*_auth(config), *_tls(config), *_proxy(config)]


def beside(config: Mapping[str, object], folder: str) -> dict[str, object]:
    """The same with relative paths of files taken from `folder`, where the configuration stands."""

    def placed(key: str, value: object) -> object:
        if isinstance(value, Mapping):
            return {inner: placed(inner, part) for inner, part in value.items()}
        if key == "files" and isinstance(value, list):
            return [posixpath.join(folder, str(file)) for file in value]
        return posixpath.join(folder, value) if key.endswith("_file") and isinstance(value, str) else value

    return {key: placed(key, value) for key, value in config.items()}


def part(config: Mapping[str, object], key: str) -> Mapping[str, object]:
    """A section of a checked configuration; empty when it is not there."""
    section = config.get(key)
    return section if isinstance(section, Mapping) else {}


def text(config: Mapping[str, object], key: str) -> str:
    """A text of a checked configuration; empty when it is not there."""
    value = config.get(key)
    return value if isinstance(value, str) else ""


def kinds_of_auth(config: Mapping[str, object]) -> list[str]:
    """Which ways to prove who we are it names; a checked one names at most one."""
    named = [key for key in ("basic_auth", "authorization") if part(config, key)]
    return [*named, *(key for key in ("bearer_token", "bearer_token_file") if text(config, key))]


def _shape(path: Path, section: Mapping[str, object], shape: Mapping[str, object]) -> Iterator[Complaint]:
    for key, value in section.items():
        here = (*path, str(key))
        wanted = shape.get(key)
        if key not in shape:
            yield _unknown(here, key, shape)
        elif isinstance(wanted, Mapping):
            if isinstance(value, Mapping):
                yield from _shape(here, value, wanted)
            elif value is not None:
                yield Complaint(here, f"'{key}' is a group of settings, not {_kind(value)}", _example(wanted))
        elif wanted == TEXT and not (isinstance(value, str) and value):
            yield Complaint(here, f"'{key}' is {_kind(value)}, but has to be text", "put it in quotes")
        elif wanted == SWITCH and not isinstance(value, bool):
            yield Complaint(here, f"'{key}' is {_kind(value)}, but has to be true or false")


def _unknown(here: Path, key: str, shape: Mapping[str, object]) -> Complaint:
    if key in REFUSED:
        return Complaint(here, f"'{key}' is not supported", REFUSED[key])
    near = difflib.get_close_matches(str(key), shape, 1)
    hint = f"did you mean '{near[0]}'?" if near else f"known are {', '.join(shape)}"
    return Complaint(here, f"unknown key '{key}'", hint)


def _headers(headers: object) -> Iterator[Complaint]:
    if headers is None:
        return
    if not isinstance(headers, Mapping):
        example = "X-Scope-OrgID: {values: [shop]}"
        yield Complaint(("http_headers",), "'http_headers' is a group of headers by name", example)
        return
    for name, header in headers.items():
        here = ("http_headers", str(name))
        if str(name).lower() in RESERVED:
            yield Complaint(
                here, f"the header '{name}' cannot be set here", "use basic_auth or authorization"
            )
        elif not isinstance(header, Mapping):
            yield Complaint(here, f"'{name}' has to name its values", f"{name}: {{values: [...]}}")
        else:
            yield from _header_values(here, header)


def _header_values(here: Path, header: Mapping[str, object]) -> Iterator[Complaint]:
    known: Mapping[str, object] = {"values": None, "secrets": None, "files": None}
    for key, values in header.items():
        if key not in known:
            yield _unknown((*here, str(key)), key, known)
        elif not isinstance(values, list | tuple) or not all(isinstance(value, str) for value in values):
            yield Complaint((*here, key), f"'{key}' has to be a list of texts", f'{key}: ["..."]')
        elif key != "files" and any(not value.isprintable() for value in values):
            yield Complaint((*here, key), "a header cannot hold line breaks or control characters")


def _auth(config: Mapping[str, object]) -> Iterator[Complaint]:
    kinds = kinds_of_auth(config)
    if len(kinds) > 1:
        yield Complaint((kinds[1],), f"both '{kinds[0]}' and '{kinds[1]}' say who we are", "keep one of them")
    sections = [((), config), *(((key,), part(config, key)) for key in ("basic_auth", "authorization"))]
    for path, section in [*sections, (("tls_config",), part(config, "tls_config"))]:
        for one, other in EXCLUSIVE:
            if one in section and other in section and len(kinds) < 2:
                yield Complaint((*path, other), f"both '{one}' and '{other}' are set", "keep one of them")
    basic, token = part(config, "basic_auth"), part(config, "authorization")
    if basic and not (text(basic, "username") or text(basic, "username_file")):
        yield Complaint(("basic_auth",), "'basic_auth' has no username", "add username or username_file")
    if token and not (text(token, "credentials") or text(token, "credentials_file")):
        yield Complaint(("authorization",), "'authorization' has no credentials", "add credentials_file")
    if text(token, "type").strip().lower() == "basic":
        yield Complaint(("authorization", "type"), "'authorization' does not do Basic", "use basic_auth")


def _tls(config: Mapping[str, object]) -> Iterator[Complaint]:
    tls = part(config, "tls_config")
    if bool(text(tls, "cert_file")) != bool(text(tls, "key_file")):
        have, lack = ("cert_file", "key_file") if "cert_file" in tls else ("key_file", "cert_file")
        yield Complaint(("tls_config", have), f"'{have}' is of no use without '{lack}'", f"add {lack}")
    for key in ("min_version", "max_version"):
        if key in tls and tls[key] not in TLS_VERSIONS:
            known = ", ".join(TLS_VERSIONS)
            yield Complaint(("tls_config", key), f"'{tls[key]}' is no TLS version", f"known are {known}")


def _proxy(config: Mapping[str, object]) -> Iterator[Complaint]:
    url = text(config, "proxy_url")
    if config.get("proxy_from_environment") and (url or "no_proxy" in config):
        other = "proxy_url" if url else "no_proxy"
        yield Complaint((other,), f"'{other}' and 'proxy_from_environment' exclude each other", "keep one")
    elif "no_proxy" in config and not url:
        yield Complaint(("no_proxy",), "'no_proxy' is of no use without 'proxy_url'", "add proxy_url")
    if url and _scheme(url) not in ("http", "https"):
        yield Complaint(("proxy_url",), f"'{url}' is no address of a proxy", "http://proxy.example:3128")


def check_url(url: str) -> Complaint | None:
    """What is wrong with the address of a server, if anything."""
    example = "write it like https://prometheus.example or http://host:9090/prefix"
    try:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or not url.isprintable() or " " in url:
            return Complaint((), f"{_quoted(url)} is no address of a server", example)
        parts.port  # noqa: B018 - reading it is what checks it
    except ValueError:
        return Complaint((), f"{_quoted(url)} is no address of a server", example)
    if parts.username or parts.password:
        return Complaint((), "the address holds a user or a password", "move them to http_config.basic_auth")
    if parts.query or parts.fragment:
        before = re.split("[?#]", url)[0]
        return Complaint((), f"behind '{before}' stands a query", "keep what stands before '?' and '#'")
    return None


def _quoted(url: str) -> str:
    """What may be a password is nobody's to read in a log."""
    return "what holds an @" if "@" in url else f"'{url}'"


def _scheme(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return parts.scheme if parts.hostname else ""


def _kind(value: object) -> str:
    match value:
        case None | "":
            return "empty"
        case bool():
            return str(value).lower()
        case int() | float():
            return f"the number {value}"
        case str():
            return "text"
        case Mapping():
            return "a group of settings"
        case _:
            return "a list"


def _example(shape: Mapping[str, object]) -> str:
    return f"settings in it are {', '.join(shape)}"
