"""Text as people type it: normalising, sentences, and the terms by which two texts are compared."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Mapping

from indexer.traditional import TO_SIMPLIFIED

# Letters of other scripts that look like Latin ones: used to slip words past filters.
_LOOKALIKE = str.maketrans(
    "аеорсухіјѕԁԛԝһкмтвнАЕОРСУХІЈЅВНКМТΑΒΕΖΗΙΚΜΝΟΡΤΥΧοανιρτυ",
    "aeopcyxijsdqwhkmtbhAEOPCYXIJSBHKMTABEZHIKMNOPTYXoavipty",
)
_CJK = r"㐀-䶿一-鿿"
_SPACE_IN_CHINESE = re.compile(rf"(?<=[{_CJK}，。？！、；：])\s+(?=[{_CJK}，。？！、；：])")
_SPACE_IN_NUMBER = re.compile(r"(?<=\d)\s*\.\s+(?=\d)|(?<=\d)\s+(?=[%％])")
_SENTENCE = re.compile(r"[^。！？!?\n]*[。！？!?\n](?:\s*\[\d{1,2}\])*[”’」』）)]*|[^。！？!?\n]+")
_CLAUSE = re.compile(r"[^；;]*[；;](?:\s*\[\d{1,2}\])*|[^；;]+")
_MARK = re.compile(r"\[(\d{1,2})\]")
_WORD = re.compile(rf"[{_CJK}]+|[a-z]+|\d+(?:\.\d+)?")

# Words that carry the form of a question or of politeness, not its matter.
_FUNCTION = re.compile(
    "请问|想问|问一下|问下|你好|您好|麻烦|谢谢|到底|究竟|怎么样|怎么办|怎么|怎样|如何|咋样|咋办|咋|么样|什么时候|什么|么事|么子|啥|多少|几多|"
    "多久|多长时间|几时|哪里|哪个|哪些|哪|谁|是否|能不能|可不可以|可以|要不要|需不需要|需要|会不会|有没有|是不是|"
    "应该|应当|我们|你们|他们|我家|咱们|自己|我|你|您|他|她|它|这个|那个|这|那|一下|一个|如果|要是|的话|的|了|吗|呢|吧|啊|呀|咧|嘛|么|是|在|"
    "就|都|也|还|又|把|被|给|和|与|或|跟|关于|有关|相关|规定|情况|要|得"
)


def normalise(text: str) -> str:
    """:returns: NFKC text in simplified characters, none of them invisible; white space collapsed, none inside Chinese or numbers."""
    text = unicodedata.normalize("NFKC", text).translate(TO_SIMPLIFIED)
    text = "".join(" " if char in "\n\r\t\v\f" else char for char in text if char in "\n\r\t\v\f" or _visible(char))
    text = _SPACE_IN_NUMBER.sub(lambda found: "." if "." in found[0] else "", text)
    text = _SPACE_IN_CHINESE.sub("", text)
    return " ".join(text.split())


def _visible(char: str) -> bool:
    return unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Mn", "Me"}


def squeezed(text: str) -> str:
    """For rules alone: lower case, look-alike letters made Latin, nothing between characters that could hide a word."""
    text = normalise(text).translate(_LOOKALIKE).lower()
    return re.sub(rf"(?<=[{_CJK}])[\s*_·.\-~|/\\]+(?=[{_CJK}])", "", text)


def ends(text: str, most: int) -> str:
    """:returns: of a text of more than `most` characters the beginning and the end, which hold the question"""
    return text if len(text) <= most else text[: most // 2] + text[-most // 2 :]


def letters(text: str) -> str:
    """What remains of a text without punctuation, symbols and white space."""
    return "".join(char for char in text if unicodedata.category(char)[0] in "LN")


def is_chinese(text: str) -> bool:
    return len(re.findall(rf"[{_CJK}]", text)) >= 2


def sentences(text: str) -> list[str]:
    """:returns: the sentences of `text` in order, each with its closing mark and the [n] behind it."""
    return [part for found in _SENTENCE.finditer(text) if letters(part := found[0].strip())]


def clauses(text: str) -> list[str]:
    """:returns: sentences cut further at semicolons, where statutes part their cases."""
    return [part for whole in sentences(text) for found in _CLAUSE.finditer(whole) if letters(part := found[0].strip())]


def marks(text: str) -> tuple[int, ...]:
    """:returns: the distinct [n] of a sentence, in order."""
    return tuple(dict.fromkeys(int(found) for found in _MARK.findall(text)))


def unmarked(text: str) -> str:
    return _MARK.sub("", text).strip()


def terms(text: str) -> list[str]:
    """:returns: content terms, with repeats: bigrams inside runs of Chinese, a lone character, Latin words, numbers."""
    out: list[str] = []
    for word in _WORD.findall(_FUNCTION.sub(" ", text.lower())):
        if word[0].isascii() or len(word) == 1:
            out.append(word)
        else:
            out += [word[at : at + 2] for at in range(len(word) - 1)]
    return out


def overlap(wanted: Iterable[str], given: Iterable[str], weights: Mapping[str, float] | None = None) -> float:
    """:returns: the weighted share (0..1) of the distinct terms of `wanted` that occur in `given`."""
    want, have = set(wanted), set(given)
    if not want:
        return 0.0
    known = weights or {}
    unseen = _UNSEEN if weights else 1.0
    total = math.fsum(known.get(term, unseen) for term in want)  # exact: the order of a set is another in each process
    return math.fsum(known.get(term, unseen) for term in want & have) / total


_UNSEEN = 4.0  # the weight of a term that no question of the library holds: rare, but as often a slip as telling
