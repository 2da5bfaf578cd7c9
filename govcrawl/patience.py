"""A MongoDB that is away is waited for, and asked again.  One that hangs tells nobody: no process waits for it at its end."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from pymongo.errors import BulkWriteError, DocumentTooLarge, PyMongoError

from govcrawl import metrics

logger = logging.getLogger(__name__)
T = TypeVar("T")
AWAY_WAIT_S = 1.0
#: MongoDB's error codes: BadValue, FailedToParse, TypeMismatch, Overflow, InvalidBSON, DollarPrefixedFieldName, DottedFieldName,
#: ImmutableField, DocumentValidationFailure, BSONObjectTooLarge, and too large an index key or a document after an update.
ABOUT_A_DOCUMENT = {2, 9, 14, 15, 22, 52, 57, 66, 121, 10334, 17280, 17419, 17420}
END_S = 2.0  #: a farewell that takes longer is not waited for


async def beside(call: Callable[[], T]) -> T:
    """What ``call`` returns or raises, made in a thread of its own.  Given up, it goes on, and keeps no process alive."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[T] = loop.create_future()

    def tell(result: T | None, error: BaseException | None) -> None:
        if answer.done():  # given up
            return
        if error:
            answer.set_exception(error)
        else:
            answer.set_result(result)  # type: ignore[arg-type]

    def run() -> None:
        result, error = None, None
        try:
            result = call()
        except BaseException as raised:  # noqa: BLE001 – whoever waits raises it
            error = raised
        with suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(tell, result, error)

    threading.Thread(target=run, name="beside", daemon=True).start()
    return await answer


def end_soon(call: Callable[[], object]) -> None:
    thread = threading.Thread(target=call, daemon=True)
    thread.start()
    thread.join(END_S)


async def patiently(ask: Callable[[], T], away: Callable[[], None] = lambda: None) -> T:
    """What MongoDB answers, asked off the event loop, and asked again until it can; ``away`` is called before each wait.  Raises only
    what waiting can't mend.
    """
    while True:
        try:
            return await beside(metrics.watched("MongoDB", ask, PyMongoError))
        except PyMongoError as error:
            if is_about_a_document(error):
                raise
            logger.warning("MongoDB is away, waiting: %s", reason(error))
        away()
        await asyncio.sleep(AWAY_WAIT_S)


def is_about_a_document(error: PyMongoError) -> bool:
    """Whether waiting is no help: this result can't be written.  A full disk, lost rights, an election pass; nothing is lost meanwhile."""
    codes = {e["code"] for e in error.details.get("writeErrors", ())} if isinstance(error, BulkWriteError) else set()
    return bool(codes & ABOUT_A_DOCUMENT) or isinstance(error, DocumentTooLarge)


def reason(error: PyMongoError) -> str:
    """The first one, in one line."""
    written = isinstance(error, BulkWriteError) and error.details.get("writeErrors")
    return str(written[0] if written else error).partition(", Timeout:")[0][:300]
