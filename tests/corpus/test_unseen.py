"""What a reader of a page or a Word document sees stays; what he does not see goes, however it is hidden."""

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from corpus.loaders import html, markdown, reader, word

SECRET = "暗中加的话"


@pytest.fixture
def page(tmp_path):
    def text(body, style=""):
        file = tmp_path / "a.html"
        source = f"<!doctype html><html><head><meta charset='utf-8'><style>{style}</style></head><body><p>看得见。</p>{body}</body></html>"
        file.write_text(source, encoding="utf-8")
        loaded = html.load(file)
        return "\n".join([loaded.text, *("".join(row) for block in loaded.blocks for row in block.rows)])

    return text


@pytest.mark.parametrize(
    ("body", "style"),
    [
        ("<p class=a>{}</p>", ".a{display:none}"),
        ("<p class=a>{}</p>", "@media screen{p.a{visibility:hidden}}"),
        ("<p class=a>{}</p>", ":root{--w:#fff}.a{color:var(--w)}"),
        ("<div class=a><p>一<b>{}</b></p></div>", ".a b{font:1px/1 serif}"),
        ("<p class='a b'>{}</p>", ".a{display:none!important}.a.b{display:block}"),
        ("<div style='opacity:.3'><p style='opacity:.2'>{}</p></div>", ""),
        ("<div style='background:#000'><p style='color:#030303'>{}</p></div>", ""),
        ("<p style='color:lab(100% 0 0)'>{}</p>", ""),
        ("<p><font color=#fefefe>{}</font></p>", ""),
        ("<p hidden>一<!-- x -->{}</p>", ""),
        ("<p style='position:fixed;inset:0 auto auto -200em'>{}</p>", ""),
        ("<p style='transform:translateX(-9999px)'>{}</p>", ""),
        ("<p style='letter-spacing:-1em'>{}</p>", ""),
        ("<details>{}<p>{}</p></details>", ""),
    ],
)
def test_hidden_text_of_a_page_goes(page, body, style):
    assert SECRET not in page(body.replace("{}", SECRET), style)


@pytest.mark.parametrize(
    ("body", "style"),
    [
        ("<div style='background:#036'><h2 style='color:#fff'>{}</h2></div>", ""),
        ("<table><tr><td bgcolor='#336699'><font color=white>{}</font></td></tr><tr><td>一</td></tr></table>", ""),
        ("<p class=a>{}</p>", "@media print{.a{display:none}}"),
        ("<p class=a>{}</p>", ".a{display:none}p.a{display:block}"),
        ("<div style='visibility:hidden'><p style='visibility:visible'>{}</p></div>", ""),
        ("<div style='font-size:0'><span style='font-size:14px'>{}</span></div>", ""),
        ("<div style='background:url(a.png)'><p style='color:#fff'>{}</p></div>", ""),
        ("<p style='text-indent:2em;margin-left:-20px'>{}</p>", ""),
        ("<p style='color:#999'>{}</p>", ""),
        ("<details open><p>{}</p></details>", ""),
        ("<p style='top:12000px;position:absolute'>{}</p>", ""),
    ],
)
def test_visible_text_of_a_page_stays(page, body, style):
    assert SECRET in page(body.replace("{}", SECRET), style)


def test_markdown_keeps_its_signs_around_what_is_cut(tmp_path):
    file = tmp_path / "a.md"
    file.write_text(
        f"# 标题\n\n一 <0.5 且 a<b。<span style='color:white'>{SECRET}</span>二&lt;b&gt;三\n\n"
        f"<div hidden>\n{SECRET}\n</div>\n\n[^1]: 脚注\n\n[//]: # ({SECRET})\n\n尾。\n",
        encoding="utf-8",
    )
    loaded = markdown.load(file)
    assert [block.text for block in loaded.blocks] == ["标题", "一 <0.5 且 a<b。二<b>三", "[^1]: 脚注", "尾。"]
    assert "看不见" in loaded.warnings[0]


