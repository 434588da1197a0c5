"""Folders with everything that real folders have: copies, versions, changes on the way, junk."""

import csv
import random
from dataclasses import replace
from datetime import date

import pytest

from corpus import intake, metadata, prepared, report_batch
from corpus.catalogue import Outcome, State
from corpus.intake import absent, files, take_in
from corpus.loaders import reader
from corpus.model import Document, Status, Trust


def text(title="某市条例", articles=3, extra=""):
    numbers = "一二三四五六七八九"[:articles]
    return f"# {title}\n\n" + "\n\n".join(f"第{n}条 {title}{extra}的第{n}条规定，单位应当遵守。" for n in numbers) + "\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "in" / "经济法").mkdir(parents=True)
    (tmp_path / "in" / "社会法").mkdir()
    return tmp_path / "in"


@pytest.fixture
def take(catalogue, folder):
    def run(load=reader.read, paths=None, **options):
        return list(take_in(catalogue, paths or files([folder]), load, actor="a", **options))

    return run


def write(path, words):
    path.write_text(words, encoding="utf-8")
    return path


def test_of_several_versions_the_newest_is_in_force(folder, take, catalogue):
    for day in ("2021-06-10", "2002-06-29", "2014-08-31"):
        write(folder / "社会法" / f"安全法({day}).md", text("安全法", extra=day))
    take()
    on = date(2026, 1, 1)
    assert [(str(row.publish_date), row.status_on(on)) for row in catalogue.documents()] == [
        ("2002-06-29", Status.AMENDED),
        ("2014-08-31", Status.AMENDED),
        ("2021-06-10", Status.IN_FORCE),
    ]


def test_a_copy_in_another_folder_is_no_second_document(folder, take, catalogue):
    first = write(folder / "社会法" / "某法(2020-01-01).md", text())
    copy = write(folder / "经济法" / "某法(2020-01-01).md", text())
    found = {result.path: result for result in take()}
    assert {found[copy].outcome, found[first].outcome} == {Outcome.ADDED, Outcome.DUPLICATE}
    revision = catalogue.revision()
    again = take()
    assert sorted(result.outcome for result in again) == [Outcome.DUPLICATE, Outcome.THERE]
    assert catalogue.revision() == revision


@pytest.mark.parametrize("fuller", ["经济法", "社会法"])
def test_of_two_files_of_one_version_the_fuller_stays_however_often_it_is_run(folder, take, catalogue, fuller):
    for name in ("经济法", "社会法"):
        write(folder / name / "某法(2020-01-01).md", text("某法", articles=5 if name == fuller else 3))
    looks = [look for result in take() for look in result.look]
    assert any("标题和日期相同" in look for look in looks)
    revision = catalogue.revision()
    assert sorted(result.outcome for result in take()) == [Outcome.DUPLICATE, Outcome.THERE]
    assert catalogue.revision() == revision
    (document,) = catalogue.documents()
    assert len(catalogue.passages(document.id)) == 5


def test_a_corrected_file_alone_replaces_even_a_fuller_one(folder, take, catalogue):
    file = write(folder / "某法(2020-01-01).md", text("某法", articles=5))
    take()
    write(file, text("某法", articles=4))
    assert [result.outcome for result in take()] == [Outcome.REPLACED]
    assert len(catalogue.passages(catalogue.documents()[0].id)) == 4


def test_a_new_version_says_that_what_cites_the_old_one_must_be_looked_at(folder, take):
    write(folder / "社会法" / "安全法(2014-08-31).md", text("安全法"))
    take()
    write(folder / "社会法" / "安全法(2021-06-10).md", text("安全法", extra="新"))
    looks = [look for result in take() for look in result.look]
    assert looks == ["2014-08-31 的版本自 2021-06-10 起被它代替，请用 impact 查看引用它的内容"]


def test_a_text_below_the_threshold_waits_for_review(folder, take, catalogue):
    write(folder / "好.md", text("好条例"))
    write(folder / "糊.md", text("糊条例"))

    def load(path):
        return replace(reader.read(path), quality=0.4 if path.stem == "糊" else 0.9)

    found = {result.path.stem: result for result in take(load, review_below=0.6)}
    assert (found["好"].held, found["糊"].held) == (False, True)
    assert [row.title for row in catalogue.documents()] == ["好条例"]
    assert [record.document.title for record in catalogue.records(State.DRAFT)] == ["糊条例"]
    assert [result.outcome for result in take(load, review_below=0.6)] == [Outcome.THERE] * 2
    assert report_batch.word(found["糊"]) == "待核对"


