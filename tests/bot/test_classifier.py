"""The classifier in front of retrieval. The sentences here are not among those that it learned from."""

from collections import Counter

import pytest

from bot import classifier, training
from bot.answer import Context, Outcome, Turn
from bot.conversation import leans
from bot.doctor import Doctor
from bot.rules import read
from bot.state import Verdict
from bot.text import squeezed
from bot.triage import learned, triage
from indexer.store import StoreError

from .conftest import HOME, STARTER, TODAY, FakeIndex
from .verdicts import leaning


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


def test_on_situations_that_were_kept_back():
    """A fifth of the situations of a first batch, which nobody read while sentences, word lists or thresholds were made.

    What is likely counts, since there is no library here that could answer.
    """
    floors = {"emergency": 0.93, "refuse": 0.82, "redirect": 0.8, "escalate": 0.72, "pass": 0.9}
    share = shares_right(training.UNSEEN)
    assert not {name: (share[name], floor) for name, floor in floors.items() if share[name] < floor}


def test_on_statements_that_were_kept_back():
    """Nuisance told without a question, and emergencies, other offices' matters and wishes in the same words; the hardest so far."""
    floors = {"emergency": 0.95, "pass": 0.7, "escalate": 0.8, "redirect": 0.65}
    share = shares_right(training.UNSEEN_STATEMENTS)
    assert not {name: (share[name], floor) for name, floor in floors.items() if share[name] < floor}


def shares_right(path):
    right, all_ = Counter(), Counter()
    for sentence, name in training.unseen(path):
        wanted = name.partition(":")[0]
        got = leaning(triage(sentence)) or training.PASS
        all_[wanted] += 1
        right[wanted] += got == wanted
    return {name: right[name] / count for name, count in all_.items()}


def test_what_is_kept_back_is_not_learned(tmp_path):
    sentence, name = training.unseen()[0]
    (tmp_path / "emergency.yaml").write_text(f"{name}:\n  a situation:\n    - {sentence}\n", encoding="utf-8")
    with pytest.raises(training.LeakError, match="unseen"):
        training.written(tmp_path)


def test_on_turns_that_were_kept_back():
    """Later turns of conversations by a writer who saw none of those to learn from."""
    right, all_ = Counter(), Counter()
    for turn, name in training.unseen_turns():
        all_[name] += 1
        right[name] += leans(turn) == (name == "leans")
    assert right["leans"] / all_["leans"] >= 0.85
    assert right["stands"] / all_["stands"] >= 0.82


def test_a_turn_that_is_kept_back_is_not_learned(tmp_path):
    turn, name = training.unseen_turns()[0]
    (tmp_path / "citizen.yaml").write_text(f"{name}:\n  油烟找谁:\n    - {turn}\n", encoding="utf-8")
    with pytest.raises(training.LeakError, match="unseen"):
        training.turns([], tmp_path)


def test_edge_cases_count_less(tmp_path):
    for name in ("emergency", "edge_emergency"):
        (tmp_path / f"{name}.yaml").write_text(f"emergency:\n  a situation:\n    - {name} 漏了\n", encoding="utf-8")
    weights = {sentence: weight for sentence, _, weight in training.written(tmp_path)}
    assert weights["edge_emergency 漏了"] < weights["emergency 漏了"] == 1
    others = [("漏了要报吗", "pass", 1.0), ("水费怎么交", "redirect", 1.0)] * 9
    sure, unsure = (training.train([*[("漏了快跑", "emergency", weight)] * 9, *others]) for weight in (1.0, 0.2))
    text = squeezed("漏了")
    assert sure.probabilities(text)["emergency"] > unsure.probabilities(text)["emergency"]


def test_no_sentence_stands_in_two_classes():
    classes: dict[str, set[str]] = {}
    for sentence, name, _ in training.written():
        classes.setdefault(squeezed(sentence), set()).add(name)
    assert not {sentence: names for sentence, names in classes.items() if len(names) > 1}


def test_training_separates_and_is_read_back(tmp_path):
    said = {"emergency": "储罐漏了快来人", "pass": "环评多久能批", "redirect": "水费怎么交"}
    model = training.train([(f"{text}{n}", name, 1.0) for name, text in said.items() for n in range(9)])
    path = tmp_path / "weights.json"
    training.write(model, path)
    again = classifier.shipped(path)
    assert again.classes == model.classes
    seen = again.probabilities("储罐漏了")
    assert seen["emergency"] > 0.7
    assert seen["emergency"] + seen["pass"] + seen["redirect"] == pytest.approx(1.0)
    assert again.probabilities("") != {}


def test_two_classes_separate_too(tmp_path):
    said = {"leans": "那要是不改呢", "stands": "油烟找谁管"}
    model = training.train([(f"{text}{n}", name, 1.0) for name, text in said.items() for n in range(9)])
    training.write(model, tmp_path / "turns.json")
    again = classifier.shipped(tmp_path / "turns.json")
    assert again.probabilities("那不改呢")["leans"] > 0.7
    assert again.probabilities("油烟谁管")["stands"] > 0.7


