"""A question and its right answer, to be bent by each test."""

from corpus.model import Cite
from eval.questions import Question
from eval.results import Cited, Result

GOLD = Cite("生态环境法典", "第一千一百零二条")
OTHER = Cite("生态环境法典", "第二条")


def question(**given):
    return Question(**{"id": "q", "question": "罚多少", "outcome": "answered", "gold": (GOLD,), **given})


def result(**given):
    fields = {
        "id": "q",
        "outcome": "answered",
        "speaker": "extract",
        "answer": "处 20 万元以上 100 万元以下罚款。",
        "citations": (Cited("生态环境法典", "第一千一百零二条", "现行有效"),),
        "uncited": (),
        "hits": ((OTHER,), (GOLD,)),
        "confidence": 0.9,
        "reasons": (),
        "first_ms": 1.0,
        "ms": 2.0,
    }
    return Result(**{**fields, **given})