def test_a_withdrawn_text_is_not_published_again_because_it_is_read_anew(folder, take, catalogue, monkeypatch):
    write(folder / "a.md", text())
    take()
    (document,) = catalogue.documents()
    record, passages = catalogue.record(document.id), catalogue.passages(document.id)
    catalogue.add(document, passages, actor="王敏", state=State.DRAFT, origin=record.origin)
    catalogue.remove(document.id, actor="王敏")
    assert [result.outcome for result in take()] == [Outcome.THERE]
    monkeypatch.setattr(intake, "READER", "next")
    monkeypatch.setattr(prepared, "READER", "next")
    (result,) = take()
    assert result.held
    assert catalogue.documents() == []


@pytest.mark.parametrize("withdrawn", [False, True])
def test_what_a_person_corrected_outlasts_the_next_reading(folder, take, catalogue, monkeypatch, withdrawn):
    write(folder / "武汉市湖泊条例.md", text("武汉市湖泊条例"))
    take()
    (document,) = catalogue.documents()
    record, passages = catalogue.record(document.id), catalogue.passages(document.id)
    right = replace(document, title="武汉市湖泊保护条例", region="", issuer="某机关")
    right = replace(right, id=metadata.document_id(right.title, None, right.source))
    told = record.origin.provenance | dict.fromkeys(("title", "region", "issuer"), metadata.HUMAN)
    origin = replace(record.origin, provenance=told)
    moved = prepared.draft_of(prepared.Prepared(document, tuple(passages), origin), right)
    catalogue.add(right, moved.passages, actor="王敏", origin=origin, state=State.PUBLISHED)
    if withdrawn:
        catalogue.add(right, moved.passages, actor="王敏", origin=origin, state=State.DRAFT)
        catalogue.remove(right.id, actor="王敏")
    for reader_ in "next", "the one after":
        monkeypatch.setattr(intake, "READER", reader_)
        monkeypatch.setattr(prepared, "READER", reader_)
        assert [(result.outcome, result.held) for result in take()] == [(Outcome.REPLACED, withdrawn)]
        (now,) = catalogue.records()
        assert (now.document.id, now.state) == ((right.id + ".draft", "draft") if withdrawn else (right.id, "published"))
        assert (now.document.title, now.document.region, now.document.issuer) == ("武汉市湖泊保护条例", "", "某机关")
    stated = metadata.Overrides(issuer="武汉市人民代表大会常务委员会")
    take(overrides=stated)
    assert catalogue.records()[0].document.issuer == stated.issuer  # the newest word of a person


def test_a_file_that_changes_while_it_is_read_is_left_for_later(folder, take, catalogue):
    file = write(folder / "a.md", text())

    def load(path):
        loaded = reader.read(path)
        if len(file.read_bytes()) < 1000:
            write(file, text() * 20)
        return loaded

    (result,) = take(load)
    assert result.code == "changed"
    assert catalogue.documents() == []
    assert [result.outcome for result in take(load)] == [Outcome.ADDED]


def test_files_that_vanish_are_named_and_stop_nothing(folder, take):
    for name in "abc":
        write(folder / f"{name}.md", text(f"{name}市条例"))
    paths = files([folder])

    def load(path):
        (folder / "b.md").unlink(missing_ok=True)
        if path.stem == "c":
            path.unlink()
        return reader.read(path)

    found = {result.path.stem: result for result in take(load, paths)}
    assert found["a"].outcome is Outcome.ADDED
    assert found["b"].code == "missing"
    assert "没有存入" in found["c"].error


