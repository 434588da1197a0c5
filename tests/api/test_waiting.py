"""The widget in a browser while an expert has the conversation: nothing is lost, and what happens is seen."""

import json

import httpx
import pytest

from tests.api.support import PASSWORD


@pytest.fixture
def expert(site, setup_path):
    """:returns: a client that may take, answer and end cases"""
    with httpx.Client(base_url=site, headers={"Origin": site}, timeout=20) as client:
        form = {"login": "wang", "name": "王敏", "password": PASSWORD, "again": PASSWORD}
        assert client.post(setup_path, data=form).status_code == 303
        yield client


def asked(page, question):
    page.locator("env-doctor textarea").last.fill(question)
    page.keyboard.press("Enter")
    page.locator("env-doctor .answer[data-outcome]").last.wait_for()


def handed_over(page, note=""):
    """A question, and the wish for an expert. :returns: the address of its case"""
    page.goto("/")
    page.get_by_role("button", name="我来问").click()
    asked(page, "求助 罚得对不对")
    page.get_by_role("button", name="请专家答复").click()
    page.get_by_label("想补充的情况").fill(note)
    page.get_by_role("button", name="转给专家").click()
    page.get_by_text("已转给专家，等专家接手").wait_for()
    kept = json.loads(page.evaluate("localStorage.getItem('env-doctor.conversation')"))
    shown = page.request.get(f"/api/conversations/{kept['id']}", headers={"Authorization": f"Bearer {kept['token']}"})
    return f"/console/consultations/{shown.json()['consultation']['id']}"


def replied(expert, case, text):
    expert.post(f"{case}/take")
    assert expert.post(f"{case}/reply", data={"text": text}).status_code == 303


