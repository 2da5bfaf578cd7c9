"""Tasks as a real crawl plans them: a hundred a site, URLs of about 60 characters, found on a list page, with a column's name."""

from __future__ import annotations

from collections.abc import Iterator

from govcrawl.contracts import Task

PER_SITE = 100
COLUMNS = ("通知公告", "政务动态", "政府信息公开目录", "人事任免", "规划计划", "领导活动", "部门动态", "政策解读")


def realistic(n: int) -> Iterator[Task]:
    for i in range(n):
        site, page = divmod(i, PER_SITE)
        column = page % len(COLUMNS)
        host = f"http://www.{('kunming', 'yuxi', 'dali', 'zhaotong')[site % 4]}{site:05}.gov.cn"
        role, path = ("column", f"zwgk/{column:04}") if page < 8 else ("article", f"zwgk/20180{1 + page % 6}")
        url = f"{host}/{path}/t2018_{1_000_000 + i}.html"
        found = f"{host}/zwgk/lm_{column:04}/index_{page % 5}.html"
        text = COLUMNS[column] if page % 2 else ""
        code = f"53{site % 10_000:04}{site % 10_000:04}"
        yield Task(code, "site", role, url, 1 + page % 3, found, text, 10 + page % 60)  # type: ignore[arg-type]
