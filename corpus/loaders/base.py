"""What every loader hands over, and how it says no."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, a heading or a table, in reading order. kind: text | heading | table.

    `level` is the depth of a heading where the format knows it (1 = topmost, 0 = not said). `rows` holds the cells of a
    table, the first row its column headings. `page` counts from 1, 0 where a format has no pages.
    """

    text: str = ""
    kind: str = "text"
    level: int = 0
    page: int = 0
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Loaded:
    """The readable content of one file.

    `front` is what the file says about itself (front matter, document properties). `quality` is 0..1: how much of it
    looks like language; below 0.6 a person should compare it with the original.
    """

    blocks: tuple[Block, ...]
    front: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    quality: float = 1.0
    pages: int = 0

    @property
    def text(self) -> str:
        lines = [block.text for block in self.blocks if block.text]
        return "\n".join(lines)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Loaded:
        blocks = tuple(
            Block(row["text"], row["kind"], row["level"], row["page"], tuple(tuple(cells) for cells in row["rows"]))
            for row in data["blocks"]
        )
        return cls(blocks, dict(data["front"]), tuple(data["warnings"]), data["quality"], data["pages"])


class LoadError(Exception):
    """A file that cannot be taken in, told to staff in one breath: what happened, what was kept, what to do."""

    def __init__(self, code: str, what: str, advice: str, kept: str = "没有存入任何内容") -> None:
        super().__init__(f"{what}；{kept}。{advice}")
        self.code = code
        self.what = what
        self.kept = kept
        self.advice = advice


# The most frequent characters of written Chinese. Real text is full of them; the letters of a broken font map are not.
_COMMON = frozenset(
    "的一是不了在人有我他这中大来上国个到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可里后小么心多天而能好都然没日于起还发成事只作当想看文无开手十用主行方又如前所本见经头面公同三已老从动两长知民样现分将外但身些与高意进把法此实回二理美点月明其种声全工己话儿者向情部正名定女问力机给等几很业最间新什打便位因重被走电四第门相次东政海口使教西再平真听世气信北少关并内加化由却代军产入先山五太水万市眼体别处总才场师书比住员九笑性通目华报立马命张活难神数件安表原车白应路期叫死常提感金何更反合放做系计或司利受光王果亲界及今京务制解各任至清物台象记边共风战干接它许八特觉望直服毛林题建南度统色字请交爱让认算论百吃义科怎元社术结六功指思非流每青管夫连远资队跟带花快条院变联言权往展该领传近留红治决周保达办运武半候七必城父强步完革深区即求品士转量空甚众技轻程告江语英基派满式李息写呢识极令黄德收脸钱党倒未持取设始版双历越史商千片容研像找友孩站广改议形委早房音火际则首单据导影失拿网香似斯专石若兵弟谁校读志飞观争究包组造落视济喜离虽坏兴切证环境污染排废监测项规章款罚"
)  # noqa: E501
_CJK = re.compile(r"[\u3400-\u9fff]")
_ODD = re.compile(r"[\ufffd\ue000-\uf8ff\u0000-\u0008\u000b\u000e-\u001f\u0080-\u009f]")


def readability(text: str) -> float:
    """How much `text` looks like language, 0..1: the share of common characters in it, less broken ones.

    A page of law has about three quarters of its characters among the common ones, a garbled text layer far fewer.
    """
    solid = re.sub(r"\s", "", text)
    if not solid:
        return 0.0
    chinese = _CJK.findall(solid)
    odd = len(_ODD.findall(solid)) / len(solid)
    if len(chinese) < 20:
        words = len(re.findall(r"[A-Za-z0-9，。,.、（）()%\-\u3400-\u9fff]", solid)) / len(solid)
        return round(max(0.0, words - 3 * odd), 3)
    common = sum(char in _COMMON for char in chinese) / len(chinese)
    language = len(chinese) / len(solid)
    return round(max(0.0, min(1.0, common / 0.6) * min(1.0, 0.4 + language) - 3 * odd), 3)


def table(rows: Iterable[Sequence[str | None]], page: int = 0) -> Block | None:
    """A table block of cleaned cells of equal width, without empty rows; None where nothing is left."""
    cleaned = [tuple(re.sub(r"\s+", " ", str(cell or "")).strip() for cell in row) for row in rows]
    cleaned = [row for row in cleaned if any(row)]
    if not cleaned:
        return None
    width = max(len(row) for row in cleaned)
    return Block(kind="table", page=page, rows=tuple(row + ("",) * (width - len(row)) for row in cleaned))
