"""Where a passage stands in the reader: the one rule for the ids of its articles and for links to them."""

from __future__ import annotations

import re
from urllib.parse import quote, urlencode


def anchor(article: str, passage_id: str) -> str:
    """:returns: a stable id, such as a-第一千一百零二条; passages without an article go by their own id"""
    return f"a-{_plain(article)}" if article else f"p-{_plain(passage_id)}"


def reader_link(document_id: str, *, article: str = "", passage_id: str = "", quoted: str = "") -> str:
    """:returns: the address of the reader, opened at a passage and the sentence quoted from it"""
    query = {key: value for key, value in (("passage", passage_id), ("quote", quoted)) if value}
    place = f"#{quote(anchor(article, passage_id))}" if article or passage_id else ""
    return f"/documents/{quote(document_id, safe='')}{'?' + urlencode(query) if query else ''}{place}"


def _plain(text: str) -> str:
    return re.sub(r"[^\w]+", "-", text)