def test_a_folder_of_2000_junk_files_costs_nothing_but_a_list(folder, take, catalogue, tmp_path):
    chance = random.Random(7)
    for n in range(2000):
        ending = chance.choice([".pdf", ".docx", ".xlsx", ".md", ".txt", ".doc", ".exe", ".png", "", ".html"])
        (folder / f"junk{n}{ending}").write_bytes(chance.randbytes(chance.choice([0, 3, 40, 900])))
    write(folder / "正经.md", text("正经条例"))
    found = take(review_below=0.6)
    assert len(found) == 2001
    assert [row.title for row in catalogue.documents()] == ["正经条例"]
    failed = [result for result in found if result.error]
    assert len(failed) >= 1800
    report_batch.write(tmp_path / "look.csv", found)
    with (tmp_path / "look.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == len([result for result in found if result.error or result.look])
    assert {row["结果"] for row in rows[: len(failed)]} == {"失败"}


def test_a_cell_never_begins_a_formula(folder, tmp_path, take):
    write(folder / "a.md", text("=cmd()条例"))
    found = [replace(result, look=("=1+1",)) for result in take()]
    report_batch.write(tmp_path / "look.csv", found)
    with (tmp_path / "look.csv").open(encoding="utf-8-sig", newline="") as stream:
        (row,) = csv.DictReader(stream)
    assert not row["提示"].startswith("=")
    assert not row["标题"].startswith("=")


def test_what_the_table_lists_and_the_folder_lacks_is_named(folder):
    write(folder / "catalog.csv", "path,title\na.md,甲条例\nb.md,乙条例\n")
    write(folder / "a.md", text())
    assert [result.path.name for result in absent(folder)] == ["b.md"]
    assert [path.name for path in files([folder])] == ["a.md"]


def test_hidden_files_are_passed_over(folder):
    for name in (".x.md", "~$a.docx", "README.md", "data.jsonl"):
        (folder / name).touch()
    (folder / ".git").mkdir()
    write(folder / ".git" / "a.md", text())
    write(folder / "社会法" / "a.md", text())
    assert [path.name for path in files([folder])] == ["a.md"]


@pytest.mark.parametrize(
    ("place", "level", "region"),
    [
        ("行政法规/地名条例.md", "行政法规", ""),
        ("DLC/上海地方法规/地方性法规/上海/港口条例.md", "地方性法规", "上海市"),
        ("地方性法规/武汉市/湖泊条例.md", "地方性法规", "湖北省武汉市"),
        ("司法解释/若干解释.md", "司法解释", ""),
        ("杂项/某规定.md", "", ""),
        ("北京/某规定.md", "", ""),
    ],
)
def test_folders_say_what_neither_table_nor_text_says(tmp_path, catalogue, place, level, region):
    path = tmp_path / place
    path.parent.mkdir(parents=True)
    write(path, text(path.stem))
    (result,) = take_in(catalogue, [path], reader.read, actor="a")
    assert (result.document.level, result.document.region) == (level, region)
    if level:
        assert (
            f"文件夹“{path.parent.name if region == '' else level}”"
            in catalogue.record(result.document.id).origin.provenance["level"]
        )


def test_the_text_beats_the_folder(tmp_path, catalogue):
    path = tmp_path / "国家法律" / "a.md"
    path.parent.mkdir()
    write(path, "# 杭州市某条例\n\n第一条 甲。\n\n第二条 乙。\n")
    (result,) = take_in(catalogue, [path], reader.read, actor="a")
    assert (result.document.level, result.document.region) == ("地方性法规", "浙江省杭州市")


def test_the_library_knows_that_an_imported_text_has_ended(tmp_path, make):
    from corpus.catalogue import Catalogue

    known = {
        "旧法": Document("lib:旧法", "旧法", publish_date=date(2018, 1, 1), ended_on=date(2026, 8, 15), repealed=True),
        "新法": Document("lib:新法", "新法", publish_date=date(2025, 10, 28), trust=Trust.CURATED),
    }
    catalogue = Catalogue.open(f"sqlite:///{tmp_path / 'known.db'}", known=known)
    for name in ("旧法(2018-01-01)", "旧法(2014-01-01)", "新法(2018-01-01)"):
        write(tmp_path / f"{name}.md", text(name[:2], extra=name))
    results = list(take_in(catalogue, sorted(tmp_path.glob("*.md")), reader.read, actor="a"))
    looks = {look for result in results for look in result.look if "资料库" in look}
    assert len(looks) == 3
    today = date(2026, 11, 21)
    ends = {f"{row.title}{row.publish_date.year}": (row.status_on(today), row.ended_on) for row in catalogue.documents()}
    assert ends == {
        "旧法2018": (Status.REPEALED, date(2026, 8, 15)),
        "旧法2014": (Status.AMENDED, date(2018, 1, 1)),
        "新法2018": (Status.AMENDED, date(2025, 10, 28)),
    }
    assert catalogue.documents(status=Status.IN_FORCE, on=today) == []
    assert len(catalogue.documents(status=Status.IN_FORCE, on=date(2026, 8, 14))) == 1
    catalogue.close()
