import contextlib
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from govcrawl.campaign import load_campaign
from govcrawl.contracts import Campaign, CrawlPlan, Issuer, ProbePlan, ReportPlan, Repost, Scope
from govcrawl.errors import InputError

FULL = """\
[campaign]
id       = "yn-2018q2"                    # 编号
title    = "2018年二季度全省政府网站普查"
standard = "2015"
starts   = 2018-04-01
ends     = 2018-06-15
rounds   = 5

[issuer]
name     = "云南省人民政府办公厅"
division = "530000"
direct   = "省直"
order    = ["省直", "昆明",
            "昭通"]
number   = "云府办明电〔2018〕33号"
contact  = "某处，0000-0000000"
deadline = "7月15日"
copies_to = "省委各部委。"
addressees = "各州、市人民政府，省直各委、办、厅、局："

[registry]
sites    = "sites.csv"
columns  = "lists/columns.csv"
messages = "messages.csv"
accounts = "accounts.csv"
previous = ["yn-2018q1"]

[scope]
mode     = "sample"
ratio    = 0.3
seed     = 20180615
always   = ["previous_failed"]

[probe]
per_round = 20
spacing_s = 0.5
timeout_s = 15

[crawl]
max_pages = 300
max_depth = 4
delay_s   = 1
allow_networks = ["127.0.0.0/8", "::1"]
browser = true

[report]
digits   = 1
rounding = "truncate"
require_review = true
"""
SHORT = """\
[campaign]
id = "a"
title = "某次检查"
standard = "2015"
starts = 2018-04-01
ends = 2018-04-01
[issuer]
name = "某州人民政府办公室"
division = "533100"
[registry]
sites = "sites.xlsx"
"""


@pytest.fixture
def load(tmp_path):
    def go(text: str | bytes, **options):
        file = tmp_path / "campaign.toml"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return load_campaign(file, **options)

    return go


def line_of(text, start):
    """The last line that begins so."""
    return text.count("\n", 0, text.rindex("\n" + start) + 1 if not text.startswith(start) else 0) + 1


def test_every_key(load, tmp_path):
    assert load(FULL, trouble=lambda name, ends: "" if (name, ends.year) == ("2015", 2018) else "?") == Campaign(
        id="yn-2018q2",
        title="2018年二季度全省政府网站普查",
        standard="2015",
        starts=date(2018, 4, 1),
        ends=date(2018, 6, 15),
        rounds=5,
        issuer=Issuer(
            name="云南省人民政府办公厅",
            division="530000",
            direct="省直",
            order=("省直", "昆明", "昭通"),
            number="云府办明电〔2018〕33号",
            contact="某处，0000-0000000",
            deadline="7月15日",
            copies_to="省委各部委。",
            addressees="各州、市人民政府，省直各委、办、厅、局：",
        ),
        sites_file=str(tmp_path / "sites.csv"),
        columns_file=str(tmp_path / "lists" / "columns.csv"),
        messages_file=str(tmp_path / "messages.csv"),
        accounts_file=str(tmp_path / "accounts.csv"),
        previous=("yn-2018q1",),
        scope=Scope("sample", 0.3, 20180615, ("previous_failed",)),
        probe=ProbePlan(20, 0.5, 15.0),
        crawl=CrawlPlan(300, 4, 1.0, ("127.0.0.0/8", "::1"), browser=True),
        report=ReportPlan(1, "truncate", True),
    )


def test_defaults(load, tmp_path):
    campaign = load(SHORT)
    assert campaign == Campaign(
        id="a",
        title="某次检查",
        standard="2015",
        starts=date(2018, 4, 1),
        ends=date(2018, 4, 1),
        issuer=Issuer("某州人民政府办公室", "533100"),
        sites_file=str(tmp_path / "sites.xlsx"),
    )
    assert (campaign.probe, campaign.crawl, campaign.scope) == (ProbePlan(), CrawlPlan(), Scope())


def test_numbers_have_the_types_of_the_contract(load):
    campaign = load(FULL)
    assert type(campaign.crawl.delay_s) is float
    assert type(campaign.probe.timeout_s) is float
    assert type(campaign.probe.per_round) is int