@pytest.mark.browser
@pytest.mark.xdist_group("browser")
class TestWaiting:
    def test_a_new_conversation_is_never_one_tap_away(self, visitor):
        user = visitor()
        user.goto("/")
        user.get_by_role("button", name="我来问").click()
        asked(user, "罚多少")
        user.get_by_role("button", name="开始新的对话").click()
        user.get_by_text("找不回来").wait_for()
        user.keyboard.press("Escape")
        assert user.locator("env-doctor .mine").count() == 1
        assert user.get_by_text("找不回来").count() == 0
        user.get_by_role("button", name="开始新的对话").click()
        user.get_by_role("alertdialog").get_by_role("button", name="开始新的对话").click()
        assert user.locator("env-doctor .mine").count() == 0
        assert not user.get_by_text("转给专家的对话").is_visible()

    def test_what_an_expert_has_is_found_again(self, visitor, expert):
        user = visitor()
        case = handed_over(user)
        user.get_by_role("button", name="开始新的对话").click()
        user.get_by_role("alertdialog").get_by_role("button", name="开始新的对话").click()
        user.get_by_role("button", name="求助 罚得对不对").wait_for()
        asked(user, "罚多少")
        replied(expert, case, "处罚适当。")
        user.reload()  # the present conversation is another one: the reply is told all the same
        user.get_by_role("button", name="求助 罚得对不对 有新答复").click()
        user.get_by_role("alertdialog").get_by_role("button", name="打开那次对话").click()
        user.get_by_text("处罚适当。").wait_for()
        assert user.get_by_role("button", name="有新答复").count() == 0

    def test_a_window_left_open_never_loses_the_conversation_of_another(self, visitor):
        first = visitor(1280)
        first.goto("/")
        first.get_by_role("button", name="我来问").click()
        asked(first, "罚多少")
        other = first.context.new_page()
        other.goto("/")
        other.get_by_role("button", name="我来问").click()
        other.get_by_role("button", name="开始新的对话").click()
        other.get_by_role("alertdialog").get_by_role("button", name="开始新的对话").click()
        handed_over(other)
        kept = other.evaluate("localStorage.getItem('env-doctor.conversation')")
        other.close()
        first.evaluate("document.querySelector('env-doctor').open()")
        first.wait_for_timeout(500)
        assert first.evaluate("localStorage.getItem('env-doctor.conversation')") == kept
        asked(first, "求助 罚得对不对")
        first.get_by_role("button", name="请专家答复").click()
        first.get_by_role("button", name="转给专家").click()
        first.get_by_text("已转给专家，等专家接手").wait_for()
        assert first.evaluate("localStorage.getItem('env-doctor.conversation')") == kept
        first.get_by_role("button", name="开始新的对话").click()
        first.get_by_role("alertdialog").get_by_role("button", name="开始新的对话").click()
        rows = json.loads(first.evaluate("localStorage.getItem('env-doctor.earlier')"))
        assert len({row["token"] for row in rows}) == 2
        assert json.loads(kept) in rows

    def test_the_last_ten_are_kept_and_one_that_has_ended_is_not_asked_about_again_and_again(self, visitor, expert):
        user = visitor()
        case = handed_over(user)
        user.get_by_role("button", name="开始新的对话").click()
        user.get_by_role("alertdialog").get_by_role("button", name="开始新的对话").click()
        user.get_by_role("button", name="求助 罚得对不对").wait_for()
        expert.post(f"{case}/take")
        looks = []
        user.on(
            "requestfinished", lambda request: looks.append(request.url) if "/api/conversations/" in request.url else None
        )

        def seen_again():
            user.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
            user.wait_for_load_state("networkidle")
            user.wait_for_timeout(300)
            return len(looks)

        assert [seen_again(), seen_again()] == [1, 2]
        expert.post(f"{case}/close")
        assert [seen_again(), seen_again(), seen_again()] == [3, 3, 3]
        kept = user.evaluate("""async () => {
            const { Keeping } = await import("/static/widget/kept.js");
            const keeping = new Keeping();
            for (let n = 0; n < 12; n++) {
              keeping.keep({ id: `c${n}`, token: "x", expert: true });
              keeping.putAside();
            }
            return keeping.earlier.map((kept) => kept.id);
        }""")
        assert kept == [f"c{n}" for n in range(11, 1, -1)]

    def test_taking_and_ending_are_seen_at_once_and_after_a_reload(self, visitor, expert):
        user = visitor()
        case = handed_over(user)
        expert.post(f"{case}/take")
        user.get_by_text("专家已经接手").wait_for(timeout=10_000)
        expert.post(f"{case}/close")
        user.get_by_text("这次问诊已经结束").wait_for(timeout=10_000)
        assert user.get_by_text("专家已经接手").count() == 0
        user.reload()
        user.get_by_text("这次问诊已经结束").wait_for()
        user.get_by_role("button", name="再请专家").click()
        user.get_by_role("button", name="转给专家").click()
        user.get_by_text("已转给专家，等专家接手").wait_for()

    def test_a_reply_is_marked_where_the_widget_is_closed(self, visitor, expert):
        user = visitor()
        case = handed_over(user)
        user.get_by_role("button", name="关闭").click()
        replied(expert, case, "处罚适当。")
        user.get_by_role("button", name="环保医生 有新答复").wait_for(timeout=10_000)
        user.goto("/documents")
        user.goto("/")  # it comes back another day
        user.get_by_role("button", name="环保医生 有新答复").click()
        user.get_by_text("处罚适当。").wait_for()
        user.get_by_role("button", name="关闭").click()
        assert user.locator("env-doctor .news").count() == 0
        user.reload()
        user.locator("env-doctor .launch").wait_for()
        user.wait_for_load_state("networkidle")
        assert user.locator("env-doctor .news").count() == 0

    def test_what_was_written_for_the_expert_stays_in_sight(self, visitor):
        user = visitor()
        handed_over(user, "小印刷厂，换油墨")
        user.get_by_text("给专家的话：小印刷厂，换油墨").wait_for()
        user.reload()
        user.get_by_text("给专家的话：小印刷厂，换油墨").wait_for()

    def test_the_form_says_where_photos_go(self, visitor):
        user = visitor()
        user.goto("/")
        user.get_by_role("button", name="我来问").click()
        asked(user, "求助 罚得对不对")
        user.get_by_role("button", name="请专家答复").click()
        assert user.get_by_text("传不了照片和文件").is_visible()
