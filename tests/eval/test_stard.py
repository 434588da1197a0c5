"""Splits that leak nothing, and a cross-validation from files to table."""

import gzip
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.stard.data import ALIKE, Article, Lay, common_articles, near_duplicates, read, split
from eval.stard.learned import LEGS, keep, kept, learned
from eval.stard.run import BASELINE, LEARNT, TRAINED, Plan, folds_of, measured, run, table
from eval.stard.systems import Candidates, Dense, Lexical, ordered, served, simple, top
from indexer.fusion import Weights
from indexer.query import Words

WORDS = ["噪声扰民找谁", "夜间施工扰民怎么办", "噪声扰民找谁呢", "排污许可证过期", "工资拖欠几个月", "邻居装修吵"]
asked = st.lists(
    st.tuples(st.sampled_from(WORDS), st.frozensets(st.sampled_from("abcdefgh"), min_size=1, max_size=2)),
    min_size=6,
    max_size=40,
)


def lay(rows):
    return [Lay(str(at), text, frozenset(gold)) for at, (text, gold) in enumerate(rows)]


def jaccard(a, b):
    one, other = ({text[at : at + 2] for at in range(len(text) - 1)} for text in (a, b))
    return len(one & other) / len(one | other)


@settings(deadline=None, max_examples=60)
@given(asked)
def test_near_duplicates_and_equal_answers_stay_in_one_fold(rows):
    questions = lay(rows)
    try:
        where = folds_of(questions, "random", 2)
    except ValueError:
        return  # all of them hang together
    for a in questions:
        for b in questions:
            if a.gold == b.gold or jaccard(a.question, b.question) >= ALIKE:
                assert where[int(a.id)] == where[int(b.id)]


@settings(deadline=None, max_examples=60)
@given(asked)
def test_by_article_no_article_of_a_test_question_answers_a_training_question(rows):
    questions = lay(rows)
    try:
        where = folds_of(questions, "article", 2)
    except ValueError:
        return
    for fold in set(where):
        test = frozenset().union(*(q.gold for q, own in zip(questions, where, strict=True) if own == fold))
        train = frozenset().union(*(q.gold for q, own in zip(questions, where, strict=True) if own != fold))
        assert not test & train


def test_folds_are_even_and_always_the_same():
    where = split(100, [(0, 1), (1, 2)], 5, seed=1)
    assert [where.count(fold) for fold in range(5)] == [20] * 5
    assert where[0] == where[1] == where[2]
    assert where == split(100, [(0, 1), (1, 2)], 5, seed=1)
    assert where != split(100, [(0, 1), (1, 2)], 5, seed=2)


@pytest.mark.parametrize("folds", [1, 3])
def test_folds_that_cannot_be_made_are_refused(folds):
    with pytest.raises(ValueError, match="folds"):
        split(4, [(0, 1), (2, 3)], folds, seed=1)


def test_what_counts_as_the_same_question():
    questions = lay(
        [("噪声扰民找谁", {"a"}), ("噪声扰民找谁呢", {"b"}), ("工资拖欠几个月", {"c"}), ("合同到期不续签", {"c"})]
    )
    assert sorted(near_duplicates(questions)) == [(0, 1), (2, 3)]
    assert common_articles(questions) == [(2, 3)]


def test_the_best_come_first_and_silence_finds_nothing():
    assert top(np.array([0.1, 0.0, 3.0, 1.0], np.float32)) == [2, 3, 0]
    words, near = np.array([5, 0, 1, 0], np.float32), np.array([0.9, 0.1, 0.8, 0.0], np.float32)
    assert simple(words, near, 0.3)[0] == 0
    assert set(simple(words, near, 0.3)) == {0, 1, 2}


def test_measures_and_differences_are_paired():
    questions = lay([("一二三", {"a"}), ("四五六", {"b", "c"})])
    good, bad = {"0": ["a"], "1": ["c", "b"]}, {"0": ["x", "a"]}
    assert measured(questions, good)["R@5"] == {"0": 1.0, "1": 1.0}
    assert measured(questions, bad)["RR@10"] == {"0": 0.5, "1": 0.0}
    row = table(questions, {BASELINE: bad, "other": good})["other"]["RR@10"]
    assert (row["mean"], row["delta"]) == (1.0, 0.75)
    assert row["delta_low"] == 0.5


LAWS = ["噪声污染防治法", "劳动合同法", "排污许可管理条例"]
TOPICS = ["夜间建筑施工产生噪声扰民", "用人单位拖欠工资", "排污许可证有效期届满延续"]


@pytest.fixture
def training(tmp_path):
    folder = tmp_path / "training"
    folder.mkdir()
    articles = [
        {
            "id": at,
            "name": f"{LAWS[at % 3]}第{'一二三四五六七八九'[at // 3]}条",
            "text": f"{TOPICS[at % 3]}的，由部门{at}责令改正。处罚款。",
        }
        for at in range(27)
    ]
    with gzip.open(folder / "stard_corpus.jsonl.gz", "wt", encoding="utf-8") as out:
        out.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in articles)
    rows = [
        {
            "query_id": at,
            "question": f"{TOPICS[at % 3]}部门{at}管吗{chr(0x5000 + 9 * at)}{chr(0x5003 + 9 * at)}",
            "gold": [articles[at]],
        }
        for at in range(12)
    ]
    (folder / "stard_train.jsonl").write_text("\n".join(json.dumps(r, ensure_ascii=False) for r in rows), encoding="utf-8")
    return folder


