"""Why a question was handed over, in words for experts: the doctor names its decisions for programs."""

from __future__ import annotations

from collections.abc import Iterable

# By the beginning of the name, the more special first.
_WORDS = {
    "escalate:person": "用户要找人",
    "escalate:falsification": "涉及数据造假",
    "escalate:fake": "涉及数据造假",
    "escalate:complaint": "反映具体单位",
    "escalate:penalty": "对处罚有争议",
    "escalate:unequal": "对处罚有争议",
    "escalate:appeal": "复议、诉讼或听证",
    "escalate:deadline": "期限将到",
    "escalate:hazardous": "判断一批物料是否危险废物",
    "escalate:batch": "判断一批物料是否危险废物",
    "escalate:parcel": "判断具体地块",
    "escalate:conflict": "规定之间不一致",
    "escalate:missed": "前面没有答到",
    "escalate:unknown": "知识库没有直接的规定",
    "escalate:": "判断具体情况",
    "nothing-verified": "答案没有通过核对",
    "confidence:": "系统没有把握",
}


def in_words(reasons: Iterable[str]) -> str:
    """:returns: what an expert should know of the reasons; names that say nothing to a person are left out"""
    found = [next((words for start, words in _WORDS.items() if reason.startswith(start)), "") for reason in reasons]
    return "；".join(dict.fromkeys(words for words in found if words)) or "系统建议转专家"
