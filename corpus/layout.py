"""What the folders of a collection say about the files in them: `行政法规/…`, `地方性法规/浙江/…`.

It fills in what neither a person, a table nor the text says; many local rules never name their province in the title.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from corpus.regions import cities, provinces

_HIGHEST = 4  # folders above a file that may speak of it
_LEVELS = {
    "法律": "国家法律",
    "国家法律": "国家法律",
    "宪法": "国家法律",
    "宪法相关法": "国家法律",
    "民法典": "国家法律",
    "民法商法": "国家法律",
    "刑法": "国家法律",
    "行政法": "国家法律",
    "经济法": "国家法律",
    "社会法": "国家法律",
    "诉讼与非诉讼程序法": "国家法律",
    "行政法规": "行政法规",
    "司法解释": "司法解释",
    "地方性法规": "地方性法规",
    "部门规章": "部门规章",
    "地方政府规章": "地方政府规章",
    "规范性文件": "规范性文件",
    "标准": "标准",
    "规划": "规划",
    "案例": "解读",
    "解读": "解读",
    "新闻": "新闻",
}


def facts(file: Path) -> Iterator[tuple[str, str, str]]:
    """:returns: field, value and the folder that says so; the folder nearest to the file speaks first"""
    above = list(file.resolve().parents)[:_HIGHEST]
    for folder in above:
        if folder.name in _LEVELS:
            yield "level", _LEVELS[folder.name], f"文件夹“{folder.name}”"
            break
    else:
        return  # only among folders by kind does the name of a province speak of where a text applies
    for folder in above:
        region = _region(folder.name)
        if region:
            yield "region", region, f"文件夹“{folder.name}”"
            return


def _region(name: str) -> str:
    """浙江, 浙江省 and 浙江地方法规 -> 浙江省; 武汉市 -> 湖北省武汉市."""
    if name in cities():
        return cities()[name]
    bare = name.removesuffix("地方法规")
    return next((full for full in provinces() if len(bare) >= 2 and full.startswith(bare)), "")
