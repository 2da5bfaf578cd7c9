"""Messages: JSON out, the same task in; anything else is refused."""

from __future__ import annotations

import json
import pickle
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from govcrawl.contracts import Task
from govcrawl.errors import BadMessage
from govcrawl.frontier.codec import decode, encode, host_of, slip_of, task_id
from tests.govcrawl.build import task
from tests.govcrawl.frontier.made import realistic

patient = settings(suppress_health_check=[HealthCheck.too_slow])  # the machine may be busy
HOSTS = st.sampled_from(["a.cn", "www.a.gov.cn:8080", "u:p@a.cn", "[::1]:80", "新华网.cn", "HTTP.cn", "10.0.0.1"])
PATHS = st.builds(
    "".join,
    st.lists(st.sampled_from(["/", "//", "a", "栏目", "?x=", "&", ":", "http://b.cn/", "%20", ".."]), max_size=8),
)
URLS = st.builds(
    "{}://{}{}".format,
    st.sampled_from(["http", "https"]),
    HOSTS,
    PATHS.map(lambda p: p if p[:1] in ("", "/", "?") else f"/{p}"),
)
TASKS = st.builds(
    Task,
    site=st.text(max_size=10), kind=st.sampled_from(["site", "probe"]), role=st.sampled_from(["home", "part", "column", "link", "page"]),
    url=URLS, depth=st.integers(0, 9), found_on=st.one_of(st.just(""), URLS), text=st.text(max_size=20),
    priority=st.integers(0, 99), visit=st.integers(0, 99), hops=st.integers(0, 9),
    spent_s=st.floats(0, 99), not_before=st.floats(0, 1e10), on_home=st.booleans(), guessed=st.booleans(),
)  # fmt: skip


@patient
@given(TASKS)
def test_a_task_comes_back_as_it_went(sent: Task) -> None:
    assert decode(encode(sent)) == sent


@patient
@given(TASKS)
def test_a_task_found_on_its_own_host_comes_back_as_it_went(sent: Task) -> None:
    here = replace(sent, found_on=sent.url + "/x", url=sent.url + "/y")
    assert decode(encode(here)) == here


def test_a_message_is_small_json_without_defaults() -> None:
    message = json.loads(encode(task(found_on="http://a.gov.cn/list/")))
    assert message == {"s": "5300000001", "r": "page", "u": "//a.gov.cn/0", "p": 50, "f": "/list/"}


@pytest.mark.parametrize(
    ("url", "found_on", "short"),
    [
        ("https://a.cn/1", "https://a.cn/", ("https://a.cn/1", "/")), ("https://a.cn/1", "http://a.cn/", ("https://a.cn/1", "http://a.cn/")),
        ("http://a.cn/1", "http://a.cn.evil/", ("//a.cn/1", "http://a.cn.evil/")), ("http://a.cn", "http://a.cn/x", ("//a.cn", "/x")),
        ("http://a.cn/1", "http://a.cn", ("//a.cn/1", "http://a.cn")), ("http://a.cn//1", "http://a.cn//b.cn/", ("//a.cn//1", "//b.cn/")),
    ],
)  # fmt: skip
def test_where_a_task_was_found_is_a_path_on_its_own_host(url: str, found_on: str, short: tuple[str, str]) -> None:
    sent = task(url=url, found_on=found_on)
    message = json.loads(encode(sent))
    assert (message["u"], message["f"]) == short
    assert decode(encode(sent)) == sent


def test_messages_of_a_real_crawl_are_short() -> None:
    sizes = [len(encode(one)) for one in realistic(2000)]
    assert sum(sizes) / len(sizes) < 170  # bytes, with URLs of about 60 characters and Chinese column names


