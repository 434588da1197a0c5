"""What a question wants, of which place and matter it is, put together."""

from datetime import date

import pytest

from bot.answer import Context
from bot.places import other_district, place
from bot.references import Laws
from bot.state import Kind
from bot.text import normalise, terms
from bot.understanding import kind_of, understand

from .conftest import HOME, TODAY

LAWS = Laws(
    ["生态环境法典", "大气污染防治法", "水污染防治法", "排污许可管理条例", "固体废物污染环境防治法", "民法典", "水法"]
)


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("杭州的工地夜间能施工吗", "浙江省杭州市"),
        ("浙江有什么规定", "浙江省"),
        ("黄河边上能不能建化工园", "黄河流域"),
        ("黄河路上的餐馆油烟大", ""),
        ("没有排污许可证罚多少", ""),
        ("危废从武汉运到杭州要办什么", HOME),
        ("杭州有的规定武汉也适用吗", HOME),
        ("危废从宁波拉到上海怎么办", "浙江省宁波市"),
        ("南京路上的餐馆油烟", ""),
    ],
)
def test_place(text, region):
    assert place(text, HOME) == region


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("没有排污许可证就排污，罚多少？", Kind.SUM),
        ("多久内要备案", Kind.DEADLINE),
        ("油烟找谁管", Kind.WHO),
        ("分局罚的，复议往哪个政府递", Kind.WHO),
        ("罚款的裁量基准在哪里看", Kind.HOW),
        ("一楼能不能开餐馆", Kind.MAY),
        ("空气优良率目标是多少", Kind.FIGURE),
        ("许可证丢了怎么补办", Kind.HOW),
        ("什么是危险废物", Kind.WHAT),
        ("餐馆油烟", Kind.OTHER),
        ("污水接到雨水井，物业说十几年都这么过来的，依据哪条处理", Kind.WHAT),
        ("几年之内不能再干这行", Kind.DEADLINE),
        ("批下来要好多天", Kind.DEADLINE),
        ("去年被罚过，信用怎么修复", Kind.HOW),
        ("首次违法可以不罚吗", Kind.MAY),
        ("轻微违法不予处罚有什么条件", Kind.WHAT),
        ("没有证罚不罚", Kind.SUM),
        ("写了申辩会不会罚得更重", Kind.OTHER),
        ("偷倒渣土罚得重不重", Kind.SUM),
        ("行政处罚法33条", Kind.OTHER),
        ("处罚决定书没盖章，有没有用", Kind.OTHER),
        ("规划到哪年结束", Kind.OTHER),  # nobody is asked for
        ("罚单到哪里领", Kind.WHO),
    ],
)
def test_kinds(text, kind):
    assert kind_of(text) is kind


def test_normalise_and_terms():
    assert normalise("武汉 的82. 8 %，ＡＢＣ\u200b罰多少") == "武汉的82.8%,ABC罚多少"
    assert "没有" in terms("没有排污许可证")


def test_conduct_that_is_told_by_its_day_alone_keeps_it_as_its_matter():
    """What is left without the day (犯的事怎么处理) is about anything."""
    text = "8月15日之前犯的事怎么处理"
    (question,) = understand(text, (), Context(date(2026, 11, 21), HOME), LAWS)
    assert question.matter == text


def test_understand_puts_it_together():
    (question,) = understand("今年7月杭州的厂无证排污罚多少", (), Context(TODAY, HOME), LAWS)
    assert question.region == question.place == "浙江省杭州市"
    assert question.on == date(2026, 7, 15)
    assert question.today == TODAY
    assert "今年7月" not in question.matter


@pytest.mark.parametrize(
    ("question", "is_other"),
    [
        ("武昌区人均公园绿地多少", True),
        ("江汉区人均公园绿地多少", False),
        ("人均公园绿地多少", False),
        ("武昌和江汉哪个绿地多", False),
    ],
)
def test_a_plan_of_one_district_tells_nothing_of_another(question, is_other):
    assert other_district("江汉区生态文明规划", question, HOME) is is_other
    assert not other_district("武汉市生态环境规划", question, HOME)
