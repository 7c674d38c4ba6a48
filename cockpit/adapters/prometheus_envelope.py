"""The outer shape of every answer of a Prometheus: unpacked, checked for success, or told as trouble."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any, Final

from cockpit.adapters.http_client import MOST_BYTES, Reply
from cockpit.adapters.http_trouble import Trouble, quoted
from cockpit.adapters.redact import redact

PIECE: Final = 1 << 20
LONGEST_WAIT: Final = 60.0
"""Seconds; a server may not ask to be left alone longer, since a blind cockpit has to look again."""
_CORRECT: Final = "correct it in the configuration"


class NotReady(Trouble):
    """503: starting, or something in front of it has nobody to ask."""


def text_of(reply: Reply) -> str:
    """The body as text, without our own secrets; never more of it than fits. Raises Trouble."""
    text = _text(reply)
    if not reply.secrets:
        return text
    if reply.status != 200:
        return redact(text[:PIECE], reply.secrets)
    # An answer of megabytes is only searched in earnest where there is something to find.
    return redact(text, reply.secrets) if any(secret in text for secret in reply.secrets) else text


def _text(reply: Reply) -> str:
    packing = reply.headers.get("content-encoding", "identity").strip().lower()
    match packing:
        case "identity" | "":
            return reply.body.decode("utf-8", "replace")
        case "gzip" | "x-gzip" | "deflate":
            return _unpacked(reply.body, zlib.MAX_WBITS | 32).decode("utf-8", "replace")
        case _:
            raise Trouble(f"it packs its answers as {quoted(packing)}", "what stands between us and it?")


def envelope_of(reply: Reply, text: str) -> dict[str, Any]:
    """The answer as JSON that reports success. Raises Trouble for everything else."""
    if reply.status in (401, 403):
        raise _locked_out(reply, text)
    try:
        parsed = json.loads(text)
    except (ValueError, RecursionError):
        begins_well = reply.status == 200 and text[:20].lstrip().startswith('{"status"')
        raise cut_off() if begins_well else _not_json(reply, text) from None
    if not isinstance(parsed, dict) or parsed.get("status") not in ("success", "error"):
        raise _not_json(reply, text)
    if parsed["status"] == "error" or reply.status >= 400:
        raise _refusal(reply, parsed)
    return parsed


def _refusal(reply: Reply, parsed: Mapping[str, Any]) -> Trouble:
    why = quoted(str(parsed.get("error") or f"HTTP {reply.status}"))
    wait = retry_after(reply)
    match parsed.get("errorType"):
        case "bad_data":
            return Trouble(f"the query is refused: {why}", _CORRECT, reached=True)
        case "execution":
            return Trouble(f"the query cannot be evaluated: {why}", _CORRECT, reached=True)
        case "timeout" | "canceled":
            hint = "make the query cheaper, or help the server"
            return Trouble(f"it gave up on the query: {why}", hint, reached=True)
        case _ if reply.status == 429:
            hint = "poll less often"
            return Trouble(f"it has too many requests: {why}", hint, whole=True, retry_after=wait)
        case _:
            return Trouble(f"it reports an error: {why}", "look into its log", retry_after=wait)


def _locked_out(reply: Reply, text: str) -> Trouble:
    said = "" if text.lstrip().startswith(("<", "{")) or not text.strip() else f": {quoted(text)}"
    if reply.status == 401:
        hint = "check authorization or basic_auth in http_config"
        return Trouble(f"it does not know us (401){said}", hint, whole=True)
    return Trouble(f"we may not ask it (403){said}", "check the rights of these credentials", whole=True)


def _not_json(reply: Reply, text: str) -> Trouble:
    """Nobody who speaks this API answered; who did shows in the status and the first words."""
    web_page = text[:200].lstrip().lower().startswith(("<!doctype", "<html", "<head", "<?xml"))
    match reply.status:
        case 404:
            hint = "does url lack a prefix, such as /prometheus?"
            return Trouble("there is no Prometheus at this path (404)", hint, whole=True)
        case 429:
            hint, wait = "poll less often", retry_after(reply)
            return Trouble("it has too many requests (429)", hint, whole=True, retry_after=wait)
        case 503:
            hint = "is something in front of it without anybody behind?"
            return NotReady("it is not available (503)", hint, whole=True, retry_after=retry_after(reply))
        case 400 if "HTTPS server" in text[:200]:
            return Trouble("it speaks TLS only", "write https:// in url", whole=True)
        case 200 if web_page:
            hint = "is there a sign-in page in front? write the address behind it, with credentials, as url"
            return Trouble("it answers with a web page instead of data", hint, whole=True)
        case 200:
            hint = "does url lead to a Prometheus?"
            return Trouble("it answers something that is no data", hint, whole=True)
        case status:
            said = "" if web_page or not text.strip() else f": {quoted(text)}"
            wait = retry_after(reply)
            hint = "look into its log, and that of any proxy in front"
            return Trouble(f"it answers HTTP {status}{said}", hint, whole=True, retry_after=wait)


def retry_after(reply: Reply) -> float | None:
    """How many seconds the server wants to be left alone, from seconds or a date; at most a minute."""
    said = reply.headers.get("retry-after", "").strip()
    if not said:
        return None
    if said.isdigit():
        return min(float(said[:9]), LONGEST_WAIT)
    try:
        # Without its own date there is nothing to count from, and our clock may differ.
        now = parsedate_to_datetime(reply.headers.get("date", ""))
        return min(max(0.0, (parsedate_to_datetime(said) - now).total_seconds()), LONGEST_WAIT)
    except (ValueError, TypeError, OverflowError):
        return None


def cut_off() -> Trouble:
    """For an answer that begins well."""
    return Trouble("its answer is cut off or garbled", "what stands between us and it?")


def _unpacked(body: bytes, window: int) -> bytes:
    """Never more than the largest body in memory, however well it was packed."""
    pieces: list[bytes] = []
    size = 0
    try:
        unpacker = zlib.decompressobj(window)
        while not unpacker.eof:
            piece = unpacker.decompress(body, PIECE)
            body = unpacker.unconsumed_tail
            if not piece and not body:
                raise cut_off()
            size += len(piece)
            if size > MOST_BYTES:
                raise Trouble(f"it sends more than {MOST_BYTES >> 20} MiB", "group or narrow the query")
            pieces.append(piece)
    except zlib.error as odd:
        raise cut_off() from odd
    return b"".join(pieces)
