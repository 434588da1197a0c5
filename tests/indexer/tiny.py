"""Models of a few hundred weights, made in a second: what a hub model is, without a hub."""

import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    BertModel,
    PreTrainedTokenizerFast,
    Qwen3Config,
    Qwen3Model,
)

_MARKS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
_CHARACTERS = "没有取得排污许可证放染物处罚款的湖泊水气为这个句子生成表示以用于检索相关文章：Instruc:Qey"
_SIZE = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}


def tokenizer():
    words = {word: at for at, word in enumerate(dict.fromkeys([*_MARKS, *_CHARACTERS]))}
    inner = Tokenizer(models.WordLevel(words, unk_token="[UNK]"))
    inner.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    inner.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", words["[CLS]"]), ("[SEP]", words["[SEP]"])],
    )
    marks = dict(zip(("pad_token", "unk_token", "cls_token", "sep_token"), _MARKS, strict=True))
    return PreTrainedTokenizerFast(tokenizer_object=inner, **marks), len(words)


def bert(folder, kind=BertForSequenceClassification, labels=1):
    """A cross-encoder, or with `kind=BertModel` an encoder, as files of transformers."""
    torch.manual_seed(0)
    words, count = tokenizer()
    kind(BertConfig(vocab_size=count, num_labels=labels, initializer_range=1.0, **_SIZE)).save_pretrained(str(folder))
    words.save_pretrained(str(folder))
    return str(folder)


def encoder(folder, *, qwen=False, prompts=None):
    """A Sentence-Transformers model of BERT, or of Qwen3 with the last token as its vector."""
    raw = folder.parent / f"{folder.name}-raw"
    if qwen:
        torch.manual_seed(0)
        words, count = tokenizer()
        shape = {"num_key_value_heads": 2, "head_dim": 8}
        Qwen3Model(Qwen3Config(vocab_size=count, initializer_range=1.0, **_SIZE, **shape)).save_pretrained(str(raw))
        words.save_pretrained(str(raw))
    else:
        bert(raw, BertModel)
    transformer = Transformer(str(raw))
    pooling = Pooling(transformer.get_embedding_dimension(), pooling_mode="lasttoken" if qwen else "cls")
    model = SentenceTransformer(modules=[transformer, pooling], prompts=prompts, device="cpu")
    model.save(str(folder))
    return str(folder)
