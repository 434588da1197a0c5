import re

from hypothesis import example, given, settings
from hypothesis import strategies as st

from corpus.loaders.base import Block
from corpus.loaders.text import from_lines
from corpus.model import find_units
from corpus.numerals import chinese
from corpus.structure import clean_heading, parse


def read(*lines, title="条例"):
    return parse("d", title, [Block(line) for line in lines])


def articles(passages):
    return [passage.article for passage in passages if passage.kind == "article"]


def test_articles_carry_their_headings_and_paragraphs():
    passages = read(
        "第一章 总 则",
        "第一条 为了保护环境。",
        "第二条 适用本条例。",
        "另有规定的除外。",
        "第二章 附则",
        "第三条 自公布之日起施行。",
    )
    assert articles(passages) == ["第一条", "第二条", "第三条"]
    assert passages[1].text == "适用本条例。\n另有规定的除外。"
    assert passages[1].headings == ("第一章 总则",)
    assert passages[2].headings == ("第二章 附则",)
    assert [passage.id for passage in passages] == ["d:a1", "d:a2", "d:a3"]


def test_books_and_parts_stay_above_their_chapters():
    passages = read(
        "第一编 总则",
        "第一分编 通则",
        "第一章 基本规定",
        "第一条 甲。",
        "第二条 乙。",
        "第二编 分则",
        "第一章 大气",
        "第三条 丙。",
    )
    assert passages[0].headings == ("第一编 总则", "第一分编 通则", "第一章 基本规定")
    assert passages[2].headings == ("第二编 分则", "第一章 大气")


def test_an_article_added_between_two_has_its_own_label():
    passages = read("第一条 甲。", "第二条 乙。", "第二条之一 丙。", "第三条 丁。")
    assert articles(passages) == ["第一条", "第二条", "第二条之一", "第三条"]
    assert passages[2].id == "d:a2-1"


def test_a_reference_at_the_start_of_a_line_opens_no_article():
    passages = read(
        "第一条 甲。",
        "第二条 违反本条例",
        "第一条规定的，处罚款。",
        "第三条 丙。",
        "第二条第一款所列情形除外。",
        "第四条 丁。",
    )
    assert articles(passages) == ["第一条", "第二条", "第三条", "第四条"]
    assert "第一条规定的，处罚款。" in passages[1].text
    assert "第二条第一款所列情形除外。" in passages[2].text


def test_a_table_of_contents_has_no_articles_and_leaves_no_headings():
    passages = read("目 录", "第一章 总则", "第二章 附则", "第一章 总则", "第一条 甲。", "第二条 乙。", "第三条 丙。")
    assert articles(passages) == ["第一条", "第二条", "第三条"]
    assert {passage.headings for passage in passages} == {("第一章 总则",)}


def test_annexes_and_repeated_numbers_keep_labels_unique():
    passages = read(
        "第一条 甲。", "第二条 乙。", "第三条 丙。", "附件：收费标准", "第一条 丁。", "第二条 戊。", "第一条 己。"
    )
    labels = [passage.article for passage in passages]
    assert len(set(labels)) == len(labels)
    assert labels[:3] == ["第一条", "第二条", "第三条"]
    assert {"附件第一条", "附件第二条", "附件第一条〔2〕"} <= set(labels)


def test_articles_that_run_together_in_one_line_come_apart():
    passages = read("第一条 甲。 第二条 乙。 第三条 依照第一条 办理。 第四条 丁。")
    assert articles(passages) == ["第一条", "第二条", "第三条", "第四条"]
    assert passages[2].text == "依照第一条 办理。"


def test_what_stands_before_the_first_article_is_kept_unless_it_is_promulgation():
    passages = read(
        "2020年1月1日国务院令第1号公布",
        "为正确审理环境案件，依照有关法律的规定，结合审判实践，现解释如下：",
        "第一条 甲。",
        "第二条 乙。",
        "第三条 丙。",
    )
    assert passages[0].article == "前言"
    assert passages[0].text.startswith("为正确审理")


def test_rows_of_a_list_name_their_columns():
    table = Block(kind="table", rows=(("序号", "行业", "管理"), *((str(n), f"行业{n}", "简化管理") for n in range(1, 20))))
    passages = parse("d", "名录", [Block("第一条 甲。"), Block("第二条 乙。"), Block("第三条 丙。"), table])
    rows = [passage for passage in passages if passage.kind == "row"]
    assert rows[0].text == "序号：1\n行业：行业1\n管理：简化管理"
    assert rows[0].article == "第1项"
    assert not rows[0].units