def test_an_outcome_is_as_likely_as_its_classes_together():
    seen = classifier.shipped().probabilities(squeezed("怎么绕过在线监测不被发现"))
    parts = [share for name, share in seen.items() if name.startswith("refuse:")]
    assert seen["refuse"] == pytest.approx(sum(parts))


def test_each_class_has_a_reply():
    known = set(read("replies")["zh"]) | {row["id"] for row in read("replies")["choices"]}
    for name in classifier.shipped().classes:
        outcome, _, kind = name.partition(":")
        reply = {"emergency": "emergency-spill", "refuse:evade": "refuse-evasion"}.get(name, name.replace(":", "-"))
        reply = kind if outcome in ("answered", "clarify") else reply
        assert name == training.PASS or reply in known, name


def suspecting(doubt: Verdict):
    return lambda question, whole="": Verdict("pass", doubt=doubt)


def test_a_suspicion_counts_only_where_retrieval_is_unsure(monkeypatch):
    monkeypatch.setattr(
        "bot.doctor.triage", suspecting(Verdict("escalate:case:learned", Outcome.ESCALATE, "escalate-case"))
    )
    doctor = Doctor(FakeIndex, STARTER, region=HOME)
    context = Context(TODAY, HOME)
    assert doctor.ask("楼下馆子油烟呛死人，找哪个管", (), context).outcome is Outcome.ANSWERED
    assert doctor.ask("这批东西怎么定性", (), context).reasons == ("escalate:case:learned",)


def test_a_question_of_the_library_word_for_word_is_not_handed_on(monkeypatch):
    monkeypatch.setattr(
        "bot.doctor.triage", lambda question, whole="": Verdict("redirect:learned", Outcome.REDIRECT, "redirect")
    )
    doctor = Doctor(FakeIndex, STARTER, region=HOME)
    assert doctor.ask("楼下馆子油烟呛死人，找哪个管", (), Context(TODAY, HOME)).outcome is Outcome.ANSWERED


@pytest.mark.parametrize(
    ("question", "outcome"),
    [
        ("楼下馆子油烟呛死人，找哪个管", Outcome.ANSWERED),
        ("楼下馆子油烟呛死人，我换到街对面那家去吃，老板娘是我同学", Outcome.REFUSE),  # no sure answer
        ("楼下馆子油烟呛死人，找哪个管？教我怎么躲检查", Outcome.REFUSE),  # one of two
    ],
)
def test_only_a_question_of_the_library_word_for_word_outweighs_a_learned_refusal(monkeypatch, question, outcome):
    monkeypatch.setattr(
        "bot.doctor.triage", lambda question, whole="": Verdict("refuse:evade:learned", Outcome.REFUSE, "refuse-evade")
    )
    doctor = Doctor(FakeIndex, STARTER, region=HOME)
    assert doctor.ask(question, (), Context(TODAY, HOME)).outcome is outcome


@pytest.mark.parametrize(("plainly", "outcome"), [(True, Outcome.EMERGENCY), (False, Outcome.ANSWERED)])
def test_what_tells_plainly_of_an_emergency_is_one_though_a_faq_asks_it(monkeypatch, plainly, outcome):
    verdict = Verdict("emergency:learned", Outcome.EMERGENCY, "emergency-spill")
    monkeypatch.setattr("bot.doctor.triage", lambda question, whole="": verdict)
    monkeypatch.setattr("bot.doctor.plain_emergency", lambda question: plainly)
    doctor = Doctor(FakeIndex, STARTER, region=HOME)
    assert doctor.ask("楼下馆子油烟呛死人，找哪个管", (), Context(TODAY, HOME)).outcome is outcome


@pytest.mark.parametrize("outcome", [Outcome.EMERGENCY, Outcome.REFUSE])
def test_what_to_do_first_and_a_refusal_need_no_index(monkeypatch, outcome):
    def none():
        raise StoreError("no index")

    monkeypatch.setattr("bot.doctor.triage", lambda question, whole="": Verdict("x:learned", outcome, "emergency-spill"))
    monkeypatch.setattr("bot.doctor.plain_emergency", lambda question: False)
    assert Doctor(none, STARTER, region=HOME).ask("清塘药流到邻居塘", (), Context(TODAY, HOME)).outcome is outcome


def test_where_an_expert_has_taken_over_the_doctor_is_silent():
    doctor = Doctor(FakeIndex, STARTER, region=HOME)
    history = (Turn("user", "这批废渣怎么定性"), Turn("expert", "请先送检，我看了报告再答复您。"))
    answer = doctor.ask("没有排污许可证就排污，罚多少？", history, Context(TODAY, HOME))
    assert answer.outcome is Outcome.ESCALATE
    assert answer.reasons == ("escalate:expert",)
    assert doctor.ask("储罐漏了，盐酸正往外喷", history, Context(TODAY, HOME)).outcome is Outcome.EMERGENCY
