import json
import subprocess
import sys

import numpy as np
import pytest
from safetensors.numpy import load_file
from sentence_transformers import SentenceTransformer

from indexer import tokenizer
from indexer.encoder import MODEL, EncoderError, StaticEncoder, load
from indexer.hub import HubEncoder, prefixes
from indexer.langchain import EnvEmbeddings
from indexer.sentence import sentence_transformer

TEXTS = ["没有排污许可证就排污", "湖泊", "", "xyz 123", "未依法取得排污许可证排放污染物的，处二十万元以上的罚款"]


@pytest.fixture
def small():
    words = sorted({tokenizer.key(term) for text in TEXTS[:2] for term in tokenizer.terms(text)})
    vectors = np.random.default_rng(3).standard_normal((len(words), 16)).astype(np.float32)
    return StaticEncoder.quantised(np.array(words, dtype=np.uint64), vectors)


def test_the_shipped_encoder_knows_what_is_alike():
    encoder = load()
    law, other = encoder.passages(["违反规定，未依法取得排污许可证排放污染物的，处罚款", "禁止填占湖泊"])
    asked = encoder.query("冇得排污证罚几多")
    assert asked @ law > asked @ other + 0.2
    assert encoder.passages([]).shape == (0, encoder.dimension)


def test_the_shipped_encoder_is_small_and_of_eight_bits():
    path = MODEL / "encoder.safetensors"
    assert path.stat().st_size < 40e6
    assert load_file(path)["weights"].dtype == np.int8


def test_vectors_have_length_one_or_nothing(small):
    lengths = np.linalg.norm(small.passages(TEXTS), axis=1)
    np.testing.assert_allclose(lengths, [1, 1, 0, 0, 1], atol=1e-5)


def test_alone_or_among_others_the_vector_is_the_same(small):
    together = small.passages(TEXTS)
    for text, vector in zip(TEXTS, together, strict=True):
        np.testing.assert_allclose(small.query(text), vector, atol=1e-6)


def test_sentence_transformers_gives_the_same_vectors():
    model, encoder = sentence_transformer(), load()
    np.testing.assert_allclose(model.encode(TEXTS), encoder.passages(TEXTS), atol=1e-5)
    assert model.get_embedding_dimension() == encoder.dimension


def test_quantising_loses_next_to_nothing():
    vectors = np.random.default_rng(3).standard_normal((50, 64)).astype(np.float32)
    encoder = StaticEncoder.quantised(np.arange(50, dtype=np.uint64), vectors)
    cosines = (encoder.table() * vectors).sum(1) / np.linalg.norm(encoder.table(), axis=1) / np.linalg.norm(vectors, axis=1)
    assert cosines.min() > 0.999


def test_saved_and_loaded(small, tmp_path):
    small.save(tmp_path, seed=1)
    again = StaticEncoder.load(tmp_path)
    np.testing.assert_array_equal(again.passages(TEXTS), small.passages(TEXTS))
    assert again.name == small.name
    assert json.loads((tmp_path / "config.json").read_text("utf-8"))["seed"] == 1


@pytest.mark.parametrize("harm", ["cut", "missing", "other tokenizer", "lengths"])
def test_a_damaged_encoder_is_refused(small, tmp_path, harm):
    small.save(tmp_path)
    weights, config = tmp_path / "encoder.safetensors", tmp_path / "config.json"
    if harm == "cut":
        weights.write_bytes(weights.read_bytes()[:-100])
    elif harm == "missing":
        config.unlink()
    elif harm == "other tokenizer":
        config.write_text(config.read_text("utf-8").replace(tokenizer.VERSION, "words-0"), "utf-8")
    else:
        with pytest.raises(EncoderError, match="damaged"):
            StaticEncoder(np.arange(2, dtype=np.uint64), np.zeros((1, 4), np.int8), np.zeros(2, np.float32), "x")
        return
    with pytest.raises(EncoderError, match="编码器"):
        StaticEncoder.load(tmp_path)


def test_serving_never_imports_torch():
    code = (
        "import sys; from indexer.encoder import load; from indexer import service; load().query('排污');"
        "heavy = {'torch', 'sentence_transformers', 'transformers', 'sklearn'} & set(sys.modules); assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    ("name", "query", "passage"),
    [
        ("BAAI/bge-m3", "", ""),
        ("BAAI/bge-large-zh-v1.5", "为这个句子生成表示以用于检索相关文章：", ""),
        ("moka-ai/m3e-base", "", ""),
        ("intfloat/multilingual-e5-small", "query: ", "passage: "),
        ("/models/own", "", ""),
    ],
)
def test_prefixes_of_the_families(name, query, passage):
    assert prefixes(name) == (query, passage)


