"""Page styles, by the name a plan gives them."""

from styles.base import Answer, Style
from styles.boda import Boda
from styles.jpage import Jpage
from styles.modern import Modern
from styles.tables import Tables
from styles.trs import Trs
from styles.urldate import UrlDate

STYLES: dict[str, type[Style]] = {
    "trs": Trs,
    "jpage": Jpage,
    "boda": Boda,
    "urldate": UrlDate,
    "tables": Tables,
    "modern": Modern,
}

__all__ = ["STYLES", "Answer", "Style"]
