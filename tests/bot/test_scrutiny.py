"""What a model may not say although its words and numbers stand in the passage."""

import re

import pytest

from bot import lexicon as lexicons
from bot.compose.basis import Evidence, evidence_of
from bot.scrutiny import LONGEST, cases, objection
from bot.text import marks, sentences, unmarked
from bot.verify import fault
from corpus import starter
from corpus.model import Status
from indexer.hit import Hit

from .conftest import CODE, WATER

PROOF = Evidence(
    "《生态环境法典》第一千一百零二条\n没有取得排污许可证就排放污染物的，责令改正，处二十万元以上一百万元以下罚款；情节严重的，处一百万元以上"
    "五百万元以下罚款，责令停业、关闭。\n对直接负责的主管人员处五万元以上二十万元以下罚款。\n新建项目应当安装废水处理设施。建设单位可以委托机构监测。",
    CODE, Status.IN_FORCE,
)  # fmt: skip


@pytest.fixture(scope="module")
def library():
    return starter.load()


@pytest.fixture(scope="module")
def lexicon(library):
    return lexicons.of(library)


@pytest.mark.parametrize(
    "sentence",
    [
        "没有取得排污许可证就排放污染物的，处二十万元以上一百万元以下罚款。",
        "企业没有排污许可证就排污的，罚 20 万元以上 100 万元以下；情节严重的，罚 100 万元以上 500 万元以下，并责令停业、关闭。",
        "直接负责的主管人员罚 5 万元以上 20 万元以下。",
        "新建项目要安装废水处理设施；建设单位可以委托机构监测。",
        "依照《中华人民共和国生态环境法典》第一千一百零二条，没有许可证排污的，处罚款。",
    ],
)
def test_what_the_passage_says_may_be_said(lexicon, sentence):
    assert fault(sentence, [PROOF], lexicon) == ""
    assert objection(sentence, [PROOF], lexicon) == ""


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        # the sums of one case beside another
        ("没有排污许可证就排污的，处一百万元以上五百万元以下罚款。", "gravity"),
        ("没有排污许可证就排污，情节严重的，处二十万元以上一百万元以下罚款。", "gravity"),
        ("没有排污许可证就排污的，责令停业、关闭。", "gravity"),
        ("没有排污许可证就排污的，处五万元以上一百万元以下罚款。", "sums of different cases"),
        ("没有排污许可证就排污的，对企业处五万元以上二十万元以下罚款。", "another person"),
        ("直接负责的主管人员处二十万元以上一百万元以下罚款。", "another person"),
        # somebody or something else
        ("居民没有排污许可证就排污的，处罚款。", "individual"),
        ("新建项目应当安装废气处理设施。", "another subject"),
        ("没有取水许可证就排放污染物的，处罚款。", "another subject"),
        ("新建造船项目应当安装废水处理设施。", "another subject: "),
        # turned
        ("新建项目不需要安装废水处理设施。", "exempts"),
        ("新建项目不得安装废水处理设施。", "forbids"),
        ("建设单位应当委托机构监测。", "demands"),
        ("取得排污许可证排放污染物的，处罚款。", "negation turned"),
        # rides along
        ("没有排污许可证就排污的，处罚款，市局会全额补贴。", "clause"),
        ("没有排污许可证就排污的，处罚款，详见 example 网站。", "word not in the passage: example"),
        ("没有排污许可证就排污的，处罚款，见《水污染防治法》。", "instrument not cited"),
        ("没有排污许可证就排污的，处罚款，该条现行有效。", "validity"),
        # form
        ("没有排污许可证就排污的，处<b>罚款</b>。", "markup"),
        ("没有排污许可证就排污的，[处罚款](//x)。", "markup"),
        ("没有排污许可证就排污的，处\u202e罚款。", "invisible"),
        ("没有排污许可证就排污的，" * 30 + "处罚款。", str(LONGEST)),
    ],
)  # fmt: skip
def test_what_the_passage_does_not_say_is_objected_to(lexicon, sentence, reason):
    assert reason in objection(sentence, [PROOF], lexicon)


