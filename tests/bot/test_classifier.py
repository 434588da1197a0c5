"""The small classifier behind the rules. The sentences here are not among those that it learned from."""

import pytest

from bot import classifier
from bot.answer import Context, Outcome, Turn
from bot.doctor import Doctor
from bot.state import Verdict
from bot.text import squeezed
from bot.triage import learned, triage

from .conftest import HOME, STARTER, TODAY, FakeIndex


@pytest.mark.parametrize(
    ("question", "outcome"),
    [
        ("拉甲醛的罐车在桥上翻了，液体往江里淌，味道冲得很", Outcome.EMERGENCY),
        ("教我把在线数据弄得好看一点，别让环保看出来", Outcome.REFUSE),
        ("孩子的疫苗本丢了去哪补", Outcome.REDIRECT),
        ("我们厂被查封了，你帮我看看他们程序合不合法", Outcome.ESCALATE),
    ],
)
def test_new_sentences(question, outcome):
    assert triage(question).outcome is outcome


@pytest.mark.parametrize("question", ["没有排污许可证就排污，罚多少", "废气排放口要多高", "环评报告表几天能批下来"])
def test_plain_questions_pass(question):
    assert learned(squeezed(question)).outcome is None


def test_examples_are_the_same_for_the_same_seed_and_hold_no_slot():
    rows = classifier.examples()
    assert rows == classifier.examples()
    assert not any("{" in text or "True" in text or "False" in text for text, _ in rows)
    assert len({name for _, name in rows}) == len(classifier.shipped().classes)


def test_training_separates_and_is_read_back(tmp_path):
    rows = [(f"储罐漏了快来人{n}", "emergency") for n in range(9)] + [(f"环评多久能批{n}", "pass") for n in range(9)]
    model = classifier.train(rows, rounds=60)
    path = tmp_path / "weights.json"
    classifier.write(model, path)
    again = classifier.shipped(path)
    assert again == model
    seen = again.probabilities("储罐漏了")
    assert seen["emergency"] > 0.7
    assert sum(seen.values()) == pytest.approx(1.0)
    assert again.probabilities("") != {}


def test_each_class_has_a_reply():
    from bot.rules import read

    known = read("replies")["zh"]
    for name in classifier.shipped().classes:
        reply = {"emergency": "emergency-spill", "refuse:evade": "refuse-evasion"}.get(name, name.replace(":", "-"))
        assert name == classifier.PASS or reply in known, name


def test_a_suspicion_counts_only_where_retrieval_is_unsure(monkeypatch):
    doubt = Verdict("escalate:case:learned", Outcome.ESCALATE, "escalate-case")
    monkeypatch.setattr("bot.doctor.triage", lambda question, history: Verdict("pass", doubt=doubt))
    doctor = Doctor(FakeIndex, STARTER, region=HOME)
    context = Context(TODAY, HOME)
    assert doctor.ask("楼下馆子油烟呛死人，找哪个管", (), context).outcome is Outcome.ANSWERED
    assert doctor.ask("这批东西怎么定性", (), context).reasons == ("escalate:case:learned",)


def test_inside_a_conversation_the_classifier_hands_nothing_on_by_itself(monkeypatch):
    verdict = Verdict("redirect:learned", Outcome.REDIRECT, "redirect")
    monkeypatch.setattr("bot.doctor.triage", lambda question, history: verdict)
    doctor = Doctor(FakeIndex, STARTER, region=HOME, answer_at=0.3)
    history = (Turn("user", "没有排污许可证就排污罚多少"), Turn("assistant", "罚 20 万元以上。"))
    assert doctor.ask("没有排污许可证就排污，罚多少？", history, Context(TODAY, HOME)).outcome is Outcome.ANSWERED
