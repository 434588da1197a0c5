"""Files made to hurt the reader: each is refused in words, and the next file is read."""

import struct
import zipfile

import docx
import openpyxl
import pytest

from corpus.loaders import LoadError, reader, sheet
from corpus.loaders.limits import Bounds
from corpus.loaders.sandbox import Limits, Sandbox

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
LAW = "第一条 为了保护环境。\n第二条 适用本办法。\n"


def word(path, body, doctype=""):
    """A Word file whose text is this XML."""
    base = path.with_suffix(".base")
    docx.Document().save(base)
    xml = f'<?xml version="1.0"?>{doctype}<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>'
    with zipfile.ZipFile(base) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name in source.namelist():
            out.writestr(name, xml if name == "word/document.xml" else source.read(name))
    return path


def laughs(path):
    """Ten entities, each ten times the one before: 10 GB of text in a kilobyte."""
    entities = '<!ENTITY a0 "环境环境环境">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 11))
    return word(path, "<w:p><w:r><w:t>&a10;</w:t></w:r></w:p>", f"<!DOCTYPE x [{entities}]>")


def repeated(path):
    doctype = f'<!DOCTYPE x [<!ENTITY b "{"环" * 100_000}">]>'
    return word(path, f"<w:p><w:r><w:t>{'&b;' * 5000}</w:t></w:r></w:p>", doctype)


def deep(path):
    return word(path, "<w:sdt>" * 100_000 + "</w:sdt>" * 100_000)


def lying(path):
    """The directory of the archive says 1,000 bytes where 60 MB come out."""
    word(path, f"<w:p><w:r><w:t>{'环' * (20 * 2**20)}</w:t></w:r></w:p>")
    with zipfile.ZipFile(path) as archive:
        size = archive.getinfo("word/document.xml").file_size
    path.write_bytes(path.read_bytes().replace(struct.pack("<I", size), struct.pack("<I", 1000)))
    return path


@pytest.mark.parametrize("make", [laughs, repeated, deep, lying])
def test_what_swells_inside_an_office_file_is_refused(tmp_path, make):
    law = tmp_path / "law.txt"
    law.write_text(LAW, encoding="utf-8")
    with Sandbox(Limits(seconds=30, memory=2**30)) as sandbox:
        with pytest.raises(LoadError) as refused:
            sandbox.load(make(tmp_path / "a.docx"))
        assert refused.value.kept == "没有存入任何内容"
        assert sandbox.load(law).text == LAW.strip()


def test_an_entity_never_reads_another_file(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("机密口令", encoding="utf-8")
    doctype = f'<!DOCTYPE x [<!ENTITY e SYSTEM "{secret.as_uri()}">]>'
    path = word(tmp_path / "a.docx", f"<w:p><w:r><w:t>&e;{LAW}</w:t></w:r></w:p>", doctype)
    with Sandbox() as sandbox:
        try:
            text = sandbox.load(path).text
        except LoadError as error:
            text = str(error)
    assert "机密" not in text


def pages(path, count, stated=0):
    """A PDF of as many pages as one likes that all are the same object."""
    kids = " ".join(["3 0 R"] * count)
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count {stated or count} /Kids [{kids}] >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>",
    ]
    body = "".join(f"{n} 0 obj\n{content}\nendobj\n" for n, content in enumerate(objects, 1))
    path.write_text(f"%PDF-1.4\n{body}trailer\n<< /Root 1 0 R >>\n%%EOF\n")
    return path


def test_a_hundred_thousand_pages_are_too_many(tmp_path):
    with Sandbox(Limits(seconds=60)) as sandbox, pytest.raises(LoadError) as refused:
        sandbox.load(pages(tmp_path / "a.pdf", 100_000))
    assert refused.value.code == "too-long"
    assert "100000 页" in str(refused.value)


def test_a_pdf_that_lies_about_its_pages_or_bites_its_tail_is_refused(tmp_path):
    tail = tmp_path / "tail.pdf"
    tail.write_text(
        "%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n<< /Type /Pages /Count 3 /Kids [2 0 R 2 0 R] >>\n"
        "endobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
    )
    with Sandbox(Limits(seconds=60)) as sandbox:
        for path in (tail, pages(tmp_path / "lie.pdf", 1, stated=2_000_000_000)):
            with pytest.raises(LoadError):
                sandbox.load(path)


def test_a_page_nested_without_end_stops_at_the_limit(tmp_path):
    page = tmp_path / "a.html"
    page.write_text("<div>" * 400_000 + LAW, encoding="utf-8")
    law = tmp_path / "law.txt"
    law.write_text(LAW, encoding="utf-8")
    with Sandbox(Limits(seconds=5, memory=2**30)) as sandbox:
        with pytest.raises(LoadError) as refused:
            sandbox.load(page)
        assert refused.value.kept == "没有存入任何内容"
        assert sandbox.load(law).text == LAW.strip()


def test_a_stray_cell_in_the_last_row_costs_nothing(tmp_path):
    book = openpyxl.Workbook()
    for place, value in {"A1": "序号", "B1": "名称", "A2": 1, "B2": "甲厂", "XFD1048576": "尾"}.items():
        book.active[place] = value
    book.save(tmp_path / "a.xlsx")
    loaded = sheet.load(tmp_path / "a.xlsx")
    assert loaded.blocks[-1].rows == (("序号", "名称"), ("1", "甲厂"))
    assert loaded.warnings == ()


def test_more_text_than_a_book_of_laws_is_too_long(tmp_path, monkeypatch):
    monkeypatch.setattr(Bounds, "characters", 20)
    path = tmp_path / "a.txt"
    path.write_text(LAW, encoding="utf-8")
    with pytest.raises(LoadError) as refused:
        reader.read(path)
    assert refused.value.code == "too-long"


@pytest.mark.parametrize("share", [0.1, 0.5, 0.95])
@pytest.mark.parametrize("name", ["a.docx", "a.xlsx", "a.pdf"])
def test_a_half_written_file_is_refused(tmp_path, name, share):
    whole = tmp_path / f"whole-{name}"
    if name == "a.docx":
        word(whole, f"<w:p><w:r><w:t>{LAW}</w:t></w:r></w:p>")
    elif name == "a.xlsx":
        openpyxl.Workbook().save(whole)
    else:
        pages(whole, 300)
    half = tmp_path / name
    data = whole.read_bytes()
    half.write_bytes(data[: int(len(data) * share)])
    with Sandbox() as sandbox, pytest.raises(LoadError) as refused:
        sandbox.load(half)
    assert "没有存入任何内容" in str(refused.value)
