import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import date

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from corpus import tables
from corpus.catalogue import Catalogue, CatalogueError, NotFoundError, Origin, Outcome, State
from corpus.model import Status, Trust

DAY = date(2024, 1, 1)


def test_a_document_comes_back_as_it_went_in(catalogue, make):
    document, passages = make("排污许可管理条例", region="湖北省武汉市", issuer="国务院")
    origin = Origin({"title": "文内：第一行"}, ("请核对",), 0.8, "print")
    assert catalogue.add(document, passages, actor="张三", origin=origin) is Outcome.ADDED
    assert catalogue.document(document.id) == document
    assert catalogue.passages(document.id) == passages
    record = catalogue.record(document.id)
    assert record.origin == origin
    assert (record.state, record.added_by) == (State.PUBLISHED, "张三")
    assert record.added_at.tzinfo is not None


def test_every_change_raises_the_revision_and_writes_the_log(catalogue, make):
    document, passages = make("条例")
    seen = [catalogue.revision()]
    for change in (
        lambda: catalogue.add(document, passages, actor="a"),
        lambda: catalogue.repeal(document.id, on=DAY, actor="b"),
        lambda: catalogue.remove(document.id, actor="c"),
    ):
        change()
        seen.append(catalogue.revision())
    assert seen == sorted(set(seen))
    assert [(event.actor, event.action) for event in catalogue.log()] == [
        ("c", "removed"),
        ("b", "repealed"),
        ("a", "added"),
    ]


def test_the_same_file_again_changes_nothing(catalogue, make):
    document, passages = make("条例")
    catalogue.add(document, passages, actor="a")
    before = catalogue.revision()
    assert catalogue.add(document, passages, actor="a") is Outcome.THERE
    assert catalogue.revision() == before


def test_the_same_file_under_corrected_metadata_replaces_the_old_record(catalogue, make):
    document, passages = make("错题", sha256="same")
    catalogue.add(document, passages, actor="a")
    corrected, passages = make("正确的标题", sha256="same")
    assert catalogue.add(corrected, passages, actor="a") is Outcome.REPLACED
    assert [row.title for row in catalogue.documents()] == ["正确的标题"]


def test_a_repeal_by_a_person_survives_a_new_file(catalogue, make):
    document, passages = make("条例")
    catalogue.add(document, passages, actor="a")
    catalogue.repeal(document.id, on=DAY, by="新条例", actor="李四")
    catalogue.add(replace(document, sha256="other"), passages, actor="a")
    kept = catalogue.document(document.id)
    assert (kept.ended_on, kept.repealed, kept.superseded_by) == (DAY, True, "新条例")
    assert kept.status_on(DAY) is Status.REPEALED


def test_a_repeal_before_the_first_day_is_refused(catalogue, make):
    document, passages = make("条例", effective_date=date(2025, 1, 1))
    catalogue.add(document, passages, actor="a")
    with pytest.raises(ValueError, match="before it takes effect"):
        catalogue.repeal(document.id, on=DAY, actor="a")
    assert catalogue.document(document.id).ended_on is None


def test_a_draft_waits_beside_the_published_version(catalogue, make):
    document, passages = make("条例")
    catalogue.add(document, passages, actor="a")
    catalogue.add(replace(document, issuer="某局", sha256="new"), passages[:1], actor="b", state="draft")
    assert catalogue.document(document.id).issuer == ""
    assert [record.document.issuer for record in catalogue.records(State.DRAFT)] == ["某局"]
    assert {passage.document_id for passage in catalogue.all_passages()} == {document.id}
    catalogue.publish(document.id, actor="c")
    assert catalogue.document(document.id).issuer == "某局"
    assert [passage.id for passage in catalogue.passages(document.id)] == [passages[0].id]
    assert catalogue.records(State.DRAFT) == []


@pytest.mark.parametrize("reverse", [False, True], ids=["older first", "newer first"])
def test_a_newer_version_ends_the_older_one(catalogue, make, reverse):
    versions = [make("条例", published=year) for year in (2018, 2021, 2024)]
    for document, passages in versions[::-1] if reverse else versions:
        catalogue.add(document, passages, actor="a")
    ends = [row.ended_on for row in catalogue.documents()]
    assert ends == [date(2021, 1, 1), date(2024, 1, 1), None]
    assert catalogue.article("条例", "第一条", date(2022, 5, 5))[0].publish_date == date(2021, 1, 1)
    assert catalogue.article("条例", "第一条", date(2016, 5, 5))[0].publish_date == date(2024, 1, 1)
    catalogue.remove(versions[1][0].id, actor="a")
    assert [row.ended_on for row in catalogue.documents()] == [date(2024, 1, 1), None]


def test_drafts_for_comment_and_news_end_nothing(catalogue, make):
    for title, year, trust in [("规定", 2020, Trust.OFFICIAL), ("规定", 2024, Trust.DRAFT)]:
        document, passages = make(title, published=year, trust=trust)
        catalogue.add(document, passages, actor="a")
    assert all(row.ended_on is None for row in catalogue.documents())


