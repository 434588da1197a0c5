"""Questions in English: searched by the Chinese words of the field that stand in them."""

from __future__ import annotations

import re
from functools import lru_cache

from bot.rules import read

_ASKING = frozenset(
    {"多少", "多长时间", "什么时候", "找谁", "可以吗", "需要", "武汉", "北京", "上海", "夜间", "申请", "违法"}
)


@lru_cache(maxsize=1)
def _words() -> tuple[re.Pattern[str], dict[str, str]]:
    words = {str(word).lower(): str(chinese) for word, chinese in read("english").items()}
    longest = sorted(words, key=len, reverse=True)
    return re.compile(r"\b(?P<word>" + "|".join(map(re.escape, longest)) + r")(?:s|es|ed|ing)?\b"), words


def in_chinese(text: str) -> str:
    """:returns: the field's words of an English question in Chinese, '' where it names no matter of the field.

    At least one word must be a matter (a permit, noise, …): who, when and how much alone ask nothing.
    """
    pattern, words = _words()
    distinct = list(dict.fromkeys(words[match["word"]] for match in pattern.finditer(text.lower())))
    return "，".join(distinct) if set(distinct) - _ASKING and len(distinct) >= 2 else ""
