import json

import numpy as np
import pytest

from corpus.model import Cite, Passage
from corpus.starter import Starter
from indexer.encoder import StaticEncoder
from indexer.training import texts
from indexer.training.fit import Recipe, Supervised, Trainer
from indexer.training.run import train_encoder
from indexer.training.terms import bags, vocabulary
from indexer.training.views import Views

TOPICS = ["排污许可证", "湖泊保护", "危险废物", "噪声污染", "放射源", "碳排放", "环境监测", "土壤修复"]


@pytest.fixture
def folder(tmp_path):
    for number, topic in enumerate(TOPICS):
        lines = [f"# {topic}条例", "", "## 第一章 总则", ""]
        for at, label in enumerate("一二三四五六七八九", 1):
            lines += [f"第{label}条 {topic}的单位应当办理{topic}手续{at}。违反{topic}规定的，处{number + at}万元罚款。", ""]
        (tmp_path / f"{topic}条例(2020-01-01).md").write_text("\n".join(lines), "utf-8")
    return tmp_path


@pytest.fixture
def articles(folder):
    return texts.read_articles([folder])


def test_articles_with_their_headings(articles):
    assert len(articles) == 72
    assert {article.title for article in articles} == {f"{topic}条例" for topic in TOPICS}
    assert articles[0].headings == ("第一章 总则",)


def test_views_speak_of_the_same_article(articles):
    words = vocabulary([texts.body(article) for article in articles], [], 500)
    views, random = Views(articles, words), np.random.default_rng(1)
    own = bags([texts.body(article) for article in articles], words)
    for _ in range(300):
        at = int(random.integers(len(views)))
        left, right = views.draw(at, random)
        near = set(own.bag(at).tolist()) | (set(own.bag(at + 1).tolist()) if at + 1 < len(views) else set())
        assert set(left.tolist()) | set(right.tolist()) <= near


def test_the_vocabulary_is_bounded_and_minds_questions():
    words = vocabulary(["排污许可"] * 5, ["冇得"], 7)
    assert len(words) == 7
    assert len(vocabulary(["水"], [], 10)) == 1


def test_pairs_from_every_source(tmp_path):
    article = Passage("a", "d", "湖泊条例", "第一条", "保护湖泊。")
    known = {Cite("湖泊条例", "第一条"): article}
    lay = tmp_path / "lay.jsonl"
    rows = [
        {"title": "湖泊条例", "article": "第一条", "questions": ["填湖罚吗"]},
        {"title": "无", "article": "无", "questions": ["x"]},
    ]
    lay.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), "utf-8")
    assert [pair.question for pair in texts.lay_pairs(lay, known)] == ["填湖罚吗"]
    stard = tmp_path / "stard.jsonl"
    stard.write_text(
        json.dumps({"question": "问", "gold": [{"name": "法第一条", "text": "文"}]}, ensure_ascii=False), "utf-8"
    )
    assert [pair.text for pair in texts.stard_pairs(stard)] == ["法第一条\n文"]


def test_training_is_repeatable_and_goes_on_where_it_stopped(articles, tmp_path):
    words = vocabulary([texts.body(article) for article in articles], [], 300)
    recipe = Recipe(dimension=16, epochs=2, batch=32)

    def train(work, stop_after=99):
        told = []

        def progress(stage, done, loss):
            told.append((stage, done, loss))
            if len([row for row in told if row[2] == row[2]]) > stop_after:
                raise KeyboardInterrupt

        return Trainer(Views(articles, words), words, recipe, work).run(None, progress).copy(), told

    whole, _ = train(tmp_path / "a")
    with pytest.raises(KeyboardInterrupt):
        train(tmp_path / "b", stop_after=4)  # in the middle of the second epoch
    rest, told = train(tmp_path / "b")
    np.testing.assert_allclose(rest, whole, atol=1e-6)
    assert not [row for row in told if row[0] == "epoch-1" and row[2] == row[2]], "the first epoch is not run again"


def test_questions_come_near_the_text_that_answers_them(articles, tmp_path):
    questions = ["冇得本本", "没领证", "水边填土", "往湖里倒渣"]
    answers = ["排污许可证的单位", "排污许可证的单位", "湖泊保护的单位", "湖泊保护的单位"]
    words = vocabulary([texts.body(article) for article in articles], questions, 500)
    pairs = Supervised(bags(questions, words), bags(answers, words), np.array([0, 0, 1, 1]))

    def nearer(epochs):
        """By how much a question is nearer to its own text than to the other one."""
        recipe = Recipe(dimension=16, epochs=1, tuning_epochs=0, asked_epochs=epochs, batch=32)
        trainer = Trainer(Views(articles, words), words, recipe, tmp_path / str(epochs))
        encoder = StaticEncoder.quantised(words, trainer.run(pairs, lambda *_: None).copy())
        near = encoder.passages(questions) @ encoder.passages(answers).T
        return float((near[:2, 0] - near[:2, 2] + near[2:, 2] - near[2:, 0]).min())

    assert nearer(0) < 0.2 < 1.0 < nearer(20)


def test_from_folder_to_encoder(folder, tmp_path, monkeypatch):
    import torch

    threads = torch.get_num_threads()
    line = train_encoder(
        [folder],
        Starter({}, {}, {}),
        None,
        None,
        tmp_path / "work",
        tmp_path / "model",
        1,
        lambda *_: None,
        recipe=Recipe(terms=400, dimension=32, epochs=3, batch=64),
    )
    torch.set_num_threads(threads)
    assert "72 articles" in line
    encoder = StaticEncoder.load(tmp_path / "model")
    law, other = encoder.passages(["噪声污染的单位应当办理手续", "危险废物的单位应当办理手续"])
    assert encoder.query("噪声") @ law > encoder.query("噪声") @ other


def test_no_texts(tmp_path):
    with pytest.raises(ValueError, match="no articles"):
        train_encoder([tmp_path], Starter({}, {}, {}), None, None, tmp_path, tmp_path, 1, lambda *_: None)
