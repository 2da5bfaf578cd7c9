"""Pages that say of themselves that they aren't there, though the server said 200 (soft 404), and the address that proves it.

Such words alone prove nothing: an article may be about a page that is gone.  Certain is only a page that looks like the one its host
shows for an address that can't exist.
"""

from __future__ import annotations

import re
from hashlib import blake2b
from typing import Final
from urllib.parse import urlsplit

from govcrawl.facts import Facts

MOST: Final = 300  #: characters; a page that only says that it isn't there has no more
_THING: Final = "(?:网页|页面|内容|文章|信息|文件|栏目|链接|地址|资源|网址)"
_SAYS: Final = re.compile(
    rf"(?<![\w第])404(?![0-9A-Za-z号])|{_THING}[^。！\n]{{0,12}}(?:不存在|找不到|未找到|没有找到|无法找到|(?:已|被)[^。，\n]{{0,4}}(?:删除|移除|移走|失效|下架)|走丢)"
    rf"|(?:找不到|未找到|没有找到|无法找到|不存在)[^。！\n]{{0,12}}{_THING}"
    r"|not\s*(?:be\s*)?found|(?:does\s*not|doesn['’]t|no\s*longer)\s*exist",
    re.I,
)
#: What differs from one such page to the next: addresses, file names, numbers, times.
_OWN: Final = re.compile(r"[\x21-\x7e]*(?:[/=?]|\.[0-9A-Za-z])[\x21-\x7e]*|\d+|\s+")
_ERROR_PATH: Final = re.compile(r"(?:^|[/_-])(?:404|error|err|not-?_?found|page-?_?not-?_?found)(?:$|[/._-])", re.I)


def absent(facts: Facts) -> str:
    """Digest of a page's words that is the same for two such pages of one host; "" for a page that doesn't say so."""
    listed = facts.column and facts.column.items
    if len(facts.text) > MOST or listed:
        return ""
    words = "\n".join(_OWN.sub("", part) for part in (facts.title, facts.text))
    if not words.strip() or not _SAYS.search(f"{words}\n{facts.title}\n{facts.text}"):
        return ""
    return blake2b(words.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def is_error_page(url: str) -> bool:
    """Whether an address is, by its name, where a server sends those who ask for what isn't there."""
    path = urlsplit(url).path
    return path not in ("", "/") and bool(_ERROR_PATH.search(path))


def nowhere(url: str, round_key: str) -> str:
    """An address on the same host that can't exist, the same throughout a round."""
    parts = urlsplit(url)
    name = blake2b(f"{round_key} {parts.netloc.lower()}".encode(), digest_size=8).hexdigest()
    return f"{parts.scheme}://{parts.netloc}/{name}.html"
