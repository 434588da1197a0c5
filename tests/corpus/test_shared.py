"""The real collection: every instrument and plan goes in, article by article."""

import csv
import re
from collections import Counter
from datetime import date

import pytest

from corpus import intake, prepared, starter
from corpus.catalogue import Catalogue, Outcome
from corpus.collection import Collection, searchable
from corpus.loaders import LoadError, markdown, pdf, reader, scan
from corpus.loaders.sandbox import Sandbox
from corpus.model import Status, Trust
from corpus.numerals import ARTICLE
from corpus.structure import parse

pytestmark = [pytest.mark.shared, pytest.mark.xdist_group("shared")]
TODAY = date(2026, 11, 21)
CHINESE = re.compile(r"[\u3400-\u9fff]")
SEEDS = {
    "市人民政府办公厅关于加快推动生态资源优势转化为绿色发展优势的实施意见": (Trust.OFFICIAL, "武政办〔2024〕56号"),
    "江汉区创建国家生态文明建设示范区规划（2022—2027年）": (Trust.OFFICIAL, ""),
    "武汉市生态环境保护“十四五”规划（征求意见稿）": (Trust.DRAFT, ""),
    "长江日报2025年5月生态环境专版": (Trust.NEWS, ""),
    "长江日报2025年9月生态环境专版": (Trust.NEWS, ""),
}


@pytest.fixture
def rows(shared):
    with (shared / "laws" / "catalog.csv").open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def test_every_instrument_and_seed_goes_in(shared, rows, catalogue):
    with Sandbox() as sandbox:
        paths = intake.files([shared / "laws", shared / "seeds"])
        results = list(intake.take_in(catalogue, paths, sandbox.load, actor="test"))
    assert [str(result.path) for result in results if result.error] == []
    assert len(catalogue.documents()) == len(rows) + len(SEEDS)
    assert {row.title: (row.trust, row.doc_no) for row in catalogue.documents() if row.title in SEEDS} == SEEDS
    ended = {row["title"] + row["publish_date"] for row in rows if row["status_on_2026-11-21"] != "现行有效"}
    in_force = {row.title + str(row.publish_date or "") for row in catalogue.documents(status=Status.IN_FORCE, on=TODAY)}
    assert not ended & in_force
    _the_library_joins_the_texts(catalogue)
    again = list(intake.take_in(catalogue, paths, sandbox.load, actor="test"))
    assert {result.outcome for result in again} == {Outcome.THERE}


def _the_library_joins_the_texts(catalogue: Catalogue):
    library = starter.load()
    found = list(searchable(catalogue, library))
    collection = Collection(catalogue, library)
    collection.refresh()
    usable = [row for row, span in zip(found, collection.windows(found), strict=True) if span.open(TODAY, "湖北省武汉市")]
    assert not {row.title for row in usable} & {"大气污染防治法", "环境保护法", "水污染防治法"}
    assert any(row.plain and row.title == "生态环境法典" for row in usable)


def test_article_counts_agree_with_the_table(shared, rows):
    wrong = []
    for row in rows:
        path = shared / "laws" / row["path"]
        if path.suffix == ".pdf":
            continue
        passages = parse("d", row["short_title"], reader.read(path).blocks)
        count = sum(passage.kind == "article" for passage in passages)
        if count != int(row["articles"] or 0):
            wrong.append((row["path"], count, row["articles"]))
    assert wrong == []


@pytest.mark.parametrize(
    ("name", "articles", "rows", "text"),
    [
        ("固定污染源排污许可分类管理名录", 10, 112, "行业类别：牲畜饲养031，家禽饲养032"),
        ("国家危险废物名录", 8, 500, "废物代码：900-249-08"),
        ("建设项目环境影响评价分类管理名录", 7, 173, "序号：173"),
    ],
)
def test_the_lists_come_row_by_row(shared, name, articles, rows, text):
    path = next((shared / "laws" / "rules").glob(f"{name}*.pdf"))
    passages = parse("d", name, pdf.load(path).blocks)
    assert sum(passage.kind == "article" for passage in passages) == articles
    assert sum(passage.kind == "row" for passage in passages) >= rows
    assert any(text in passage.text for passage in passages)


def test_scans_and_garbled_layers_are_named(shared, monkeypatch, tmp_path):
    garbled = pdf.load(next((shared / "pdf_samples" / "awkward").glob("*garbled*")))
    assert garbled.quality < prepared.DOUBTFUL
    monkeypatch.setenv("PATH", str(tmp_path))  # a machine without tesseract
    scan.available.cache_clear()
    for path in (shared / "pdf_samples" / "scanned").glob("*.pdf"):
        with pytest.raises(LoadError, match="扫描件"):
            pdf.load(path)
    scan.available.cache_clear()


@pytest.mark.slow
def test_hardly_anything_is_lost_over_all_laws(shared):
    """No article, and not one character in 5,000 of what stands from the first article on."""
    missing, lost, whole = 0, 0, 0
    for path in sorted((shared / "laws_all").rglob("*.md")):
        source = path.read_text(encoding="utf-8")
        passages = parse("d", path.stem, markdown.load(path).blocks)
        labels = [passage.article for passage in passages]
        assert len(set(labels)) == len(labels), path
        stated = sum(bool(re.match(ARTICLE.pattern + r"(?:[\s\u3000]|$)", line)) for line in source.splitlines())
        missing += max(0, stated - sum(passage.kind == "article" for passage in passages))
        if begins := re.search(r"^\W*第一条", source, re.MULTILINE):
            there = Counter(CHINESE.findall(source[begins.start() :]))
            headings = dict.fromkeys(heading for passage in passages for heading in passage.headings)
            kept = Counter(CHINESE.findall("".join([*headings, *labels, *(passage.text for passage in passages)])))
            lost += (there - kept).total()
            whole += there.total()
    assert missing == 0
    assert lost / whole < 1 / 5000, f"{lost} of {whole}"
