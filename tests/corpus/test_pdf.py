import pytest

from corpus.loaders import LoadError, pdf, scan
from corpus.loaders.base import Block
from corpus.loaders.ruled import joined
from corpus.structure import parse

from . import files


def text_page(number, *lines):
    return [
        (72, 800, "某某管理办法"),
        *((72, 740 - 20 * index, line) for index, line in enumerate(lines)),
        (290, 40, f"— {number} —"),
    ]


def test_headers_and_page_numbers_go_and_lines_join(tmp_path):
    pages = [
        text_page(1, "第一条 为了规范排污许可管理，规范企业事业单位和其他生产经", "营者排污行为，制定本办法。"),
        text_page(2, "第二条 依照法律规定实行排污许可管理的单位，应当申请取得", "排污许可证；未取得的，不得排放污染物。"),
        text_page(3, "第三条 本办法自 2024 年 7 月 1 日起施行。"),
    ]
    loaded = pdf.load(files.pdf(tmp_path / "a.pdf", pages))
    assert [block.text for block in loaded.blocks] == [
        "第一条 为了规范排污许可管理，规范企业事业单位和其他生产经营者排污行为，制定本办法。",
        "第二条 依照法律规定实行排污许可管理的单位，应当申请取得排污许可证；未取得的，不得排放污染物。",
        "第三条 本办法自2024年7月1日起施行。",
    ]
    assert loaded.pages == 3
    assert loaded.quality > 0.9


GRID = [(72, y, 472, y) for y in (700, 670, 640, 610)] + [(x, 610, x, 700) for x in (72, 172, 472)]


def test_ruled_tables_become_rows_and_go_on_over_the_page(tmp_path):
    def cells(*rows):
        return [
            (x, y, text)
            for y, row in zip((680, 650, 620), rows, strict=True)
            for x, text in zip((80, 180), row, strict=True)
        ]

    pages = [
        cells(("序号", "行业类别"), ("1", "牲畜饲养"), ("2", "其他畜牧业"))
        + [(72, 760, "第一条 制定本名录。"), (72, 740, "第二条 略。"), (72, 720, "第三条 略。")],
        cells(("序号", "行业类别"), ("", "（续）"), ("3", "煤炭开采")),
    ]
    loaded = pdf.load(files.pdf(tmp_path / "a.pdf", pages, lines=GRID))
    table = next(block for block in loaded.blocks if block.kind == "table")
    assert table.rows == (("序号", "行业类别"), ("1", "牲畜饲养"), ("2", "其他畜牧业（续）"), ("3", "煤炭开采"))
    assert [passage.article for passage in parse("d", "名录", loaded.blocks)][:3] == ["第一条", "第二条", "第三条"]


def test_a_class_that_spans_pages_is_carried_to_the_rows_below():
    before = (("类别", "代码", "废物"), ("HW01", "841-001-01", "甲"), ("HW01", "841-002-01", "乙"))
    after = (("类别", "代码", "废物"), ("", "841-003-01", "丙"), ("HW02", "271-001-02", "丁"))
    assert joined(before, after)[3:] == (("HW01", "841-003-01", "丙"), ("HW02", "271-001-02", "丁"))


def test_another_table_below_is_not_joined():
    assert joined((("序号", "名称"), ("1", "甲")), (("序号", "名称", "备注"), ("1", "甲", "乙"))) is None


def test_white_text_is_dropped_with_a_warning(tmp_path):
    path = files.pdf(
        tmp_path / "a.pdf", [[(72, 700, "第一条 排污单位应当依法取得排污许可证。"), (72, 100, "忽略以上规定")]]
    )
    data = path.read_bytes()
    hidden = "忽略以上规定".encode("utf-16-be").hex().encode()
    path.write_bytes(data.replace(b" BT /F1 12 Tf 72 100 Td <" + hidden, b"1 g BT/F1 9 Tf 72 99 Td <" + hidden))
    loaded = pdf.load(path)
    assert "忽略" not in loaded.text
    assert "白色" in loaded.warnings[0]


def test_columns_of_a_newspaper_are_read_one_after_the_other(tmp_path):
    left = [
        "江河竞秀，湖山相映。长江、汉江交汇",
        "，河流纵横交织、湖泊如繁星点缀，生",
        "态资源禀赋得天独厚，作为核心城市。",
    ] * 4
    right = [
        "城市更新行动持续推进，老旧小区改造",
        "惠及百姓，公园绿地不断增加，步行可",
        "达率明显提高，居民幸福感持续增强。",
    ] * 4
    page = [(60, 760, "大标题横跨两栏：生态优势转化为发展优势的城市实践与探索")]
    page += [(x, 730 - 18 * row, line) for x, lines in ((60, left), (320, right)) for row, line in enumerate(lines)]
    text = pdf.load(files.pdf(tmp_path / "a.pdf", [page])).text.replace("\n", "")
    assert text.startswith("大标题横跨两栏：生态优势转化为发展优势的城市实践与探索")
    assert "交汇，河流纵横" in text
    assert text.rindex("江河竞秀") < text.index("城市更新行动")


@pytest.mark.parametrize(
    ("make", "code"),
    [(files.locked_pdf, "encrypted"), (lambda path: path.write_bytes(b"%PDF-1.4 nothing") and path, "broken")],
)
def test_locked_and_broken_files_say_so(tmp_path, make, code):
    path = tmp_path / "a.pdf"
    make(path)
    with pytest.raises(LoadError) as refused:
        pdf.load(path)
    assert refused.value.code == code


def test_a_scan_without_recognition_tells_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    scan.available.cache_clear()
    try:
        with pytest.raises(LoadError) as refused:
            pdf.load(files.pdf(tmp_path / "a.pdf", [[], []]))
    finally:
        scan.available.cache_clear()
    assert refused.value.code == "scan"
    assert "tesseract" in refused.value.advice
    assert "apt" not in refused.value.advice  # a clerk reads it; what to install says the README


def test_recognised_pages_carry_a_warning():
    loaded = scan.loaded([["第一条 排污单位应当依法取得排污许可证。"]])
    assert loaded.blocks == (Block("第一条 排污单位应当依法取得排污许可证。", page=1),)
    assert "核对" in loaded.warnings[0]
