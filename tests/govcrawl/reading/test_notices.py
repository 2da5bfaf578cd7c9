"""What counts as a site's own notice; how each kind is read: ``shapes/notice-*``."""

import pytest

from govcrawl.reading import read


def notices(main: str, title: str = "甲县教育局网站", role: str = "home"):
    page = f"<title>{title}</title><body><div>{main}</div></body>"
    return read(page.encode(), "http://jyj.a.gov.cn/", role=role).notices  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "words",
    [
        "本网站将于2018年4月1日正式关闭",
        "本站已停止运行",
        "我局门户网站已整合至甲县人民政府网站，不再更新",
        "甲县教育局网站永久下线公告",
        "甲县教育局政府网站迁移公告",
        "关于网站关停的通告",
        "关于网站关停迁移的公告",
        "关于网站永久下线的公告",
    ],
)
def test_the_site_says_so_of_itself(words: str) -> None:
    (notice,) = notices(f"<p>各位网友：{words}。</p>" if not words.startswith("关于") else f"<h2>{words}</h2>")
    assert notice.kind in ("closed", "moved")
    assert words in notice.text


@pytest.mark.parametrize(
    "words",
    [
        "全市关停违法网站37家", "关于做好政府网站迁移工作的通知", "乙局网站已整合至本网站", "乙局网站迁移至甲县教育局网站",
        "本网站“招考”栏目停止更新", "本网站微信公众号停止更新", "如遇故障，本网站可能停止服务", "本网站有权停止服务",
        "本网站已停止支持IE6浏览器", "库区移民迁至新县城", "暂停办理户口迁移业务", "本站公告 关闭", "学校搬迁公告", "未经本网站许可停止使用",
    ],
)  # fmt: skip
def test_what_others_do_and_what_may_be_is_no_notice(words: str) -> None:
    assert notices(f"<p>{words}</p>") == ()


@pytest.mark.parametrize(
    "words", ["本网站因安全整改暂时关闭", "本网站暂时停止服务", "本网站临时下线", "本网站升级改版期间停止服务"]
)
def test_what_is_shut_for_a_while_is_not_closed(words: str) -> None:
    assert [n.kind for n in notices(f"<p>{words}</p>")] == ["paused"]


@pytest.mark.parametrize(
    "words", ["关于启用新域名的公告", "甲县政府门户网站域名变更公告", "本网站域名变更为www.b.gov.cn"]
)
def test_a_new_domain_of_a_portal(words: str) -> None:
    assert [n.kind for n in notices(f"<p>{words}</p>", "甲县人民政府门户网站")] == ["domain"]


def test_a_portal_that_another_site_moves_to_has_not_moved() -> None:
    assert notices("<p>甲县教育局网站迁移至甲县人民政府门户网站</p>", "甲县人民政府门户网站") == ()


def test_a_sentence_says_more_than_its_heading() -> None:
    (notice,) = notices("<h2>网站迁移公告</h2><p>本网站已迁移至 www.a.gov.cn/jyj/ 。</p>")
    assert (notice.text, notice.target) == ("本网站已迁移至 www.a.gov.cn/jyj/", "http://www.a.gov.cn/jyj/")


def test_notices_are_read_on_the_home_page_and_its_fragments_only() -> None:
    assert notices("<p>本网站已停止更新</p>", role="fragment")
    assert not notices("<p>本网站已停止更新</p>", role="column")


def test_a_page_full_of_the_words_is_read_in_time() -> None:
    assert notices("停止迁移关停" * 100_000 + "域名。" * 20_000) == ()