def test_a_repealed_text_may_be_called_repealed(lexicon):
    old = Evidence("没有取得排污许可证就排放水污染物的，处罚款。", WATER, Status.REPEALED)
    sentence = "水污染防治法这一条已经废止，原来没有取得排污许可证就排放水污染物的，处罚款。"
    assert objection(sentence, [old], lexicon) == ""
    assert "validity" in objection(sentence, [PROOF], lexicon)


def test_a_duty_is_no_ban(lexicon):
    proof = Evidence("建设单位应当公开环评报告，没有公开的，责令改正。", CODE, Status.IN_FORCE)
    assert "demands" in objection("建设单位不得公开环评报告。", [proof], lexicon)


def test_cases_hold_what_stands_before_their_threat():
    found = cases("无证排污的，处二万元罚款；情节严重的，吊销执照。对个人处五百元罚款。")
    assert [sorted(case.gravity | case.persons) for case in found] == [[], ["grave"], ["individual"]]


@pytest.fixture(scope="module")
def pairs(library, lexicon):
    """Sentences of the library's FAQs, each beside the digests that it cites: the same in the words of another writer."""
    articles = {(p.title, p.article): p for p in library.digests}
    found = []
    for faq in library.faqs:
        for sentence in sentences(faq.text):
            cited = [faq.stands_for[mark - 1] for mark in marks(sentence) if mark <= len(faq.stands_for)]
            passages = [articles[key] for cite in cited if (key := (cite.title, cite.article)) in articles]
            if cited and len(passages) == len(cited):
                proof = [evidence_of(Hit(p, library.document_of(p), Status.IN_FORCE, 0.0)) for p in passages]
                if not fault(text := unmarked(sentence), proof, lexicon):
                    found.append((text, proof))
    return found


def test_most_of_what_people_wrote_would_pass(pairs, lexicon):
    """Two in three freely worded sentences: the price of the tests below, and paid by the extractive answer. What a text does not say
    (条文没有写天数) can be proved by no passage.
    """
    passed = sum(not objection(text, proof, lexicon) for text, proof in pairs)
    assert len(pairs) > 900
    assert passed / len(pairs) > 0.66


FALSIFIED = {
    "sums mixed": (r"(\d+) 万元以上 (\d+) 万元以下", lambda m: f"{m[1]} 万元以上 {int(m[2]) * 10} 万元以下", 0.95),
    # a sum for the ordinary case; who orders what may be the same in both
    "made grave": (r"^(?!.*情节严重)(.*?)的，((?:罚|由).*\d)", lambda m: f"{m[1]}，情节严重的，{m[2]}", 0.95),
    "made slight": (
        r"^(\D*)情节严重的，?",
        lambda m: m[1],
        0.75,
    ),  # one sum, or what comes second would stand for the first
    "permitted": (r"不得|禁止|不准", lambda m: "可以", 0.85),
    "exempted": (r"应当|必须", lambda m: "不需要", 0.85),
    "forbidden": (r"应当", lambda m: "不得", 0.7),
    "for people": (r"企业|经营者|建设单位", lambda m: "个人", 0.77),  # what names persons beside the unit escapes
    "with a promise": (r"。$", lambda m: "，市局会全额补贴。", 0.95),
}


@pytest.mark.parametrize("name", FALSIFIED)
def test_what_is_falsified_is_caught(pairs, lexicon, name):
    pattern, other, share = FALSIFIED[name]
    good = [(text, proof) for text, proof in pairs if not objection(text, proof, lexicon)]
    changed = [(false, proof) for text, proof in good if (false := re.sub(pattern, other, text, count=1)) != text]
    caught = sum(bool(fault(text, proof, lexicon) or objection(text, proof, lexicon)) for text, proof in changed)
    assert len(changed) > 20
    assert caught / len(changed) >= share


def test_another_passage_proves_nothing(pairs, lexicon):
    proofs = [proof for _, proof in pairs]
    far = len(proofs) // 2  # neighbours are of one topic, and often lean on the same article
    wrong = [
        bool(fault(text, proofs[at - far], lexicon) or objection(text, proofs[at - far], lexicon))
        for at, (text, _) in enumerate(pairs)
    ]
    assert sum(wrong) / len(wrong) > 0.99
