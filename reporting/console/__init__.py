"""``govcrawl console``: the reviewer's desk as web pages, made on the server; ``app`` puts it together."""

from __future__ import annotations

import ssl
import sys
from ipaddress import ip_address
from pathlib import Path

from aiohttp import web

from govcrawl import desk, settings
from govcrawl.errors import InputError
from govcrawl.store import Store
from reporting.console.app import Setting, make


def serve(uri: str, host: str, port: int, certificate: str, key: str, behind_proxy: bool) -> int:
    """Until Ctrl-C or SIGTERM.  Without TLS only this machine is let in, but for a proxy that has it.  Raises InputError."""
    context = _tls(certificate, key)
    if not (context or behind_proxy or _is_here(host)):
        raise InputError(
            "govcrawl console", 0,
            f"在 {host} 上提供服务须有 TLS，否则口令会在网上明文传送；请给出 --certificate 和 --key，"
            "或由 https 反向代理转发并加 --behind-proxy",
        )  # fmt: skip
    store = Store(uri)
    try:
        store.prepare()
        if not any(user.active for user in desk.users(store.db)):
            sys.stderr.write("提示：还没有用户；请先运行 govcrawl console user add 姓名 --role admin\n")
        app = make(
            store, Setting(Path(settings.EVIDENCE_DIR), secure=bool(context) or behind_proxy, behind_proxy=behind_proxy)
        )
        sys.stdout.write(f"复核网页：{'https' if context else 'http'}://{host}:{port}/ （Ctrl-C 结束）\n")
        sys.stdout.flush()
        web.run_app(app, host=host, port=port, ssl_context=context, print=None, access_log=None, handle_signals=True)
    except OSError as error:
        raise InputError(
            "govcrawl console", 0, f"不能在 {host}:{port} 上提供服务（{error.strerror}）；请用 --port 换一个端口"
        ) from error
    finally:
        store.close()
    return 0


def _tls(certificate: str, key: str) -> ssl.SSLContext | None:
    if not certificate and not key:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(certificate, key or None)
    except (OSError, ssl.SSLError) as error:
        raise InputError(certificate or key, 0, f"证书或私钥不可用（{error}）；须为 PEM 文件，且彼此相符") from error
    return context


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
