"""Messages: JSON out, the same task in; anything else is refused."""

from __future__ import annotations

import json
import pickle
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govcrawl.contracts import Task
from govcrawl.errors import BadMessage
from govcrawl.frontier.codec import decode, encode, host_of, task_id
from tests.govcrawl.build import task

TASKS = st.builds(
    Task,
    site=st.text(max_size=10), kind=st.sampled_from(["site", "probe"]), role=st.sampled_from(["home", "column", "link", "page"]),
    url=st.builds("http://a.cn/{}".format, st.integers(0)), depth=st.integers(0, 9), found_on=st.text(max_size=30),
    text=st.text(max_size=20), priority=st.integers(0, 99), visit=st.integers(0, 99), hops=st.integers(0, 9),
    spent_s=st.floats(0, 99), not_before=st.floats(0, 1e10), on_home=st.booleans(),
)  # fmt: skip


@given(TASKS)
def test_a_task_comes_back_as_it_went(sent: Task) -> None:
    assert decode(encode(sent)) == sent


def test_a_message_is_small_json_without_defaults() -> None:
    message = json.loads(encode(task()))
    assert message == {
        "q": "site",
        "h": "a.gov.cn",
        "s": "5300000001",
        "k": "site",
        "r": "page",
        "u": "http://a.gov.cn/0",
        "p": 50,
    }


@pytest.mark.parametrize(
    ("raw", "word"),
    [
        (pickle.dumps({"u": "http://a.cn/"}), "JSON"),
        (b"[1, 2]", "JSON 对象"),
        (b'{"s": "1", "k": "site", "r": "eval", "u": "http://a.cn/", "p": 1}', "未知的角色"),
        (b'{"s": "1", "k": "site", "r": "page", "u": "http://a.cn/", "p": 1, "callback": "os.system"}', "未知的键"),
        (b'{"s": "1", "k": "site", "r": "page", "u": "http://a.cn/", "p": "high"}', "字段不合规"),
        (b'{"s": "1", "k": "other", "r": "page", "u": "http://a.cn/", "p": 1}', "字段不合规"),
        (b'{"s": "1", "k": "site", "r": "page", "u": "file:///etc/passwd", "p": 1}', "http"),
        (b'{"k": "site", "r": "page", "u": "http://a.cn/", "p": 1}', "字段不合规"),
    ],
)
def test_what_is_not_a_task_is_refused(raw: bytes, word: str) -> None:
    with pytest.raises(BadMessage, match=word):
        decode(raw)


def test_identity_is_the_url_not_the_belief_about_it() -> None:
    page = task()
    assert task_id(page) == task_id(replace(page, role="column", priority=1, depth=3))
    assert task_id(page) != task_id(replace(page, role="link"))
    assert task_id(page) != task_id(replace(page, kind="probe", visit=1))
    assert task_id(replace(page, kind="probe", visit=1)) != task_id(replace(page, kind="probe", visit=2))


def test_politeness_counts_by_host_with_port() -> None:
    assert host_of("http://user:pw@A.gov.cn:8080/x") == "a.gov.cn:8080"


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
