"""govcrawl with its reading room as native modules, built into a folder of its own, never beside the source.

``python -m tests.compiled`` makes the folder and prints its path.  It is named by a digest of all that goes into it, so what is
there is never stale: changed sources have another folder.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("govcrawl", "pipelines", "reporting")
FILES = ("setup.py", "pyproject.toml", "README.md", "LICENSE")


def possible() -> bool:
    """Whether a C compiler is here."""
    return shutil.which((sysconfig.get_config_var("CC") or "cc").split()[0]) is not None


def build() -> Path:
    """The folder, made if it isn't there yet: in one to two minutes.  Raises RuntimeError with the compiler's words."""
    folder = ROOT / "build" / "compiled" / _digest()
    if not folder.is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".") as scratch:
            made = _compile(Path(scratch))
            if not folder.is_dir():  # another process may have been faster
                made.rename(folder)
    return folder


def environment() -> dict[str, str]:
    """For a child process that runs the compiled modules, and the tests from the source."""
    return {"PYTHONPATH": os.pathsep.join((str(build()), str(ROOT))), "PYTHONSAFEPATH": "1"}


def _sources() -> list[Path]:
    found = [path for package in PACKAGES for path in (ROOT / package).rglob("*") if path.is_file()]
    return sorted(path for path in found if "__pycache__" not in path.parts)


def _digest() -> str:
    digest = hashlib.sha256(f"{sys.version} {metadata.version('mypy')} {metadata.version('selectolax')}".encode())
    for path in (*_sources(), *(ROOT / name for name in FILES)):
        digest.update(f"\0{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _compile(scratch: Path) -> Path:
    for path in (*_sources(), *(ROOT / name for name in FILES)):
        copy = scratch / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
    done = subprocess.run(
        [sys.executable, "setup.py", "--quiet", "build", "--build-lib", "lib"],
        cwd=scratch, env=os.environ | {"GOVCRAWL_COMPILE": "1"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"the compiled build failed:\n{done.stdout[-2000:]}{done.stderr[-4000:]}")
    return scratch / "lib"
