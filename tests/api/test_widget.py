"""The widget in a browser: asking, handing over, reading an answer."""

import json
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.api.support import sign_up


@pytest.mark.browser
@pytest.mark.xdist_group("browser")
class TestWidget:
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

    def test_on_a_phone_the_keyboard_stays_in_the_panel(self, visitor):
        user = visitor()
        user.goto("/")
        user.get_by_role("button", name="我来问").click()
        assert user.locator("env-doctor .panel").get_attribute("aria-modal") == "true"
        for key in ["Tab"] * 15 + ["Shift+Tab"] * 20:
            user.keyboard.press(key)
            assert user.evaluate("document.activeElement.localName") == "env-doctor", key
        user.locator("env-doctor h2").click()  # plain text takes no focus away either
        user.keyboard.press("Escape")
        assert not user.locator("env-doctor .panel").is_visible()

    def test_beside_the_page_the_keyboard_goes_on(self, visitor):
        user = visitor(1280)
        user.goto("/")
        user.get_by_role("button", name="我来问").click()
        assert user.locator("env-doctor .panel").get_attribute("aria-modal") == "false"
        places = set()
        for _ in range(15):
            user.keyboard.press("Tab")
            places.add(user.evaluate("document.activeElement.localName"))
        assert places > {"env-doctor"}

    def test_a_question_is_stopped_at_once_and_kept(self, visitor):
        user = visitor()
        user.goto("/")
        user.get_by_role("button", name="我来问").click()
        held = []
        user.route("**/api/conversations", lambda route: held.append(route))  # a line on which nothing comes back
        user.locator("env-doctor textarea").first.fill("罚多少")
        user.keyboard.press("Enter")
        user.get_by_role("button", name="停止").click()
        user.get_by_text("已停止").wait_for(timeout=1000)
        assert user.locator("env-doctor textarea").first.input_value() == "罚多少"
        held.pop().abort()
        user.unroute("**/api/conversations")
        user.get_by_role("button", name="再试一次").click()
        user.locator("env-doctor .answer[data-outcome=answered]").wait_for()
        assert user.locator("env-doctor .mine").count() == 1

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

    def test_an_emergency_says_each_number_once_and_its_steps_are_in_sight(self, visitor):
        user = visitor(360)
        user.set_viewport_size({"width": 360, "height": 640})
        user.goto("/")
        user.get_by_role("button", name="我来问").click()
        user.locator("env-doctor textarea").first.fill("着火")
        user.keyboard.press("Enter")
        user.locator("env-doctor .answer[data-outcome=emergency]").wait_for()
        top = user.locator("env-doctor .answer").bounding_box()["y"]
        shown = user.evaluate(
            """async () => {
                 const { AnswerView } = await import("/static/widget/answer.js");
                 const contacts = ["119", "120", "12345", "12369"].map((hotline) => ({ department: "某处", matter: "", hotline, note: "", confirm: false }));
                 const lead = "先打电话：119（泄漏、着火、爆炸），有人不舒服打 120；再打 12345 或 12369 报告污染。";
                 const steps = ["离开现场，往上风方向、高处走，叫上身边的人。", "不要碰、不要闻、不要点火，也不要自己去堵漏。", "在安全的地方说清地点、是什么东西、多大范围、有没有人受伤。"];
                 const blocks = [{ kind: "lead", text: lead, cites: [], rows: [] }, { kind: "steps", text: "", cites: [], rows: steps.map((step) => [step]) }];
                 const view = new AnswerView({}, "").draw({ id: "a", role: "assistant", outcome: "emergency", contacts, choices: [], suggestions: [], blocks });
                 document.querySelector("env-doctor").shadowRoot.querySelector(".answer").replaceWith(view.node);
                 return { text: view.body.textContent, calls: [...view.body.querySelectorAll("a.call")].map((call) => call.href),
                          steps: view.body.querySelector(".steps li:last-child").getBoundingClientRect().bottom,
                          foot: document.querySelector("env-doctor").shadowRoot.querySelector("footer").getBoundingClientRect().top };
               }"""
        )
        assert top < 80  # the card is at the top of the window, the question above it
        assert shown["calls"] == ["tel:119", "tel:120", "tel:12345", "tel:12369"]
        assert [shown["text"].count(number) for number in ("119", "120", "12345", "12369")] == [1, 1, 1, 1]
        assert shown["steps"] < shown["foot"]

    def test_in_case_it_is_an_emergency_the_numbers_are_tapped_where_they_are_said(self, visitor):
        user = visitor(360)
        user.goto("/")
        shown = user.evaluate(
            """async () => {
                 const { AnswerView } = await import("/static/widget/answer.js");
                 const contacts = ["119", "120", "12345"].map((hotline) => ({ department: "某处", matter: "", hotline, note: "", confirm: false }));
                 const blocks = [{ kind: "caution", text: "如果还在漏：先打 119 或 120，再看下面。", cites: [], rows: [] },
                                 { kind: "lead", text: "您说的是哪一种？", cites: [], rows: [] }];
                 const view = new AnswerView({}, "").draw({ id: "a", role: "assistant", outcome: "clarify", contacts, choices: ["甲", "乙"], suggestions: [], blocks });
                 return { said: [...view.body.querySelectorAll(".caution a.call")].map((call) => call.href),
                          listed: [...view.body.querySelectorAll(".contacts a.call")].map((call) => call.href),
                          order: [...view.body.children].map((part) => part.className.split(" ")[0]).slice(0, 2),
                          under: view.body.querySelector(".lead").nextElementSibling.textContent };
               }"""
        )
        assert shown["said"] == ["tel:119", "tel:120"]
        assert shown["listed"] == ["tel:12345"]
        assert shown["order"] == ["caution", "lead"]
        assert "请选一个" in shown["under"]

    def test_choices_stand_under_the_question_and_before_what_it_depends_on(self, visitor):
        user = visitor()
        user.goto("/")
        shown = user.evaluate(
            """async () => {
                 const { AnswerView } = await import("/static/widget/answer.js");
                 const blocks = [
                   { kind: "lead", text: "您的情况是下面哪一种？", cites: [], rows: [] },
                   { kind: "table", text: "", cites: [], rows: [["栏目", "写法"], ["报告书", "10吨以上"]] },
                 ];
                 const asked = [];
                 const view = new AnswerView({ ask: (text) => asked.push(text) }, "")
                   .draw({ id: "a", role: "assistant", outcome: "clarify", contacts: [], choices: ["10吨以上", "都不是"], suggestions: [], blocks, citations: [] });
                 const parts = [...view.body.children].map((part) => part.className || part.tagName);
                 view.node.querySelector(".topics button").click();
                 return { parts, asked };
               }"""
        )
        assert shown["parts"][:3] == ["lead", "H3", "topics"]
        assert len(shown["parts"]) == 4
        assert shown["asked"] == ["10吨以上"]

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

    def test_a_greeting_asks_for_no_verdict(self, visitor):
        user = visitor()
        user.goto("/")
        shown = user.evaluate(
            """async () => {
                 const { AnswerView } = await import("/static/widget/answer.js");
                 const said = { role: "assistant", outcome: "answered", contacts: [], choices: [], suggestions: [], text: "您好" };
                 const citation = { title: "甲法", article: "第一条", paragraph: "", status: "现行有效", quote: "", href: "" };
                 const draw = (more) => new AnswerView({}, "").draw({ id: "a", ...said, ...more }).node.querySelectorAll(".hand").length;
                 return [draw({ speaker: "rule" }), draw({ speaker: "extract", citations: [citation] })];
               }"""
        )
        assert shown == [0, 1]

    @pytest.mark.parametrize(("outcome", "label"), [("answered", "知识库摘录"), ("clarify", "系统提问")])
    def test_days_are_read_as_people_say_them_and_who_speaks_is_told_truly(self, visitor, outcome, label):
        user = visitor()
        user.goto("/")
        shown = user.evaluate(
            """async (outcome) => {
                 const { AnswerView } = await import("/static/widget/answer.js");
                 const citation = { title: "甲法", article: "第一条", paragraph: "", status: "现行有效", since: "2026-08-15", until: null, quote: "", href: "" };
                 const blocks = [{ kind: "lead", text: "《乙法》自 2026-08-15 起已经废止。", cites: [1], rows: [] }];
                 return new AnswerView({}, "").draw({ id: "a", role: "assistant", outcome, speaker: "extract", on: "2026-11-30",
                   contacts: [], choices: [], suggestions: [], blocks, citations: [citation] }).node.textContent;
               }""",
            outcome,
        )
        assert shown.startswith(f"{label}按2026年11月30日有效的规定《乙法》自2026年8月15日起已经废止。")
        assert "2026年8月15日起施行" in shown

    def test_the_number_of_a_basis_stands_beside_its_name(self, visitor):
        user = visitor(360)
        user.goto("/")
        user.get_by_role("button", name="大字").first.click()
        user.get_by_role("button", name="我来问").click()
        tops = user.evaluate(
            """async () => {
                 const { AnswerView } = await import("/static/widget/answer.js");
                 const citation = { title: "建设项目环境影响评价分类管理名录（2021年版）", article: "第一千一百零二条", paragraph: "", status: "现行有效", quote: "", href: "" };
                 const view = new AnswerView({}, "").draw({ id: "a", role: "assistant", outcome: "answered", contacts: [], choices: [], suggestions: [], text: "答", citations: [citation] });
                 document.querySelector("env-doctor").shadowRoot.querySelector(".log").append(view.node);
                 await new Promise((done) => setTimeout(done, 200));
                 return [".n", ".name"].map((part) => view.node.querySelector(part).getClientRects()[0].top);
               }"""
        )
        assert abs(tops[0] - tops[1]) < 4

    def test_nothing_of_a_page_stays_behind_the_button(self, visitor):
        for width in (390, 1280):
            user = visitor(width)
            user.goto("/documents/doc-code")
            user.evaluate("scrollTo(0, document.body.scrollHeight)")
            button = user.locator("env-doctor .launch").bounding_box()
            links = user.locator(".bottom").get_by_role("link").all()
            assert max(box["y"] + box["height"] for box in (link.bounding_box() for link in links)) <= button["y"]

    def test_a_site_that_is_not_listed_is_told_so(self, chromium, site, tmp_path):
        tag = f'<script type="module" src="{site}/static/widget/widget.js"></script><env-doctor></env-doctor>'
        (tmp_path / "host.html").write_text(tag)
        host = ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=tmp_path))
        threading.Thread(target=host.serve_forever, daemon=True).start()
        page = chromium.new_page()
        warned = []
        page.on("console", lambda said: warned.append(said.text))
        page.goto(f"http://127.0.0.1:{host.server_port}/host.html")
        page.get_by_role("button", name="环保医生").click()
        page.locator("env-doctor textarea").first.fill("罚多少")
        page.keyboard.press("Enter")
        page.get_by_text("这个网站还没有在环保医生那里登记").wait_for()
        page.close()
        host.shutdown()
        host.server_close()
        named = f"http://127.0.0.1:{host.server_port} is not in ENVDOCTOR_ORIGINS of {site}"
        assert any(named in words for words in warned)

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
