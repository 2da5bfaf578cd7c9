"""Numbers that belong to a person, and how they are shown: ``138****1234``.  Pure, but for the key of ``fingerprint``.

Whatever leaves a worker goes through ``masked``: it hides more than a check accuses of, for a star too many does no harm.  It keeps the
length of a text, so that places in it stay what they are.
"""

from __future__ import annotations

import hmac
import logging
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from hashlib import sha256
from pathlib import Path
from secrets import token_bytes
from typing import Any, Literal, TypeVar
from unicodedata import normalize

from stdnum import luhn, numdb
from stdnum.cn import ric

from govcrawl import credentials, services

logger = logging.getLogger(__name__)
Kind = Literal["mobile", "id_card", "bank_card", "address"]
T = TypeVar("T")

#: Of one run of digits, parted as people part them.  18 places: GB 11643-1999; on a disabled person's certificate kind and degree stand
#: behind them; 15 places: until 1999.  Mobile numbers: the prefixes that the four carriers give to telephones (工信部, 电信网码号资源).
_WITHIN = re.compile(
    r"(?<![A-Za-z\d.])(?<!\d-)(?:"
    r"(?P<id_card>\d{6} ?(?:18|19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]) ?\d{3}[\dXx])(?:[1-7][1-4])?"
    r"|(?P<bank_card>\d{16,19}|\d{4}(?:[ -]\d{4}){3}(?:[ -]?\d{1,3})?|\d{6} \d{10,13})"
    r"|(?P<old_card>[1-8]\d{7}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3})"
    r"|(?:(?:00)?86[ -]?)?(?P<mobile>1(?:3\d|4[5-9]|5[0-35-9]|6[2567]|7[0-8]|8\d|9[0-35-9])(?:[ -]?\d{4}){2})"
    r")(?![A-Za-z\d]|[.-]\d)"
)
_RUN = re.compile(r"\d[\d \-\u3000\xa0]{10,}[XxＸｘ]?")
_LIVES = r"(?:家庭住址|家庭地址|现住址|现居住地|户籍(?:所在地|地址|地)|居住地址|住址|家住)[：:\s]{0,4}"
#: To the door: what stands above (a village, a street) many people share.
_DOOR = r"[^\n，,。；;、：:]{2,40}?\d+(?:号|栋|幢|座|单元|室|弄)[^\n，,。；;、：:\s]{0,20}"
_ADDRESS = re.compile(f"{_LIVES}(?P<address>{_DOOR})")
_MAYBE = re.compile(rf"\d[\d \-\u3000\xa0]{{10}}|{_LIVES}")
_URL = re.compile(r"https?://[^\s<>\"'，。、；（）]+", re.I)
#: A number of eleven places in an address is a page's more often than a telephone's, unless the address says so.
_ASKED_FOR = re.compile(
    r"(?i)(?<=[?&;])(?:\w*(?:phone|mobile|tel|sjh|shouji|lxdh)\w*)=(?:\+|%2B|00)?(?:86)?(1[3-9]\d{9})(?!\d)"
)
_DIGIT = re.compile(r"\d")
#: Beside 62 (GB/T 15694.1, of China UnionPay): first places and length of older debit cards, from the table of github.com/hexindai/bcbc
#: (MIT).  Credit cards of Visa and the like are left out: nobody is paid by them.
OLD_DEBIT_CARDS = {
    "103": 19, "303": 16, "405512": 17, "421349": 16, "433670": 16, "433680": 16, "434061": 16, "434062": 16, "436742": 19,
    "438588": 18, "438589": 18, "456351": 19, "524094": 16, "526410": 16, "601382": 19, "601427": 19, "601428": 17, "602907": 16,
    "602969": 16, "603265": 16, "603367": 18, "609120": 18, "69580": 18, "84301": 16, "90030": 16, "90592": 16, "9111": 19,
    "94003": 18, "955100": 19, "95555": 16, "95588": 19, "95595": 19, "95596": 19, "95597": 19, "95598": 19, "95599": 19,
    "966666": 18, "9688": 16, "9896": 16,
}  # fmt: skip
#: What stays to be seen, at both ends; of an address all but its numbers.
SHOWN: dict[str, tuple[int, int]] = {"mobile": (3, 4), "id_card": (3, 4), "bank_card": (4, 4)}


@dataclass(frozen=True, slots=True)
class Private:
    kind: Kind
    start: int  #: in the text
    end: int
    plain: str  #: the number alone, as it is compared
    sure: bool  #: its check digit, birth date and division, or issuer are right

    def masked(self, text: str) -> str:
        return _hidden(self, text)


def find(text: str) -> Iterator[Private]:
    """In order of their kind, then of the text; none lies within another of its kind."""
    for run in _RUN.finditer(text):
        # the characters around it tell whether a number ends here; each character stays one
        around = text[max(run.start() - 1, 0) : run.start()]
        plain = around + normalize("NFKC", run[0]) + text[run.end() : run.end() + 2]
        for match in _WITHIN.finditer(plain):
            if found := _told(match, run.start() - len(around)):
                yield found
    for match in _ADDRESS.finditer(text):
        yield Private("address", *match.span("address"), "".join(match["address"].split()), sure=True)


