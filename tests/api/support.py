"""A doctor whose answers are known, a small collection, and the few calls that every test makes."""

from __future__ import annotations

import json
import re
import threading
import time
from contextlib import contextmanager
from datetime import date
from html import unescape
from urllib.parse import quote

import uvicorn

from api.app import create_app
from bot.answer import Answer, Block, Citation, Contact, Decision, Delta, Outcome, References, Speaker
from corpus.model import Document, Passage, Status

SITE = {"base_url": "http://testserver", "headers": {"Origin": "http://testserver"}, "follow_redirects": False}
PASSWORD = "correct horse battery"
CODE = Document(
    "doc-code", "中华人民共和国生态环境法典", level="国家法律", issuer="全国人民代表大会", publish_date=date(2026, 3, 12),
    effective_date=date(2026, 8, 15),
)  # fmt: skip
OLD = Document(
    "doc-old", "中华人民共和国大气污染防治法", level="国家法律", publish_date=date(2018, 10, 26), ended_on=date(2026, 8, 15),
    superseded_by="生态环境法典", repealed=True,
)  # fmt: skip
ARTICLE = "违反本法规定，未取得排污许可证排放污染物的，处十万元以上一百万元以下的罚款。\n情节严重的，责令停业、关闭。"
CITATION = Citation(
    "doc-code#1102", "doc-code", "生态环境法典", "第一千一百零二条", "第一款", Status.IN_FORCE, date(2026, 8, 15), None,
    "处十万元以上一百万元以下的罚款", "国家法律",
)  # fmt: skip

PASSAGES = [
    Passage(
        "doc-code#1",
        "doc-code",
        "生态环境法典",
        "第一条",
        "为了保护和改善生态环境，制定本法典。",
        headings=("第一编 总则",),
    ),
    Passage(
        "doc-code#1102", "doc-code", "生态环境法典", "第一千一百零二条", ARTICLE, headings=("第五编 法律责任",), ordinal=1
    ),
]
OLD_PASSAGES = [Passage("doc-old#99", "doc-old", "大气污染防治法", "第九十九条", "旧的规定。")]


class FakeDoctor:
    """Answers by a word in the question: 求助 escalates, 出错 fails, 慢 takes its time, 着火 is an emergency."""

    def __init__(self):
        self.histories = []
        self.shown = []  # what the history says was shown

    def stream(self, question, history, context):
        self.histories.append((question, [turn.content for turn in history]))
        self.shown.append([turn.answer for turn in history])
        if "出错" in question:
            raise RuntimeError("the model fell over")
        if wait := re.search(r"慢(\d+)", question):
            time.sleep(int(wait[1]) / 10)
        outcome = Outcome.ESCALATE if "求助" in question else Outcome.EMERGENCY if "着火" in question else Outcome.ANSWERED
        block = Block("无证排污，处 **10 万元以上 100 万元以下**罚款。", cites=(1,))
        yield References((CITATION,), Speaker.EXTRACT)
        yield Delta(block)
        yield Decision(
            Answer(
                outcome,
                Speaker.EXTRACT,
                (block,),
                (CITATION,),
                0.9,
                reasons=("escalate:penalty-lawful", "dropped:x"),
                suggestions=("怎么补办？",),
                contacts=(Contact("生态环境局", hotline="12345"),),
                question=question,
                on=context.on,
            )  # fmt: skip
        )

    def emergency(self, question, on):
        block = Block("先打 119，人先走开。", "lead")
        fire = Contact("消防救援", hotline="119", confirm=False)
        answer = Answer(Outcome.EMERGENCY, Speaker.RULE, (block,), contacts=(fire,), question=question, on=on)
        return answer if "着火" in question else None


@contextmanager
def serving(settings, rooms):
    """:returns: the address of a server that really listens, until the block ends"""
    app = create_app(settings, rooms)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", ws="none", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        app.state.house.feed.stop()
        server.should_exit = True
        thread.join(10)
        app.state.house.database.close()


def start(client):
    """:returns: the id of a new conversation and the headers that open it"""
    made = client.post("/api/conversations").json()
    return made["id"], {"Authorization": f"Bearer {made['token']}"}


def events(response):
    """:returns: the (event, data) pairs of a stream"""
    found = []
    for chunk in response.text.split("\n\n"):
        lines = dict(line.split(": ", 1) for line in chunk.splitlines() if not line.startswith(":"))
        if "data" in lines:
            found.append((lines["event"], json.loads(lines["data"])))
    return found


def ask(client, conversation, headers, question):
    return client.post("/api/chat", json={"conversation": conversation, "question": question}, headers=headers)


def sign_up(page, setup_path):
    """The first account, made in a browser with the link of the first start."""
    page.goto(setup_path)
    page.get_by_label("姓名").fill("王敏")
    page.get_by_label("登录名").fill("wang")
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_label("再填一次密码").fill(PASSWORD)
    page.get_by_role("button", name="建立账号").click()
    page.wait_for_url("**/console")


LAW = """中华人民共和国试行法

（2025年3月1日第十届全国人民代表大会常务委员会第三次会议通过）

第一章 总则

第一条 为了试行，制定本法。

第二条 试行应当公开。

第二章 附则

第三条 本法自2025年6月1日起施行。
"""


def upload(client, content=LAW, name="试行法.txt"):
    return client.post(
        "/console/documents/upload",
        content=content.encode() if isinstance(content, str) else content,
        headers={"X-File-Name": quote(name), "Accept": "application/json"},
    )


def form_of(page):
    return {name: value for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', page) if name != "publish"}


def confirmed(page):
    """:returns: the doubts that the page asks about before it publishes"""
    return [unescape(doubt) for doubt in re.findall(r'name="confirmed" value="([^"]*)"', page.text)]


def publish(client, draft, **changed):
    return client.post(draft, data=form_of(client.get(draft).text) | {"level": "国家法律", "publish": "true"} | changed)
