from datetime import date

import pytest

from corpus import metadata, registry
from corpus.loaders.base import Block, Loaded
from corpus.metadata import Overrides, describe, document_id
from corpus.model import Trust
from corpus.regions import jurisdiction, place


@pytest.fixture
def described(tmp_path):
    def build(name, *lines, front=None, overrides=None):
        blocks = [
            Block(line.lstrip("# "), "heading" if line.startswith("#") else "text", line.startswith("#")) for line in lines
        ]
        return describe(tmp_path / name, Loaded(tuple(blocks), front or {}), "sha", overrides)

    return build


def test_a_promulgation_line_tells_number_issuer_and_days(described):
    document, sources = described(
        "a.md",
        "# 企业环境信息依法披露管理办法",
        "（2021年12月11日生态环境部令第24号公布 自2022年2月8日起施行）",
        "第一条 甲。",
    )
    assert document.title == "企业环境信息依法披露管理办法"
    assert (document.doc_no, document.issuer, document.level) == ("生态环境部令第24号", "生态环境部", "部门规章")
    assert (document.publish_date, document.effective_date) == (date(2021, 12, 11), date(2022, 2, 8))
    assert sources["publish_date"].startswith("文内第2段：（2021年12月11日")


def test_an_amended_text_does_not_say_since_when_it_applies(described):
    document, _ = described(
        "条例(2019-03-02).md",
        "# 全国污染源普查条例",
        "2007年10月9日 中华人民共和国国务院令第508号公布",
        "第一条 甲。",
        "第二条 自2007年10月9日起施行。",
    )
    assert (document.publish_date, document.effective_date) == (date(2019, 3, 2), None)
    assert (document.level, document.issuer, document.doc_no) == ("行政法规", "国务院", "国务院令第508号")


def test_a_provincial_regulation_is_placed_by_its_title(described):
    document, sources = described(
        "a.md",
        "# 嘉兴市楼道堆物管理办法",
        "2019年3月5日 嘉兴市第三届人民代表大会常务委员会第九次会议通过",
        "第一条 甲。",
    )
    assert (document.region, document.level) == ("浙江省嘉兴市", "地方性法规")
    assert document.issuer == "嘉兴市人民代表大会常务委员会"
    assert "标题" in sources["region"]


def test_a_notice_without_a_heading_has_its_title_over_two_lines(described):
    document, _ = described(
        "scan.txt",
        "武汉市人民政府办公厅文件",
        "武政办〔2024〕56 号",
        "市人民政府办公厅关于加快推动某某优势",
        "转化为发展优势的实施意见",
        "各区人民政府:",
        "为加快发展,特提出如下意见。",
        "武汉市人民政府办公厅",
        "2024 年 6 月 2 日",
    )
    assert document.title == "市人民政府办公厅关于加快推动某某优势转化为发展优势的实施意见"
    assert (document.doc_no, document.issuer) == ("武政办〔2024〕56号", "武汉市人民政府办公厅")
    assert (document.publish_date, document.region, document.level) == (date(2024, 6, 2), "湖北省武汉市", "规范性文件")


@pytest.mark.parametrize("line", ["江城市生态环境局　2026年9月15日", "江城市生态环境局  二〇二六年九月十五日"])
def test_who_signs_and_when_may_stand_in_one_line(described, line):
    document, sources = described("a.txt", "关于加强夜间施工管理的通知", "各区分局：", "请认真执行。", line)
    assert (document.issuer, document.publish_date) == ("江城市生态环境局", date(2026, 9, 15))
    assert line in sources["issuer"]


def test_a_sentence_that_names_a_bureau_and_a_day_is_no_signature(described):
    document, _ = described(
        "a.txt", "关于夜间施工的通知", "意见寄江城市，由生态环境局 2026年9月15日前汇总。", "联系人：市局 2026年9月15日"
    )
    assert (document.issuer, document.publish_date) == ("", None)


def test_a_draft_for_comment_is_no_rule(described):
    document, _ = described("a.txt", "武汉市生态环境保护“十四五”规划", "（征求意见稿）", "一、成就")
    assert document.title.endswith("（征求意见稿）")
    assert document.trust is Trust.DRAFT
    assert document.level == "规划"


def test_a_plan_without_a_title_line_is_named_by_its_text(described):
    document, _ = described(
        "plan-2022-2027.txt",
        "前言",
        "江汉区人民政府组织编制了《江汉区创建示范区规划》，武汉市、武汉、武汉市。",
        "第一章 基础",
    )
    assert document.title == "江汉区创建示范区规划（2022—2027年）"
    assert document.region == "湖北省武汉市江汉区"
    assert document.applies_in("湖北省武汉市")
    assert not document.applies_in("湖北省")
    assert not document.applies_in("浙江省杭州市")


