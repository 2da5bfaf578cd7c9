"""bulletin.pdf, by LibreOffice where it is installed.  Its bytes depend on its version and the fonts of the machine."""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import tempfile
from datetime import date
from pathlib import Path

from .packed import moment

logger = logging.getLogger(__name__)
#: Name or path of the program; empty: looked for under its usual names; ``no``: no PDF is made.
SOFFICE = os.environ.get("GOVCRAWL_SOFFICE", "")
PATIENCE_S = 120.0
#: Faces of the form, and what stands in for them where they are not installed, the first that is there.
_FACES = {
    "方正小标宋简体": ("FZXiaoBiaoSong-B05S", "Noto Serif CJK SC", "Source Han Serif SC", "SimSun"),
    "仿宋_GB2312": ("FangSong", "STFangsong", "FandolFang", "Noto Serif CJK SC", "AR PL UMing CN"),
    "楷体_GB2312": ("KaiTi", "STKaiti", "FandolKai", "AR PL UKai CN", "Noto Serif CJK SC"),
    "黑体": ("SimHei", "Noto Sans CJK SC", "Source Han Sans SC", "WenQuanYi Zen Hei"),
    "宋体": ("SimSun", "Noto Serif CJK SC", "AR PL UMing CN"),
}


def program() -> str:
    """Empty: there is none, or none is wanted."""
    if SOFFICE == "no":
        return ""
    return next(filter(None, map(shutil.which, [SOFFICE] if SOFFICE else ["soffice", "libreoffice"])), "")


def render(docx: bytes, day: date) -> bytes:
    """The same pages; empty, with a line in the log, where the program fails."""
    with tempfile.TemporaryDirectory(prefix="govcrawl-pdf-") as name:
        folder = Path(name)
        (folder / "bulletin.docx").write_bytes(docx)
        (folder / "fonts.conf").write_text(_fonts(), "utf-8")
        told = {"FONTCONFIG_FILE": str(folder / "fonts.conf"), "SOURCE_DATE_EPOCH": str(int(moment(day).timestamp()))}
        profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
        command = [
            program(),
            profile,
            "--headless",
            "--convert-to",
            "pdf",
            "--outdir",
            name,
            str(folder / "bulletin.docx"),
        ]
        try:
            subprocess.run(command, env=os.environ | told, capture_output=True, timeout=PATIENCE_S, check=True)
            return (folder / "bulletin.pdf").read_bytes()
        except (OSError, subprocess.SubprocessError) as error:
            logger.warning("没有生成 bulletin.pdf：%s", error)
            return b""


def _fonts() -> str:
    aliases = "".join(
        f"<alias binding='same'><family>{face}</family><prefer>{''.join(f'<family>{one}</family>' for one in others)}</prefer></alias>"
        for face, others in _FACES.items()
    )
    return f"<?xml version='1.0'?><fontconfig><include ignore_missing='yes'>/etc/fonts/fonts.conf</include>{aliases}</fontconfig>"
