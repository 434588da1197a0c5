"""The last look before an index serves."""

from datetime import date

import pytest

from corpus import starter
from corpus.catalogue import Catalogue
from corpus.model import Cite, Status
from indexer import service
from indexer.hit import Hit
from indexer.smoke import smoke
from indexer.store import Store, StoreError

from .conftest import article, law

TODAY = date(2026, 11, 21)
LAW = law("law", "水法")
OLD = law("old", "旧水法", ended_on=date(2026, 8, 15), repealed=True)
RIGHT, WRONG, REPEALED = article(LAW, "第一条", "节水"), article(LAW, "第二条", "别的"), article(OLD, "第一条", "旧的")


class Canned:
    """Finds what it is told to find."""

    id = "canned"

    def __init__(self, found):
        self.found = found

    def search(self, query, *, on, region="", k=10):
        document = OLD if self.found is REPEALED else LAW
        return [Hit(self.found, document, document.status_on(on), 1.0)]

    def article(self, title, label, *, on):
        known = {("水法", "第一条"): (RIGHT, LAW), ("旧水法", "第一条"): (REPEALED, OLD)}.get((title, label))
        return Hit(known[0], known[1], known[1].status_on(on), 0.0) if known else None


ASKED = [("怎么节水", Cite("水法", "第一条"))]


def test_an_index_that_finds_its_articles_passes():
    assert smoke(Canned(RIGHT), ASKED, TODAY) == 1


def test_an_index_that_lost_them_is_refused():
    with pytest.raises(StoreError, match="1 个常见问题里有 1 个找不到该有的条文，如“怎么节水”"):
        smoke(Canned(WRONG), ASKED, TODAY)


def test_a_repealed_text_found_as_current_is_refused():
    with pytest.raises(StoreError, match="已失效"):
        smoke(Canned(REPEALED), ASKED, TODAY)


def test_what_is_not_here_or_not_in_force_is_not_asked():
    assert REPEALED.article
    assert OLD.status_on(TODAY) is Status.REPEALED
    assert smoke(Canned(WRONG), [("x", Cite("旧水法", "第一条")), ("y", Cite("没有的法", "第一条"))], TODAY) == 0


def test_the_library_brings_its_own_questions_and_its_index_passes(tmp_path):
    library = starter.load()
    catalogue = Catalogue.open(f"sqlite:///{tmp_path / 'env-doctor.db'}")
    seen = []
    built = service.rebuild(tmp_path, catalogue, library, gate=lambda index, tell: seen.append(index))
    assert len(library.smoke) >= 20
    assert smoke(seen[0], library.smoke, date.today()) == len(library.smoke)
    assert Store(tmp_path / "index").current() == built.id


def test_a_gate_that_refuses_leaves_the_old_index(tmp_path):
    library = starter.load()
    catalogue = Catalogue.open(f"sqlite:///{tmp_path / 'env-doctor.db'}")
    before = service.rebuild(tmp_path, catalogue, library).id

    def refuse(index, tell):
        raise StoreError("no")

    with pytest.raises(StoreError, match="no"):
        service.rebuild(tmp_path, catalogue, library, full=True, gate=refuse)
    assert Store(tmp_path / "index").ids() == [before]
    assert Store(tmp_path / "index").current() == before
