"""/metrics, /healthz and /readyz of a process, by threads of their own: they answer while the process works, and say so when it hangs."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from http.server import HTTPServer
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client import REGISTRY, CollectorRegistry, make_wsgi_app

from govcrawl.errors import InputError
from govcrawl.metrics.health import Pulse

logger = logging.getLogger(__name__)
SLOW_S = 10.0  #: a client that says nothing for so long is hung up on
Respond = Callable[[str, list[tuple[str, str]]], object]
App = Callable[[dict[str, Any], Respond], Iterable[bytes]]


class Quiet(WSGIRequestHandler):
    timeout = SLOW_S

    def log_message(self, format: str, *args: Any) -> None:
        """No line for each scrape."""


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True

    def server_bind(self) -> None:
        """Without asking DNS for its own name, as HTTPServer does."""
        HTTPServer.server_bind(self)
        self.setup_environ()


def app(pulse: Pulse, registry: CollectorRegistry) -> App:
    metrics = make_wsgi_app(registry)
    answers = {"/healthz": pulse.alive, "/readyz": pulse.ready}

    def serve(environ: dict[str, Any], respond: Respond) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path == "/metrics":
            return metrics(environ, respond)  # type: ignore[no-any-return]
        if path not in answers:
            return _say(respond, "404 Not Found", "no such page")
        why = answers[path]()
        return _say(respond, "503 Service Unavailable" if why else "200 OK", why or "ok")

    return serve


def _say(respond: Respond, status: str, words: str) -> list[bytes]:
    respond(status, [("Content-Type", "text/plain; charset=utf-8"), ("Cache-Control", "no-store")])
    return [f"{words}\n".encode()]


def bound(where: str, pulse: Pulse, registry: CollectorRegistry = REGISTRY) -> WSGIServer:
    """``where``: address:port.  Raises InputError where it is none, OSError where it can't be had."""
    host, _, port = where.rpartition(":")
    if not (host and port.isdecimal() and int(port) < 65536):
        raise InputError("GOVCRAWL_METRICS", 0, f"{where!r} 不可用；请写成 地址:端口，如 127.0.0.1:9410")
    return make_server(host, int(port), app(pulse, registry), Server, Quiet)


def in_background(where: str, pulse: Pulse, registry: CollectorRegistry = REGISTRY) -> WSGIServer | None:
    """None where it can't be had: a worker that nobody watches works all the same."""
    try:
        server = bound(where, pulse, registry)
    except (OSError, InputError) as error:
        logger.error("No metrics are served at %s: %s", where, error)
        return None
    threading.Thread(target=server.serve_forever, name="metrics", daemon=True).start()
    return server
