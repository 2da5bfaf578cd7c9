import contextlib
import csv
import io
import warnings
import zipfile
from datetime import date, datetime, time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.worksheet.datavalidation import DataValidation

from govcrawl.errors import InputError
from govcrawl.register import tables
from govcrawl.register.tables import EXCESS, read_rows

TEXT = "网站标识码,网站名称\n5300000010,云南省工商行政管理局红盾外网\n\n5300000064,云南省移民开发局\n"

MOMENT = datetime(2018, 6, 15, 8, 30)  # noqa: DTZ001 - a workbook knows no time zone


def write(folder, data, name="sites.csv"):
    file = folder / name
    file.write_bytes(data if isinstance(data, bytes) else data.encode())
    return file


def book(folder, rows, name="sites.xlsx"):
    workbook = Workbook()
    for row in rows:
        workbook.active.append(row)
    workbook.create_sheet("说明").append(["不读"])
    workbook.save(folder / name)
    return folder / name


def fault(file, required=()):
    with pytest.raises(InputError) as caught:
        list(read_rows(file, required))
    assert "\n" not in str(caught.value)
    return caught.value


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_csv_however_it_was_saved(tmp_path, encoding, delimiter, newline):
    data = TEXT.replace(",", delimiter).replace("\n", newline).encode(encoding)
    assert list(read_rows(write(tmp_path, data))) == [
        (2, {"网站标识码": "5300000010", "网站名称": "云南省工商行政管理局红盾外网"}),
        (4, {"网站标识码": "5300000064", "网站名称": "云南省移民开发局"}),
    ]


def test_a_row_has_the_number_of_its_first_line(tmp_path):
    file = write(tmp_path, '名称,备注\n甲,"一\n二\n三"\n乙,四\n')
    assert list(read_rows(file)) == [(2, {"名称": "甲", "备注": "一 二 三"}), (5, {"名称": "乙", "备注": "四"})]


def test_headers_are_read_tolerantly(tmp_path):
    file = write(tmp_path, "\n ＩＤ , 网站\u3000名称（全称） ,,\n1,甲,,\n")
    assert list(read_rows(file, ["ID"])) == [(3, {"ID": "1", "网站名称(全称)": "甲"})]


def test_short_and_shifted_rows(tmp_path):
    rows = dict(read_rows(write(tmp_path, "甲,乙\n1\n1,2,3,4\n")))
    assert rows == {2: {"甲": "1", "乙": ""}, 3: {"甲": "1", "乙": "2", EXCESS: "3，4"}}


def test_invisible_characters_are_dropped(tmp_path):
    ((_, row),) = read_rows(write(tmp_path, "甲,乙\n\u200b5300000010\u200b\x00,云南\x07 网\ufeff\n"))
    assert row == {"甲": "5300000010", "乙": "云南 网"}


def test_values_of_a_workbook(tmp_path):
    rows = [
        ["码", "浮", "日", "时", "刻", "真", "空", "分", None],
        [5300000010, 5300000010.0, date(2018, 6, 15), MOMENT, time(8, 30), True, None, 0.5, "注"],
        [],
        [" 5300000064 "],
    ]
    assert list(read_rows(book(tmp_path, rows))) == [
        (
            2,
            {
                "码": "5300000010",
                "浮": "5300000010",
                "日": "2018-06-15",
                "时": "2018-06-15 08:30:00",
                "刻": "08:30:00",
                "真": "是",
                "空": "",
                "分": "0.5",
            },
        ),
        (4, dict.fromkeys("码浮日时刻真空分", "") | {"码": "5300000064"}),
    ]


def test_a_workbook_full_of_remarks_warns_of_nothing(tmp_path):
    workbook = Workbook()
    workbook.active.append(["甲"])
    workbook.active.append(["1"])
    workbook.active.add_data_validation(DataValidation(type="list", formula1='"是,否"', sqref="A2"))
    workbook.save(tmp_path / "a.xlsx")
    strip_default_style(tmp_path / "a.xlsx")
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        assert list(read_rows(tmp_path / "a.xlsx")) == [(2, {"甲": "1"})]
    assert seen == []


def strip_default_style(file):
    with zipfile.ZipFile(file) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    head, _, tail = parts["xl/styles.xml"].partition(b"<cellStyles")
    parts["xl/styles.xml"] = head + tail.partition(b"</cellStyles>")[2]
    with zipfile.ZipFile(file, "w") as package:
        for name, data in parts.items():
            package.writestr(name, data)


