"""A small library and an index over it that counts shared characters; a scripted chat server on loopback."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from bot.answer import Context
from bot.doctor import Doctor
from bot.text import terms
from corpus.model import Cite, Document, Passage, Status, Trust
from corpus.starter import Entry, Responsible, Starter, Term
from indexer.hit import Hit

TODAY = date(2026, 11, 21)
HOME = "湖北省武汉市"
CODE = Document("code", "生态环境法典", level="国家法律", publish_date=date(2026, 3, 12), effective_date=date(2026, 8, 15))
WATER = Document(
    "water", "水污染防治法", level="国家法律", effective_date=date(2018, 1, 1), ended_on=date(2026, 8, 15),
    superseded_by="生态环境法典", repealed=True,
)  # fmt: skip
PERMIT = Document("permit", "排污许可管理条例", level="行政法规", effective_date=date(2021, 3, 1))
RIVER = Document("river", "长江保护法", level="国家法律", effective_date=date(2021, 3, 1))
HANGZHOU = Document(
    "hangzhou", "杭州市环境噪声管理条例", level="地方性法规", region="浙江省杭州市", effective_date=date(2020, 1, 1)
)
PLAN = Document("plan", "武汉绿色发展意见", level="规范性文件", region=HOME, publish_date=date(2024, 6, 2))
DRAFT = Document("draft", "武汉湖泊保护规划", level="规划", region=HOME, trust=Trust.DRAFT)
NEWS = Document("news", "城市日报环保版", level="新闻", region=HOME, trust=Trust.NEWS, publish_date=date(2025, 9, 1))
FAQ = Document("lib:faq", "常见问答", level="解读", trust=Trust.CURATED)
DOCUMENTS = {d.id: d for d in (CODE, WATER, PERMIT, RIVER, HANGZHOU, PLAN, DRAFT, NEWS, FAQ)}


def article(document: Document, label: str, text: str, *, plain: str = "", questions: tuple[str, ...] = ()) -> Passage:
    title = document.short_title
    return Passage(
        f"{document.id}:{label}", document.id, title, label, text,
        kind="article" if label.endswith("条") else "section", plain=plain, questions=questions, stands_for=(Cite(title, label),),
    )  # fmt: skip


def faq(name: str, questions: tuple[str, ...], text: str, *cites: tuple[str, str]) -> Passage:
    return Passage(
        f"faq:{name}", "lib:faq", "常见问答", "", text, kind="faq", headings=(questions[0],), questions=questions,
        stands_for=tuple(Cite(*cite) for cite in cites),
    )  # fmt: skip


NO_PERMIT = article(
    CODE, "第一千一百零二条",
    "没有取得排污许可证就排放污染物的，由生态环境部门责令改正，处二十万元以上一百万元以下罚款；情节严重的，责令停业、关闭。\n"
    "污染物只是工业噪声的，处二万元以上二十万元以下罚款。",
    plain="没有许可证就排污的处罚\n没有排污许可证就排污的，罚 20 万元以上 100 万元以下，情节严重的停业、关闭。只涉及工业噪声的，罚 2 万元以上 20 万元以下。",
    questions=("没有排污许可证就排污，怎么处罚？",),
)  # fmt: skip
OVER_LIMIT = article(
    CODE, "第一千一百零三条", "超过排污许可证载明的浓度排放污染物的，处十万元以上一百万元以下罚款。",
    questions=("超过许可浓度排放，罚多少？",),
)  # fmt: skip
OVER_LIMIT_OLD = article(PERMIT, "第三十四条", "超过排污许可证载明的浓度排放污染物的，处二十万元以上一百万元以下罚款。")
TRANSITION = article(
    CODE, "第一千零五十七条", "处罚依照行为发生时的规定。作出决定时规定已经改变，新的规定处罚较轻的，适用新的规定。"
)
OLD_WATER = article(WATER, "第八十三条", "没有取得排污许可证就排放水污染物的，处十万元以上一百万元以下罚款。")
ONE_KILOMETRE = article(
    RIVER, "第二十六条", "禁止在长江干支流岸线一公里范围内新建、扩建化工项目。", questions=("江边一公里可以建化工厂吗？",)
)
NIGHT = article(HANGZHOU, "第九条", "夜间施工的，应当提前三日公告附近居民。")
LAKES = article(DRAFT, "第3节", "到二〇三〇年，湖泊水质优良比例达到百分之六十。")
PRESS = article(NEWS, "第2节", "今年上半年，全市空气优良天数比例为百分之八十一点二。")
RENEWAL = article(
    PERMIT, "第十四条", "排污许可证有效期为五年。需要延续的，应当在有效期届满六十日前提出申请。",
    questions=("排污许可证提前多久申请延续？",),
)  # fmt: skip
FUME = faq(
    "fume-who",
    ("楼下餐馆油烟熏人，该找谁管？", "楼下馆子油烟呛死人，找哪个管", "餐饮油烟扰民 投诉部门"),
    "由当地政府确定的部门查处，多为城管。[1] 餐馆应当装油烟净化设施。[1]",
    ("生态环境法典", "第二百五十条"),
)
FUME_ARTICLE = article(CODE, "第二百五十条", "餐馆应当安装油烟净化设施并保持正常使用，由当地政府确定的部门监督查处。")
AIR = faq(
    "air-2026",
    ("武汉2026年空气质量优良率目标是多少？", "武汉26年优良天数比例要到几多"),
    "82.8%：到 2026 年全市空气质量优良率力争达到 82.8%。[1]",
    ("武汉绿色发展意见", ""),
)
PASSAGES = (
    NO_PERMIT, OVER_LIMIT, OVER_LIMIT_OLD, TRANSITION, OLD_WATER, ONE_KILOMETRE, NIGHT, LAKES, PRESS, RENEWAL, FUME,
    FUME_ARTICLE, AIR,
)  # fmt: skip


@dataclass
class FakeIndex:
    """An Index that scores by shared terms and keeps the rules of the real one: in force on the day, in the region."""

    passages: tuple[Passage, ...] = PASSAGES
    id: str = "fake"
    asked: list[str] = field(default_factory=list)

    def search(self, query: str, *, on: date, region: str = "", k: int = 10) -> list[Hit]:
        self.asked.append(query)
        wanted = set(terms(query))
        hits = []
        for passage in self.passages:
            document = DOCUMENTS[passage.document_id]
            status = document.status_on(on)
            usable = status in (Status.IN_FORCE, Status.DRAFT, Status.NEWS) and document.applies_in(region)
            words = set(terms("\n".join([passage.title, passage.text, passage.plain, *passage.questions])))
            if usable and (score := len(wanted & words)):
                hits.append(Hit(passage, document, status, float(score), {"text": float(score)}))
        return sorted(hits, key=lambda hit: -hit.score)[:k]

    def article(self, title: str, article: str, *, on: date) -> Hit | None:
        for passage in self.passages:
            if (passage.title, passage.article) == (title, article) and passage.kind != "faq":
                document = DOCUMENTS[passage.document_id]
                return Hit(passage, document, document.status_on(on), 0.0)
        return None


def entry(passage: Passage, negatives: tuple[str, ...] = (), next_steps: tuple[str, ...] = ()) -> Entry:
    return Entry(passage, "faq", "油烟", ("市民",), negatives=negatives, next_steps=next_steps)


STARTER = Starter(
    instruments={d.short_title: d for d in DOCUMENTS.values()},
    articles={"生态环境法典": 1242, "排污许可管理条例": 51, "水污染防治法": 103},
    entries={
        FUME.id: entry(FUME, ("餐馆要装什么样的油烟净化器，多少钱一台",), ("记下店名和时间，再打 12345。",)),
        AIR.id: entry(AIR),
    },
    glossary=(
        Term("排污许可证", ("排污证",)),
        Term("餐馆", ("馆子",)),
        Term("油烟", ()),
        Term("噪声", ("噪音",)),
        Term("空气", ()),
    ),
    contacts=(
        Responsible("restaurant-fumes", "餐馆油烟", "城市管理执法部门", "12345", ("油烟", "馆子", "餐馆")),
        Responsible("labor", "欠薪", "人力资源和社会保障部门", "12333", ("工资", "欠薪"), "带上合同和考勤。"),
        Responsible("health", "看病", "卫生健康部门", "12320", ("头晕",)),
    ),
    crosswalk={
        ("水污染防治法", "第八十三条"): (Cite("生态环境法典", "第一千一百零二条"),),
        ("水污染防治法", "第九十九条"): (),
    },
)


@pytest.fixture
def index():
    return FakeIndex()


@pytest.fixture
def doctor(index):
    return Doctor(lambda: index, STARTER, region=HOME, answer_at=0.3)


@pytest.fixture
def context():
    return Context(TODAY, HOME)


@dataclass
class Script:
    """What the chat server says to the next calls: each a list of chunks (bytes go out as they are), or an HTTP status."""

    replies: list[list[str | bytes] | int] = field(default_factory=list)
    pause: float = 0.0
    cut: bool = False  # close the connection before the end
    usage: dict[str, int] = field(default_factory=dict)  # told behind the reply, as most servers do when asked
    seen: list[dict] = field(default_factory=list)


@pytest.fixture
def script() -> Iterator[tuple[Script, str]]:
    """An OpenAI-compatible server on loopback. :returns: its script and its base URL"""
    plan = Script()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            plan.seen.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            reply = plan.replies.pop(0) if plan.replies else 500
            if isinstance(reply, int):
                self.send_error(reply)
                return
            self.send_response(200)
            self.send_header("content-type", "text/event-stream")
            self.end_headers()
            try:
                for piece in reply:
                    time.sleep(plan.pause)
                    if isinstance(piece, bytes):
                        self.wfile.write(piece)
                        self.wfile.flush()
                        continue
                    self._say({"choices": [{"index": 0, "delta": {"role": "assistant", "content": piece}}]})
                if not plan.cut:
                    self._say({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
                    if plan.usage:
                        self._say({"choices": [], "usage": plan.usage})
                    self.wfile.write(b"data: [DONE]\n\n")
            except OSError:
                pass  # the client has gone, as it should where the reply is slow

        def _say(self, data: dict) -> None:
            data |= {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "scripted"}
            self.wfile.write(f"data: {json.dumps(data, ensure_ascii=False)}\n\n".encode())
            self.wfile.flush()

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield plan, f"http://127.0.0.1:{server.server_address[1]}/v1"
    server.shutdown()
    server.server_close()
    thread.join(5)
