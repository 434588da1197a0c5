"""Second opinions: our encoder, and an entailment model of the operator's."""

import pytest

from bot import lexicon as lexicons
from bot.answer import Speaker
from bot.compose.basis import Evidence
from bot.doctor import Doctor
from bot.judges import Entailment, Meaning
from bot.model import ChatWriter, ModelError, openai_compatible
from bot.settings import Settings
from corpus.model import Status
from indexer.encoder import load

from . import tiny
from .conftest import CODE, HOME, STARTER, FakeIndex
from .test_model import ASKED, GOOD

LEXICON = lexicons.of(STARTER)
PROOF = [Evidence("没有取得排污许可证就排放污染物的，处二十万元以上一百万元以下罚款。", CODE, Status.IN_FORCE)]
SAID = "没有许可证就排污的，要罚款。"


@pytest.fixture(scope="module")
def encoder():
    return load()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("judge")


def doctor(url, *judges):
    writer = ChatWriter(openai_compatible(url, "scripted", "", timeout=5.0, max_tokens=300), timeout=5.0)
    return Doctor(lambda: FakeIndex(), STARTER, region=HOME, writer=writer, judges=judges, answer_at=0.0)


def test_meaning_near_and_far(encoder):
    meaning = Meaning(encoder)
    assert meaning.objection(SAID, PROOF) == ""
    assert meaning.objection("广场舞的音响不要开得太大。", PROOF).startswith("meaning")
    assert meaning.objection(SAID, []).startswith("meaning")


def test_meaning_of_the_library_itself_is_near(encoder):
    """The threshold stands on the library's own sentences, each beside the article that it cites."""
    from bot.compose.basis import evidence_of
    from bot.text import marks, sentences, unmarked
    from corpus import starter
    from indexer.hit import Hit

    library = starter.load()
    articles = {(p.title, p.article): p for p in library.digests}
    meaning = Meaning(encoder)
    near = []
    for faq in library.faqs[::4]:
        for sentence in sentences(faq.text):
            cited = [faq.stands_for[mark - 1] for mark in marks(sentence) if mark <= len(faq.stands_for)]
            found = [articles[key] for cite in cited if (key := (cite.title, cite.article)) in articles]
            if cited and len(found) == len(cited):
                proof = [evidence_of(Hit(p, library.document_of(p), Status.IN_FORCE, 0.0)) for p in found]
                near.append(not meaning.objection(unmarked(sentence), proof))
    assert len(near) > 200
    assert sum(near) / len(near) > 0.97


def test_entailment_by_its_label(folder):
    assert Entailment(tiny.judge(folder / "yes", entails=5.0)).objection(SAID, PROOF) == ""
    assert Entailment(tiny.judge(folder / "no", entails=-5.0)).objection(SAID, PROOF).startswith("entailment 0.00")
    unsure = Entailment(tiny.judge(folder / "unsure", entails=0.0), entailed=0.3)
    assert unsure.objection(SAID, PROOF) == ""
    assert unsure.objection(SAID, []) != ""


def test_entailment_reads_the_end_of_a_long_passage_no_more(folder):
    """Longer than the model can read: the passage is cut, never the sentence."""
    long = [Evidence("排放污染物。" * 2000, CODE, Status.IN_FORCE)]
    assert Entailment(tiny.judge(folder / "long", entails=5.0)).objection(SAID, long) == ""


def test_a_model_without_the_label_is_refused(folder):
    with pytest.raises(ModelError, match="entailment.*good, bad"):
        Entailment(tiny.judge(folder / "labels", entails=1.0, labels=("good", "bad")))


def test_a_missing_folder_is_refused_and_nothing_is_fetched(folder):
    with pytest.raises(ModelError, match="cannot read the entailment model"):
        Entailment(str(folder / "nowhere"))


def test_what_a_judge_does_not_believe_is_not_shown(script, context, folder):
    plan, url = script
    plan.replies = [GOOD] * 3
    assert doctor(url, Entailment(tiny.judge(folder / "y", entails=5.0))).ask(ASKED, (), context).speaker is Speaker.MODEL
    assert (
        doctor(url, Entailment(tiny.judge(folder / "n", entails=-5.0))).ask(ASKED, (), context).speaker is Speaker.EXTRACT
    )


def test_a_judge_that_fails_lets_nothing_through(script, context):
    class Broken:
        def objection(self, sentence, evidence):
            raise RuntimeError("out of memory")

    plan, url = script
    plan.replies = [GOOD]
    assert doctor(url, Broken()).ask(ASKED, (), context).speaker is Speaker.EXTRACT


def test_settings_choose_the_judges(monkeypatch, encoder, folder):
    assert Settings().judges(encoder) == ()
    monkeypatch.setenv("ENVDOCTOR_MODEL_NAME", "qwen")
    assert [type(judge) for judge in Settings().judges(encoder)] == [Meaning]
    monkeypatch.setenv("ENVDOCTOR_ENTAILMENT", tiny.judge(folder / "set", entails=1.0))
    assert [type(judge) for judge in Settings().judges(encoder)] == [Meaning, Entailment]
