"""Numbers of standards: none may change on the way from the page to the passage."""

from types import SimpleNamespace

import pytest

from corpus.loaders import pdf, raised, ruled
from corpus.loaders.base import Block
from corpus.structure import parse

from . import files

CAPTION = "表1 竹纤维企业水污染物排放限值"


def lattice(xs, ys, sides=True):
    """Rules of a table; without its outer sides as Chinese standards draw it."""
    inner = xs if sides else xs[1:-1]
    return [(xs[0], y, xs[-1], y) for y in ys] + [(x, ys[-1], x, ys[0]) for x in inner]


def cells(xs, ys, rows):
    return [(x + 8, y - 20, text) for y, row in zip(ys, rows, strict=False) for x, text in zip(xs, row, strict=False)]


XS, YS = (72, 132, 262, 372, 472), (700, 670, 640, 610)
ROWS = [("序号", "控制项目", "一级", "二级"), ("1", "总镉", "5", "20"), ("2", "总汞", "3", "15")]


@pytest.mark.parametrize("sides", [True, False], ids=["with sides", "open at the sides"])
def test_a_table_open_at_its_sides_loses_no_column(tmp_path, sides):
    page = [(72, 760, "以下为限值。"), *cells(XS, YS, ROWS)]
    loaded = pdf.load(files.pdf(tmp_path / "a.pdf", [page], lines=lattice(XS, YS, sides)))
    assert [block.rows for block in loaded.blocks if block.rows] == [tuple(ROWS)]
    assert loaded.warnings == ()


def test_two_open_tables_below_each_other_stay_two(tmp_path):
    lower = tuple(y - 200 for y in YS)
    page = [*cells(XS, YS, ROWS), (72, 560, "表2 其他限值"), *cells(XS, lower, ROWS[:2] + [("9", "总铅", "7", "8")])]
    rules = [*lattice(XS, YS, sides=False), *lattice(XS, lower, sides=False)]
    found = [block.rows for block in pdf.load(files.pdf(tmp_path / "a.pdf", [page], lines=rules)).blocks if block.rows]
    assert [rows[2][1] for rows in found] == ["总汞", "总铅"]


def test_name_and_unit_of_a_table_stand_with_each_of_its_rows(tmp_path):
    lines = ["本标准规定了竹纤维企业的水污染物排放限值，自2023年9月1日起执行。", CAPTION, "单位：mg/L"]
    page = [*((72, 800 - 20 * at, line) for at, line in enumerate(lines)), *cells(XS, YS, ROWS)]
    loaded = pdf.load(files.pdf(tmp_path / "a.pdf", [page], lines=lattice(XS, YS)))
    rows = [passage for passage in parse("d", "某标准", loaded.blocks) if passage.kind == "row"]
    assert rows[1].text == "序号：2\n控制项目：总汞\n一级：3\n二级：15"
    assert rows[1].headings[-1] == "表1竹纤维企业水污染物排放限值 单位：mg/L"
    assert rows[1].article == "第2项"


def test_what_follows_a_table_does_not_belong_to_it():
    rows = (("项目", "限值"), ("总汞", "3"))
    blocks = [Block("5 排放要求"), Block("表1 限值"), Block(kind="table", rows=rows), Block("监测按第6章执行，每月一次。")]
    after = parse("d", "某标准", blocks)[-1]
    assert after.headings == ("5 排放要求",)


def test_a_power_of_ten_stays_one(tmp_path):
    page = [*cells(XS, YS, [ROWS[0], ("1", "大肠菌群", "10", "10")])]
    page += [
        (272 + 24, 657, "3", 6),
        (382 + 24, 657, "4", 6),
        (72, 560, "每升水中的总数不得大于10"),
        (72 + 13 * 12, 567, "5", 6),
    ]
    loaded = pdf.load(files.pdf(tmp_path / "a.pdf", [page], lines=lattice(XS, YS[:3])))
    table = next(block for block in loaded.blocks if block.rows)
    assert table.rows[1][2:] == ("10³", "10⁴")
    assert "大于10⁵" in loaded.text


def test_micro_of_the_symbol_font_is_no_milli():
    def char(text, font, x, size=10.0):
        values = {"top": 100.0, "bottom": 100.0 + size, "doctop": 100.0, "y0": 0.0, "y1": size, "size": size}
        return {"text": text, "fontname": font, "x0": x, "x1": x + 5, **values}

    page = SimpleNamespace(chars=[char("m", "AB+Symbol", 0), char("m", "AB+Times", 5), char("ρ", "AB+SymbolMT", 10)])
    assert raised.settle(page)[0]
    assert "".join(row["text"] for row in page.chars) == "μmρ"


def test_two_numbers_below_each_other_in_a_cell_stay_two():
    assert ruled.clean("60\n60") == "60 60"
    assert ruled.clean("浓度\n负荷") == "浓度负荷"


def test_rows_without_rules_between_them_are_told(tmp_path):
    page = [(80, 680, "序号"), (180, 680, "项目"), *((80, 655 - 14 * n, str(n + 1)) for n in range(3)), (180, 655, "汞")]
    page.append((72, 760, "下面是水污染物的测定方法，按顺序排列。"))
    loaded = pdf.load(files.pdf(tmp_path / "a.pdf", [page], lines=lattice((72, 172, 472), (700, 670, 610))))
    assert any("没有行线" in warning for warning in loaded.warnings)


def test_limits_without_their_points_wait_for_a_person(tmp_path):
    rows = [("序号", "控制项目", "一级", "二级"), ("1", "总镉", "05", "01"), ("2", "总汞", "003", "15")]
    page = [(72, 760, "本标准规定了水污染物的排放限值，企业应当执行。"), *cells(XS, YS, rows)]
    loaded = pdf.load(files.pdf(tmp_path / "a.pdf", [page], lines=lattice(XS, YS)))
    assert loaded.quality < 0.6
    assert any("小数点" in warning for warning in loaded.warnings)


def test_words_that_reach_neither_a_line_nor_a_table_are_told():
    text = "表中共有三十个限值，下面二十个在表的外面没有读到"
    assert "第 2 页有文字没有读到" in pdf._lost(["甲乙", text], [["甲乙"], [text[:10]]])
    assert pdf._lost([text], [[text]]) == ""


def test_a_list_in_two_halves_side_by_side_is_one_list():
    head = ("序号", "项目", "限值")
    block = Block(
        kind="table", rows=((*head, *head), ("1", "镍", "0.05", "3", "苯", "0.1"), ("2", "铍", "0.002", "", "", ""))
    )
    rows = [passage.text for passage in parse("d", "某标准", [Block("5 要求"), block])]
    assert rows == ["序号：1\n项目：镍\n限值：0.05", "序号：2\n项目：铍\n限值：0.002", "序号：3\n项目：苯\n限值：0.1"]


def test_a_value_is_not_taken_for_a_row_number():
    block = Block(kind="table", rows=(("处理能力", "高度（m）"), ("小", "25"), ("中", "35"), ("大", "45")))
    assert [passage.article for passage in parse("d", "某标准", [block])] == ["表第1行", "表第2行", "表第3行"]


@pytest.mark.parametrize("line", ["24小时均值", "3年内不得排放", "7个企业群相互交融", "9月13日，博览会"])
def test_a_count_opens_no_section(line):
    assert parse("d", "某规划", [Block("一、总体要求"), Block(line), Block("内容。" * 20)])[0].headings == ("一、总体要求",)
