"""Column and board kits that the sites of the province are put together from."""

from __future__ import annotations

from dataclasses import replace

from plan import Board, Column, Dead, Letter

# --- columns ----------------------------------------------------------------------------------------------------

ABOUT = Column("机构职能", "static", body="text", on_home=False)
CONTACT = Column("联系方式", "static", body="short", on_home=False)
GUIDE = Column("办事指南", "service", (21, 88, 170), on_home=False)
SURVEY = Column("意见征集", "survey", (20, 66, 150), on_home=False)
#: Six activities within the year: no deduction for 调查征集.
SURVEY_6 = replace(SURVEY, ages=(20, 55, 90, 130, 190, 260))

_NEWS = (("工作动态", "县区动态"), ("部门动态", "基层动态"), ("要闻速递", "行业动态"), ("工作动态", "图片新闻"))
_AGES = (
    ((1, 3, 5, 8, 12), (2, 4, 9, 13, 20)),
    ((0, 2, 6, 9, 14), (1, 5, 7, 11, 13)),
    ((2, 3, 7, 10, 13), (1, 4, 6, 8, 12)),
)


def usual(k: int) -> tuple[Column, ...]:
    """The columns of a site in good order; ``k`` varies names and dates.  At least ten items of its home page are new."""
    (first, second), (ages, more) = _NEWS[k % 4], _AGES[k % 3]
    return (
        Column(first, "news", ages),
        Column(second, "news", more),
        Column("通知公告", "notice", (6 + k % 5, 11, 40 + k, 95)),
        Column("政策文件", "policy", (30 + k, 77, 150)),
        Column("人事信息", "personnel", (45 + 3 * k, 210)),
        Column("规划计划", "plan", (60 + 5 * k, 240), on_home=False),
        GUIDE,
        SURVEY,
        ABOUT,
    )


def stale(over_news: int = 15, over_half: int = 181, over_year: int = 366) -> dict[str, Column]:
    """Columns one day over their window, by name."""
    half, year = (over_half, over_half + 60), (over_year, over_year + 90)
    return {
        "县区动态": Column("县区动态", "news", (over_news, over_news + 5, over_news + 20)),
        "部门动态": Column("部门动态", "news", (over_news, over_news + 9, over_news + 30)),
        **{n: Column(n, "notice", half) for n in ("通知公告", "公示公告", "招标公告")},
        **{n: Column(n, "policy", half) for n in ("政策文件", "规范性文件", "法规文件")},
        **{n: Column(n, "personnel", year) for n in ("人事信息", "人事任免", "招考录用")},
        **{n: Column(n, "plan", year) for n in ("规划计划", "工作计划", "发展规划")},
        "财政预决算": Column("财政预决算", "other", year),
    }


def over(*names: str) -> tuple[Column, ...]:
    return tuple(stale()[n] for n in names)


def within(*names: str) -> tuple[Column, ...]:
    """The same columns on the last day of their window."""
    return tuple(stale(14, 180, 365)[n] for n in names)


LIVELY = Column("工作动态", "news", (1, 2, 4, 7, 10, 14))
PICTURES = Column("图片新闻", "news", (2, 3, 6, 9, 12, 14))

# --- boards -----------------------------------------------------------------------------------------------------

FINE = (Letter(12, 9), Letter(48, 41), Letter(130, 118))
IN_TIME = (Letter(10), Letter(92), Letter(150, 60), Letter(220, 212))
TOO_OLD = (Letter(93), Letter(120, 110), Letter(25, 20))
LATE = (Letter(30, 22), Letter(200, 105), Letter(260, 250))
LONG_AGO = (Letter(33, 30), Letter(70, 64), Letter(367), Letter(500), Letter(480, 470))
WAITING = (Letter(15), Letter(130), Letter(240))


def consult(shape: str = "table", letters: tuple[Letter, ...] = FINE, name: str = "在线咨询") -> tuple[Board, ...]:
    return (Board(name, "consult", shape, letters),)  # type: ignore[arg-type]


ASIDE = (
    Board("网上调查", "survey", "detail", WAITING),
    Board("在线访谈", "interview", "list", WAITING),
    Board("举报投诉", "other", "table", WAITING),
)

#: 4 notices and policies at 4 points, 4 of personnel and plans at 5: 36 points.
DEDUCED = (
    LIVELY,
    PICTURES,
    *over("通知公告", "公示公告", "政策文件", "规范性文件", "人事信息", "招考录用", "规划计划", "工作计划"),
    SURVEY_6,
    ABOUT,
)


def dead(home: int, elsewhere: int) -> tuple[Dead, ...]:
    return tuple(Dead(f"/zt/2016/{i + 1}/index.html", on_home=True) for i in range(home)) + tuple(
        Dead(f"/uploads/old/fj{i + 1}.doc", kind="file") for i in range(elsewhere)
    )


BLANKS = ("专题专栏", "机构设置", "统计数据", "领导信息", "招商引资")


def blank(*names: str) -> tuple[Column, ...]:
    """Columns with nothing in them; the first says so in words."""
    return tuple(
        Column(
            n, "static" if n in ("领导信息", "机构设置") else "other", body="blank" if i else "nothing", on_home=False
        )
        for i, n in enumerate(names)
    )


def opened(channel: Column, columns: tuple[Column, ...], *under: str) -> tuple[Column, ...]:
    """``columns`` with those named moved below a channel page."""
    return (channel, *(replace(c, under=channel.name) if c.name in under else c for c in columns))


OPEN = Column("政务公开", "other", body="channel", on_home=False)
STUB = replace(OPEN, body="stub")


def aged(columns: tuple[Column, ...], least: int) -> tuple[Column, ...]:
    """The same columns with nothing newer than ``least`` days."""
    return tuple(replace(c, ages=tuple(sorted(max(a, least + i) for i, a in enumerate(c.ages)))) for c in columns)


def undated(columns: tuple[Column, ...], dates: str, *names: str) -> tuple[Column, ...]:
    return tuple(replace(c, dates=dates) if not names or c.name in names else c for c in columns)  # type: ignore[arg-type]


PINNED = replace(usual(1)[0], ages=(560, 1, 3, 5, 8, 12))
LONG = replace(usual(2)[2], ages=tuple(range(5, 5 + 7 * 19, 7)))
_DRAWN = {
    "news": ("工作动态", "部门动态", "县区动态"),
    "notice": ("通知公告", "公示公告"),
    "policy": ("政策文件", "规范性文件", "法规文件"),
}
VUE = tuple(
    Column(n, cls, LIVELY.ages if n == "工作动态" else (), "script", on_home=n == "工作动态")
    for cls, names in _DRAWN.items()
    for n in names
)
THREE = usual(0)[:3]
