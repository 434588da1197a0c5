"""The starter library: it reads, it keeps its rules, and a broken entry is named."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from corpus import starter
from corpus.starter_check import check

SHARED = Path(__file__).resolve().parents[3] / "shared"


def test_the_library_that_ships_keeps_its_rules():
    assert check(starter.load()) == []


@pytest.mark.shared
def test_every_entry_agrees_with_the_official_text():
    tool = SHARED / "tools" / "check_library.py"
    if not tool.exists():
        pytest.skip("the official texts do not lie beside this checkout, so nothing can be compared with them")
    lines = "\n".join(json.dumps(row, ensure_ascii=False) for row in starter.export(starter.load()))
    run = subprocess.run([sys.executable, str(tool)], input=lines, capture_output=True, text=True, encoding="utf-8")
    assert run.returncode == 0, run.stdout


FAQ = """
topic: 排污许可
audience: [企业]
entries:
  - id: one
    question: 没证排污罚多少？
    variants: [a, b, c, d]
    answer: 罚款。[1]
    cites: [{instrument: 生态环境法典, article: 第一千一百零二条}]
"""


@pytest.fixture
def library(tmp_path):
    (tmp_path / "faqs").mkdir()
    shutil.copy(starter.FOLDER / "instruments.yaml", tmp_path)
    (tmp_path / "faqs" / "one.yaml").write_text(FAQ, encoding="utf-8")
    return tmp_path


def test_a_good_entry_has_no_fault(library):
    assert check(starter.load(library)) == []


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        ("罚款。[1]", "罚款。", "no mark behind"),
        ("罚款。[1]", "罚款。[2]", "mark without a cite"),
        ("[a, b, c, d]", "[a, b, c]", "3 variants"),
        ("[a, b, c, d]", "[a, b, c, c]", "stands twice"),
        ("第一千一百零二条", "第一千三百条", "has 1242 articles"),
        ("生态环境法典, ", "大气污染防治法, ", "is repealed since 2026-08-15"),
        ("topic: 排污许可", "topic: 杂项", "none of the list"),
        ("罚款。[1]", "罚款，电话 027-12345678。[1]", "telephone number"),
    ],
)
def test_a_broken_rule_is_named(library, before, after, fault):
    (library / "faqs" / "one.yaml").write_text(FAQ.replace(before, after), encoding="utf-8")
    assert fault in "\n".join(check(starter.load(library)))


@pytest.mark.parametrize("text", ["a: [", "- 1", "entries: [{id: x}]\ntopic: 水\naudience: [市民]"])
def test_a_file_that_cannot_be_read_is_named(library, text):
    (library / "faqs" / "one.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(starter.LibraryError, match=r"one\.yaml"):
        starter.load(library)


def test_an_unknown_instrument_is_refused(library):
    (library / "faqs" / "one.yaml").write_text(FAQ.replace("生态环境法典", "某某法"), encoding="utf-8")
    with pytest.raises(starter.LibraryError, match=r"某某法.*instruments"):
        starter.load(library)


def test_marks_of_a_sentence():
    assert starter.marks("罚 20 万元。[1][12]") == (1, 12)
    assert starter.unmarked("罚 20 万元。[1][12]") == "罚 20 万元。"


def test_a_law_of_another_river_is_no_law_of_wuhan():
    known = starter.load_instruments()
    for title in ("太湖流域管理条例", "淮河流域水污染防治暂行条例", "黄河保护法", "青藏高原生态保护法", "黑土地保护法"):
        assert not known[title].applies_in("湖北省武汉市"), title
    for title in ("长江保护法", "长江河道采砂管理条例"):
        assert known[title].applies_in("湖北省武汉市"), title
        assert not known[title].applies_in("黄河流域"), title


def test_a_law_over_an_instrument_must_be_listed(library):
    listed = (library / "instruments.yaml").read_text(encoding="utf-8")
    (library / "instruments.yaml").write_text(listed.replace('under: "森林法"', 'under: "山林法"'), encoding="utf-8")
    with pytest.raises(starter.LibraryError, match="山林法"):
        starter.load(library)
