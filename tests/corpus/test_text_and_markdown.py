import codecs

import pytest

from corpus.loaders import LoadError, markdown, text
from corpus.structure import parse

LAW = "第一条 为了保护环境。\n第二条 适用本办法。\n第三条 自公布之日起施行。\n"


@pytest.mark.parametrize(
    "data",
    [
        LAW.encode(),
        codecs.BOM_UTF8 + LAW.encode(),
        LAW.encode("gb18030"),
        LAW.encode("utf-16"),
        codecs.BOM_UTF16_BE + LAW.encode("utf-16-be"),
        ("ASCII first, " * 40 + LAW).encode("utf-16-le"),
    ],
    ids=["utf-8", "bom", "gb18030", "utf-16", "utf-16-be", "utf-16 without a mark"],
)
def test_encodings_of_office_machines(data):
    assert "为了保护环境" in text.decode(data)


@pytest.mark.parametrize(
    ("data", "code"), [(b"", "empty"), (b" \n", "empty"), (bytes(range(256)) * 40, "binary"), (b"\x00" * 500, "binary")]
)
def test_what_is_no_text_is_refused_with_advice(data, code):
    with pytest.raises(LoadError) as refused:
        text.decode(data)
    assert refused.value.code == code
    assert refused.value.advice
    assert "没有存入" in str(refused.value)


def test_invisible_characters_are_dropped_with_a_warning(tmp_path):
    file = tmp_path / "a.txt"
    file.write_text("排\u200b污\u200b许\u200b可\u200b证\u200b管理", encoding="utf-8")
    loaded = text.load(file)
    assert loaded.text == "排污许可证管理"
    assert "5 个不可见字符" in loaded.warnings[0]


STYLES = {
    "headings and plain lines": "# 某条例\n\n2020年1月1日公布\n\n<!-- INFO END -->\n\n## 第一章 总 则\n\n第一条 甲，\n\n(一)乙；\n\n第二条 丙。\n\n第三条 丁。",
    "bold": "# 某条例\n\n## 第一章 总则\n\n**第一条**　甲，\n\n(一)乙；\n\n**第二条**　丙。\n\n**第三条**　丁。",
    "html paragraphs": (
        "---\ntitle: 某条例\n---\n::: details 目录\n::: tabs\n@tab 章节\n[[toc]]\n- 第1~3条：[1](#t1)\n:::\n"
        '## 第一章&emsp;总&emsp;则{align="center"}\n'
        '<p id="t1">&emsp;&emsp;<b>第一条</b>&emsp;甲，<br>\n&emsp;&emsp;(一)乙；</p>\n<p id="t2">&emsp;&emsp;<b>第二条</b>&emsp;丙。</p>\n'
        '<p id="t3"><b>第三条</b>&emsp;丁。</p>\n\n::: warning 原文链接\n<http://example.org/a.shtml>\n:::'
    ),
    "articles as headings": (
        '---\ntitle: "某条例"\n发布日期: 2020-01-01\n---\n# 某条例\n> (某部令)\n## 基本信息\n| 项目 | 内容 |\n|---|---|\n| 条数 | 3条 |\n'
        "## 正文全文\n## 第一章 总 则\n### 第一条\n甲，\n\n(一)乙；\n### 第二条\n丙。\n### 第三条\n丁。"
    ),
}


@pytest.mark.parametrize("source", STYLES.values(), ids=STYLES)
def test_the_four_styles_of_public_collections_give_the_same_law(tmp_path, source):
    file = tmp_path / "law.md"
    file.write_text(source, encoding="utf-8")
    passages = parse("d", "某条例", markdown.load(file).blocks)
    assert [(row.article, row.text) for row in passages] == [
        ("第一条", "甲，\n(一)乙；"),
        ("第二条", "丙。"),
        ("第三条", "丁。"),
    ]
    assert passages[0].headings == ("第一章 总则",)


def test_front_matter_and_source_address(tmp_path):
    file = tmp_path / "law.md"
    file.write_text(STYLES["html paragraphs"], encoding="utf-8")
    assert markdown.load(file).front == {"title": "某条例", "url": "http://example.org/a.shtml"}


def test_broken_front_matter_is_read_line_by_line():
    assert markdown.front_matter('title: "a: b\nlevel: 规章\ntags:\n  - x')["level"] == "规章"


def test_html_tables_inside_markdown(tmp_path):
    file = tmp_path / "t.md"
    file.write_text(
        "第一条 甲。\n\n<style>.x{}</style>\n<table><tr><th>税目</th><th>税额</th></tr>"
        '<tr><td rowspan="2">噪声</td><td>350元</td></tr><tr><td>700元</td></tr></table>\n',
        encoding="utf-8",
    )
    table = markdown.load(file).blocks[1]
    assert table.rows == (("税目", "税额"), ("噪声", "350元"), ("噪声", "700元"))


def test_headings_of_a_table_without_a_row_of_their_own(tmp_path):
    file = tmp_path / "tax.md"
    file.write_text(
        "第一条 甲。\n\n<table><thead><th>税目</th><th>税率</th></thead><tbody><tr><td>煤</td><td>2％</td></tr></tbody></table>\n",
        encoding="utf-8",
    )
    assert markdown.load(file).blocks[1].rows == (("税目", "税率"), ("煤", "2％"))
