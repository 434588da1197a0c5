"""Provinces and cities, to place a document by the names in its title and issuer."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache

_MUNICIPALITIES = ("北京市", "天津市", "上海市", "重庆市")
# Prefecture-level units without the suffix 市; others carry their own.
_CITIES = {
    "河北省": "石家庄 唐山 秦皇岛 邯郸 邢台 保定 张家口 承德 沧州 廊坊 衡水",
    "山西省": "太原 大同 阳泉 长治 晋城 朔州 晋中 运城 忻州 临汾 吕梁",
    "内蒙古自治区": "呼和浩特 包头 乌海 赤峰 通辽 鄂尔多斯 呼伦贝尔 巴彦淖尔 乌兰察布 兴安盟 锡林郭勒盟 阿拉善盟",
    "辽宁省": "沈阳 大连 鞍山 抚顺 本溪 丹东 锦州 营口 阜新 辽阳 盘锦 铁岭 朝阳 葫芦岛",
    "吉林省": "长春 吉林 四平 辽源 通化 白山 松原 白城 延边朝鲜族自治州",
    "黑龙江省": "哈尔滨 齐齐哈尔 鸡西 鹤岗 双鸭山 大庆 伊春 佳木斯 七台河 牡丹江 黑河 绥化 大兴安岭地区",
    "江苏省": "南京 无锡 徐州 常州 苏州 南通 连云港 淮安 盐城 扬州 镇江 泰州 宿迁",
    "浙江省": "杭州 宁波 温州 嘉兴 湖州 绍兴 金华 衢州 舟山 台州 丽水",
    "安徽省": "合肥 芜湖 蚌埠 淮南 马鞍山 淮北 铜陵 安庆 黄山 滁州 阜阳 宿州 六安 亳州 池州 宣城",
    "福建省": "福州 厦门 莆田 三明 泉州 漳州 南平 龙岩 宁德",
    "江西省": "南昌 景德镇 萍乡 九江 新余 鹰潭 赣州 吉安 宜春 抚州 上饶",
    "山东省": "济南 青岛 淄博 枣庄 东营 烟台 潍坊 济宁 泰安 威海 日照 临沂 德州 聊城 滨州 菏泽",
    "河南省": "郑州 开封 洛阳 平顶山 安阳 鹤壁 新乡 焦作 濮阳 许昌 漯河 三门峡 南阳 商丘 信阳 周口 驻马店 济源",
    "湖北省": "武汉 黄石 十堰 宜昌 襄阳 鄂州 荆门 孝感 荆州 黄冈 咸宁 随州 恩施土家族苗族自治州 仙桃 潜江 天门 神农架林区",
    "湖南省": "长沙 株洲 湘潭 衡阳 邵阳 岳阳 常德 张家界 益阳 郴州 永州 怀化 娄底 湘西土家族苗族自治州",
    "广东省": "广州 韶关 深圳 珠海 汕头 佛山 江门 湛江 茂名 肇庆 惠州 梅州 汕尾 河源 阳江 清远 东莞 中山 潮州 揭阳 云浮",
    "广西壮族自治区": "南宁 柳州 桂林 梧州 北海 防城港 钦州 贵港 玉林 百色 贺州 河池 来宾 崇左",
    "海南省": "海口 三亚 三沙 儋州",
    "四川省": "成都 自贡 攀枝花 泸州 德阳 绵阳 广元 遂宁 内江 乐山 南充 眉山 宜宾 广安 达州 雅安 巴中 资阳 "
    "阿坝藏族羌族自治州 甘孜藏族自治州 凉山彝族自治州",
    "贵州省": "贵阳 六盘水 遵义 安顺 毕节 铜仁 黔西南布依族苗族自治州 黔东南苗族侗族自治州 黔南布依族苗族自治州",
    "云南省": "昆明 曲靖 玉溪 保山 昭通 丽江 普洱 临沧 楚雄彝族自治州 红河哈尼族彝族自治州 文山壮族苗族自治州 "
    "西双版纳傣族自治州 大理白族自治州 德宏傣族景颇族自治州 怒江傈僳族自治州 迪庆藏族自治州",
    "西藏自治区": "拉萨 日喀则 昌都 林芝 山南 那曲 阿里地区",
    "陕西省": "西安 铜川 宝鸡 咸阳 渭南 延安 汉中 榆林 安康 商洛",
    "甘肃省": "兰州 嘉峪关 金昌 白银 天水 武威 张掖 平凉 酒泉 庆阳 定西 陇南 临夏回族自治州 甘南藏族自治州",
    "青海省": "西宁 海东 海北藏族自治州 黄南藏族自治州 海南藏族自治州 果洛藏族自治州 玉树藏族自治州 海西蒙古族藏族自治州",
    "宁夏回族自治区": "银川 石嘴山 吴忠 固原 中卫",
    "新疆维吾尔自治区": "乌鲁木齐 克拉玛依 吐鲁番 哈密 昌吉回族自治州 博尔塔拉蒙古自治州 巴音郭楞蒙古自治州 阿克苏地区 "
    "克孜勒苏柯尔克孜自治州 喀什地区 和田地区 伊犁哈萨克自治州 塔城地区 阿勒泰地区",
}
# The districts of the cities that are served: what a plan of one of them tells is no figure of another.
_DISTRICTS = {"湖北省武汉市": "江岸 江汉 硚口 汉阳 武昌 青山 洪山 东西湖 汉南 蔡甸 江夏 黄陂 新洲"}
_SUFFIX = ("州", "盟", "地区", "林区")
_DISTRICT = re.compile(r"([\u4e00-\u9fff]{2,6}?(?:新区|区|县|旗))")
_NO_DISTRICT = re.compile(
    r"自治|示范|经济|保护|特区|开发|试验|社区|园区|灌区|库区|海区|矿区|景区|辖区|区域|住宅|街区|小区|地区|居民|实施|关于|^(?:城|市|郊|中心城|主城)区$"
)


@lru_cache(maxsize=1)
def cities() -> dict[str, str]:
    """Full name of a city -> its path: 武汉市 -> 湖北省武汉市."""
    paths = {name: name for name in _MUNICIPALITIES}
    for province, names in _CITIES.items():
        for name in names.split():
            full = name if name.endswith(_SUFFIX) and len(name) > 3 else name + "市"
            paths[full] = province + full
    return paths


def provinces() -> tuple[str, ...]:
    return (*_MUNICIPALITIES, *_CITIES)


def districts(city: str) -> tuple[str, ...]:
    """:returns: the names of the districts of a city, by its path, without 区; () where they are not listed"""
    return tuple(_DISTRICTS.get(city, "").split())


def place(name: str, text: str = "") -> str:
    """The region path that a title or issuer names at its beginning: 武汉市生态环境局 -> 湖北省武汉市.

    :param text: the document itself; of a district (江汉区) it tells in which city it lies
    :returns: '' for the whole country, and where the name says nothing
    """
    name = re.sub(r"^[《（(\s]+", "", name)
    for province in provinces():
        if name.startswith(province):
            return _inside(province, name.removeprefix(province))
    city = next((full for full in cities() if name.startswith(full)), "")
    if city:
        return _inside(cities()[city], name.removeprefix(city))
    zone = re.match(r"([\u4e00-\u9fff]{2,3})经济特区", name)
    if zone:
        return cities().get(zone[1] + "市", "海南省" if zone[1] == "海南" else "")
    district = _district(name)
    return most_named(text) + district if district and most_named(text) else ""


def _inside(path: str, rest: str) -> str:
    if path in provinces() and path not in _MUNICIPALITIES:
        city = next((full for full in cities() if rest.startswith(full)), "")
        if not city:
            return path
        path, rest = cities()[city], rest.removeprefix(city)
    return path + _district(rest)


def _district(name: str) -> str:
    found = _DISTRICT.match(name)
    return found[1] if found and not _NO_DISTRICT.search(found[1]) else ""


def most_named(text: str) -> str:
    """The path of the city that a text is about: named at least three times, and twice as often as any other."""
    counts: Counter[str] = Counter()
    for full in cities():
        counts[full] = text.count(full.removesuffix("市") if len(full) > 2 and full.endswith("市") else full)
    (first, most), (_, second) = counts.most_common(2)
    return cities()[first] if most >= 3 and most >= 2 * second else ""


def several(region: str) -> bool:
    """Whether it is no one place: the provinces along a river, parted by 、"""
    return "、" in region


def covers(region: str, place: str) -> bool:
    """:param region: a path, '' for the whole country, or several parted by 、 (the provinces along a river)
    :param place: a path, or '' where the whole country is asked about, with its rivers
    :returns: whether a rule of this region applies in a place
    """
    return not region or place.startswith(tuple(region.split("、"))) or (not place and several(region))


@lru_cache(maxsize=4096)
def jurisdiction(region: str) -> str:
    """The part of a path that decides where a document applies: province and city.

    People ask from a city, and districts make no rules of their own; so what a district publishes is found in its city.
    """
    if several(region):
        return "、".join(map(jurisdiction, region.split("、")))
    for province in provinces():
        if region.startswith(province):
            if province in _MUNICIPALITIES:
                return province
            rest = region.removeprefix(province)
            city = next((full for full in cities() if rest.startswith(full)), "")
            return province + city
    return region