@pytest.mark.parametrize(
    ("raw", "word"),
    [
        (pickle.dumps({"u": "http://a.cn/"}), "JSON"), (b"", "JSON"), (b"\xff", "JSON"), (b'{"s": "\xff"}', "JSON"), (b"[" * 99_999, "JSON"),
        (b"[1, 2]", "JSON 对象"),
        (b'{"s": "1", "k": "site", "r": "eval", "u": "http://a.cn/", "p": 1}', "未知的角色"),
        (b'{"s": "1", "k": "site", "r": {"a": 1}, "u": "http://a.cn/", "p": 1}', "未知的角色"),
        (b'{"s": "1", "k": "site", "u": "http://a.cn/", "p": 1}', "未知的角色"),
        (b'{"s": "1", "k": "site", "r": "page", "u": "http://a.cn/", "p": 1, "callback": "os.system"}', "未知的键"),
        (b'{"s": "1", "r": "page", "url": "http://a.cn/", "p": 1}', "未知的键"),  # the fields' names are not the keys
        (b'{"s": "1", "k": "site", "r": "page", "u": "http://a.cn/", "p": "high"}', "字段不合规"),
        (b'{"s": "1", "k": "other", "r": "page", "u": "http://a.cn/", "p": 1}', "字段不合规"),
        (b'{"k": "site", "r": "page", "u": "http://a.cn/", "p": 1}', "字段不合规"),
        (b'{"s": "1", "r": "page", "u": null, "p": 1}', "字段不合规"),
        *((b'{"s": "1", "r": "page", "u": "%s", "p": 1}' % url, "http") for url in (
            b"file:///etc/passwd", b"javascript:alert(1)", b"/relative", b"", b"http://[", b"//[::1", b"ftp://a.cn/",
        )),
    ],
)  # fmt: skip
def test_what_is_not_a_task_is_refused(raw: bytes, word: str) -> None:
    with pytest.raises(BadMessage, match=word):
        decode(raw)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("skrudftpvnebox"), inner, max_size=6),
)


@patient
@given(st.one_of(st.binary(max_size=60), JSON.map(lambda value: json.dumps(value).encode())))
def test_whatever_the_message_nothing_but_badmessage_is_raised(raw: bytes) -> None:
    with suppress(BadMessage):
        assert isinstance(decode(raw), Task)


# --- identity ---


def test_identity_is_the_url_not_the_belief_about_it() -> None:
    page = task()
    assert task_id(page) == task_id(replace(page, role="column", priority=1, depth=3))
    assert task_id(page) != task_id(replace(page, role="link"))
    assert task_id(page) != task_id(replace(page, kind="probe", visit=1))
    assert task_id(replace(page, kind="probe", visit=1)) != task_id(replace(page, kind="probe", visit=2))


def test_politeness_counts_by_host_with_port() -> None:
    assert host_of("http://user:pw@A.gov.cn:8080/x") == "a.gov.cn:8080"


def test_a_slip_says_what_the_scripts_must_know() -> None:
    assert slip_of(task(priority=7, url="http://u:p@A.cn:81/x|y")) == "07site|a.cn:81|5300000001"
    assert slip_of(task(role="link", site="a|b")) == "50link|a.gov.cn|a|b"
    assert slip_of(task(kind="probe", role="probe", url="http://a|b.cn/", priority=0)) == "00probe|a%7cb.cn|5300000001"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://a.gov.cn/zwgk/", "http://a.gov.cn/zwgk/index.html"), ("http://a.gov.cn/", "https://www.a.gov.cn/default.aspx"),
        ("http://a.gov.cn/x/index.shtml?p=2", "http://a.gov.cn/x/?p=2"), ("http://a.gov.cn", "http://A.gov.cn/"),
    ],
)  # fmt: skip
def test_one_page_linked_in_two_ways_is_one_task(one: str, other: str) -> None:
    assert task_id(task(url=one)) == task_id(task(url=other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://a.gov.cn/x/", "http://a.gov.cn/x"), ("http://a.gov.cn/index_1.html", "http://a.gov.cn/"),
        ("http://a.gov.cn/?id=1", "http://a.gov.cn/?id=2"), ("http://a.gov.cn/", "http://b.gov.cn/"), ("http://a.gov.cn/", "http://a.gov.cn:81/"),
    ],
)  # fmt: skip
def test_different_pages_are_different_tasks(one: str, other: str) -> None:
    assert task_id(task(url=one)) != task_id(task(url=other))
