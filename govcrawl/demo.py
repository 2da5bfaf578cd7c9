"""``govcrawl demo``: serves the sample province of ``tests/site`` on loopback addresses and runs a whole campaign on it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from govcrawl.errors import InputError, OutputError
from govcrawl.services import free_port

PROVINCE = Path(__file__).parent.parent / "tests" / "site"


def run(out: str, workers: int, command: Callable[[Sequence[str]], int]) -> int:
    """``command`` is the command line's ``main``.  Exit status 1 where the verdicts differ from the planted truth."""
    if not (PROVINCE / "serve.py").exists():
        raise InputError(str(PROVINCE), 0, "找不到样例省；govcrawl demo 须在源代码目录中运行")
    folder = Path(out).absolute()
    if folder.is_dir() and any(folder.iterdir()) and not (folder / "truth.json").exists():
        raise InputError(str(folder), 0, "目录不是空的，也不是上次演示留下的，不会清空它；请用 --out 指定另一个目录")
    try:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    except OSError as error:
        raise OutputError(str(folder), str(error.strerror)) from error
    # stores of its own: a demo starts from nothing and touches no real data
    os.environ["GOVCRAWL_HOME"] = str(folder / ".govcrawl")
    os.environ.pop("REDIS_URL", None)
    os.environ.pop("MONGODB_URI", None)
    with _served(folder):
        status = command(
            ["run", str(folder / "campaign.toml"), "--out", str(folder / "bulletin"), "--workers", str(workers)]
        )
    if status:
        return status
    compare = [
        sys.executable,
        str(PROVINCE / "compare.py"),
        str(folder / "truth.json"),
        str(folder / "bulletin/results.json"),
    ]
    return subprocess.run(compare, check=False).returncode


@contextmanager
def _served(folder: Path) -> Iterator[None]:
    command = [
        sys.executable,
        str(PROVINCE / "serve.py"),
        "--dir",
        str(folder),
        "--port",
        str(free_port()),
        "--until-eof",
    ]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
        try:
            if not server.stdout or not server.stdout.readline():
                raise InputError(str(PROVINCE / "serve.py"), 0, "样例省未能启动，端口可能已被占用")
            yield
        finally:
            server.terminate()
