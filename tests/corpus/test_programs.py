"""Scans and old Word files through the real programs of Debian; skipped where they are not installed."""

import shutil
import subprocess

import docx
import pypdfium2 as pdfium
import pytest
from PIL import Image, ImageDraw, ImageFont

from corpus.loaders import reader, scan
from corpus.loaders.sandbox import Sandbox

from . import files

LINES = [
    "第一条 为了加强竹纤维企业的环境管理，制定本办法。",
    "第二条 竹纤维企业应当依法取得排污许可证。",
    "第三条 违反本办法的，处二万元以上五万元以下的罚款。",
]
recognition = pytest.mark.skipif(not scan.available(), reason="tesseract with chi_sim is not installed")
office = pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")


@pytest.fixture
def font():
    found = subprocess.run(["fc-match", "-f", "%{file}", ":lang=zh-cn"], capture_output=True, text=True, check=False).stdout  # noqa: S607
    if "CJK" not in found and "wqy" not in found:
        pytest.skip("no Chinese font is installed to draw a page with")
    return ImageFont.truetype(found, 48)


def drawn(font, size=(1700, 700)):
    page = Image.new("L", size, 255)
    pen = ImageDraw.Draw(page)
    for number, line in enumerate(LINES):
        pen.text((120, 120 + 120 * number), line, font=font, fill=0)
    return page


@recognition
@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.tif", "a.pdf"])
def test_a_picture_of_a_rule_is_read_and_waits_for_a_person(tmp_path, font, name):
    drawn(font).save(tmp_path / name)
    with Sandbox() as sandbox:
        loaded = sandbox.load(tmp_path / name)
    text = loaded.text.replace(" ", "")
    assert "排污许可证" in text
    assert "二万元以上五万元以下" in text
    assert loaded.quality <= scan.HELD < 0.6
    assert scan.DOUBTFUL in loaded.warnings


@recognition
def test_a_sheet_given_in_pixels_is_not_read_at_the_size_of_a_wall(tmp_path, font, monkeypatch):
    """One point for each pixel of the scanner: at 300 dpi this page would have 150 million pixels."""
    sizes, recognise = [], scan.recognise

    def watched(path):
        with Image.open(path) as picture:
            sizes.append(max(picture.size))
        return recognise(path)

    monkeypatch.setattr(scan, "recognise", watched)
    drawn(font, (2480, 3508)).save(tmp_path / "a.pdf", resolution=72)
    assert "排污许可证" in reader.read(tmp_path / "a.pdf").text.replace(" ", "")
    assert 3500 < sizes[0] < 3700


@office
@pytest.mark.parametrize("ending", ["doc", "rtf"])
def test_an_old_word_file_keeps_articles_and_table(tmp_path, ending):
    document = docx.Document()
    for line in LINES:
        document.add_paragraph(line)
    grid = document.add_table(2, 3)
    values = ["序号", "项目", "限值", "1", "氨氮", "8.5"]
    for cell, value in zip((cell for row in grid.rows for cell in row.cells), values, strict=True):
        cell.text = value
    document.add_paragraph("第四条 本办法自公布之日起施行。")  # LibreOffice writes no table at the very end
    document.save(tmp_path / "a.docx")
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = [
        "soffice",
        profile,
        "--headless",
        "--convert-to",
        ending,
        "--outdir",
        str(tmp_path),
        str(tmp_path / "a.docx"),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    with Sandbox() as sandbox:
        loaded = sandbox.load(tmp_path / f"a.{ending}")
    assert [block.text for block in loaded.blocks if block.text] == [*LINES, "第四条 本办法自公布之日起施行。"]
    assert [block.rows for block in loaded.blocks if block.rows] == [(tuple(values[:3]), tuple(values[3:]))]


@recognition
def test_a_picture_inside_a_text_is_read_and_the_document_waits(tmp_path, font):
    drawn(font).save(tmp_path / "scan.pdf")
    words = [f"第{n}条 竹纤维企业应当每季度监测一次，并保存记录三年。" for n in "四五六七八"]
    both = pdfium.PdfDocument.new()
    for source in (files.pdf(tmp_path / "text.pdf", [[(72, 700, line)] for line in words]), tmp_path / "scan.pdf"):
        both.import_pages(pdfium.PdfDocument(source))
    both.save(tmp_path / "both.pdf")
    loaded = reader.read(tmp_path / "both.pdf")
    assert "二万元以上五万元以下" in loaded.text.replace(" ", "")
    assert loaded.warnings == (f"第 6 页是图片，{scan.DOUBTFUL}",)
    assert loaded.quality <= scan.HELD


def test_a_picture_that_cannot_be_read_is_told_with_its_page(tmp_path, font, monkeypatch):
    monkeypatch.setattr(scan, "available", lambda: False)
    drawn(font).save(tmp_path / "scan.pdf")
    both = pdfium.PdfDocument.new()
    text = [[(72, 700, "竹纤维企业应当每季度监测一次，并保存记录三年。")]] * 4 + [[(72, 700, "附则略。")]]
    for source in (files.pdf(tmp_path / "text.pdf", text), tmp_path / "scan.pdf"):
        both.import_pages(pdfium.PdfDocument(source))
    both.save(tmp_path / "both.pdf")
    loaded = reader.read(tmp_path / "both.pdf")
    assert loaded.warnings == ("第 6 页是图片，没有读到文字",)
    assert loaded.text.endswith("附则略。")
