"""Questions with one character mistyped for another of the same sound, in a word of the field: 油烟 becomes 油咽."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from random import Random

from pypinyin import lazy_pinyin

from corpus.starter import Starter

_HAN = re.compile(r"[一-鿿]")
_COMMON = 20  # times that a character stands in the questions of the library, so that people type it


class Mistyping:
    def __init__(self, starter: Starter) -> None:
        words = {word for term in starter.glossary for word in term.words if len(word) > 1}
        self._words = re.compile("|".join(sorted(map(re.escape, words), key=lambda word: (-len(word), word))) or r"(?!)")
        self._alike: dict[str, list[str]] = defaultdict(list)
        for char, count in sorted(Counter(_HAN.findall("".join(starter.questions))).items()):
            if count >= _COMMON:
                self._alike[lazy_pinyin(char)[0]].append(char)

    def once(self, question: str, chance: Random) -> str:
        """:returns: the question with one slip at a place drawn by chance, as it is where no word of the field stands in it"""
        places = [at for word in self._words.finditer(question) for at in range(*word.span())]
        slips = [(at, char) for at in places for char in self._alike.get(_sound(question[at]), ()) if char != question[at]]
        if not slips:
            return question
        at, char = chance.choice(slips)
        return question[:at] + char + question[at + 1 :]


def _sound(char: str) -> str:
    return str(lazy_pinyin(char)[0]) if _HAN.match(char) else ""
