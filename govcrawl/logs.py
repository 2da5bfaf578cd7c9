"""How a log line looks: for a person, or as JSON for a log collector.  What a stranger's page or server says can't forge a line."""

from __future__ import annotations

import json
import logging
import re
import sys
from datetime import UTC, datetime
from types import TracebackType

from govcrawl import credentials
from govcrawl.private import MaskedRecord

#: C0 and C1 without tab and line feed, the line ends of Unicode, and the signs that turn the direction of writing.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+")


def clean(text: str) -> str:
    """Without control characters; of several lines all but the first are indented, so none passes for a record of its own."""
    return _CONTROL.sub(" ", text).replace("\n", "\n    ")


class Plain(logging.Formatter):
    def __init__(self) -> None:
        super().__init__("%(asctime)s [%(name)s] %(levelname)s: %(message)s", "%Y-%m-%d %H:%M:%S")

    def format(self, record: logging.LogRecord) -> str:
        return clean(super().format(record))


class Json(logging.Formatter):
    """Keys: time (UTC, ISO 8601), level, logger, message; exception where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        told = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": _CONTROL.sub(" ", record.getMessage()),
        }
        if record.exc_info and not record.exc_text:
            record.exc_text = self.formatException(record.exc_info)
        if record.exc_text:
            told["exception"] = _CONTROL.sub(" ", record.exc_text)
        return json.dumps(told, ensure_ascii=False)


def set_up(style: str, level: str = "INFO") -> None:
    """Of all handlers of the root logger; where it has none it gets one, to stderr, from ``level`` on.  From now on no record shows a
    person's number or a password.
    """
    logging.setLogRecordFactory(MaskedRecord)
    root = logging.getLogger()
    if not root.handlers:
        handler: logging.Handler = logging.StreamHandler()
        handler.setLevel(level)
        root.addHandler(handler)
        root.setLevel(logging.NOTSET)
    for handler in root.handlers:
        handler.setFormatter(Json() if style == "json" else Plain())


def tell_defect(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """For ``sys.excepthook``: the traceback of a defect, without passwords."""
    sys.stderr.write(credentials.hidden(logging.Formatter().formatException((kind, error, trace))) + "\n")
