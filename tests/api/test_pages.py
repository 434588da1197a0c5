"""Pages and consoles in a browser, on a screen and on a phone."""

import pytest

from tests.api.support import sign_up

PAGES = ["/", "/documents", "/documents/doc-code", "/documents/doc-old", "/privacy", "/docs", "/login"]
CONSOLES = ["/console", "/console/consultations", "/console/documents", "/console/runs", "/console/people", "/console/audit", "/console/account"]  # fmt: skip


@pytest.mark.browser
@pytest.mark.xdist_group("browser")
class TestPages:
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

    def test_each_upload_says_what_became_of_it(self, visitor, setup_path, tmp_path):
        from tests.api.test_documents import LAW

        files = {"试行法.txt": LAW.encode(), "坏.docx": b"no archive", "木马.exe": b"MZ", "1.总则": b"MZ"}
        for name, content in files.items():
            (tmp_path / name).write_bytes(content)
        page = visitor()
        sign_up(page, setup_path)
        page.goto("/console/documents")
        page.set_input_files("#files", [tmp_path / name for name in files])
        rows = {name: page.locator("#uploads li", has_text=name) for name in files}
        told = {
            "试行法.txt": "已读好",
            "坏.docx": "可能已损坏",
            "木马.exe": "不认识的文件格式 .exe，没有收下。请换成 Word",
            "1.总则": "不认识的文件格式 .总则；没有存入",  # that is no ending: its first bytes were asked
        }
        for name, words in told.items():
            rows[name].get_by_text(words).wait_for(timeout=30_000)
        assert rows["木马.exe"].get_by_role("link").count() == 0
        page.reload()
        assert page.locator("h2", has_text="待处理的草稿").is_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.get_by_label("查找资料").fill("法典")
        page.get_by_role("button", name="查找").click()
        page.wait_for_url("**#published")
        assert page.get_by_role("link", name="生态环境法典").bounding_box()["y"] < 844
