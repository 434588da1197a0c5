import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from indexer import tokenizer
from indexer.tokenizer import key, keys, terms, weighted


def test_characters_pairs_words_and_numbers():
    assert terms("排污证 PM2.5") == ["排", "污", "证", "排污", "污证", "pm", "2.5"]


def test_nothing_spans_punctuation():
    assert "水大" not in terms("水，大气")


@given(st.lists(st.text(alphabet="排污证水 a1.,\n𠀀éＰ二十万元", max_size=30), max_size=5))
def test_many_at_once_are_as_one_by_one(texts):
    found, owners = keys(texts)
    assert (np.diff(owners) >= 0).all()
    for at, text in enumerate(texts):
        assert sorted(found[owners == at].tolist()) == sorted(map(key, terms(text)))


@given(st.text(max_size=40))
@example("𑄶٣ 3")  # digits of other scripts
def test_any_text_is_taken(text):
    found, _ = keys([text])
    assert sorted(found.tolist()) == sorted(map(key, terms(text)))


def test_weights_of_one_term_add_up():
    found, weights = weighted([("水", 1.0), ("气", 0.5), ("水", 0.25)])
    assert dict(zip(found.tolist(), weights.tolist(), strict=True)) == {key("水"): 1.25, key("气"): 0.5}
    assert found.tolist() == sorted(found.tolist())


TEXTS = ["排污许可证", "", "ISO 9001 噪声\n夜间", "。。", "二十万元以上的罚款", "排污"]


def test_a_cut_gives_what_its_texts_give(monkeypatch):
    monkeypatch.setattr(tokenizer, "_PORTION", 4)
    cut = tokenizer.Cut.of(TEXTS)
    assert list(cut) == TEXTS
    for part, texts in ((cut, TEXTS), (cut[1:4], TEXTS[1:4]), (cut.take([5, 0])[1:], TEXTS[:1]), (cut[:0], [])):
        assert list(part) == texts
        (found, owners), (wanted, places) = tokenizer.keys(part), tokenizer.keys(texts)
        assert found.tolist() == wanted.tolist()
        assert owners.tolist() == places.tolist()
    assert len(tokenizer.Cut.of([])) == 0