def test_no_loader_lets_an_invisible_character_through(tmp_path):
    file = tmp_path / "a.md"
    file.write_text("# 标&#8203;题\n\n| 甲\U000e0041 | 乙&zwnj; |\n|---|---|\n| ⽣态 | 1 |\n", encoding="utf-8")
    loaded = reader.read(file)
    assert loaded.blocks[0].text == "标题"
    assert loaded.blocks[1].rows == (("甲", "乙"), ("生态", "1"))


def run(properties, text=SECRET):
    return parse_xml(f"<w:r {nsdecls('w')}><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r>")


@pytest.fixture
def written(tmp_path):
    """written(change) -> the text of a document after `change(document, paragraph)`"""

    def call(change):
        document = docx.Document()
        change(document, document.add_paragraph("看得见。"))
        document.save(tmp_path / "a.docx")
        loaded = word.load(tmp_path / "a.docx")
        return "\n".join([loaded.text, *("".join(row) for block in loaded.blocks for row in block.rows)])

    return call


def based(document, paragraph):
    """A character style that hides because the one it is based on does."""
    first, second = document.styles.add_style("one", 2), document.styles.add_style("two", 2)
    first.font.hidden, second.base_style = True, first
    paragraph.add_run(SECRET, style=second)


def flat_line(document, paragraph):
    added = document.add_paragraph(SECRET)
    added._p.get_or_add_pPr().append(parse_xml(f'<w:spacing {nsdecls("w")} w:line="1" w:lineRule="exact"/>'))


def box(left):
    def change(document, paragraph):
        names = nsdecls("w", "wp", "a") + ' xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
        paragraph._p.append(
            parse_xml(
                f"<w:r {names}><w:drawing><wp:anchor><wp:positionH><wp:posOffset>{left}</wp:posOffset></wp:positionH>"
                f'<wp:extent cx="900000" cy="900000"/><wp:docPr id="3" name="b"/><wps:wsp><wps:txbx><w:txbxContent><w:p><w:r><w:t>{SECRET}'
                "</w:t></w:r></w:p></w:txbxContent></wps:txbx></wps:wsp></wp:anchor></w:drawing></w:r>"
            )
        )

    return change


def field(document, paragraph):
    for part in ("begin", SECRET, "separate", "结果", "end"):
        inside = f'<w:fldChar w:fldCharType="{part}"/>' if part.isascii() else f"<w:t>{part}</w:t>"
        paragraph._p.append(parse_xml(f"<w:r {nsdecls('w')}>{inside}</w:r>"))


def cell(fill):
    def change(document, paragraph):
        place = document.add_table(1, 1).rows[0].cells[0]
        place._tc.get_or_add_tcPr().append(parse_xml(f'<w:shd {nsdecls("w")} w:val="clear" w:fill="{fill}"/>'))
        place.paragraphs[0]._p.append(run('<w:color w:val="FFFFFF"/>'))

    return change


def direct(properties):
    return lambda document, paragraph: paragraph._p.append(run(properties))


@pytest.mark.parametrize(
    "change",
    [
        based,
        flat_line,
        box(-8_000_000),
        field,
        cell("FEFEFE"),
        direct('<w:color w:val="auto" w:themeColor="text1" w:themeTint="01"/>'),
        direct('<w:highlight w:val="black"/><w:color w:val="000000"/>'),
        direct('<w:sz w:val="20"/><w:spacing w:val="-200"/>'),
        direct("<w:specVanish/>"),
    ],
)
def test_hidden_text_of_a_word_document_goes(written, change):
    assert SECRET not in written(change)


@pytest.mark.parametrize(
    "change",
    [
        cell("1F497D"),
        box(900_000),
        direct('<w:vanish w:val="0"/>'),
        direct('<w:shd w:val="clear" w:themeFill="accent1"/><w:color w:val="FFFFFF"/>'),
        direct('<w:color w:val="auto"/>'),
        direct('<w:sz w:val="10"/>'),
    ],
)
def test_visible_text_of_a_word_document_stays(written, change):
    assert SECRET in written(change)
