"""What can go wrong between us and a server, each as one line with what to do."""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Iterator

import httpx

from cockpit.errors import SourceError
from cockpit.text import clean

LONGEST = 300
"""Characters of the server's own words that a reason may quote."""


class Trouble(SourceError):
    """A request that brought nothing usable.

    `whole`: the server as such is the trouble, so nothing else need be asked in this poll.
    `reached`: it was understood, only this question was not liked.
    `retry_after`: how many seconds it asks to be left alone.
    `sent`: something of the request has left us, so a change that it asked for may have been made.
    """

    sent = False

    def __init__(
        self,
        message: str,
        hint: str = "",
        *,
        whole: bool = False,
        reached: bool = False,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message, hint)
        self.whole = whole
        self.reached = reached
        self.retry_after = retry_after


def quoted(text: str) -> str:
    """Words of the server, short enough for a line and safe to show."""
    # Cut before cleaning too: the text may be a megabyte.
    words = clean(" ".join(text[: 4 * LONGEST].split()))
    return words if len(words) <= LONGEST else f"{words[:LONGEST]}…"


def translate(error: Exception, address: str) -> Trouble:
    """What an exception of httpx means. `address` is host and port as people know them."""
    chain = list(_causes(error))
    for cause in chain:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return _untrusted(cause, address)
    for cause in chain:
        if isinstance(cause, ssl.SSLError):
            return _tls(cause, address)
        if isinstance(cause, socket.gaierror):
            return Trouble(f"the name of {address} is not known", "check url and DNS", whole=True)
    match error:
        case httpx.ProxyError():
            hint = "check proxy_url"
            return Trouble(
                f"the proxy on the way to {address} refuses: {quoted(str(error))}", hint, whole=True
            )
        case httpx.ConnectTimeout():
            what = f"{address} does not answer to a connection"
            return Trouble(what, "is the host up? does a firewall drop it?", whole=True)
        case httpx.ConnectError():
            return _unreachable(chain, error, address)
        case httpx.TimeoutException():
            return Trouble(f"{address} took the question and did not answer in time", "is it overloaded?")
        case httpx.DecodingError():
            return Trouble(f"{address} sent an answer that cannot be unpacked", "what stands in between?")
        case _:
            return Trouble(
                f"{address} ended the connection in the middle", "has it been restarted or killed?"
            )


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    following: BaseException | None = error
    while following is not None and id(following) not in seen:
        seen.add(id(following))
        yield following
        if isinstance(following, BaseExceptionGroup):  # several addresses of one name were tried
            for member in following.exceptions:
                yield from _causes(member)
        following = following.__cause__ or following.__context__


def _untrusted(cause: ssl.SSLCertVerificationError, address: str) -> Trouble:
    why = cause.verify_message or str(cause)
    hint = "name the CA that signed it in tls_config.ca_file"
    if "match" in why.lower():
        hint = "use the name in the certificate in url, or as tls_config.server_name"
    elif "expired" in why or "not yet valid" in why:
        hint = "renew the certificate, or check the clocks"
    return Trouble(f"the certificate of {address} is not trusted: {quoted(why)}", hint, whole=True)


def _tls(cause: ssl.SSLError, address: str) -> Trouble:
    why = str(cause.reason or cause)
    if why in ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE"):
        return Trouble(f"{address} does not speak TLS", "write http:// in url", whole=True)
    if "CERTIFICATE_REQUIRED" in why or "HANDSHAKE_FAILURE" in why:
        hint = "it may want a client certificate: tls_config.cert_file and key_file"
        return Trouble(f"{address} refuses our side of TLS", hint, whole=True)
    return Trouble(f"TLS with {address} failed: {quoted(why)}", "check tls_config", whole=True)


def _unreachable(chain: list[BaseException], error: Exception, address: str) -> Trouble:
    numbers = {cause.errno for cause in chain if isinstance(cause, OSError)}
    said = str(error)
    if errno.ECONNREFUSED in numbers or "refused" in said:
        return Trouble(f"{address} refuses connections", "is it running, and is the port right?", whole=True)
    if "Name or service" in said or "getaddrinfo" in said or "name resolution" in said:
        return Trouble(f"the name of {address} is not known", "check url and DNS", whole=True)
    if numbers & {errno.EHOSTUNREACH, errno.ENETUNREACH} or "unreachable" in said:
        return Trouble(f"there is no route to {address}", "is the network or the VPN up?", whole=True)
    return Trouble(f"{address} cannot be reached: {quoted(said)}", "check url and network", whole=True)
