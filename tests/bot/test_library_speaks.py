"""Every FAQ that ships can be said: asked by its own question, no sentence of it fails verification."""

from datetime import date

import pytest

from bot.answer import Context, Outcome
from bot.doctor import Doctor
from corpus import starter
from corpus.catalogue import Catalogue
from indexer import service

TODAY = Context(date(2026, 11, 21), "湖北省武汉市")


@pytest.fixture(scope="module")
def doctor(tmp_path_factory):
    folder = tmp_path_factory.mktemp("library")
    catalogue, library = Catalogue.open(f"sqlite:///{folder / 'env-doctor.db'}"), starter.load()
    service.rebuild(folder, catalogue, library)
    return Doctor(service.reader(folder, catalogue, library).current, library)


def test_no_sentence_of_a_faq_is_dropped(doctor):
    dropped = {}
    for faq in starter.load().faqs:
        answer = doctor.ask(faq.questions[0], (), TODAY)
        if found := [reason for reason in answer.reasons if reason.startswith("dropped")]:
            dropped[faq.id] = found
    assert not dropped


def test_nearly_every_faq_answers_its_own_question(doctor):
    silent = []
    for faq in starter.load().faqs:
        answer = doctor.ask(faq.questions[0], (), TODAY)
        cited = {(citation.title, citation.article) for citation in answer.citations}
        if answer.outcome is Outcome.ANSWERED and not cited & {(cite.title, cite.article) for cite in faq.stands_for}:
            silent.append((faq.id, answer.text[:40]))
    assert not silent
