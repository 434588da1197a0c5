import json
import re
from pathlib import Path

import pytest
from rich.cells import cell_len

from corpus.__main__ import app

from . import files

LAW = "# 某市排污条例\n\n2020年1月1日 武汉市人民代表大会常务委员会公布\n\n" + "\n\n".join(
    f"第{n}条 第{n}条的规定，单位应当遵守。" for n in ("一", "二", "三")
)


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "law.md").write_text(LAW, encoding="utf-8")
    (folder / "empty.txt").write_text("")
    (folder / "photo.xyz").write_bytes(b"?")
    (folder / "README.md").write_text("about")
    files.locked_pdf(folder / "locked.pdf")
    return folder


def test_a_batch_goes_on_past_bad_files_and_says_what_to_do(run, folder):
    result = run("add", folder, "--actor", "张三")
    assert result.exit_code == 1
    for words in ("文件是空的", "不认识的文件格式", "密码保护", "没有存入", "失败"):
        assert words in result.output
    listed = json.loads(run("list", "--json").output)
    assert (listed["title"], listed["status"]) == ("某市排污条例", "现行有效")
    assert "张三" in run("history").output


def test_unchanged_files_are_passed_over(run, folder):
    run("add", folder / "law.md")
    again = run("add", folder / "law.md")
    assert again.exit_code == 0
    assert "未变" in again.output


def test_an_article_is_shown_by_any_spelling_of_its_number(run, folder):
    run("add", folder / "law.md")
    for number in ("2", "第2条", "第二条"):
        assert "第二条的规定" in run("show", "某市排污条例", number).output
    assert run("show", "某市排污条例", "9").exit_code == 1
    assert run("show", "没有的").exit_code == 1
    assert "第三条" in run("show", "排污条例").output


def test_a_draft_is_reviewed_and_published(run, folder):
    run("add", folder / "law.md", "--draft")
    assert run("list", "--json").output == ""
    draft = json.loads(run("review", "--json").output)
    assert run("publish", draft["id"]).exit_code == 0
    assert json.loads(run("list", "--json").output)["title"] == "某市排污条例"
    assert run("publish", draft["id"]).exit_code == 1


def test_what_the_operator_states_wins(run, folder):
    stated = ("--title", "另一标题", "--level", "规划", "--region", "湖北省武汉市", "--publish-date", "2024-06-02")
    assert run("add", folder / "law.md", *stated).exit_code == 0
    listed = json.loads(run("list", "--json").output)
    assert [listed[name] for name in ("title", "level", "region", "publish_date")] == list(stated[1::2])
    assert run("add", folder, "--title", "x").exit_code == 2
    assert run("add", folder / "law.md", "--level", "天条").exit_code == 2
    assert run("add", folder / "law.md", "--publish-date", "昨天").exit_code == 2


def test_a_repeal_acts_and_names_what_leans_on_it(run, folder):
    run("add", folder / "law.md", "--title", "中华人民共和国长江保护法")
    result = run("repeal", "长江保护法", "--on", "2024-01-01", "--by", "某法")
    assert result.exit_code == 0
    assert "引用它的问答和要点" in result.output
    assert json.loads(run("list", "--json", "--on", "2024-01-01").output)["status"] == "已废止"
    assert json.loads(run("list", "--json", "--status", "现行有效", "--on", "2023-12-31").output)["title"].endswith(
        "长江保护法"
    )
    assert run("repeal", "长江保护法", "--on", "2001-01-01").exit_code == 1


def test_export_impact_library_and_remove(run, folder, tmp_path):
    run("add", folder / "law.md")
    assert "3 段" in run("export", tmp_path / "out.jsonl").output
    rows = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [row["article"] for row in rows] == ["第一条", "第二条", "第三条"]
    assert "没有常见问答、要点" in run("impact", "某市排污条例").output
    assert run("library").exit_code == 0
    assert json.loads(run("library", "--json").output.splitlines()[0])["id"]
    assert run("remove", "某市排污条例").exit_code == 0
    assert run("list", "--json").output == ""


@pytest.mark.parametrize("command", ["list", "history"])
def test_a_narrow_terminal_squeezes_nothing(run, folder, monkeypatch, command):
    run("add", folder / "law.md", "--title", "某市餐饮油烟污染防治管理办法实施细则", "--region", "湖北省武汉市")
    monkeypatch.setenv("COLUMNS", "80")
    shown = run(command).output
    assert "某市餐饮油烟污染防治管理办法" in shown
    assert all(cell_len(line) <= 80 for line in shown.splitlines())
    known = json.loads(run("list", "--json").output)
    assert known["id"] in shown


def test_the_impact_of_what_nobody_knows_is_no_answer(run):
    result = run("impact", "不存在的法")
    assert result.exit_code == 1
    assert "没有“不存在的法”这份文件" in result.output
    known = run("impact", "中华人民共和国行政强制法（2011年版）")
    assert (known.exit_code, "没有“" in known.output) == (0, False)


def test_every_command_is_described():
    page = (Path(__file__).resolve().parents[2] / "docs" / "knowledge-base.md").read_text(encoding="utf-8")
    names = {command.name or command.callback.__name__ for command in app.registered_commands}
    assert len(names) >= 14
    assert not {name for name in names if not re.search(rf"`{name}[ `]", page)}


def test_a_batch_writes_its_list_and_says_what_waits(run, folder, tmp_path, monkeypatch):
    (folder / "law.md").write_text(LAW, encoding="utf-8")
    monkeypatch.setenv("ENVDOCTOR_REVIEW_BELOW", "1")
    (folder / "short.txt").write_text("第一条 短。", encoding="utf-8")
    result = run("import-collection", folder, "--report", tmp_path / "look.csv")
    assert result.exit_code == 1
    for words in ("待核对", "没有发布", "清单已写入"):
        assert words in result.output
    assert "short.txt" in (tmp_path / "look.csv").read_text(encoding="utf-8-sig")
    assert run("import-collection", folder, "--report", tmp_path / "none" / "look.csv").exit_code == 2
    assert run("import-collection", folder / "law.md").exit_code == 2
    (folder / "catalog.csv").write_text("path,title\nlost.md,某法\n", encoding="utf-8")
    assert "lost.md：catalog.csv 列出了它" in run("import-collection", folder).output
