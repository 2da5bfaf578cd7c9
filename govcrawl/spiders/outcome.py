"""How a fetch ended, in the words of ``contracts.Outcome``: whose fault a failure is decides whether it may count against a site."""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Iterator
from email.utils import parsedate_to_datetime

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)

from govcrawl.contracts import Outcome, Page
from govcrawl.errors import AddressRefused
from govcrawl.reading.challenge import is_challenge

#: Errors of our own network: no route, no address of our own, no free port, too many files.
OURS = {
    errno.ENETUNREACH,
    errno.ENETDOWN,
    errno.EHOSTUNREACH,
    errno.EADDRNOTAVAIL,
    errno.EMFILE,
    errno.ENFILE,
    errno.ENOBUFS,
    errno.ENOMEM,
}
#: Outcomes worth another try: the answer may differ a moment later.
PASSING: frozenset[Outcome] = frozenset({"timeout", "dns", "refused", "reset", "bad_answer", "our_fault"})
#: Statuses that say "not you" rather than "not there": never counted against a site.
NOT_YOU = frozenset({401, 403, 407, 412, 429, 451, 511})
#: Statuses that ask for fewer requests: RFC 6585 §4, RFC 9110 §15.6.4.
TOO_FAST = frozenset({429, 503})


def of_answer(status: int, headers: tuple[tuple[str, str], ...], body: bytes) -> Outcome:
    """The outcome of an HTTP answer."""
    if is_challenge(status, headers, body):
        return "challenge"
    if 300 <= status < 400 and any(name.lower() == "location" for name, _ in headers):
        return "redirect"
    return "ok" if status < 400 else "http_error"


def of_error(error: BaseException) -> Outcome:
    """The outcome of a download that raised; only a cause that is recognised may count against a site."""
    chain = list(_causes(error))
    if any(isinstance(e, AddressRefused) for e in chain):
        return "refused_by_us"
    if any(isinstance(e, OSError) and e.errno in OURS for e in chain):
        return "our_fault"
    if isinstance(error, DownloadTimeoutError):
        return "timeout"
    if isinstance(error, CannotResolveHostError):
        return "our_fault" if any(_resolver_is_away(e) for e in chain) else "dns"
    if any(isinstance(e, ssl.SSLError) for e in chain):
        return "bad_answer"
    if isinstance(error, DownloadConnectionRefusedError):
        return "refused"
    if isinstance(error, DownloadCancelledError | IgnoreRequest):  # the latter: too large once decompressed
        return "too_large"
    if any(isinstance(e, ConnectionResetError | BrokenPipeError | ResponseDataLossError) for e in chain):
        return "reset"
    # what our client can't read may be plain to a browser, and what we don't know is a defect of ours: neither accuses
    return "bad_answer" if isinstance(error, DownloadFailedError) else "our_fault"


def slow_s(page: Page) -> float | None:
    """Seconds that a host asked us to wait (``Retry-After``, RFC 9110 §10.2.3: seconds or a date; 1 where it names none);
    0 for a good answer; None for one that says nothing of its load.
    """
    if page.status not in TOO_FAST:
        return 0.0 if page.outcome in ("ok", "redirect") else None
    headers = {name.lower(): value.strip() for name, value in page.headers}
    wanted = headers.get("retry-after", "")
    if wanted.isdecimal():
        return max(float(wanted[:9]), 1.0)
    try:
        sent = parsedate_to_datetime(headers["date"]) if "date" in headers else page.at
        return max((parsedate_to_datetime(wanted) - sent).total_seconds(), 1.0)
    except (ValueError, TypeError):  # no date, or one without a zone
        return 1.0


def _resolver_is_away(error: BaseException) -> bool:
    return isinstance(error, socket.gaierror) and error.errno in (socket.EAI_AGAIN, socket.EAI_SYSTEM)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error, what it was raised from, and the OSError that aiohttp carries in ``os_error``."""
    while error is not None:
        yield error
        inner = getattr(error, "os_error", None)
        if isinstance(inner, BaseException):
            yield inner
        error = error.__cause__ or error.__context__
