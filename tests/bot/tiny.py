"""Tiny Transformers models with random or chosen weights, made here: nothing is fetched."""

from __future__ import annotations

from pathlib import Path

WORDS = "长江干支流岸线一公里范围内禁止新建、扩建化工项目。[1] 没有排污许可证就排放污染物的，处二十万元以上罚款。可以不得第二十六条"
TEMPLATE = "{% for message in messages %}{{ message.role }}: {{ message.content }}\n{% endfor %}assistant: "


def tokenizer(template: str = TEMPLATE):
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=600, special_tokens=["<s>", "</s>"], initial_alphabet=alphabet, show_progress=False
    )
    made.train_from_iterator([WORDS] * 3, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=made, bos_token="<s>", eos_token="</s>", pad_token="</s>", chat_template=template or None
    )


def babbler(folder: Path, template: str = TEMPLATE) -> str:
    """A chat model that has learnt nothing but the pieces of our words. :returns: its folder"""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    words = tokenizer(template)
    torch.manual_seed(7)
    config = LlamaConfig(
        vocab_size=len(words), hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=2,
        max_position_embeddings=16384, bos_token_id=0, eos_token_id=1, pad_token_id=1,
    )  # fmt: skip
    LlamaForCausalLM(config).save_pretrained(folder)
    words.save_pretrained(folder)
    return str(folder)


def judge(folder: Path, *, entails: float, labels: tuple[str, ...] = ("entailment", "neutral", "contradiction")) -> str:
    """An inference model that says the same of everything. :param entails: how much its first label outweighs"""
    import torch
    from transformers import BertConfig, BertForSequenceClassification

    words = tokenizer()
    config = BertConfig(
        vocab_size=len(words), hidden_size=32, intermediate_size=64, num_hidden_layers=1, num_attention_heads=2,
        max_position_embeddings=512, id2label=dict(enumerate(labels)), label2id={name: at for at, name in enumerate(labels)},
    )  # fmt: skip
    model = BertForSequenceClassification(config)
    with torch.no_grad():
        model.classifier.weight.zero_()
        model.classifier.bias.zero_()
        model.classifier.bias[0] = entails
    model.save_pretrained(folder)
    words.save_pretrained(folder)
    return str(folder)
