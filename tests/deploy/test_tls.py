"""TLS to both stores by their addresses alone, with a certificate made here.

The Valkey of the tests is built without TLS: before it stands a TLS end of Python's own ssl, so what is tested is our side of the line.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest

from govcrawl import services
from govcrawl.errors import StoreUnavailable
from govcrawl.frontier.frontier import Frontier
from govcrawl.frontier.partitions import connect
from govcrawl.store import Store
from tests.deploy.conftest import PASSWORD, ROOT, Guarded
from tests.govcrawl.frontier.servers import until


@dataclass
class Certificate:
    file: Path
    key: Path


def certificate(folder: Path, name: str) -> Certificate:
    file, key = folder / f"{name}.pem", folder / f"{name}.key"
    words = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1"
    words += " -addext basicConstraints=critical,CA:TRUE"
    command = ["openssl", *words.split(), "-out", str(file), "-keyout", str(key)]
    subprocess.run(command, check=True, capture_output=True)
    return Certificate(file, key)


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return certificate(tmp_path_factory.mktemp("tls"), "ours")


@pytest.fixture(scope="module")
def strange(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return certificate(tmp_path_factory.mktemp("tls"), "strange")


@contextmanager
def tls_before(port: int, cert: Certificate) -> Iterator[int]:
    """A port that speaks TLS and passes all on to another one."""
    command = [sys.executable, "-m", "tests.deploy.tls_end", str(port), str(cert.file), str(cert.key)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            yield int(process.stdout.readline())
        finally:
            process.kill()


def test_redis_by_tls_with_a_certificate_that_is_checked(
    guarded: Guarded, urls: services.Urls, ours: Certificate, strange: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MONGODB_URI", urls.mongodb)
    with tls_before(guarded.port, ours) as port:
        url = f"rediss://govcrawl:{PASSWORD}@127.0.0.1:{port}/0"
        good, wrong = (f"{url}?ssl_ca_certs={quote(str(cert.file))}" for cert in (ours, strange))
        monkeypatch.setenv("REDIS_URL", good)
        with services.stores() as found:
            client = connect(found.redis, socket_timeout=10.0)
            assert Frontier(client).now() > 0
            client.close()
        for refused in (wrong, url):  # another's authority; the system's, which does not know ours
            monkeypatch.setenv("REDIS_URL", refused)
            with pytest.raises(StoreUnavailable, match=r"(?i)certificate") as caught, services.stores():
                pass
            assert PASSWORD not in str(caught.value)


def test_mongodb_by_tls_with_a_certificate_that_is_checked(
    guarded: Guarded, ours: Certificate, strange: Certificate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port, data = services.free_port(), tmp_path / "data"
    data.mkdir()
    binary = services.mongodb_program()
    assert binary
    options = [
        "--tls-cert-file",
        ours.file,
        "--tls-key-file",
        ours.key,
        "--cache-size",
        "64M",
        "--log-level",
        "WARNING",
    ]
    process = subprocess.Popen([binary, "--host", "127.0.0.1", "--port", str(port), "--storage-path", data, *options])
    url = f"mongodb://127.0.0.1:{port}/govcrawl?replicaSet={services.REPLICA_SET}&tls=true&tlsCAFile="
    try:
        until(lambda: services._mongodb_answers(url + quote(str(ours.file))))
        store = Store(url + quote(str(ours.file)))
        store.db["things"].insert_one({"_id": "1"})
        assert store.db["things"].count_documents({}) == 1
        store.close()
        monkeypatch.setenv("REDIS_URL", guarded.url)
        monkeypatch.setenv("MONGODB_URI", url + quote(str(strange.file)))
        with pytest.raises(StoreUnavailable, match="MONGODB_URI"), services.stores():
            pass
    finally:
        process.kill()
        process.wait()
