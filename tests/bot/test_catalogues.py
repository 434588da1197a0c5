"""Questions that a catalogue decides: which one, which trade, which row, and what of the row is said."""

from __future__ import annotations

import pytest

from bot.answer import Outcome, Turn
from bot.catalogues import deciding, trades
from bot.compose import rows
from bot.doctor import Doctor
from corpus.model import Cite, Document, Passage

from .conftest import DOCUMENTS, HOME, STARTER, FakeIndex

EIA = Document("eia", "建设项目环境影响评价分类管理名录（2021年版）", level="部门规章")


@pytest.mark.parametrize(
    ("text", "catalogue"),
    [
        ("开个豆腐坊环评要做不？", ["环境影响评价"]),
        ("加油站排污许可是简化管理还是登记管理", ["排污许可"]),
        ("杀猪一年一万五千头，排污许可要搞到哪一级", ["排污许可"]),
        ("铸造厂，简化管理，去年一次自行监测都没做", []),
        ("HW08豁免条件", ["危险废物名录"]),
        ("环评没做罚多少", []),
        ("环评批了以后换工艺，要不要重新报批", []),
        ("楼下油烟找谁", []),
        ("养鹦鹉是办许可还是备案就行，到哪一级", []),
        ("只填登记表的项目，最晚什么时候填", []),
        ("办许可还是填登记", ["排污许可"]),
        ("牙科诊所的辐射安全许可证找省里还是市里", []),
        ("印染厂环评送市里还是省里", []),
        ("危废经营许可证要不要办", []),
    ],
)
def test_which_catalogue(text, catalogue):
    assert deciding(text) == catalogue


def test_what_a_place_was_before_names_no_trade():
    assert trades("仓库改成喷塑车间要做什么环评")[0].split() == ["喷塑车间"]
    assert trades("仓库改喷塑车间，要不要环评")[0].split() == ["喷塑车间"]
    assert "技改" in trades("印染厂技改要不要环评")[0]


def test_the_words_of_asking_are_no_trade():
    assert trades("准备开个豆腐坊，附近没有水源地，环评要做吗？")[1:] == ["个豆腐坊", "附近没有水源地"]
    assert trades("环评要做不？") == []


def row(number: int, trade: str, **columns: str) -> Passage:
    cells = "\n".join(f"{heading}：{cell}" for heading, cell in columns.items())
    label = f"第{number}项"
    return Passage(
        f"eia:{number}", "eia", EIA.short_title, label, f"项目类别：{trade}\n{cells}", kind="row", stands_for=(Cite(EIA.short_title, label),)
    )  # fmt: skip


WASH = row(120, "洗车场", 报告表="涉及环境敏感区的；危险化学品运输车辆清洗场")
REPAIR = row(121, "汽车、摩托车维修场所", 报告书="年用漆 10 吨及以上的", 报告表="营业面积 5000 平方米及以上的")
MAKING = row(71, "汽车整车制造；汽车零部件及配件制造", 报告书="整车制造的", 报告表="其他")


@pytest.fixture
def knowing(monkeypatch):
    """:returns: a function that makes a doctor who knows the rows given to it"""
    monkeypatch.setitem(DOCUMENTS, "eia", EIA)

    def made(*passages: Passage) -> Doctor:
        index = FakeIndex(passages)
        return Doctor(lambda: index, STARTER, region=HOME, answer_at=0.0)

    return made


@pytest.fixture
def catalogue(knowing):
    return knowing(WASH, REPAIR, MAKING)


def test_the_trade_that_is_asked_for_goes_before_a_longer_list(catalogue, context):
    answer = catalogue.ask("开一家洗车场，环评要做吗？", context=context)
    assert answer.citations[0].article == "第120项"


def test_one_class_is_said_and_of_several_none_is_picked(catalogue, context):
    alone = catalogue.ask("开一家洗车场，环评要做吗？", context=context).blocks[0].text
    assert "“报告表”栏写的是：涉及环境敏感区的" in alone
    several = catalogue.ask("开汽车维修场所，环评要做吗？", context=context)
    assert "报告书" not in several.blocks[0].text
    assert [line[0] for line in several.blocks[-1].rows] == ["栏目", "报告书", "报告表"]


def test_a_row_settles_where_it_has_one_class(catalogue, context):
    index = catalogue._index()

    def settled(question: str) -> bool:
        (part,) = catalogue._understand(catalogue._state(question, (), context)).parts
        return rows.settles(catalogue._found(part, index))

    assert settled("开一家洗车场，环评要做吗？")
    assert not settled("开汽车维修场所，环评要做吗？")
    assert not settled("环评要做吗？")


def test_who_puts_up_a_thing_does_not_make_it(knowing, context):
    making = row(69, "锅炉及原动设备制造341*", 报告书="有电镀工艺的", 报告表="其他")
    heating = row(91, "热力生产和供应工程", 报告书="燃煤锅炉总容量65吨/小时以上的", 报告表="燃气锅炉总容量1吨/小时以上的")
    doctor = knowing(making, heating)
    assert doctor.ask("更换一台锅炉，需要办理环评吗？", context=context).citations[0].article == "第91项"
    assert doctor.ask("锅炉制造，需要办理环评吗？", context=context).citations[0].article == "第69项"