def test_qwen_wants_an_instruction_before_the_question():
    query, passage = prefixes("Qwen/Qwen3-Embedding-0.6B")
    assert query.startswith("Instruct:")
    assert query.endswith("\nQuery:")  # without a space, unlike e5-instruct
    assert passage == ""


def test_a_hub_model_gets_its_prefixes():
    model = sentence_transformer()
    encoder = HubEncoder("some/bge-small-zh", model)
    plain = load()
    expected = plain.query("为这个句子生成表示以用于检索相关文章：排污")
    np.testing.assert_allclose(encoder.query("排污"), expected, atol=1e-5)
    np.testing.assert_allclose(encoder.passages(["排污"])[0], plain.query("排污"), atol=1e-5)
    assert encoder.passages([]).shape == (0, encoder.dimension)


def test_a_hub_model_from_a_folder(tmp_path):
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding
    from tokenizers import Tokenizer, models, pre_tokenizers

    words = Tokenizer(models.WordLevel({"[UNK]": 0, "排": 1, "污": 2, "水": 3}, unk_token="[UNK]"))
    words.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    SentenceTransformer(modules=[StaticEmbedding(words, embedding_dim=8)], device="cpu").save(str(tmp_path / "tiny"))
    encoder = load(str(tmp_path / "tiny"))
    assert encoder.dimension == 8
    np.testing.assert_allclose(np.linalg.norm(encoder.passages(["排污", "水"]), axis=1), 1, atol=1e-5)
    assert len(EnvEmbeddings(encoder).embed_documents(["水"])[0]) == 8


@pytest.mark.parametrize(
    ("name", "query", "passage"),
    [
        ("bge-small-zh-v1.5", "为这个句子生成表示以用于检索相关文章：", ""),
        ("bge-m3", "", ""),
        ("m3e-base", "", ""),
        ("multilingual-e5-small", "query: ", "passage: "),
        ("Qwen3-Embedding-0.6B", "Instruct: Given a question, retrieve the legal provisions that answer it\nQuery:", ""),
    ],
)
def test_what_each_family_reads(tmp_path, name, query, passage):
    from tests.indexer import tiny

    encoder = load(tiny.encoder(tmp_path / name, qwen=name.startswith("Qwen3")))
    bare = SentenceTransformer(str(tmp_path / name), device="cpu")
    texts = [query + "没有排污许可证", passage + "处罚款"]
    expected = bare.encode(texts, prompt="", normalize_embeddings=True, show_progress_bar=False)
    np.testing.assert_allclose(encoder.query("没有排污许可证"), expected[0], atol=1e-5)
    np.testing.assert_allclose(encoder.passages(["处罚款"])[0], expected[1], atol=1e-5)
    if query:
        assert not np.allclose(encoder.query("处罚款"), encoder.passages(["处罚款"])[0], atol=1e-3)


def test_prompts_that_a_model_brings_win(tmp_path):
    from tests.indexer import tiny

    folder = tiny.encoder(tmp_path / "Qwen3-Embedding-0.6B", qwen=True, prompts={"query": "检索：", "document": "文章："})
    encoder, bare = load(folder), SentenceTransformer(folder, device="cpu")
    expected = bare.encode(["检索：排污", "文章：排污"], prompt="", normalize_embeddings=True, show_progress_bar=False)
    np.testing.assert_allclose(encoder.query("排污"), expected[0], atol=1e-5)
    np.testing.assert_allclose(encoder.passages(["排污"])[0], expected[1], atol=1e-5)


def test_a_missing_model_is_refused_in_words(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(EncoderError, match="ENVDOCTOR_ENCODER"):
        load(str(tmp_path / "nothing"))


def test_few_texts_and_many_give_the_same_vectors(monkeypatch):
    own = load()
    texts = ["无证排污罚多少", "", "夜间施工", "□", "排污许可证有效期届满"]
    few = own.passages(texts)
    monkeypatch.setattr("indexer.encoder._FEW", 0)
    np.testing.assert_allclose(few, own.passages(texts), atol=1e-6)
    assert not few[1].any()
    assert not few[3].any()
    assert (np.linalg.norm(few[[0, 2, 4]], axis=1) > 0.99).all()
