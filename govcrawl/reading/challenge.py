"""Test pages of web firewalls: they speak to the visitor's browser, not about the site."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from govcrawl.reading.encoding import decode

MAX_BYTES: Final = 200_000  #: no test page is larger
MAX_LINKS: Final = 20  #: nor has as many links

_STATUSES: Final = frozenset((202, 400, 403, 405, 412, 418, 429, 493, 503, 521, 567))
_MARKS: Final = re.compile(
    r"__jsl_clearance|__jsluid|\$_ts\b|_\$[a-zA-Z0-9]{2,4}\(|yunsuo_session|security_session_verify|acw_sc__v2|acw_tc|cf_chl|challenge-platform|jschl|"
    r"wzws[-_]|WZWSREL|_waf_|waf_verify|aliyun_waf|safeline|slider_?captcha|goto_verify|anti-?bot|verify_?code_?check"
)
_BLOCKED: Final = re.compile(
    r"创宇盾|云盾|安全狗|云锁|宝塔.{0,6}防火墙|防火墙.{0,12}(?:拦截|阻断)|访问(?:请求)?(?:已|被).{0,8}(?:拦截|阻断)|(?:疑似|可能存在|存在).{0,6}攻击|"
    r"访问验证|安全验证|人机验证|请完成.{0,8}验证|您的(?:访问|请求).{0,10}(?:异常|拦截|阻断)|访问过于频繁|"
    r"web application firewall|Request (?:has been )?blocked",
    re.I,
)
_COOKIE_SCRIPT: Final = re.compile(
    r"document\s*\.\s*cookie|eval\s*\(|location\s*\.\s*(?:reload|href|replace)|location\s*="
)
_SCRIPT: Final = re.compile(r"<(script|style|noscript)\b.*?(?:</\1\s*>|$)", re.I | re.S)
_TAG: Final = re.compile(r"<[^<>]*>")
_FEW_WORDS: Final = 60


def is_challenge(status: int, headers: Iterable[tuple[str, str]], body: bytes) -> bool:
    """Whether an answer is a firewall's test or block page; a plain error page of the site is not.

    ``status`` 200 counts only with a known mark: some firewalls test with a good status.
    """
    if len(body) > MAX_BYTES or (status not in _STATUSES and body.count(b"href") > MAX_LINKS):
        return False
    headers = tuple(headers)
    source, _ = decode(body, headers)
    words = _TAG.sub(" ", _SCRIPT.sub(" ", source)).split()
    script_only = "<script" in source.lower() and sum(map(len, words)) <= _FEW_WORDS
    if script_only and (_MARKS.search(source) or _marked_header(headers)):
        return True
    if status not in _STATUSES:
        return False
    return (
        bool(_BLOCKED.search(source))
        or (script_only and bool(_COOKIE_SCRIPT.search(source)))
        or (status in (412, 521) and script_only)
    )


def _marked_header(headers: Iterable[tuple[str, str]]) -> bool:
    return any(k.lower() == "set-cookie" and _MARKS.search(v) for k, v in headers)