@pytest.mark.parametrize("question", ["1000平方米的餐厅要环评吗", "美甲店要环评吗"])
def test_a_size_and_the_words_of_asking_make_no_row_fit(catalogue, context, question):
    """名录分类 and 平方米 stand in every row; neither is a trade."""
    (part,) = catalogue._understand(catalogue._state(question, (), context)).parts
    assert catalogue._found(part, catalogue._index()).fitting == ()


def test_a_condition_that_holds_far_more_of_the_question_goes_before_a_word_of_a_trade(knowing, context):
    screens = row(78, "非专业视听设备制造", 报告书="有分割、焊接的", 报告表="其他")
    metal = row(67, "金属表面处理及热处理加工", 报告书="专业电镀厂；使用有机涂层的", 报告表="其他")
    doctor = knowing(screens, metal)
    assert doctor.ask("专业电镀厂的环评做哪一种", context=context).citations[0].article == "第67项"
    assert doctor.ask("视听设备制造的环评做哪一种", context=context).citations[0].article == "第78项"


def test_the_numbers_of_the_classification_are_not_said(knowing, context):
    doctor = knowing(PRINT)
    assert doctor.ask("印刷厂一年用油墨多少吨以上做报告书", context=context).blocks[0].text.startswith("“印刷”这一项")


def test_what_is_only_counted_in_is_no_trade():
    assert rows.trade(row(103, "一般工业固体废物（含污水处理污泥）处置", 报告书="填埋的")) == "一般工业固体废物处置"


PRINT = row(
    39, "印刷231*", 报告书="年用溶剂油墨10吨及以上的", 报告表="其他（激光印刷除外；年用低VOCs含量油墨10吨以下的印刷除外）"
)


@pytest.fixture
def printing(knowing):
    return knowing(PRINT, WASH)


def test_what_parts_the_classes_is_asked_back_under_the_row(printing, context):
    asked = printing.ask("开印刷厂，环评写表还是写书？", context=context)
    assert asked.outcome is Outcome.CLARIFY
    assert asked.choices == ("年用溶剂油墨10吨及以上", rows.OTHERWISE)
    assert [block.kind for block in asked.blocks] == ["lead", "detail", "table"]
    assert asked.citations[0].article == "第39项"


@pytest.mark.parametrize(
    ("tapped", "says"),
    [("年用溶剂油墨10吨及以上", "“报告书”栏写的是：年用溶剂油墨10吨及以上的。"), (rows.OTHERWISE, "请对照您的情况")],
)
def test_a_condition_that_is_tapped_names_its_class(printing, context, tapped, says):
    question = "开印刷厂，环评写表还是写书？"
    history = (Turn("user", question), Turn("assistant", printing.ask(question, context=context).text))
    answer = printing.ask(tapped, history, context)
    assert answer.outcome is Outcome.ANSWERED
    assert answer.blocks[0].text.endswith(says.removesuffix("。") + "。")


@pytest.mark.parametrize("question", ["印刷厂一年用3吨溶剂油墨，环评写表还是写书？", "开印刷厂，用多少油墨才要写报告书？"])
def test_a_size_or_a_wish_for_the_limit_is_not_asked_back(printing, context, question):
    assert printing.ask(question, context=context).outcome is Outcome.ANSWERED


def test_words_of_another_class_are_not_taken_for_the_tapped_one(monkeypatch, context):
    """使用I类放射源的（医疗使用的除外） holds 医疗使用, which stands in another column."""
    monkeypatch.setitem(DOCUMENTS, "eia", EIA)
    source = row(172, "核技术利用", 报告书="生产放射性药物的（制备药物的除外）", 报告表="制备药物的")
    doctor = Doctor(lambda: FakeIndex((source,)), STARTER, region=HOME, answer_at=0.0)
    question = "核技术利用环评做什么？"
    history = (Turn("user", question), Turn("assistant", doctor.ask(question, context=context).text))
    assert "“报告书”栏" in doctor.ask("生产放射性药物的（制备药物的除外）", history, context).blocks[0].text


def test_the_shop_that_is_opened_keeps_its_name():
    assert trades("开家具厂环评做什么")[0] == "家具厂"
    assert trades("开家电修理店环评做什么")[0] == "家电修理店"
    assert trades("新开一家洗车店环评做什么")[0] == "洗车店"


TAX = Document("tax", "环境保护税法", level="法律")


@pytest.mark.parametrize(
    ("asked", "row_of"),
    [("超标5分贝", "第2行"), ("超了5个分贝", "第2行"), ("超标13分贝", "第3行"), ("超标二十分贝", "第4行")],
)
def test_of_a_scale_the_step_that_is_asked_about(monkeypatch, knowing, context, asked, row_of):
    monkeypatch.setitem(DOCUMENTS, "tax", TAX)
    steps = ("超标1－3分贝", "超标4－6分贝", "超标13－15分贝", "超标16分贝以上")
    noise = [
        Passage(
            f"tax:{at}",
            "tax",
            TAX.short_title,
            f"第{at}行",
            f"税 目：工业噪声\n计税单位：{step}\n税 额：每月{at}50元",
            kind="row",
        )
        for at, step in enumerate(steps, 1)
    ]
    for order in (noise, noise[::-1]):
        answer = knowing(*order).ask(f"工业噪声夜间{asked}，一个月环境保护税要交多少", context=context)
        assert answer.citations[0].article == row_of