def test_a_newspaper_page_is_news(described):
    document, _ = described(
        "paper-2025-05.txt", "■长江日报记者某某", "通讯员某某", "武汉武汉武汉" + "生态" * 12, "长江日报讯（记者某某）近日。"
    )
    assert document.title == "长江日报2025年5月生态环境专版"
    assert (document.trust, document.level, document.region) == (Trust.NEWS, "新闻", "湖北省武汉市")


def test_what_a_person_states_beats_everything(described):
    stated = Overrides("另一个标题", "规划", "湖北省武汉市", publish_date=date(2020, 5, 5))
    document, sources = described("a(2019-01-01).md", "# 某某条例", front={"title": "x"}, overrides=stated)
    assert (document.title, document.level, document.publish_date) == ("另一个标题", "规划", date(2020, 5, 5))
    assert sources["title"] == "人工填写"
    with pytest.raises(ValueError, match="unknown level"):
        Overrides(level="天条")


HEADER = "path,title,short_title,doc_no,issuer,level,region,publish_date,effective_date,status_on_2026-11-21,repealed_or_superseded_on,superseded_by,articles\n"


@pytest.fixture
def collection(tmp_path):
    rows = [
        "rules/旧(2018-01-01).md,某条例,某条例,,国务院,行政法规,,2018-01-01,,已被修订,,某条例（2023年修订）,3",
        "rules/新(2023-05-01).md,某条例,某条例,,国务院,行政法规,,2023-05-01,2023-09-01,现行有效,,,3",
        "rules/废.md,某办法,某办法,,某部,部门规章,,2010-01-01,2010-03-01,已废止,2020-06-01,某法,3",
        "rules/失.md,某规定,某规定,,某部,部门规章,,2010-01-01,2010-03-01,已废止,,,3",
    ]
    (tmp_path / "catalog.csv").write_text(HEADER + "\n".join(rows), encoding="utf-8-sig")
    (tmp_path / "rules").mkdir()
    return tmp_path / "rules"


@pytest.mark.parametrize(
    ("name", "ended", "repealed"),
    [
        ("旧(2018-01-01).md", date(2023, 9, 1), False),
        ("新(2023-05-01).md", None, False),
        ("废.md", date(2020, 6, 1), True),
        ("失.md", date(2010, 3, 1), True),
    ],
    ids=["ended when the newer version began", "in force", "on the stated day", "on an unknown day: never in force"],
)
def test_the_table_of_a_collection_decides(collection, name, ended, repealed):
    loaded = Loaded((Block("# 别的标题"),), {"title": "别的标题", "status": "现行有效"})
    document, sources = describe(collection / name, loaded, "sha")
    assert (document.ended_on, document.repealed) == (ended, repealed)
    assert sources["title"] == registry.NAME
    assert document.title.startswith("某")


def test_a_change_in_the_table_makes_a_file_new(collection, tmp_path):
    file = collection / "废.md"
    before = metadata.fingerprint("sha", file, Overrides(), "1")
    table = tmp_path / "catalog.csv"
    table.write_text(table.read_text(encoding="utf-8-sig").replace("2020-06-01", "2020-07-01"), encoding="utf-8-sig")
    assert metadata.fingerprint("sha", file, Overrides(), "1") != before


def test_ids_are_stable_and_tell_versions_apart():
    assert document_id("中华人民共和国水法", date(2016, 7, 2)) == document_id("《水法》", date(2016, 7, 2))
    assert document_id("水法", date(2016, 7, 2)) != document_id("水法", date(2002, 8, 29))
    assert document_id("通知", None, "a.txt") != document_id("通知", None, "b.txt")


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("武汉市生态环境局", "湖北省武汉市"),
        ("湖北省人民代表大会常务委员会", "湖北省"),
        ("上海市浦东新区若干规定", "上海市浦东新区"),
        ("深圳经济特区绿色建筑条例", "广东省深圳市"),
        ("新乡市居民住宅区消防条例", "河南省新乡市"),
        ("中华人民共和国水法", ""),
        ("生态环境部", ""),
    ],
)
def test_places(name, path):
    assert place(name) == path


@pytest.mark.parametrize(
    ("region", "city"), [("湖北省武汉市江汉区", "湖北省武汉市"), ("湖北省", "湖北省"), ("北京市海淀区", "北京市"), ("", "")]
)
def test_a_district_counts_as_its_city(region, city):
    assert jurisdiction(region) == city
