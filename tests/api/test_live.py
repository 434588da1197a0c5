"""What only a real server shows: streams that stay open, browsers, and two people at once."""

import asyncio
import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import pytest
import uvicorn

from api.app import create_app
from api.people import service as people
from api.site.endpoints import TOPICS
from tests.api.support import PASSWORD, ask, events, start

WIDGET = Path(__file__).resolve().parents[2] / "api/static/widget/env-doctor.js"

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]  # fmt: skip


@pytest.fixture
def site(settings, rooms):
    """:returns: the address of a server that really listens"""
    app = create_app(settings, rooms)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", ws="none", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    app.state.house.feed.stop()
    server.should_exit = True
    thread.join(10)
    app.state.house.database.close()


@pytest.fixture
def setup_path(site, settings):
    from api.database import Database

    database = Database(settings.database)
    with database.write() as session:
        token = people.setup_link(session, 1)
    database.close()
    return f"/setup/{token}"


@pytest.fixture
def connect(site):
    """:returns: a function that gives a client of its own; all are closed at the end"""
    with contextlib.ExitStack() as clients:
        yield lambda: clients.enter_context(httpx.Client(base_url=site, headers={"Origin": site}, timeout=20))


def administrator(client, setup_path):
    form = {"login": "wang", "name": "王敏", "password": PASSWORD, "again": PASSWORD}
    assert client.post(setup_path, data=form).status_code == 303
    return client


class TestEvents:
    def test_anonymous(self, site):
        assert httpx.get(f"{site}/api/conversations/made-up/events").status_code == 401

    def test_replies_arrive_and_a_broken_line_resumes(self, connect, setup_path):
        user, expert = connect(), administrator(connect(), setup_path)
        conversation, headers = start(user)
        ask(user, conversation, headers, "求助 罚得对不对")
        id = user.post(f"/api/conversations/{conversation}/consultation", headers=headers).json()["id"]
        heard = []

        def listen(last):
            path = f"/api/conversations/{conversation}/events"
            with user.stream("GET", path, headers=headers | {"Last-Event-ID": last}) as response:
                event = {}
                for line in response.iter_lines():
                    name, _, value = line.partition(": ")
                    if value and name:
                        event[name] = value
                    elif not line and "data" in event:
                        heard.append((event["id"], event["event"], json.loads(event["data"])))
                        if event["event"] == "reply":
                            return
                        event = {}

        listener = threading.Thread(target=listen, args=("0",))
        listener.start()
        expert.post(f"/console/consultations/{id}/take")
        expert.post(f"/console/consultations/{id}/reply", data={"text": "处罚适当。"})
        listener.join(15)
        assert not listener.is_alive()
        assert [name for _, name, _ in heard] == ["state", "message", "state", "state", "reply"]
        assert [data["state"] for _, name, data in heard if name == "state"] == ["offered", "open", "taken"]
        assert heard[-1][2]["text"] == "处罚适当。"
        last, heard[:] = heard[-2][0], []
        listen(last)
        assert [name for _, name, _ in heard] == ["reply"]

    def test_the_answer_is_kept_though_the_browser_has_gone(self, connect):
        user = connect()
        conversation, headers = start(user)
        body = {"conversation": conversation, "question": "慢5 罚多少"}
        with user.stream("POST", "/api/chat", json=body, headers=headers):
            pass  # gone before the first sentence
        for _ in range(100):
            messages = user.get(f"/api/conversations/{conversation}", headers=headers).json()["messages"]
            if len(messages) == 2:
                break
            time.sleep(0.1)
        assert [m["role"] for m in messages] == ["user", "assistant"]