@pytest.mark.parametrize(
    ("name", "data", "line", "word"),
    [
        ("a.csv", b"", 0, "空的"),
        ("a.csv", b"\n , \n", 0, "空的"),
        ("a.xls", b"x", 0, "另存为 .xlsx"),
        ("a.pdf", b"x", 0, "不认识的文件类型“.pdf”"),
        ("a.csv", TEXT.replace("网站名称", "网站 标识码").encode(), 1, "不止一次"),
        ("a.csv", "网站名称,地区\n甲,乙\n".encode(), 1, "缺少“网站标识码”列（读到的是：网站名称、地区）"),
        ("a.csv", (TEXT + '1,"甲\n2,乙\n').encode(), 5, "双引号"),
        ("a.csv", (TEXT + '1,"甲"乙\n').encode(), 5, "双引号"),
        ("a.csv", (TEXT + "1,").encode() + "工商".encode("gbk") + b"\n", 5, "UTF-8"),
        ("a.csv", TEXT.encode("gbk") + b"1,\xff\n", 5, "UTF-8"),
        ("a.csv", b"\xff\xfea", 1, "UTF-8"),
        ("a.csv", b"PK\x03\x04" + bytes(50), 0, "改为 .xlsx"),
        ("a.xlsx", TEXT.encode(), 0, "不是 xlsx"),
        ("a.xlsx", b"", 0, "不是 xlsx"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0" + bytes(600), 0, "加了密码"),
    ],
)
def test_unreadable_files_name_the_line_and_the_fix(tmp_path, name, data, line, word):
    error = fault(write(tmp_path, data, name), ["网站标识码"])
    assert error.line == line
    assert word in error.message


def test_missing_files_and_folders(tmp_path):
    assert "打不开" in fault(tmp_path / "none.csv").message
    (tmp_path / "folder.csv").mkdir()
    assert "打不开" in fault(tmp_path / "folder.csv").message


def test_workbook_headers_are_checked_too(tmp_path):
    assert fault(book(tmp_path, [["网站名称"], ["甲"]]), ["网站标识码"]).line == 1
    assert "空的" in fault(book(tmp_path, [])).message


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path):
    file = book(tmp_path, [["甲"], ["1"]])
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as package, package.open("xl/media/a.bin", "w") as part:
        for _ in range(tables.MAX_UNPACKED >> 20):
            part.write(bytes(1 << 20))
    assert file.stat().st_size < 1 << 20
    assert "解压后太大" in fault(file).message


def test_a_file_of_one_giant_cell_is_refused(tmp_path):
    file = tmp_path / "a.csv"
    with file.open("wb") as sparse:
        sparse.write("网站标识码\n".encode())
        sparse.truncate(1 << 30)
    assert "文件太大" in fault(file).message
    assert fault(write(tmp_path, "网站标识码\n" + "1" * 200_000)).line == 2


def test_a_far_cell_costs_nothing(tmp_path):
    workbook = Workbook()
    workbook.active["A1"] = "甲"
    workbook.active["XFD1"] = "远"
    workbook.active["A300000"] = "1"
    workbook.save(tmp_path / "a.xlsx")
    assert list(read_rows(tmp_path / "a.xlsx")) == [(300_000, {"甲": "1"})]


CELL = st.text(st.characters(codec="gb18030", exclude_categories=["Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"]))
ENCODINGS = st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"])
ON_DISK = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])


@ON_DISK
@given(st.lists(st.tuples(CELL, CELL).filter(any), max_size=6), ENCODINGS, st.sampled_from(",;\t"))
def test_csv_round_trip(tmp_path, cells, encoding, delimiter):
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows([("网站标识码", "网站名称"), *cells])
    rows = [row for _, row in read_rows(write(tmp_path, out.getvalue().encode(encoding)))]
    assert [tuple(row.values()) for row in rows] == cells


@ON_DISK
@given(st.binary(max_size=200))
def test_any_bytes_give_rows_or_an_input_error(tmp_path, data):
    with contextlib.suppress(InputError):
        assert all(line > 0 and row for line, row in read_rows(write(tmp_path, data)))


@ON_DISK
@given(st.data())
def test_a_damaged_workbook_gives_rows_or_an_input_error(tmp_path, data):
    file = book(tmp_path, [["网站标识码", "日期"], [5300000010, date(2018, 6, 15)]])
    with zipfile.ZipFile(file) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    name = data.draw(st.sampled_from(sorted(parts)))
    start = data.draw(st.integers(0, len(parts[name])))
    junk = data.draw(st.binary(max_size=8) | st.sampled_from([b"<", b"9999999999", b'"', b"</row>"]))
    parts[name] = parts[name][:start] + junk + parts[name][start + data.draw(st.integers(0, 30)) :]
    with zipfile.ZipFile(file, "w") as package:
        for part, content in parts.items():
            package.writestr(part, content)
    with contextlib.suppress(InputError):
        assert all(row for _, row in read_rows(file))
