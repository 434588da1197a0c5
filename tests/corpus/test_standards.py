"""Standards: what the cover says, and versions that end each other by number."""

from datetime import date
from pathlib import Path

import pytest

from corpus import metadata, standards
from corpus.loaders.base import Block, Loaded
from corpus.model import Status, Trust

COVER = [
    "ICS 13.030",
    "中华人民共和国国家标准",
    "GB 99001—2023",
    "代替 GB 99001—2009",
    "竹纤维制品企业",
    "水污染物排放标准",
    "Discharge standard of water pollutants for bamboo fibre products",
    "2023-03-01发布2023-09-01实施",
    "生态环境部",
    "前言",
    "本标准由生态环境部2023年2月2日批准。",
]


def described(lines, name="扫描件0001"):
    loaded = Loaded(tuple(Block(line, page=1) for line in lines))
    return metadata.describe(Path(f"/nowhere/{name}.pdf"), loaded, "0" * 64)


def test_the_cover_gives_name_number_days_and_issuer():
    document, sources = described(COVER)
    assert document.title == "竹纤维制品企业水污染物排放标准（GB 99001-2023）"
    assert (document.level, document.doc_no, document.issuer) == ("标准", "GB 99001-2023", "生态环境部")
    assert (document.publish_date, document.effective_date) == (date(2023, 3, 1), date(2023, 9, 1))
    assert sources["doc_no"] == "文内第1页：GB 99001—2023"


def test_two_standards_of_one_day_stay_two():
    """Both covers open with the same words; their ids must not be the same."""
    other = [line.replace("99001", "99002").replace("竹纤维", "麻纤维") for line in COVER]
    assert described(COVER)[0].id != described(other)[0].id


@pytest.mark.parametrize("mark", ["（征求意见稿）", "（送审稿）"])
def test_a_draft_of_a_standard_is_no_rule(mark):
    document, _ = described([*COVER[:6], mark, *COVER[6:]])
    assert document.trust is Trust.DRAFT
    assert document.status_on(date(2024, 1, 1)) is Status.DRAFT


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("GB18484－2001", "GB 18484-2001"),
        ("GB／T 15190-1994", "GB/T 15190-1994"),
        ("HJ 1259—2022", "HJ 1259-2022"),
        ("DB 42/1537—2019", "DB42/1537-2019"),
        ("GB 12523-90", "GB 12523-90"),
    ],
)
def test_numbers_in_the_forms_that_covers_have(line, number):
    assert described([*COVER[:2], line, *COVER[3:]])[0].doc_no == number


def test_the_file_name_tells_the_number_that_a_layout_lost():
    document, sources = described([*COVER[:2], *COVER[4:]], "GB-99001-2023")
    assert document.doc_no == "GB 99001-2023"
    assert document.title.endswith("（GB 99001-2023）")


def test_a_notice_that_names_a_standard_is_none():
    lines = ["关于执行竹纤维标准的通知", "各区：", "请执行 GB 99001-2023 的规定。"]
    assert list(standards.facts([Block(line) for line in lines], "通知")) == []


@pytest.mark.parametrize("name", ["竹制品噪声限值", "竹制品噪声源清单"])
def test_a_newer_version_ends_the_older_one_under_another_name(catalogue, make, name):
    old = make(f"{name}（GB 99003-90）", published=1990, level="标准")
    other = make("竹制品噪声测量方法（GB 99004-90）", published=1990, level="标准")
    new = make("竹制品企业噪声排放标准（GB 99003-2011）", published=2011, level="标准")
    for document, passages in (new, other, old):
        catalogue.add(document, passages, actor="a")
    status = {row.title: row.status_on(date(2020, 1, 1)) for row in catalogue.documents()}
    assert status[old[0].title] is Status.AMENDED
    assert status[other[0].title] is Status.IN_FORCE
    assert catalogue.document(old[0].id).superseded_by == new[0].title
    catalogue.remove(new[0].id, actor="a")
    assert catalogue.document(old[0].id).status_on(date(2020, 1, 1)) is Status.IN_FORCE
