"""Who we say we are: the headers an `http_config` asks for, with secrets read from their files at use."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from cockpit.core.http_config import part, text


class Files(NamedTuple):
    """What a configuration reads from disk."""

    tls: tuple[str, ...]
    """A change of these needs a new client."""
    secrets: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.tls or self.secrets)


def files_of(config: Mapping[str, object]) -> Files:
    tls = part(config, "tls_config")
    basic, token = part(config, "basic_auth"), part(config, "authorization")
    secrets = [
        text(basic, "username_file"),
        text(basic, "password_file"),
        text(token, "credentials_file"),
        text(config, "bearer_token_file"),
        *(file for _, header in _http_headers(config) for file in _texts(header, "files")),
    ]
    keys = ("ca_file", "cert_file", "key_file")
    return Files(tuple(filter(None, (text(tls, key) for key in keys))), tuple(filter(None, secrets)))


def identity(config: Mapping[str, object]) -> list[tuple[str, str]]:
    """Headers of one request. Raises OSError or UnicodeError for a file that cannot be read."""
    headers = [
        (name, value)
        for name, header in _http_headers(config)
        for value in (
            *_texts(header, "values"),
            *_texts(header, "secrets"),
            *(_content(file) for file in _texts(header, "files")),
        )
    ]
    if authorization := _authorization(config):
        headers.append(("Authorization", authorization))
    return headers


def secrets_in(config: Mapping[str, object], headers: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Of `headers` that `identity` gave, the values that nobody may see, should the server repeat them."""
    hidden = {
        name.lower() for name, header in _http_headers(config) if header.get("secrets") or header.get("files")
    }
    found = []
    for name, value in headers:
        scheme, _, rest = value.partition(" ")
        if name.lower() == "authorization":
            found.append(rest)
            if scheme == "Basic":
                found.append(base64.b64decode(rest).decode().partition(":")[2])
        elif name.lower() in hidden:
            found.append(value)
    return tuple(filter(None, found))


def _authorization(config: Mapping[str, object]) -> str:
    if basic := part(config, "basic_auth"):
        pair = f"{_either(basic, 'username')}:{_either(basic, 'password')}"
        return f"Basic {base64.b64encode(pair.encode()).decode()}"
    if token := part(config, "authorization"):
        return f"{text(token, 'type').strip() or 'Bearer'} {_either(token, 'credentials')}"
    bearer = _either(config, "bearer_token")
    return f"Bearer {bearer}" if bearer else ""


def _either(section: Mapping[str, object], key: str) -> str:
    """What is written, or what stands in the file that is named instead."""
    file = text(section, f"{key}_file")
    return _content(file) if file else text(section, key)


def _content(file: str) -> str:
    content = Path(file).read_text("utf-8").strip()
    if not content.isprintable():
        raise OSError(22, "it holds line breaks or control characters", file)
    return content


def _http_headers(config: Mapping[str, object]) -> Iterator[tuple[str, Mapping[str, object]]]:
    for name in part(config, "http_headers"):
        yield name, part(part(config, "http_headers"), name)


def _texts(header: Mapping[str, object], key: str) -> list[str]:
    values = header.get(key)
    return [str(value) for value in values] if isinstance(values, list | tuple) else []
