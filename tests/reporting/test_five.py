"""The five bulletins that were printed come out of rows that give their figures: every table cell by cell, and the figures of the prose."""

import re

import pytest

from reporting.bulletin import build
from reporting.formats import docx, html
from tests.reporting.five import ALL

#: Of texts that were copied from web pages: half-width signs, a stop at the end of a cell.
HALF = str.maketrans({",": "，", ";": "；", "(": "（", ")": "）"})


def plain(cell):
    return re.sub(r"\s", "", str(cell)).translate(HALF).rstrip("。")


@pytest.fixture(scope="module", params=ALL)
def one(request):
    five = ALL[request.param]()
    return request.param, five, build(five.snapshot)


def words(bulletin):
    parts = [bulletin.opening]
    for section in bulletin.sections:
        parts += [section.heading, *(p.lead + p.text for p in section.paragraphs)]
    return "\n".join(parts)


def test_every_table_cell_by_cell(one, capsys):
    name, five, bulletin = one
    slips = {place: right for place, right, _ in five.slips}
    right = wrong = 0
    assert len(bulletin.annexes) >= len(five.tables)
    for n, (annex, (header, rows)) in enumerate(zip(bulletin.annexes, five.tables, strict=False)):
        table = annex.table
        assert table.header == header
        right += len(header)
        assert len(table.rows) == len(rows), annex.label
        for r, (made, printed) in enumerate(zip(table.rows, rows, strict=True)):
            for c, (ours, theirs) in enumerate(zip(made, printed, strict=True)):
                if plain(ours) == plain(theirs):
                    right += 1
                    assert (n, r, c) not in slips
                else:
                    wrong += 1
                    assert plain(ours) == slips[n, r, c], (annex.label, r, c, ours, theirs)
    assert wrong == len(five.slips)
    with capsys.disabled():
        why = "；".join(f"附件{n + 1}第{r + 1}行：{why}" for (n, r, _), _, why in five.slips)
        print(f"\n{name}：{right}/{right + wrong}格相同" + (f"，其余为印件之误（{why}）" if why else ""))


def test_the_sentences_with_figures_that_stand_in_no_table(one, capsys):
    name, five, bulletin = one
    text = words(bulletin)
    printed = "\n".join(five.sentences)
    figures = len(re.findall(r"\d[\d.]*%?", printed))
    for wrong, right, _ in five.wrong:
        assert printed.count(wrong) == 1
        printed = printed.replace(wrong, right)
    for sentence in printed.split("\n"):
        assert sentence in text, text
    with capsys.disabled():
        why = "；".join(f"“{wrong}”应为“{right}”：{why}" for wrong, right, why in five.wrong)
        print(
            f"\n{name}：正文{figures - len(five.wrong)}/{figures}个数相同"
            + (f"，其余为印件之误（{why}）" if why else "")
        )


def test_each_is_set_in_every_format(one):
    _, _, bulletin = one
    assert docx.render(bulletin) == docx.render(bulletin)
    page = html.render(bulletin).decode()
    assert bulletin.issuer in page
    for annex in bulletin.annexes:
        assert annex.table.title[:10] in page
