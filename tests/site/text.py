"""Invented but sensible government prose.  The same key always gives the same words; no person is ever named."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from random import Random

PREFECTURES = {
    "省直": (
        "云南省",
        ("昆明市", "曲靖市", "玉溪市", "昭通市", "楚雄州", "德宏州", "大理州", "红河州", "文山州", "普洱市"),
    ),
    "昆明": (
        "昆明市",
        ("五华区", "盘龙区", "官渡区", "西山区", "东川区", "呈贡区", "晋宁区", "富民县", "宜良县", "嵩明县"),
    ),
    "昭通": (
        "昭通市",
        ("昭阳区", "鲁甸县", "巧家县", "盐津县", "大关县", "永善县", "绥江县", "镇雄县", "彝良县", "威信县"),
    ),
    "曲靖": ("曲靖市", ("麒麟区", "沾益区", "马龙县", "陆良县", "师宗县", "罗平县", "富源县", "会泽县")),
    "玉溪": ("玉溪市", ("红塔区", "江川区", "澄江县", "通海县", "华宁县", "易门县", "峨山县", "新平县", "元江县")),
    "楚雄": (
        "楚雄州",
        ("楚雄市", "双柏县", "牟定县", "南华县", "姚安县", "大姚县", "永仁县", "元谋县", "武定县", "禄丰县"),
    ),
    "德宏": ("德宏州", ("芒市", "瑞丽市", "梁河县", "盈江县", "陇川县")),
    "滇中新区": ("滇中新区", ("嵩明县", "安宁市", "杨林镇", "空港区")),
}

TOPICS = (
    "农村人居环境整治", "优化营商环境", "汛期安全生产", "重点项目建设", "易地扶贫搬迁后续扶持", "城乡居民医疗保险",
    "高原特色农业发展", "森林草原防火", "饮用水水源地保护", "义务教育均衡发展", "食品药品安全监管", "城市公共停车场建设",
    "地质灾害隐患排查", "残疾人就业服务", "高标准农田建设", "农民工工资支付保障", "退役军人服务保障", "文物古迹保护",
    "公共图书馆总分馆建设", "河道清淤疏浚", "旅游市场秩序整治", "老旧小区改造", "村级集体经济发展", "电子商务进农村",
    "学前教育普惠发展", "建筑施工扬尘治理", "古树名木保护", "社区养老服务", "校园周边环境治理", "水库除险加固",
    "统计基层基础建设", "政务服务事项清理", "道路交通安全整治", "非物质文化遗产传承", "花卉产业转型升级", "秸秆综合利用",
)  # fmt: skip

FORMS = {
    "news": (
        "{office}召开{topic}工作推进会",
        "{place}扎实推进{topic}工作",
        "{office}到{place}调研{topic}工作",
        "{topic}专题培训班在{place}举办",
        "{place}{topic}工作取得阶段性成效",
        "{office}组织开展{topic}专项检查",
        "{office}党组专题研究{topic}工作",
        "{place}多措并举抓好{topic}",
    ),
    "notice": (
        "关于开展{topic}专项检查的通知",
        "关于{topic}项目评审结果的公示",
        "关于做好{year}年{topic}有关工作的通知",
        "{office}关于公布{topic}服务地点的公告",
        "关于召开{topic}工作座谈会的通知",
        "关于{place}{topic}工程招标结果的公告",
    ),
    "policy": (
        "{office}关于印发{topic}实施方案的通知",
        "{office}关于进一步加强{topic}工作的意见",
        "{region}{topic}管理办法（试行）",
        "{office}关于支持{topic}若干措施的通知",
    ),
    "personnel": (
        "{office}{year}年公开招聘事业单位工作人员公告（{topic}岗位）",
        "{office}{topic}岗位遴选公务员面试公告",
        "{office}直属单位负责人任前公示（{topic}方向）",
        "{office}{year}年度工作人员考核优秀等次名单公示（{topic}）",
    ),
    "plan": (
        "{office}{year}年{topic}工作要点",
        "{region}{topic}三年行动计划",
        "{office}{year}年{topic}专项资金预算公开说明",
        "{region}{topic}发展规划中期评估报告",
    ),
    "survey": (
        "关于《{region}{topic}管理办法（征求意见稿）》公开征求意见的公告",
        "{topic}群众满意度网上调查",
        "关于向社会征集{topic}意见建议的公告",
    ),
    "interview": ("在线访谈：{office}负责人谈{topic}", "访谈预告：聚焦{topic}，回应群众关切"),
    "service": ("{topic}补助资金申请办理指南", "{topic}备案办理指南", "{topic}信息查询办理指南"),
    "other": ("{office}{year}年{topic}资金使用情况", "{region}{topic}财政资金绩效评价结果"),
    "letter": (
        "关于{place}{topic}有关政策的咨询",
        "咨询{topic}补助资金的申请条件",
        "请问{place}何时开展{topic}报名",
        "关于{topic}窗口办公时间的咨询",
    ),
    "opinion": ("对{place}{topic}工作的建议", "建议增加{topic}宣传次数"),
    "asked": ("网友提问：{place}{topic}进展如何", "网友提问：{topic}有哪些新举措"),
    "complaint": ("反映{place}{topic}工地夜间施工噪声", "举报{place}{topic}场所占道经营"),
}

OPENINGS = (
    "{when}，{office}在{place}召开{topic}工作会议，总结前一阶段工作，分析存在的困难和问题，安排部署下一步任务。",
    "为深入贯彻落实上级关于{topic}的决策部署，{when}，{office}组织工作组到{place}开展实地调研。",
    "{when}，{place}{topic}工作现场推进会在{office}会议室举行，各成员单位分管负责人及业务骨干共{n}人参加会议。",
    "今年以来，{place}把{topic}摆在重要位置，压实责任、细化措施，各项工作有序推进。",
    "根据年度工作安排，{office}将{topic}列为民生实事，明确时间表、路线图和责任人。",
    "围绕{topic}这一群众关心的问题，{office}主动走进{place}的村寨社区，听取意见、解决难题。",
)

MIDDLES = (
    "工作组先后走访了{n}个村（社区），实地查看项目进展，与基层干部群众座谈交流，详细了解{topic}中的难点。",
    "会议指出，{topic}事关群众切身利益，各有关单位要提高认识，主动担当，按照职责分工抓好任务落实。",
    "截至目前，{place}已完成投资{m}万元，建成项目{n}个，受益群众{k}户。",
    "针对排查出的{n}个问题，{office}建立台账，逐项明确整改措施、责任单位和完成时限，实行销号管理。",
    "{place}充分发挥基层网格员作用，把政策宣传到户、把服务送到家门口，累计发放宣传资料{k}份。",
    "在资金保障方面，{office}统筹安排专项资金{m}万元，严格按照规定程序使用，主动接受审计和社会监督。",
    "培训采取集中授课、现场教学和分组讨论相结合的方式，系统讲解了{topic}的政策要求、业务流程和注意事项。",
    "部分乡镇结合实际探索出“支部引领、群众参与、部门联动”的做法，为全面推进{topic}积累了经验。",
    "检查组对{n}家单位的制度建设、档案资料和现场管理情况进行了核查，对发现的问题当场反馈。",
    "与去年同期相比，{topic}各项指标稳中有升，其中重点任务完成率达到百分之{p}。",
    "{office}还开通了咨询窗口，安排专人负责解答群众在{topic}方面的疑问，做到件件有回音。",
    "为方便偏远山区群众办事，{place}组织{n}支流动服务队，利用赶集日开展现场受理、现场答复。",
    "有关企业负责人表示，{topic}政策措施落地以后，办事环节减少了，经营成本降低了，发展信心更足了。",
    "当地群众说，过去雨季出行困难，如今道路、水渠和路灯都修好了，日子越过越有盼头。",
    "在听取汇报后，大家一致认为，要坚持问题导向，既要抓进度，也要抓质量，确保工程经得起检验。",
    "{place}还与高等院校建立合作关系，邀请专家团队驻点指导，解决技术难题{n}项。",
    "各成员单位通报了工作进展，就数据共享、联合执法和信息报送等事项进行了深入讨论。",
    "据介绍，项目全部建成后，预计每年可带动{k}名群众就近就业，户均增收{p}百元以上。",
)

CLOSINGS = (
    "下一步，{office}将继续加大工作力度，强化督促检查，推动{topic}工作再上新台阶。",
    "会议强调，要严格落实责任，加强协调配合，及时总结推广好经验好做法，确保全年目标任务如期完成。",
    "{place}将以此为契机，巩固已有成果，健全长效机制，不断增强群众的获得感、幸福感、安全感。",
    "{office}要求，各单位要将落实情况按季度报送，对工作推进不力的予以督促整改。",
    "欢迎社会各界对{topic}工作提出宝贵意见和建议，共同推动各项任务落到实处。",
)

RULES = (
    "第{i}条　为规范{topic}工作，维护公民、法人和其他组织的合法权益，根据有关法律法规，结合{region}实际，制定本办法。",
    "第{i}条　{topic}工作遵循政府主导、部门协同、社会参与、公开透明的原则。",
    "第{i}条　{office}负责{topic}的组织协调和监督检查，各县（市、区）有关部门按照职责分工做好相关工作。",
    "第{i}条　用于{topic}的财政资金实行专款专用，任何单位和个人不得截留、挤占和挪用。",
    "第{i}条　申请单位应当对所提交材料的真实性负责，受理机关应当在{n}个工作日内作出答复。",
    "第{i}条　有关部门应当建立{topic}信息公开制度，定期公布工作进展、资金使用和检查结果。",
    "第{i}条　对在{topic}工作中成绩突出的单位，由{office}按照有关规定给予通报表扬。",
    "第{i}条　工作人员在{topic}工作中玩忽职守、滥用职权的，依法给予处分。",
)

ABOUT = (
    "{office}是{region}人民政府直属工作部门，主要职责是贯彻执行国家和省有关方针政策，拟订并组织实施本行业发展规划和年度计划。",
    "负责{topic}的组织协调、业务指导和监督检查工作，承担有关行政许可事项的受理和办理。",
    "负责本系统人才队伍建设，组织开展业务培训和对外交流合作；承办{region}人民政府交办的其他事项。",
    "内设办公室、政策法规科、规划财务科、业务管理科、监督检查科{n}个机构，各机构按照职责分工开展工作。",
    "办公地址设在{region}行政中心二号楼，工作日上午九时至十二时、下午一时至五时对外办公。",
)

GUIDE = (
    ("事项名称", "{title}"),
    ("设定依据", "《中华人民共和国行政许可法》及{region}{topic}有关规定"),
    ("申请条件", "在{region}行政区域内依法登记、信用记录良好，且符合{topic}年度支持方向的单位和个人"),
    ("办理材料", "申请表一份、主体资格证明复印件一份、{topic}实施方案一份"),
    ("办理地点", "{region}政务服务中心二楼{n}号窗口"),
    ("办理时间", "工作日上午九时至十二时，下午一时至五时"),
    ("联系电话", "0871-6{d}"),
    ("办理流程", "申请人提交材料，窗口受理，业务科室审查，负责人审定，窗口送达办理结果"),
)


class Writer:
    """Words for one office: ``Writer("苗木花卉局", "曲靖")``.  No title comes twice."""

    def __init__(self, office: str, group: str, seed: str) -> None:
        self.office = office
        self.region, self.places = PREFECTURES[group]
        self._titles: set[str] = set()
        self._seed = seed

    def title(self, cls: str, day: date, key: str) -> tuple[str, dict[str, object]]:
        """A title of class ``cls`` and the words it was made of, from which the body goes on."""
        rng = Random(f"{self._seed}/{key}")
        while True:
            words = self.words(rng, day)
            found = rng.choice(FORMS[cls]).format(**words)
            if found not in self._titles:
                self._titles.add(found)
                return found, {**words, "title": found}

    def words(self, rng: Random, day: date) -> dict[str, object]:
        return {
            "office": self.office, "region": self.region, "place": rng.choice(self.places), "topic": rng.choice(TOPICS),
            "year": day.year, "n": rng.randint(5, 48), "m": rng.randint(60, 980), "k": rng.randint(110, 2600),
            "p": rng.randint(62, 97), "d": f"{rng.randint(0, 999999):06d}1", "seed": rng.random(),
        }  # fmt: skip

    def body(self, cls: str, words: dict[str, object], event: date | None) -> Iterator[str]:
        """Paragraphs.  ``event``: the day the text tells of; None = no date anywhere in the text."""
        rng = Random(str(words["seed"]))
        words = words | {"when": f"{event.month}月{event.day}日" if event else "近日"}
        if cls == "policy":
            picked = rng.sample(RULES[1:], rng.randint(4, 6))
            yield from (r.format(i="一二三四五六七八"[i], **words) for i, r in enumerate((RULES[0], *picked)))
            return
        yield rng.choice(OPENINGS).format(**words)
        middles = rng.sample(MIDDLES, rng.randint(6, 9))
        while middles:
            size = rng.randint(1, 3)
            part, middles = middles[:size], middles[size:]
            yield "".join(m.format(**words | self._numbers(rng)) for m in part)
        yield rng.choice(CLOSINGS).format(**words)

    @staticmethod
    def _numbers(rng: Random) -> dict[str, object]:
        return {
            "n": rng.randint(5, 48),
            "m": rng.randint(60, 980),
            "k": rng.randint(110, 2600),
            "p": rng.randint(62, 97),
        }

    def about(self, key: str) -> Iterator[str]:
        """Standing text of an office: no date in it."""
        words = self.words(Random(f"{self._seed}/{key}"), date(2018, 1, 1))
        yield from (line.format(**words) for line in ABOUT)

    @staticmethod
    def guide(words: dict[str, object]) -> Iterator[tuple[str, str]]:
        """The eight elements a service guide (办事指南) must have."""
        yield from ((name, value.format(**words)) for name, value in GUIDE)

    def letter(self, form: str, key: str, day: date) -> tuple[str, dict[str, object]]:
        """A citizen's letter; the same key may be asked for again."""
        words = self.words(rng := Random(f"{self._seed}/{key}"), day)
        return rng.choice(FORMS[form]).format(**words), words

    def question(self, words: dict[str, object]) -> str:
        return (
            f"您好！我是{words['place']}的居民，想了解{words['topic']}的政策，需要准备哪些材料、到哪个窗口办理？谢谢。"
        )

    def answer(self, words: dict[str, object]) -> str:
        return (
            f"您好！您反映的问题已收悉。经核实，{words['topic']}事项由{words['place']}政务服务窗口受理，请携带身份证明和申请表，"
            f"在工作日到窗口办理，{words['n']}个工作日内办结。感谢您对{self.office}工作的关心和支持。"
        )