def test_the_program_serves_and_stops_in_time(tmp_path):
    """`python -m api serve` on an empty folder: first start builds everything, SIGTERM ends it, the setup link is printed once."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    room = os.environ | {"ENVDOCTOR_DATA_DIR": str(tmp_path), "ENVDOCTOR_DATABASE_URL": ""}
    command = [sys.executable, "-m", "api", "serve", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=room) as server:
        try:
            for _ in range(600):
                assert server.poll() is None, server.stdout.read()
                try:
                    ready = httpx.get(f"http://127.0.0.1:{port}/readyz").json()
                    break
                except httpx.TransportError:
                    time.sleep(0.1)
            assert ready == {"status": "ready", "database": True, "index": True}
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as user:
                conversation, headers = start(user)
                assert "event: decision" in ask(user, conversation, headers, "楼下油烟呛人找谁").text
                offered = [question for question, _ in TOPICS] + re.findall(
                    r'"([^"]+？)"', WIDGET.read_text(encoding="utf-8")
                )
                assert len(offered) == 12
                for question in offered:
                    outcome = events(ask(user, *start(user), question))[-1][1]["outcome"]
                    assert outcome in ("answered", "clarify"), f"{question}: {outcome}"
                with user.stream("GET", f"/api/conversations/{conversation}/events", headers=headers) as response:
                    assert response.status_code == 200
                    began = time.monotonic()
                    server.send_signal(signal.SIGTERM)
                    server.wait(15)
                    assert time.monotonic() - began < 8
        finally:
            if server.poll() is None:
                server.kill()
        assert re.search(rf"http://127\.0\.0\.1:{port}/setup/[\w-]{{20,}}", server.stdout.read())


@pytest.fixture(scope="module")
def chromium():
    if not CHROMIUM:
        pytest.skip("no Chromium on this machine: install the package 'chromium'")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()
    asyncio.set_event_loop(None)


@pytest.fixture
def visitor(chromium, site):
    """:returns: a function that opens a page of its own person; anything in its console that is wrong fails the test"""
    wrong, opened = [], []

    def made(width=390, **options):
        context = chromium.new_context(viewport={"width": width, "height": 844}, base_url=site, **options)
        opened.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
        page.on(
            "request",
            lambda request: wrong.append(request.url) if not request.url.startswith((site, "data:", "blob:")) else None,
        )
        return page

    yield made
    for context in opened:
        context.close()
    assert wrong == []


PAGES = ["/", "/documents", "/documents/doc-code", "/documents/doc-old", "/privacy", "/docs", "/login"]
CONSOLES = ["/console", "/console/consultations", "/console/documents", "/console/runs", "/console/people", "/console/audit", "/console/account"]  # fmt: skip


@pytest.mark.browser
@pytest.mark.xdist_group("browser")
class TestBrowser:
    @pytest.mark.parametrize("width", [390, 1280])
    def test_no_page_is_wider_than_the_screen(self, visitor, setup_path, width, site):
        page = visitor(width)
        sign_up(page, setup_path)
        for size in ("", "large"):
            page.context.add_cookies([{"name": "env_doctor_size", "value": size, "url": site}])
            for path in PAGES + CONSOLES:
                page.goto(path)
                wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
                assert wide <= 0, f"{path} at {width}, {size}: {wide} px too wide"

    def test_every_control_has_a_name(self, visitor, setup_path):
        page = visitor(1280)
        sign_up(page, setup_path)
        for path in PAGES + CONSOLES:
            page.goto(path)
            nameless = page.evaluate(
                """[...document.querySelectorAll('a, button, input:not([type=hidden]), select, textarea')]
                   .filter(e => !(e.textContent.trim() || e.ariaLabel || e.labels?.length || e.title)).map(e => e.outerHTML)"""
            )
            assert nameless == [], path

    def test_choices_of_type_and_colour_stay(self, visitor):
        page = visitor()
        page.goto("/")
        page.get_by_role("button", name="大字").click()
        page.get_by_role("button", name="深色").click()
        page.goto("/documents")
        assert page.evaluate("[document.documentElement.dataset.size, document.documentElement.dataset.theme]") == [
            "large",
            "dark",
        ]
        page.get_by_role("button", name="大字").click()
        page.reload()
        assert page.get_by_role("button", name="大字").get_attribute("aria-pressed") == "false"

    def test_keys(self, visitor):
        page = visitor(1280)
        page.goto("/documents")
        page.keyboard.press("/")
        assert page.evaluate("document.activeElement.name") == "q"
        page.keyboard.press("Escape")
        page.locator("h1").click()
        page.evaluate("document.activeElement.blur()")
        page.keyboard.press("j")
        page.keyboard.press("j")
        page.keyboard.press("k")
        assert page.evaluate("document.activeElement.textContent") == "生态环境法典"
        page.keyboard.press("?")
        assert page.locator("#keys").is_visible()
        page.keyboard.press("Escape")
        page.keyboard.press("Enter")
        page.wait_for_url("**/documents/doc-code")

    def test_the_cited_sentence_is_in_view(self, visitor, catalogue):
        from dataclasses import replace

        from tests.api.support import CODE, PASSAGES

        many = [replace(PASSAGES[0], id=f"doc-code#x{n}", article=f"附则第{n}条", ordinal=n) for n in range(200)]
        catalogue.add(replace(CODE, sha256="changed"), [*many, replace(PASSAGES[1], ordinal=300)], actor="test")
        page = visitor()
        page.goto("/documents/doc-code?passage=doc-code%231102&quote=处十万元以上")
        mark = page.locator("mark.cited")
        mark.wait_for()
        page.wait_for_timeout(200)
        assert 0 < mark.bounding_box()["y"] < 844

    def test_the_contents_follow_where_one_reads(self, visitor, catalogue):
        from dataclasses import replace

        from tests.api.support import CODE, PASSAGES

        many = [
            replace(PASSAGES[0], id=f"doc-code#x{n}", article=f"附则第{n}条", headings=(f"第{n}章",), ordinal=n)
            for n in range(200)
        ]
        catalogue.add(replace(CODE, sha256="changed"), many, actor="test")
        page = visitor(1280)
        page.goto("/documents/doc-code?passage=doc-code%23x150")
        here = page.locator("#contents [aria-current]")
        here.wait_for()
        page.wait_for_timeout(200)
        assert 0 < here.bounding_box()["y"] < 844

    def test_contents_open_as_a_drawer_on_a_phone(self, visitor):
        page = visitor()
        page.goto("/documents/doc-code")
        assert not page.locator("#contents").is_visible()
        page.get_by_role("button", name="目录").click()
        page.get_by_role("link", name="第五编 法律责任").click()
        page.wait_for_timeout(300)
        assert not page.locator("#contents").is_visible()
        assert page.url.endswith("#a-%E7%AC%AC%E4%B8%80%E5%8D%83%E4%B8%80%E7%99%BE%E9%9B%B6%E4%BA%8C%E6%9D%A1")

    def test_a_file_becomes_a_law(self, visitor, setup_path, tmp_path):
        from tests.api.test_documents import LAW

        path = tmp_path / "试行法.txt"
        path.write_text(LAW, encoding="utf-8")
        page = visitor(1280)
        sign_up(page, setup_path)
        page.goto("/console/documents")
        page.set_input_files("#files", path)
        page.get_by_role("link", name="看读到了什么").click()
        page.locator("form.draft").wait_for(timeout=30_000)
        assert page.get_by_label("标题").input_value() == "中华人民共和国试行法"
        page.get_by_label("文号").fill("试字第1号")
        page.get_by_role("button", name="发布").click()
        page.wait_for_url("**/console/documents?published=*")
        page.get_by_text("当前索引").wait_for(timeout=30_000)
        page.get_by_role("link", name="试行法", exact=True).click()
        page.get_by_text("试行应当公开。").wait_for()

    def test_asked_here_answered_there_read_here(self, visitor, setup_path):
        user = visitor()
        user.goto("/")
        user.locator("env-doctor").get_by_role("button").first.click()
        user.locator("env-doctor textarea").first.fill("求助 罚得对不对")
        user.keyboard.press("Enter")
        user.locator("env-doctor .answer [data-outcome]").or_(
            user.locator("env-doctor .answer[data-outcome=escalate]")
        ).first.wait_for()
        kept = json.loads(user.evaluate("localStorage.getItem('env-doctor.conversation')"))
        opened = user.request.post(
            f"/api/conversations/{kept['id']}/consultation", headers={"Authorization": f"Bearer {kept['token']}"}
        )
        assert opened.ok
        user.reload()
        user.locator("env-doctor .mine").first.wait_for()
        user.get_by_text("已转给专家").wait_for()  # a person who comes back still sees it, and is not offered it again
        assert user.get_by_role("button", name="请专家").count() == 0
        expert = visitor(1280)
        sign_up(expert, setup_path)
        expert.goto("/console/consultations")
        expert.get_by_role("link", name="求助 罚得对不对").click()
        expert.get_by_role("button", name="接手").click()
        expert.get_by_label("您的答复").fill("处罚适当。")
        expert.locator("#picks input").first.check()
        expert.get_by_role("button", name="发送答复").click()
        expert.wait_for_load_state()
        user.locator("env-doctor .answer[data-speaker=expert]").wait_for(timeout=10_000)
        assert "处罚适当。" in user.locator("env-doctor .answer[data-speaker=expert]").inner_text()

    def test_a_wish_for_an_expert_can_be_taken_back(self, visitor):
        user = visitor()
        user.goto("/")
        user.get_by_role("button", name="我来问").click()
        user.locator("env-doctor textarea").first.fill("求助 罚得对不对")
        user.keyboard.press("Enter")
        user.get_by_role("button", name="请专家答复").click()
        user.get_by_role("button", name="先不转").click()
        assert user.locator("env-doctor form.consult").count() == 0
        assert user.get_by_role("button", name="请专家答复").is_visible()

    def test_a_conversation_is_taken_along_and_removed(self, visitor):
        """What the page 您的信息 promises."""
        user = visitor()
        user.goto("/")
        user.get_by_role("button", name="我来问").click()
        assert not user.get_by_role("button", name="删除对话").is_visible()
        user.locator("env-doctor textarea").first.fill("罚多少")
        user.keyboard.press("Enter")
        user.locator("env-doctor .answer[data-outcome=answered]").wait_for()
        kept = json.loads(user.evaluate("localStorage.getItem('env-doctor.conversation')"))
        with user.expect_download() as download:
            user.get_by_role("button", name="导出对话").click()
        assert "罚多少" in Path(download.value.path()).read_text(encoding="utf-8")
        user.get_by_role("button", name="删除对话").click()
        user.get_by_role("button", name="确定删除").click()
        user.get_by_text("这次对话已经删除").wait_for()
        assert user.locator("env-doctor .mine").count() == 0
        gone = user.request.get(f"/api/conversations/{kept['id']}", headers={"Authorization": f"Bearer {kept['token']}"})
        assert gone.status == 404

    def test_where_the_keys_are_is_seen(self, visitor):
        """With the keyboard alone: ask, read the basis, close; each place that the focus comes to has a ring."""
        user = visitor(1280)
        user.goto("/")
        ring = """() => {
            let at = document.activeElement;
            while (at.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
            return [at.textContent, getComputedStyle(at).boxShadow.includes("0px 0px 0px 4px")];
        }"""
        seen = {}

        def walk(key, to):
            for _ in range(60):  # what cannot be reached with the keys fails, and does not turn for ever
                user.keyboard.press(key)
                words, ringed = user.evaluate(ring)
                seen[words] = ringed
                if to in words:
                    return
            raise AssertionError(f"{to} cannot be reached with {key}")

        walk("Tab", "我来问")
        user.keyboard.press("Enter")
        user.keyboard.type("罚多少")
        user.keyboard.press("Enter")
        user.locator("env-doctor .answer[data-outcome=answered]").wait_for()
        walk("Shift+Tab", "《生态环境法典》")
        user.keyboard.press("Enter")
        assert user.get_by_text("打开全文").is_visible()
        user.keyboard.press("Escape")
        words, ringed = user.evaluate(ring)
        seen[words] = ringed
        assert words == "环保医生"
        assert [words for words, ringed in seen.items() if not ringed] == []

    def test_words_stay_while_the_network_is_gone(self, visitor):
        user = visitor()
        user.goto("/")
        user.get_by_role("button", name="我来问").click()
        user.context.set_offline(True)
        user.locator("env-doctor textarea").first.fill("写了一半")
        assert user.get_by_text("网络断开了").is_visible()
        user.context.set_offline(False)
        user.get_by_text("网络断开了").wait_for(state="hidden")
        assert user.locator("env-doctor textarea").first.input_value() == "写了一半"

    def test_sums_stand_out_and_days_do_not(self, visitor):
        user = visitor()
        user.goto("/")
        words = "自2026年10月1日起，二十日内改正，不改的罚 2 万元以上 20 万元以下。"
        shown = user.evaluate(
            """async (text) => {
                 const { AnswerView } = await import("/static/widget/answer.js");
                 const view = new AnswerView({}, "");
                 view.block({ kind: "lead", text, cites: [], rows: [] });
                 return [...view.node.querySelectorAll("strong")].map((strong) => strong.textContent.replaceAll("\\u00a0", " "));
               }""",
            words,
        )
        assert shown == ["二十日内", "2 万元以上 20 万元以下"]

    def test_a_table_is_read_on_a_phone(self, visitor):
        """Row by row under its heading, as wide as the panel; its basis as people read it, with a mark to tap."""
        user = visitor()
        user.goto("/")
        user.get_by_role("button", name="我来问").click()
        shown = user.evaluate(
            """async () => {
                 const { AnswerView } = await import("/static/widget/answer.js");
                 const view = new AnswerView({}, "");
                 const rows = [["情形", "处罚", "依据"], ["露天烧烤的", "罚 500 元以上", "《生态环境法典》第一千一百三十二条[1]"]];
                 const citation = { title: "生态环境法典", article: "第一千一百三十二条", paragraph: "", status: "现行有效", quote: "", href: "" };
                 const blocks = [{ kind: "table", text: "", cites: [1], rows }];
                 view.draw({ id: "a", role: "assistant", outcome: "answered", contacts: [], choices: [], suggestions: [], blocks, citations: [citation] });
                 document.querySelector("env-doctor").shadowRoot.querySelector(".log").append(view.node);
                 await new Promise((done) => setTimeout(done, 200));
                 const cells = [...view.node.querySelectorAll("td")];
                 return { basis: cells[2].textContent, marks: view.node.querySelectorAll(".table .mark").length,
                          tops: cells.map((cell) => cell.getBoundingClientRect().top), width: cells[0].getBoundingClientRect().width };
               }"""
        )
        assert shown["basis"] == "《生态环境法典》第1132条1"
        assert shown["marks"] == 1
        assert shown["tops"] == sorted(set(shown["tops"]))
        assert shown["width"] > 250

    def test_who_saves_lives_stands_out(self, visitor):
        user = visitor()
        user.goto("/")
        shown = user.evaluate(
            """async () => {
                 const { AnswerView } = await import("/static/widget/answer.js");
                 const contacts = ["119", "12345"].map((hotline) => ({ department: "x", matter: "", hotline, note: "", confirm: false }));
                 const view = new AnswerView({}, "").draw({ id: "a", role: "assistant", outcome: "emergency", contacts, choices: [], suggestions: [], text: "先走" });
                 return [...view.node.querySelectorAll(".call.saves")].map((call) => call.textContent);
               }"""
        )
        assert shown == ["119"]

    @pytest.mark.parametrize(("state", "offers"), [("offered", 1), ("taken", 0)])
    def test_where_an_expert_is_at_it_none_is_offered(self, visitor, state, offers):
        user = visitor()
        user.goto("/")
        shown = user.evaluate(
            """async (state) => {
                 const { AnswerView } = await import("/static/widget/answer.js");
                 const consultation = { id: "c", state };
                 const view = new AnswerView({}, "").draw({ id: "a", role: "assistant", outcome: "emergency", contacts: [], choices: [], suggestions: [], text: "先走", consultation });
                 return view.node.querySelectorAll(".hand button").length;
               }""",
            state,
        )
        assert shown == offers

    def test_nothing_is_said_twice(self, visitor):
        user = visitor()
        user.goto("/")
        shown = user.evaluate(
            """async () => {
                 const { AnswerView } = await import("/static/widget/answer.js");
                 const view = new AnswerView({}, "");
                 const contact = { department: "社区", matter: "", hotline: "12345", note: "先书面找物业。", confirm: true };
                 const blocks = [{ kind: "notice", text: "先书面找物业。号码是全国通用的，以当地公布的为准。", cites: [], rows: [] }];
                 return view.draw({ id: "a", role: "assistant", outcome: "redirect", contacts: [contact], blocks }).node.textContent;
               }"""
        )
        assert shown.count("先书面找物业") == 1
        assert shown.count("号码是") == 1


def sign_up(page, setup_path):
    page.goto(setup_path)
    page.get_by_label("姓名").fill("王敏")
    page.get_by_label("登录名").fill("wang")
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_label("再填一次密码").fill(PASSWORD)
    page.get_by_role("button", name="建立账号").click()
    page.wait_for_url("**/console")
