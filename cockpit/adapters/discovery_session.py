"""A `requests` session that speaks to a server as its `http_config` says; for prometheus-api-client only."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Any

from cockpit.adapters.http_client import proxy_of, tls_context
from cockpit.adapters.http_headers import identity
from cockpit.adapters.http_trouble import Trouble
from cockpit.core.http_config import part, text
from cockpit.core.model import MetricServer

if TYPE_CHECKING:
    from requests import Session


def settled_session(server: MetricServer) -> Session:
    """No retries, no redirects, nothing from the environment unless asked for. Raises Trouble."""
    import requests

    config = server.http_config
    tls = part(config, "tls_config")
    session = requests.Session()
    session.trust_env = bool(config.get("proxy_from_environment"))
    # The headers of a redirect would go wherever it leads.
    session.max_redirects = 0
    session.verify = not tls.get("insecure_skip_verify")
    try:
        # Repeated names are joined, as HTTP allows.
        for name, value in identity(config):
            before = session.headers.get(name)
            session.headers[name] = f"{before}, {value}" if before else value
        if server.url.startswith("https"):
            session.mount(server.url, _adapter(tls_context(tls), text(tls, "server_name")))
    except (OSError, ValueError) as error:
        what = f"http_config cannot be used: {error}"
        raise Trouble(what, "check the files it names", whole=True) from error
    if proxy := proxy_of(config, server.url):
        session.proxies = {"http": proxy, "https": proxy}
    return session


def _adapter(context: ssl.SSLContext, name: str) -> Any:
    from requests.adapters import HTTPAdapter

    class Secured(HTTPAdapter):
        def init_poolmanager(
            self, connections: int, maxsize: int, block: bool = False, **options: Any
        ) -> None:
            if name:
                options |= {"server_hostname": name, "assert_hostname": name}
            super().init_poolmanager(connections, maxsize, block, ssl_context=context, **options)

        def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:
            """The context knows better than a bundle of its own."""

    return Secured(max_retries=0)
