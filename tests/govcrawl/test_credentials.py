"""Secrets: from files, and in no line that anybody reads."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from govcrawl import credentials, logs, services
from govcrawl.errors import StoreUnavailable
from govcrawl.private import MaskedRecord

SECRET = "Tr0ub4dor&3"
IN_A_URL = "Tr0ub4dor%263"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("redis://u:geheim@h:6379/0 is away", "redis://***@h:6379/0 is away"),
        ("rediss://:ge@heim@h", "rediss://***@h"),
        ("mongodb://u:ge/heim@a:1,b:2/x?replicaSet=r", "mongodb://***@a:1,b:2/x?replicaSet=r"),
        ("mongodb+srv://u:p@h/x", "mongodb+srv://***@h/x"),
        ("redis://h/0?password=geheim&db=1", "redis://h/0?password=***&db=1"),
        ("mongodb://h/?tls=true&tlsCertificateKeyFilePassword=geheim", "mongodb://h/?tls=true&tlsCertificateKeyFilePassword=***"),
        ("http://name:wort@www.a.gov.cn/x", "http://***@www.a.gov.cn/x"),
        ("http://www.a.gov.cn/@name:8/x http://b/?m=a@b.cn", "http://www.a.gov.cn/@name:8/x http://b/?m=a@b.cn"),
        ("no address", "no address"),
    ],
)  # fmt: skip
def test_an_address_is_shown_without_its_password(text: str, shown: str) -> None:
    assert credentials.hidden(text) == shown


@pytest.fixture
def learnt(monkeypatch: pytest.MonkeyPatch) -> None:
    """This process knows SECRET as its own."""
    monkeypatch.setattr(credentials, "_passwords", set())
    monkeypatch.setenv("REDIS_URL", f"redis://u:{IN_A_URL}@h/0")
    assert credentials.given("REDIS_URL") == f"redis://u:{IN_A_URL}@h/0"


@pytest.mark.usefixtures("learnt")
def test_a_password_is_hidden_wherever_it_stands() -> None:
    assert credentials.hidden(f"WRONGPASS {SECRET!r} or {IN_A_URL}") == "WRONGPASS '***' or ***"
    assert SECRET not in str(StoreUnavailable("Redis", "h", f"auth {SECRET}"))


def test_a_short_password_does_not_tear_texts_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(credentials, "_passwords", set())
    monkeypatch.setenv("REDIS_URL", "redis://u:a@h/0")
    credentials.given("REDIS_URL")
    assert credentials.hidden("a banana") == "a banana"


def test_a_file_is_read_where_no_variable_is_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "url").write_text("redis://h/0\n")
    monkeypatch.setenv("REDIS_URL_FILE", str(tmp_path / "url"))
    monkeypatch.delenv("REDIS_URL", raising=False)
    assert credentials.given("REDIS_URL") == "redis://h/0"
    (tmp_path / "url").write_text("redis://h/1\n")
    assert credentials.given("REDIS_URL") == "redis://h/1"  # a secret that is changed
    monkeypatch.setenv("REDIS_URL", "redis://h/2")
    assert credentials.given("REDIS_URL") == "redis://h/2"


def test_a_file_that_is_not_there_is_told_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("REDIS_URL", "MONGODB_URI"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv(f"{name}_FILE", str(tmp_path / "nowhere"))
    with pytest.raises(StoreUnavailable, match="REDIS_URL_FILE"), services.stores():
        pass


def test_stores_that_files_name_are_used(urls: services.Urls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, url in urls.environment().items():
        (tmp_path / name).write_text(url)
        monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv(f"{name}_FILE", str(tmp_path / name))
    with services.stores() as found:
        assert (found.redis, found.embedded) == (urls.redis, False)
    assert services.hold_for_process() == services.Urls(urls.redis, urls.mongodb)
    assert "REDIS_URL" not in os.environ  # children have no more than they need


def test_a_child_that_reads_strangers_pages_gets_none(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("REDIS_URL", "MONGODB_URI", "GOVCRAWL_PRIVACY_KEY", "REDIS_URL_FILE"):
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("LANG", "C.UTF-8")
    left = credentials.harmless()
    assert "LANG" in left
    assert not [name for name in left if "REDIS" in name or "MONGODB" in name or "PRIVACY" in name]


@pytest.mark.usefixtures("learnt")
@pytest.mark.parametrize("style", ["plain", "json"])
def test_no_log_line_shows_a_password_or_lets_a_page_forge_one(style: str) -> None:
    formatter: logging.Formatter = logs.Json() if style == "json" else logs.Plain()
    forged = f"title\x1b[31m\x00\r\n2018-06-15 [x] ERROR: 伪造 \u202e {SECRET} mongodb://u:geheim@h/x 13912345678"
    try:
        raise ValueError(forged)
    except ValueError:
        record = MaskedRecord("govcrawl", logging.WARNING, __file__, 1, "%s", (forged,), sys.exc_info())
    line = formatter.format(record)
    for hidden in (SECRET, "geheim", "\x1b", "\x00", "\r", "\u202e", "13912345678"):
        assert hidden not in line
    if style == "json":
        assert "\n" not in line
        told = json.loads(line)
        assert told["level"] == "WARNING"
        assert "\x1b" not in told["message"] + told["exception"]
        assert "ValueError" in told["exception"]
        assert told["time"].endswith("+00:00")
    else:
        assert all(part.startswith("    ") for part in line.split("\n")[1:])  # a forged line is indented


def test_a_log_set_up_is_that_of_every_handler() -> None:
    handler, before = logging.StreamHandler(), logging.getLogRecordFactory()
    logging.getLogger().addHandler(handler)
    try:
        logs.set_up("json")
        assert isinstance(handler.formatter, logs.Json)
        logs.set_up("plain")
        assert isinstance(handler.formatter, logs.Plain)
        assert logging.getLogRecordFactory() is MaskedRecord
    finally:
        logging.getLogger().removeHandler(handler)
        logging.setLogRecordFactory(before)


@pytest.mark.parametrize("command", [["status"], ["admin", "init"]])
def test_no_command_shows_it(command: list[str], tmp_path: Path, urls: services.Urls) -> None:
    """Stores that are not there, or not what they should be; as addresses and as files."""
    (tmp_path / "mongodb").write_text(f"mongodb://u:{IN_A_URL}@127.0.0.1:1/x?serverSelectionTimeoutMS=100")
    environment = {k: v for k, v in os.environ.items() if k not in ("REDIS_URL", "MONGODB_URI")} | {
        "REDIS_URL": f"redis://u:{IN_A_URL}@127.0.0.1:1/0" if command[0] != "admin" else "",
        "MONGODB_URI_FILE": str(tmp_path / "mongodb"), "GOVCRAWL_HOME": str(tmp_path / "home"),
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "govcrawl", *command],
        env=environment,
        cwd=tmp_path,
        text=True,
        capture_output=True,
        timeout=150,
    )
    assert done.returncode in (1, 2), done.stderr
    assert "127.0.0.1:1" in done.stderr
    for form in (SECRET, IN_A_URL):
        assert form not in done.stdout + done.stderr


def test_the_traceback_of_a_defect_shows_none() -> None:
    code = (
        "import sys, os; from govcrawl import credentials, logs; sys.excepthook = logs.tell_defect; credentials.given('REDIS_URL');"
        "raise RuntimeError('at redis://u:geheim@h and ' + os.environ['X'])"
    )
    environment = os.environ | {"REDIS_URL": f"redis://u:{IN_A_URL}@h/0", "X": SECRET}
    done = subprocess.run([sys.executable, "-c", code], env=environment, text=True, capture_output=True, timeout=150)
    assert done.returncode == 1
    assert "RuntimeError: at redis://***@h and ***" in done.stderr