def test_articles_know_their_law(training):
    articles, questions = read(training)
    assert articles[4] == Article("4", "劳动合同法第二条", articles[4].text)
    assert (articles[4].passage.title, articles[4].passage.article) == ("劳动合同法", "第二条")
    assert questions[5].gold == {"5"}


def test_a_gold_article_that_is_missing_is_named(training):
    row = {"query_id": 99, "question": "问", "gold": [{"id": 4711, "name": "某法第一条", "text": "文"}]}
    (training / "stard_train.jsonl").write_text(json.dumps(row), encoding="utf-8")
    with pytest.raises(ValueError, match="4711"):
        read(training)


def test_a_run_goes_on_from_the_folds_that_are_kept(training, tmp_path, monkeypatch):
    plan = Plan(folds=2, epochs=1, terms=200, dimension=8)
    report = run(training, tmp_path / "work", tmp_path / "out.json", plan, lambda stage, done: None)
    assert set(report["splits"]) == {"random", "article"}
    assert sum(report["splits"]["article"]["folds"]) == 12
    systems = report["splits"]["random"]["systems"]
    assert systems[BASELINE]["R@100"]["mean"] > 0.5
    assert systems[BASELINE]["R@100"]["delta"] == 0
    assert {*TRAINED, LEARNT} < set(systems)
    monkeypatch.setattr("eval.stard.run._Tools.dense", property(lambda self: pytest.fail("trained again")))
    again = run(training, tmp_path / "work", tmp_path / "out.json", plan, lambda stage, done: None)
    assert again["splits"] == report["splits"]
    assert json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))["splits"] == report["splits"]


QUESTIONS = [Lay("0", "隔壁唱卡拉吵死", frozenset({"3"})), Lay("1", "老板三个月没发钱", frozenset({"4"}))]


@pytest.fixture
def articles(training):
    return read(training)[0]


def test_questions_are_heard_where_the_article_has_other_words(articles):
    lexical = Lexical(articles, Words())
    lexical.learn([(q.question, int(gold)) for q in QUESTIONS for gold in q.gold])
    legs = lexical.legs("隔壁唱卡拉")
    assert legs["law"][3] == 0
    assert legs["text"].argmax() == legs["asked"].argmax() == 3
    assert np.count_nonzero(legs["asked"]) == 1
    near = dict.fromkeys(("near", "near_asked"), np.zeros(len(articles), np.float32))
    laws = np.arange(len(articles), dtype=np.int32) % 3
    found = served(legs | near, laws, lexical, "隔壁唱卡拉")
    assert ordered(found, Weights())[0] == 3
    lexical.learn([(QUESTIONS[1].question, 4)])
    assert not lexical.legs("隔壁唱卡拉")["asked"].any(), "what was learnt for another fold is forgotten"


def test_a_question_is_moved_towards_what_answered_one_like_it(articles, tmp_path):
    dense = Dense(articles, Plan(terms=400, dimension=8).recipe, tmp_path)
    vectors = np.random.default_rng(1).standard_normal((len(dense._vocabulary), 8)).astype(np.float32)
    asked = [Lay("x", "夜间施工产生噪声", frozenset({"0"}))]
    known = [Lay("y", "夜间施工产生噪声扰民", frozenset({"4"})), Lay("z", "工资", frozenset({"5"}))]
    plain, guided = dense.scores(vectors, asked), dense.guided(vectors, asked, known[:1])
    assert guided[0][4] > plain[0][4]
    assert guided.shape == (1, len(articles))
    assert np.abs(guided).max() <= 1 + 1e-5
    silent = dense.guided(vectors, [Lay("s", "☆", frozenset({"0"}))], known)
    assert np.isfinite(silent).all()
    near = dense.asked(vectors, asked, dense.pairs(known))
    assert near[0].argmax() == 4
    assert not near[0][0], "an article without a question"


def test_what_other_questions_of_a_law_say():
    laws = np.array([0, 0, 1, 1], dtype=np.int32)
    legs = {leg: np.array([1, 2, 3, 4], np.float32) for leg in ("law", "text", "asked")}
    legs |= {"near": np.full(4, 0.1, np.float32), "near_asked": np.array([0.8, 0, 0.3, 0.2], np.float32)}

    class Words:
        def covered(self, question, positions):
            return np.zeros(len(positions), np.float32)

    told = served(legs, laws, Words(), "").legs
    assert told["law_asked"].tolist() == pytest.approx([0.8, 0.8, 0.3, 0.3])
    assert told["law_votes"].tolist() == pytest.approx([0.8, 0.8, 0.5, 0.5])


def test_weights_are_learned_on_the_other_folds(tmp_path):
    """In one fold `near` tells and in the other `law` does: what was learned on the one ranks the other."""
    rng = np.random.default_rng(5)

    def fold(telling, name):
        found = {}
        for at in range(40):
            legs = {leg: rng.standard_normal(6).astype(np.float32) for leg in LEGS}
            legs[telling][at % 6] += 6
            found[f"{name}{at}"] = Candidates(np.arange(6), legs)
        keep(tmp_path / f"{name}.npz", found)
        return kept(tmp_path / f"{name}.npz")

    gold = {f"{name}{at}": np.array([at % 6]) for name in "ab" for at in range(40)}
    order = learned([fold("near", "a"), fold("near", "b")], gold)
    assert np.mean([order[q][0] == gold[q][0] for q in gold]) > 0.9
    order = learned([fold("near", "a"), fold("law", "b")], gold)
    assert np.mean([order[q][0] == gold[q][0] for q in gold]) < 0.5