def _told(match: re.Match[str], offset: int) -> Private | None:
    name = str(match.lastgroup)
    plain = re.sub(r"[ -]", "", match[name]).upper()
    kind: Kind = "id_card" if name == "old_card" else name  # type: ignore[assignment]
    start, end = (place + offset for place in match.span(name))
    if kind == "bank_card" and not is_issued(plain):
        return None
    return Private(kind, start, end, plain, kind == "mobile" or _is_right(kind, plain))


def _is_right(kind: Kind, plain: str) -> bool:
    return luhn.is_valid(plain) if kind == "bank_card" else len(plain) == 18 and is_identity(plain)


def is_identity(number: str) -> bool:
    """18 places: check digit (ISO 7064, MOD 11-2), birth date, and a division that there is or was (GB/T 2260)."""
    return number[-1] == ric.calc_check_digit(number) and born(number) is not None and is_division(number[:6])


def is_division(code: str) -> bool:
    return any("county" in told for _, told in numdb.get("cn/loc").info(code))


def born(number: str) -> date | None:
    """The birth date in a number of 15 or 18 places, if it is a day."""
    digits = number[6:14] if len(number) == 18 else f"19{number[6:12]}"
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None


def is_issued(number: str) -> bool:
    """Whether a bank of China gives out debit cards, or any with 62, that begin so and are so long."""
    if number.startswith("62"):
        return 16 <= len(number) <= 19
    return any(number.startswith(first) and len(number) == length for first, length in OLD_DEBIT_CARDS.items())


# --- hiding ---------------------------------------------------------------------------------------------------------


def masked(text: str) -> str:
    """``text``, as long as it was, with every number that may be a person's hidden; addresses of pages as ``masked_url`` has them."""
    if not _MAYBE.search(text):
        return text
    parts, last = [], 0
    for url in _URL.finditer(text):
        parts += [_masked(text[last : url.start()]), masked_url(url[0])]
        last = url.end()
    return "".join(parts) + _masked(text[last:])


def masked_url(url: str) -> str:
    """Identity numbers, and mobile numbers where a parameter is named for them; else it would lead elsewhere."""
    for found in list(find(url)):
        if found.kind == "id_card" and found.sure:
            url = url[: found.start] + _hidden(found, url) + url[found.end :]
    return _ASKED_FOR.sub(lambda m: m[0][:-8] + "****" + m[0][-4:], url)


def masked_in(value: T) -> T:
    """The same, of every text within dicts, lists and tuples; what holds none is given back as it is."""
    return _masked_in(value) if _MAYBE.search(str(value)) else value


def _masked_in(value: Any) -> Any:
    if isinstance(value, str):
        return masked(value)
    if isinstance(value, dict):
        return {key: _masked_in(item) for key, item in value.items()}
    return type(value)(map(_masked_in, value)) if isinstance(value, (list, tuple)) else value


def _masked(text: str) -> str:
    letters = list(text)
    for found in find(text):
        letters[found.start : found.end] = _hidden(found, text)
    return "".join(letters)


def _hidden(found: Private, text: str) -> str:
    words = text[found.start : found.end]
    if found.kind == "address":
        return _DIGIT.sub("*", words)
    first, last = SHOWN[found.kind]
    at = [i for i, letter in enumerate(words) if letter.isalnum()]
    hidden = set(at[first:-last])
    return "".join("*" if i in hidden else letter for i, letter in enumerate(words))


class MaskedRecord(logging.LogRecord):
    """A log record that shows numbers masked only, and no passwords, also in a traceback.  ``logging.setLogRecordFactory`` takes it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.exc_info and not self.exc_text:
            self.exc_text = credentials.hidden(masked(logging.Formatter().formatException(self.exc_info)))

    def getMessage(self) -> str:  # noqa: N802 – logging's name
        return credentials.hidden(masked(super().getMessage()))


# --- the same number again ------------------------------------------------------------------------------------------


def fingerprint(kind: str, plain: str) -> str:
    """16 letters, the same for the same number wherever the key is the same; without the key nobody can try numbers out."""
    digest = hmac.new(_key(), f"{kind}:{plain}".encode("utf-8", "surrogatepass"), sha256).hexdigest()[:16]
    return digest.translate(
        str.maketrans("0123456789abcdef", "abcdefghijklmnop")
    )  # no digits: nothing takes it for a number


@cache
def _key() -> bytes:
    """GOVCRAWL_PRIVACY_KEY, else 32 bytes made once and kept in ``GOVCRAWL_HOME``: never in MongoDB, beside what it protects."""
    try:
        return credentials.given("GOVCRAWL_PRIVACY_KEY").encode() or _kept(services.home() / "privacy.key")
    except OSError as error:
        logger.warning("no privacy key can be kept (%s): a number's hash is the same within this process only", error)
        return token_bytes(32)


def _kept(file: Path) -> bytes:
    """Whoever comes first makes it, whole at once."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not file.exists():
        made = file.with_name(f"{file.name}.{os.getpid()}")
        with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as opened:
            opened.write(token_bytes(32))
        try:
            os.link(made, file)
        except FileExistsError:
            logger.debug("another worker was first")
        made.unlink()
    return file.read_bytes()
