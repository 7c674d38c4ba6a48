"""How to speak to a server that wants a login, from a file as promtool reads it (`--http.config.file`)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from cockpit.config import yaml
from cockpit.config.files import shown
from cockpit.config.rules.secrets import complaints
from cockpit.core.http_config import beside, check_http_config
from cockpit.errors import CockpitError, ConfigError


def connection(file: Path) -> Mapping[str, object]:
    """With paths that hold wherever it is written to. Raises CockpitError for what is wrong in it.

    A secret that stands in it in clear is refused: it would be copied into a configuration that people share.
    """
    document, findings = yaml.read(file, shown(file))
    if document is None:
        raise ConfigError(findings)
    if not isinstance(document.value, dict):
        raise CockpitError(f"{shown(file)} holds no settings", "write it as for promtool --http.config.file")
    findings += complaints(document)
    if any(each.severity == "error" for each in findings):
        raise ConfigError(findings)
    for complaint in check_http_config(document.value):
        raise CockpitError(f"{document.at(complaint.path)}: {complaint.message}", complaint.hint)
    return beside(document.value, str(file.parent.absolute()))