def test_wrapped_page_text_becomes_articles():
    paragraphs = [
        "某某办法",
        "（2023 年 5 月 8 日公布 自 2023 年 7 月 1 日起施行）",
        "第一条 借阅室向住在本街道的人开放，来的人先在门口登记姓名，再领一张当天有效的座位牌，离开时交回来，遗失座位牌的依照第二十条的规定执行。",
        "第二条 书架上的书可以当场翻看，带走以前要在柜台登记，一个人一次最多带走三本，到期以前可以续借一次，由别人代办的无效。",
        "第三条 遇到下面几种情况，柜台的人可以请来的人换一天再来，并且把原因写在登记本上面，写清楚日期：",
        "（一）座位牌已经全部发完的；",
        "（二）来的人带着还在滴水的雨具，或者带着气味很重的吃食，以及其他会把书弄湿弄脏的情形；",
        "第四条 本办法自 2023 年 7 月 1 日起施行。",
        "12",
    ]
    width = 36
    wrapped = [line[at : at + width] for line in paragraphs for at in range(0, len(line), width)]
    passages = parse("d", "某某办法", from_lines(wrapped, []).blocks)
    assert articles(passages) == ["第一条", "第二条", "第三条", "第四条"]
    assert passages[0].text.endswith("遗失座位牌的依照第二十条的规定执行。")
    assert [unit.locator for unit in find_units(passages[2].text)] == ["第一项".replace("一", "（一）"), "第（二）项"]
    assert passages[3].text == "本办法自2023年7月1日起施行。"


def test_headings_lose_the_spaces_inside_their_words():
    assert clean_heading("第一章　总　则") == "第一章 总则"
    assert clean_heading("第十二节 噪声、 振动") == "第十二节 噪声、振动"


SENTENCES = st.lists(
    st.text("环境保护污染防治单位应当第一条规定的款项，、（）《》0123456789", min_size=1, max_size=40).map(
        lambda text: text.strip() + "。"
    ),
    min_size=1,
    max_size=4,
)


@given(st.lists(SENTENCES, min_size=4, max_size=30))
@settings(max_examples=150, deadline=None)
def test_no_character_of_an_article_is_lost_and_labels_are_unique(bodies):
    """Whatever the sentences say, numbered articles come back in order with all their characters."""
    blocks = []
    for number, body in enumerate(bodies, 1):
        blocks.append(Block(f"第{chinese(number)}条 本条{body[0]}"))
        blocks += [Block("又" + line) for line in body[1:]]
    passages = parse("d", "条例", blocks)
    labels = [passage.article for passage in passages]
    assert len(set(labels)) == len(labels) == len({passage.id for passage in passages})
    assert labels == [f"第{chinese(number)}条" for number in range(1, len(bodies) + 1)]
    given_text = re.sub(r"\s", "", "".join(block.text for block in blocks))
    assert re.sub(r"\s", "", "".join(passage.article + passage.text for passage in passages)) == given_text


@example(["第1条", "", ""])
@given(st.lists(st.text("第一二三条、（）章节附件目录 甲乙丙。，12", max_size=30), max_size=30))
@settings(max_examples=200, deadline=None)
def test_any_lines_give_unique_labels(lines):
    passages = parse("d", "文", [Block(line) for line in lines])
    assert len({passage.article for passage in passages}) == len(passages) == len({passage.id for passage in passages})
    assert all(passage.text.strip() for passage in passages)


@given(st.lists(st.text("（一）（二）甲乙丙，。", min_size=1, max_size=20), max_size=10))
def test_units_lie_inside_the_text_and_have_unique_names(lines):
    text = "\n".join(lines)
    units = list(find_units(text))
    assert len({unit.locator for unit in units}) == len(units)
    assert all(0 <= unit.start < unit.end <= len(text) for unit in units)


def test_an_article_glued_to_the_end_of_another_is_its_own():
    lines = [
        "第一条 为了甲。",
        "第二条 单位应当乙。第三条单位不得丙。",
        "第四条 依照第二条规定丁。 第五条的处罚另定。",
        "第五条 戊。",
    ]
    passages = parse("d", "某条例", [Block(line) for line in lines])
    assert [(row.article, row.text) for row in passages] == [
        ("第一条", "为了甲。"),
        ("第二条", "单位应当乙。"),
        ("第三条", "单位不得丙。"),
        ("第四条", "依照第二条规定丁。 第五条的处罚另定。"),
        ("第五条", "戊。"),
    ]


def test_supplementary_provisions_are_no_annex():
    lines = ["第一条 甲。", "第二条 乙。", "附 则", "第三条 丙。", "附：表格", "一行字。"]
    assert [row.article for row in parse("d", "某条例", [Block(line) for line in lines])] == [
        "第一条",
        "第二条",
        "第三条",
        "附件",
    ]


def test_each_story_of_a_newspaper_page_stands_alone():
    story = "全市启动湖泊清淤工程，计划三年完成，首批安排十二个湖泊，沿湖居民可以报名监督。"
    lines = ["湖泊清淤启动", "■江城晚报记者张某", "通讯员李某 王某某", story]
    lines += ["绿道全线贯通江城晚报讯（记者赵某）环湖绿道昨天贯通，全长三十公里，步行可达率明显提高。"]
    passages = parse("d", "江城晚报", [Block(line) for line in lines])
    assert [(row.headings, story in row.text, "绿道昨天" in row.text) for row in passages] == [
        (("湖泊清淤启动",), True, False),
        (("绿道全线贯通",), False, True),
    ]
