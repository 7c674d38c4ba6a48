"""References to secrets in connection settings, followed as far as can be done when files are read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from cockpit.config.secret_keys import is_reference


def followed(config: Mapping[str, object], environ: Mapping[str, str]) -> dict[str, object]:
    """`password: file:/p` becomes `password_file: /p`, which is read at each use; `env:NAME` its value.

    What is not set stays a reference, so that the server refuses it and nobody takes it for a secret.
    """
    out: dict[str, object] = {}
    for key, value in config.items():
        if isinstance(value, Mapping):
            out[key] = followed(value, environ)
        elif isinstance(value, list) and key in ("values", "secrets", "files"):
            _headers(out, key, value, environ)
        elif isinstance(value, str) and value.startswith("file:"):
            out[f"{key}_file"] = value.removeprefix("file:")
        else:
            out[key] = _from_environment(value, environ)
    return out


def unset(config: object, environ: Mapping[str, str]) -> Iterator[str]:
    """References that lead nowhere here."""
    if isinstance(config, Mapping):
        config = list(config.values())
    if isinstance(config, list | tuple):
        for value in config:
            yield from unset(value, environ)
    elif isinstance(config, str) and _is_open(config) and _from_environment(config, environ) == config:
        yield config


def _is_open(text: str) -> bool:
    """Whether it refers to something that is looked up now; files are looked into when they are used."""
    return is_reference(text) and not text.startswith("file:")


def _headers(out: dict[str, object], key: str, values: Iterable[object], environ: Mapping[str, str]) -> None:
    """Values of one header; those that stand in files go to the other files."""
    files, written = _list(out.get("files")), _list(out.get(key))
    for value in values:
        if isinstance(value, str) and value.startswith("file:") and key != "files":
            files.append(value.removeprefix("file:"))
        else:
            (files if key == "files" else written).append(_from_environment(value, environ))
    out |= {name: entries for name, entries in ((key, written), ("files", files)) if entries}


def _list(value: object) -> list[object]:
    return list(value) if isinstance(value, list) else []


def _from_environment(value: object, environ: Mapping[str, str]) -> object:
    if isinstance(value, str) and value.startswith("env:"):
        return environ.get(value.removeprefix("env:"), value)
    return value