def test_how_faults_are_followed_up(load):
    told = load(FULL + '[ledger]\nworking_days = 15\nnumber = "云督〔{年}〕{号}号"\n').ledger
    assert (told.working_days, told.number) == (15, "云督〔{年}〕{号}号")
    for bad in (
        'number = "一号"',
        'number = "{号}{号}"',
        'number = "{号}{x}"',
        f'number = "{{号}}{"长" * 40}"',
        "working_days = 0",
    ):
        with pytest.raises(InputError, match=bad[:6]):
            load(FULL + f"[ledger]\n{bad}\n")


def test_words_that_are_no_typos(load):
    words = '[checks]\nallowed = ["典型案列", "5300000001：档案列表"]\n'
    assert load(FULL + words).allowed == ("典型案列", "5300000001:档案列表")
    for bad in ("5300000001:", "某站:词语", " "):
        with pytest.raises(InputError, match="allowed"):
            load(FULL + f'[checks]\nallowed = ["{bad}"]\n')


@pytest.mark.parametrize("encode", [lambda t: b"\xef\xbb\xbf" + t.encode(), lambda t: t.replace("\n", "\r\n").encode()])
def test_as_notepad_saves_it(load, encode):
    assert load(encode(FULL)) == load(FULL)


def test_paths_are_relative_to_the_file_not_to_the_folder_of_work(tmp_path, monkeypatch):
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "c.toml").write_text(SHORT.replace("sites.xlsx", "../sites.csv"), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert load_campaign("work/c.toml").sites_file == str(tmp_path / "sites.csv")
    (tmp_path / "work" / "d.toml").write_text(SHORT.replace("sites.xlsx", "/data/sites.csv"), encoding="utf-8")
    assert load_campaign("work/d.toml").sites_file == "/data/sites.csv"


def test_dates_in_quotation_marks_and_a_deadline_that_is_a_date(load):
    campaign = load(FULL.replace("2018-06-15\n", '"2018-06-15"\n').replace('"7月15日"', "2018-07-15"))
    assert campaign.ends == date(2018, 6, 15)
    assert campaign.issuer.deadline == "2018年7月15日"


#: what is replaced, by what, the start of the line that must be named, words of the message
FAULTS = [
    ("[probe]", "[prob]", "[prob]", ["没有 [prob] 这一节", "是否想写 probe？"]),
    ("[probe]", "[xyz]", "[xyz]", ["没有 [xyz] 这一节；请删去"]),
    ("[campaign]\n", "ratio = 1\n[campaign]\n", "ratio = 1", ["没有 [ratio] 这一节；它属于 [scope] 一节"]),
    ("timeout_s", "timeout", "timeout", ["没有 timeout 这个键", "是否想写 timeout_s？"]),
    ("max_depth", "rounds", "rounds = 4", ["它属于 [campaign] 一节"]),
    ("max_depth", "zzz", "zzz", ["请删去"]),
    ('id       = "yn-2018q2"', "", "[campaign]", ["[campaign] 一节缺少 id"]),
    ("sites    =", "#", "[registry]", ["[registry] 一节缺少 sites"]),
    ('"yn-2018q2"', '"yn_2018Q2"', "id", ["小写字母", "yn_2018Q2"]),
    ('"yn-2018q2"', '""', "id", ["id 不能为空"]),
    ('"2015"', "2015", "standard", ["加英文双引号", "2015"]),
    ('"530000"', "530000", "division", ["加英文双引号"]),
    ('"530000"', '"53"', "division", ["6 位"]),
    ('"530000"', '"539900"', "division", ["不在行政区划代码表中"]),
    ('"530000"', '"５３００００"', "division", ["6 位"]),
    ("2018-06-15\n", '"2018-6-31"\n', "ends", ["不是有效的日期", "2018-6-31"]),
    ("2018-06-15\n", '"2018-06-31"\n', "ends", ["不是有效的日期"]),
    ("2018-06-15\n", '"20180615"\n', "ends", ["不是有效的日期"]),
    ("2018-06-15\n", "2018-6-31\n", "ends", ["不是有效的日期"]),
    ("2018-06-15\n", "2018-06-31\n", "ends", ["不是有效的日期"]),
    ("2018-06-15\n", "2018年6月15日\n", "ends", ["不是有效的日期"]),
    ("2018-06-15\n", "2018-06-15T08:00:00\n", "ends", ["不是有效的日期"]),
    ("2018-06-15\n", "20180615\n", "ends", ["不是有效的日期"]),
    ("2018-06-15\n", "2018-03-31\n", "ends", ["早于 starts"]),
    ("rounds   = 5", "rounds   = 0", "rounds", ["不能小于 1"]),
    ("rounds   = 5", "rounds   = true", "rounds", ["应为整数（读到的是 true）"]),
    ("rounds   = 5", "rounds   = 1.0", "rounds", ["应为整数"]),
    ("rounds   = 5", 'rounds   = "5"', "rounds", ["应为整数"]),
    ("rounds   = 5", f"rounds   = 1{'0' * 20}", "rounds", ["不能大于"]),
    ('"昆明",', '"省直",', "order", ["“省直”写了不止一次"]),
    ('"昆明",', "1,", "order", ["加英文双引号"]),
    ('"昆明",', '"",', "order", ["不能为空"]),
    ('direct   = "省直"', 'direct   = " "', "direct", ["不能为空"]),
    ('"7月15日"', "7", "deadline", ["加英文双引号"]),
    ('"7月15日"', '"7月\\n15日"', "deadline", ["写成一行"]),
    ('["yn-2018q1"]', '"yn-2018q1"', "previous", ["应为列表"]),
    ('["yn-2018q1"]', '["yn-2018q2"]', "previous", ["本次普查自己"]),
    ('["yn-2018q1"]', '["2018 Q1"]', "previous", ["小写字母"]),
    ('"sample"', '"samples"', "mode", ["只能是 all、sample", "是否想写 sample？"]),
    ("ratio    = 0.3", "ratio    = 0", "ratio", ["必须大于 0"]),
    ("ratio    = 0.3", "ratio    = 1.01", "ratio", ["不大于 1"]),
    ("ratio    = 0.3", "ratio    = nan", "ratio", ["必须大于 0"]),
    ("ratio    = 0.3", 'ratio    = "30%"', "ratio", ["应为数字"]),
    ("seed     = 20180615", "seed     = 2.5", "seed", ["应为整数"]),
    ('["previous_failed"]', '["previous_fail"]', "always", ["是否想写 previous_failed？"]),
    ("per_round = 20", "per_round = -1", "per_round", ["不能小于 1"]),
    ("spacing_s = 0.5", "spacing_s = 0", "spacing_s", ["必须大于 0"]),
    ("timeout_s = 15", "timeout_s = -0.1", "timeout_s", ["必须大于 0"]),
    ("timeout_s = 15", "timeout_s = inf", "timeout_s", ["必须大于 0"]),
    ("timeout_s = 15", "timeout_s = false", "timeout_s", ["应为数字（读到的是 false）"]),
    ("max_pages = 300", "max_pages = 0", "max_pages", ["不能小于 1"]),
    ("delay_s   = 1", "delay_s   = 0.0", "delay_s", ["必须大于 0"]),
    ('"127.0.0.0/8"', '"127.0.0.1/8"', "allow_networks", ["127.0.0.1/8", "主机位"]),
    ('"127.0.0.0/8"', '"localhost"', "allow_networks", ["不是网段"]),
    ("digits   = 1", "digits   = 5", "digits", ["不能大于 4"]),
    ("digits   = 1", "digits   = -1", "digits", ["不能小于 0"]),
    ('"truncate"', '"half_even"', "rounding", ["half_up、truncate"]),
    ("review = true", 'review = "true"', "require_review", ["不加引号"]),
    ("[report]", "[[report]]", "[[report]]", ["单独一行 [report]"]),
    ("[campaign]", "[campaign", "[campaign", ["语法错误"]),
    ('title    = "2018', "title    = “2018", "title", ["中文引号"]),
    ('"lists/columns.csv"', '"D:\\lists\\columns.csv"', "columns", ["请用 / 分隔"]),
    ("rounds   = 5", "rounds   = 5\nrounds = 6", "rounds = 6", ["写了两次"]),
    ("[report]", "[crawl]", "[crawl]\ndigits", ["写了两次"]),
]


@pytest.mark.parametrize(("old", "new", "start", "words"), FAULTS)
def test_every_fault_names_its_line_and_the_fix(load, tmp_path, old, new, start, words):
    assert old in FULL
    text = FULL.replace(old, new, 1)
    with pytest.raises(InputError) as caught:
        load(text)
    assert caught.value.file == str(tmp_path / "campaign.toml")
    assert caught.value.line == line_of(text, start)
    assert all(word in caught.value.message for word in words), caught.value.message
    assert "\n" not in caught.value.message


@pytest.mark.parametrize("value", ["1" + "0" * 5000, "[" * 5000])
def test_what_tomllib_itself_gives_up_on(load, value):
    with pytest.raises(InputError, match="语法错误"):
        load(f"{SHORT}[crawl]\nmax_pages = {value}\n")


def test_a_missing_section_has_no_line(load):
    with pytest.raises(InputError, match=r"文件缺少 \[registry\] 一节，其中缺少 sites") as caught:
        load(SHORT.partition("[registry]")[0])
    assert caught.value.line == 0


def test_a_section_that_is_none(load):
    with pytest.raises(InputError, match=r"请写成单独一行 \[probe\]") as caught:
        load("probe = 3\n" + SHORT)
    assert caught.value.line == 1


def test_lines_of_dotted_and_quoted_keys_and_inline_tables(load):
    for text, line in [
        (SHORT + "[crawl]\n'delay_s' = 0\n", 13),
        ("crawl.max_pages = 3\ncrawl.delay_s = 0\n" + SHORT, 2),
        ("# crawl\ncrawl = { delay_s = 0 }\n" + SHORT, 2),
    ]:
        with pytest.raises(InputError, match="delay_s 必须大于 0") as caught:
            load(text)
        assert caught.value.line == line


def test_standards_are_checked_where_they_are_known(load):
    with pytest.raises(InputError, match="2015至2018-06-15") as caught:
        load(FULL, trouble=lambda name, ends: f"{name}至{ends}")
    assert caught.value.line == 4


def test_a_standard_may_be_a_file_beside_the_campaign(load, tmp_path):
    text = FULL.replace('standard = "2015"', 'standard = "own/2015b.toml"')
    asked = []
    assert load(text, trouble=lambda name, _: asked.append(name) or "").standard == asked[0]
    assert asked == [str(tmp_path / "own" / "2015b.toml")]


def test_files_that_cannot_be_read(tmp_path, load):
    with pytest.raises(InputError, match="找不到这个文件"):
        load_campaign(tmp_path / "none.toml")
    with pytest.raises(InputError, match="打不开"):
        load_campaign(tmp_path)
    with pytest.raises(InputError, match="不是 UTF-8 编码") as caught:
        load(FULL.encode("gbk"))
    assert caught.value.line == 2


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_damaged_file_is_a_campaign_or_an_input_error(load, data):
    start = data.draw(st.integers(0, len(FULL)))
    length = data.draw(st.integers(0, 12))
    junk = data.draw(st.text(max_size=6) | st.sampled_from(['"', "'''", "=", "[", "1", "-", "\n", "true", ".", "\\"]))
    text = FULL[:start] + junk + FULL[start + length :]
    with contextlib.suppress(InputError):
        campaign = load(text.encode("utf-8", "surrogatepass"))
        assert campaign.ends >= campaign.starts
        assert campaign.rounds >= 1
        assert all(value > 0 for value in (campaign.probe.timeout_s, campaign.crawl.delay_s, campaign.scope.ratio))


# --- reposts ---

REPOST = """
[[repost]]
name = "生态环境保护大会"
from = 2018-05-18
until = 2018-05-25
keywords = ["生态环境保护大会"]
"""


def test_topics_to_repost_are_sections_of_their_own(load):
    second = '[[repost]]\nname = "专题"\nfrom = 2018-05-01\nuntil = 2018-05-01\nurls = ["http://www.gov.cn/zt/"]\n'
    first, other = load(SHORT + REPOST + second).reposts
    assert first == Repost("生态环境保护大会", date(2018, 5, 18), date(2018, 5, 25), ("生态环境保护大会",))
    assert (other.name, other.keywords, other.urls) == ("专题", (), ("http://www.gov.cn/zt/",))
    assert load(SHORT).reposts == ()


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("[[repost]]", "[repost]", "两对方括号"),
        ('name = "生态环境保护大会"\n', "", "缺少 name"),
        ("until = 2018-05-25", "until = 2018-05-17", "早于 from"),
        ('keywords = ["生态环境保护大会"]', "", "至少写一项"),
        ('keywords = ["生态环境保护大会"]', 'urls = ["www.gov.cn"]', "应为网址"),
        ("keywords", "keyword", "是否想写 keywords"),
        (REPOST, REPOST * 2, "都叫“生态环境保护大会”"),
    ],
)
def test_what_is_wrong_with_a_topic_is_said(load, old, new, reason):
    with pytest.raises(InputError, match=reason):
        load(SHORT + REPOST.replace(old, new))
