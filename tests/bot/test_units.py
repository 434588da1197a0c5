"""A document of one unit answers for no other."""

import pytest

from bot.lexicon import of
from bot.units import of_another
from corpus.model import Document
from corpus.starter import load

RULES = "榆关汽修店废机油交接规程"
REPLY = "关于武汉榆关化工有限公司的批复"


@pytest.fixture(scope="module")
def words():
    return of(load()).weights


@pytest.mark.parametrize(
    ("title", "question", "is_other"),
    [
        (RULES, "冬青汽修店的废机油存到几桶要联系来收", True),
        (RULES, "汽修店的废机油存到几桶要联系来收", True),
        (RULES, "榆关汽修店的废机油存到几桶要联系来收", False),
        (REPLY, "榆关公司的批复是哪年的", False),
        (REPLY, "我们化工公司的批复是哪年的", True),
        ("餐饮店油烟净化器清洗提醒", "小吃店的净化器多久洗一次", False),
        ("建设项目开工便利措施", "开工要什么手续", False),
    ],
)
def test_a_document_of_one_unit_tells_nothing_of_another(words, title, question, is_other):
    assert of_another(Document("d", title), question, words) is is_other


def test_a_rule_for_all_has_no_unit(words):
    assert not of_another(Document("d", "榆关汽修店管理条例", level="地方性法规"), "冬青汽修店存几桶", words)
