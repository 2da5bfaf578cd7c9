"""How many seeded numbers of persons are found, on how many pages without a leak one is seen: ``python -m tests.bench.privacy``.

The pages are made up, in the shapes that lists of recipients, contact tables and notices have; names and numbers are nobody's.
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from random import Random

from govcrawl.contracts import Page, Task
from govcrawl.reading import read
from pipelines.checks import Look
from pipelines.checks.privacy import look
from tests.pipelines.checks.invented import card, identity, mobile, name

URL, AT = "http://www.a.gov.cn/gs/t20180502_1.html", datetime(2018, 6, 1, tzinfo=UTC)
LISTS = (
    "农村低保对象公示 城乡居民临时救助发放名单 贫困学生资助名单 危房改造补助对象公示 公租房保障对象公示 残疾人两项补贴发放花名册 高龄补贴发放表 退耕还林补助兑现公示 "
    "种粮补贴发放公示 特困人员供养名册"
).split()
#: title, heading, the cell before the number: people to be called
CALLED = [
    ("村（社区）干部通讯录", "姓名 职务 手机", "支部书记"), ("2018年防汛责任人公示", "姓名 单位 联系电话", "水务局"),
    ("家庭农场名录公示", "负责人姓名 农场 联系电话", "某某家庭农场"), ("乡村医生签约服务团队名单", "姓名 服务村 联系电话", "长坡村"),
    ("专家库名单公示", "姓名 职称 联系电话", "高级工程师"), ("小额贷款公司名录", "姓名 公司 电话", "某某公司"),
    ("农机补贴经销商名单公示", "联系人姓名 经销商 电话", "某某农机"), ("脱贫攻坚驻村工作队员名单", "姓名 派出单位 电话", "县农业局"),
    ("律师值班表", "姓名 日期 电话", "5月2日"), ("低保经办人员名单公示", "姓名 乡镇 电话", "太平镇"),
]  # fmt: skip
Case = tuple[str, str, dict[str, int]]  # title, body, numbers of each kind


def leaks(rng: Random) -> Iterator[Case]:
    n, b, title = rng.randint(2, 8), rng.randint(0, 9000), rng.choice(LISTS)
    people, man, house = range(b, b + n), name(b), b % 90 + 1
    each, lived = {"mobile": n}, "太平镇长坡村3组"
    yield (
        title,
        table("姓名 身份证号 联系电话", *((name(x), identity(x), mobile(x)) for x in people)),
        each | {"id_card": n},
    )
    yield title, table("序号 姓名 性别 联系电话 金额", *((x, name(x), "男", mobile(x), 360) for x in people)), each
    yield title, table("姓名 家庭住址 电话", *((name(x), lived, mobile(x)) for x in people)), each
    yield title, table("学生姓名 家长姓名 家长电话", *((name(x), name(x + 1), mobile(x)) for x in people)), each
    accounts = table("户主姓名 身份证号码 一卡通账号", *((name(x), identity(x), card(x)) for x in people))
    yield title, accounts, {"id_card": n, "bank_card": n}
    yield title, table("姓名 开户行 银行卡号", *((name(x), "农村信用社", card(x)) for x in people)), {"bank_card": n}
    yield title, lines(*((name(x), "女", identity(x)) for x in people)), {"id_card": n}
    yield title, lines(("姓名", "性别", "电话"), *((name(x), "女", mobile(x)) for x in people)), each
    yield title, lines((f"{man}，女，家庭住址：昆明市太平路{house}号3栋501室，救助3000元。",)), {"address": 1}
    yield "网民来信", lines((f"我叫{man}，我的电话是{mobile(b)}，请尽快处理。",)), {"mobile": 1}
    yield "拟录用公示", lines((f"{man}，男，1980年生，身份证号：{identity(b)}，现住昆明市。",)), {"id_card": 1}
    punished = f"当事人：{man}，身份证号码：{identity(b)}，住址：某某县和平街{house}号。"
    yield "行政处罚决定书", lines((punished,)), {"id_card": 1, "address": 1}


def duties(rng: Random) -> Iterator[Case]:
    n, b, title = rng.randint(2, 8), rng.randint(0, 9000), rng.choice(LISTS)
    people, man = range(b, b + n), name(b)
    for called, heading, before in CALLED:
        yield called, table(heading, *((name(x), before, mobile(x)) for x in people)), {}
    yield "培训通知", lines((f"联系人：{man}，联系电话：0871-65550000、{mobile(b)}。",)), {}
    told = f"现予公示，公示期5天。如有异议请向县民政局反映，电话：{mobile(b)}，联系人{man}。"
    yield title, lines((told,), (f"监督电话：{mobile(b + 1)}",)), {}
    bid = f"项目编号：{rng.randint(10**17, 10**18 - 1)}，采购人联系人：{man} {mobile(b)}，开户账号：{card(b)}，户名：某某县交易中心"
    yield "中标公告", lines((bid,)), {}
    hidden = ((name(x), f"{identity(x)[:6]}********{identity(x)[-4:]}", f"139****{mobile(x)[-4:]}") for x in people)
    yield title, table("姓名 身份证号 电话", *hidden), {}
    yield "招聘信息", table("岗位 人数 联系电话", *(("保安", 3, mobile(x)) for x in people)), {}


def table(heading: str, *rows: tuple[object, ...]) -> str:
    cells = ("".join(f"<td>{cell}</td>" for cell in row) for row in (heading.split(), *rows))
    return f"<table>{''.join(f'<tr>{row}</tr>' for row in cells)}</table>"


def lines(*rows: tuple[object, ...]) -> str:
    return "".join(f"<p>{'　'.join(map(str, row))}</p>" for row in rows)


def seen(title: str, body: str) -> dict[str, int]:
    trail = '<div class="dqwz">当前位置：<a href="/">首页</a> &gt; <a href="/gs/">公示公告</a></div>'
    html = f"<html><head><meta charset='utf-8'><title>{title}</title></head><body>{trail}<div><h1>{title}</h1>{body}</div></body></html>"
    facts = read(html.encode(), URL, role="article")
    page = Look(Task("1", "site", "article", URL), Page(URL, "ok", 200, AT, 0.1), facts)
    return {s.detail["kind"]: s.detail["count"] for s in look(page)}


def measure(times: int) -> dict[str, dict[str, int]]:
    """Of each kind: pages seeded, found (all its numbers), false (said where none is)."""
    rng, told = Random(20180615), {key: Counter[str]() for key in ("seeded", "found", "false")}
    for _ in range(times):
        for title, body, want in (*leaks(rng), *duties(rng)):
            got = seen(title, body)
            told["seeded"].update(want.keys())
            told["found"].update(kind for kind, n in want.items() if got.get(kind) == n)
            told["false"].update(got.keys() - want.keys())
    return {key: dict(counts) for key, counts in told.items()}


def main() -> int:
    os.environ.setdefault("GOVCRAWL_PRIVACY_KEY", "of the measure")
    times = 100
    told = measure(times)
    print(f"{times} × {len(list(duties(Random(0))))} pages without a leak")
    for kind, n in sorted(told["seeded"].items()):
        print(f"{kind:12}{told['found'].get(kind, 0):6} of {n:5} pages found{told['false'].get(kind, 0):6} false")
    print(json.dumps(told))
    return 0


if __name__ == "__main__":
    sys.exit(main())