def test_filters(catalogue, make):
    for document, passages in (
        make("中华人民共和国某法", level="国家法律"),
        make("某市条例", level="地方性法规", region="浙江省杭州市"),
        make("旧办法", published=2000, ended_on=date(2010, 1, 1), repealed=True),
        make("100%_办法", published=2001),
    ):
        catalogue.add(document, passages, actor="a")
    assert [row.title for row in catalogue.documents(level="地方性法规")] == ["某市条例"]
    assert "某市条例" not in [row.title for row in catalogue.documents(region="湖北省武汉市")]
    assert [row.title for row in catalogue.documents(status=Status.REPEALED, on=DAY)] == ["旧办法"]
    assert [row.title for row in catalogue.documents(title="《中华人民共和国某法》")] == ["中华人民共和国某法"]
    assert [row.title for row in catalogue.documents(title="%_")] == ["100%_办法"]


def test_nothing_is_stored_without_passages_or_when_one_of_them_fails(catalogue, make):
    document, passages = make("条例")
    with pytest.raises(CatalogueError):
        catalogue.add(document, [], actor="a")
    with pytest.raises(Exception, match="UNIQUE"):
        catalogue.add(document, [passages[0], passages[0]], actor="a")
    assert catalogue.documents() == []
    assert (catalogue.revision(), catalogue.log()) == (0, [])


def test_unknown_ids(catalogue):
    for call in (catalogue.remove, catalogue.publish):
        with pytest.raises(NotFoundError):
            call("none", actor="a")
    assert catalogue.document("none") is None
    assert catalogue.article("无", "第一条") is None


def test_the_migrations_make_the_tables_that_the_code_uses(catalogue):
    with catalogue._engine.connect() as connection:
        options = {"include_name": lambda name, kind, parents: kind != "table" or (name or "").startswith("corpus_")}
        context = MigrationContext.configure(connection, opts=options | {"version_table": "corpus_version"})
        assert compare_metadata(context, tables.metadata) == []


def test_sqlite_is_durable_and_patient(catalogue):
    with catalogue._engine.connect() as connection:
        pragmas = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
        assert pragmas == ["wal", 2, 1]
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() >= 10_000


WRITER = """
import sys
from datetime import date
from corpus.catalogue import Catalogue
from corpus.model import Document, Passage
catalogue = Catalogue.open(sys.argv[1])
for n in range(int(sys.argv[3])):
    id = f"{sys.argv[2]}{n}"
    document = Document(id, f"条例{id}", publish_date=date(2020, 1, 1), sha256=id)
    passages = [Passage(f"{id}:a{i}", id, "条例", f"第{i}条", "字" * 2000, ordinal=i) for i in range(int(sys.argv[4]))]
    catalogue.add(document, passages, actor=sys.argv[2])
    print(id, flush=True)
"""


def writer(url, name, documents, passages):
    command = [sys.executable, "-c", WRITER, url, name, str(documents), str(passages)]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=os.environ | {"PYTHONPATH": os.getcwd()}
    )


def test_two_processes_make_and_fill_one_catalogue(tmp_path):
    url = f"sqlite:///{tmp_path / 'fresh.db'}"
    children = [writer(url, name, 12, 5) for name in "ab"]
    said = [child.communicate(timeout=120) for child in children]
    assert [child.returncode for child in children] == [0, 0], said
    catalogue = Catalogue.open(url)
    assert len(catalogue.documents()) == 24
    assert catalogue.revision() == 24
    catalogue.close()


def test_a_kill_leaves_whole_documents_only(tmp_path):
    url = f"sqlite:///{tmp_path / 'killed.db'}"
    child = writer(url, "k", 500, 60)
    for _ in range(3):
        child.stdout.readline()
    time.sleep(0.05)
    child.send_signal(signal.SIGKILL)
    child.communicate()
    catalogue = Catalogue.open(url)
    documents = catalogue.documents()
    assert 3 <= len(documents) < 500
    assert {len(catalogue.passages(document.id)) for document in documents} == {60}
    assert catalogue.revision() == len(documents) == len(catalogue.log(limit=1000))
    catalogue.close()


def test_after_a_change_only_what_changed_is_made_anew(catalogue, make):
    for title in ("条例", "办法"):
        catalogue.add(*make(title), actor="a")
    before = {row.title: row for row in catalogue.documents()}
    catalogue.repeal(before["办法"].id, on=DAY.replace(year=2030), actor="a")
    after = {row.title: row for row in catalogue.documents()}
    assert after["条例"] is before["条例"]
    assert after["办法"] == replace(before["办法"], ended_on=DAY.replace(year=2030), repealed=True)
    assert [row.title for row in catalogue.documents(title="办法")] == ["办法"]


def test_labels_follow_a_text_that_is_replaced(catalogue, make):
    document, passages = make("条例", articles=3)
    catalogue.add(document, passages, actor="a")
    assert catalogue.labels({document.id, "nowhere"}) == {
        document.id: frozenset({"第一条", "第二条", "第三条"}),
        "nowhere": frozenset(),
    }
    gone = replace(passages[2], text="（删除）")
    catalogue.add(replace(document, sha256="new"), [passages[0], gone], actor="a")
    assert catalogue.labels({document.id}) == {document.id: frozenset({"第一条"})}
    assert catalogue.labels({document.id}) == {document.id: frozenset({"第一条"})}, "as it was kept"
    assert catalogue.labels(set()) == {}
