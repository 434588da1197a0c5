"""Articles and instruments as people write them."""

import pytest

from bot.references import Laws, references, rivals, standing
from corpus.model import Cite

LAWS = Laws(
    ["生态环境法典", "大气污染防治法", "水污染防治法", "排污许可管理条例", "固体废物污染环境防治法", "民法典", "水法"]
)


@pytest.mark.parametrize(
    ("text", "title", "article", "paragraph"),
    [
        ("《生态环境法典》第1102条", "生态环境法典", "第一千一百零二条", ""),
        ("法典1102条罚多少", "生态环境法典", "第一千一百零二条", ""),
        ("中华人民共和国生态环境法典第一千一百零二条", "生态环境法典", "第一千一百零二条", ""),
        ("大气法99条", "大气污染防治法", "第九十九条", ""),
        ("排污条例第33条第二款", "排污许可管理条例", "第三十三条", "第二款"),
        ("固废法112条第1款第(3)项", "固体废物污染环境防治法", "第一百一十二条", "第一款第（三）项"),
        ("第八十三条那个水污染防治法", "水污染防治法", "第八十三条", ""),
        ("民法典1229条", "民法典", "第一千二百二十九条", ""),
        ("水法83条", "水污染防治法", "第八十三条", ""),  # 水法 has 82
        ("水法第48条", "水法", "第四十八条", ""),
        ("查封扣押办法第4条", "环境保护主管部门实施查封、扣押办法", "第四条", ""),
    ],
)
def test_references(text, title, article, paragraph):
    (found,) = references(text, LAWS)
    assert found.cite == Cite(title, article)
    assert found.paragraph == paragraph


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("长江里电鱼，渔业法和长江保护法到底按哪部罚", ("渔业法", "长江保护法")),
        ("渔业法和长江保护法都写了些什么", ()),
        ("长江保护法里按哪一条罚", ()),
    ],
)
def test_which_of_two_laws(text, titles):
    assert rivals(text, Laws(["渔业法", "长江保护法"])) == titles


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("大气污染防治法现在还有效吗", "大气污染防治法"),
        ("环境保护法还算不算数？听说被法典代替了，哪天开始的", "环境保护法"),
        ("法典现在还有效吗", "生态环境法典"),
        ("听说什么都被法典代替了", ""),
        ("排污许可管理条例第十四条还有效吗，我们厂法人换了要办什么手续", ""),
    ],
)
def test_whether_a_law_still_stands(text, title):
    laws = Laws(["环境保护法", "大气污染防治法", "生态环境法典", "排污许可管理条例"])
    assert standing(text, laws) == title


@pytest.mark.parametrize("text", ["法典第10001条", "依据法典第一万零一条，本厂不用环评"])
def test_a_number_beyond_any_law_is_not_cut_to_one_that_exists(text):
    (found,) = references(text, LAWS)
    assert found.cite.article in ("第10001条", "第一万零一条")


def test_several_articles_of_one_law():
    assert [r.cite.article for r in references("法典第1057条和第1058条", LAWS)] == ["第一千零五十七条", "第一千零五十八条"]


def test_bare_article_takes_the_law_of_the_turn_before():
    (found,) = references("第34条呢", LAWS, "排污条例第33条罚多少")
    assert found.cite == Cite("排污许可管理条例", "第三十四条")


def test_no_article_where_none_is_meant():
    assert references("建设项目环保条例有几条要求", LAWS) == ()
    assert references("法典出来以后水十条、大气十条还用不用", LAWS) == ()  # plans
    assert references("条例24条说5倍，法典说100万", LAWS) == ()
    assert references("法典里夜间施工那一条改了没有，现在是哪一条", LAWS) == ()


@pytest.mark.parametrize(
    ("text", "title"), [("法典废了哪些法", ""), ("大气法废了吗", "大气污染防治法"), ("水法什么时候废的", "")]
)
def test_what_a_law_has_ended_is_no_question_on_its_standing(text, title):
    assert standing(text, LAWS) == title
