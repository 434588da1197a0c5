"""Batch, fitting, decisions and the command line."""

import json

import pytest
from typer.testing import CliRunner

from bot import batch, fit
from bot.__main__ import app
from bot.answer import Answer, Block, Citation, Contact, Outcome, Speaker, Turn
from bot.classifier import shipped
from bot.conversation import clarified, misses
from bot.decide import FEATURES, Calibration, calibration, clarifying, responsible
from bot.doctor import Doctor
from bot.english import in_chinese
from bot.merge import merged
from bot.replies import reply
from bot.rules import read
from bot.state import Verdict
from bot.triage import triage
from corpus.model import Status

from .conftest import HOME, STARTER, TODAY, FakeIndex


def run(doctor, *rows) -> list[dict]:
    lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    return list(batch.run(lines, doctor, TODAY, HOME))


def test_batch_line(doctor):
    (row,) = run(doctor, {"id": 7, "question": "没有排污许可证就排污，罚多少？", "on": "2026-11-21", "region": HOME})
    assert row["id"] == 7
    assert row["outcome"] == "answered"
    assert row["citations"][0] == {
        "title": "生态环境法典",
        "article": "第一千一百零二条",
        "paragraph": "第一款",
        "status": "现行有效",
    }
    assert row["hits"][0].keys() == {"title", "article", "score"}
    assert len(row["hits"]) <= 10
    assert row["ms"] >= 0


def test_faq_hits_stand_for_their_articles(doctor):
    (row,) = run(doctor, {"id": 1, "question": "楼下馆子油烟呛死人找哪个"})
    assert {"常见问答"}.isdisjoint(hit["title"] for hit in row["hits"])


@pytest.mark.parametrize(
    "line",
    ["{", "[]", "3", '{"id": 1}', '{"question": "x"}', '{"id": 1, "question": 5}', '{"id": 1, "question": "x", "on": "soon"}',
     '{"id": 1, "question": "x", "history": [3]}', '{"id": 1, "question": "x", "history": [{"role": "user"}]}', "[" * 5000],
)  # fmt: skip
def test_a_bad_line_costs_itself_alone(doctor, line):
    rows = run(doctor, line, "", {"id": "good", "question": "你好"})
    assert len(rows) == 2
    assert rows[0]["error"]
    assert rows[1]["id"] == "good"
    assert "error" not in rows[1]


def test_fit_learns_what_separates_right_from_wrong():
    right = [fit.Sample({"near": 0.9, "answers": 0.8}, right=True)] * 20
    wrong = [fit.Sample({"near": 0.2, "answers": 0.1}, right=False)] * 20
    learned = fit.fit([*right, *wrong], rounds=400)
    assert learned.confidence(right[0].features) > 0.8 > 0.2 > learned.confidence(wrong[0].features)
    assert min(learned.weights.values()) >= 0.0
    assert fit.log_loss(learned, right + wrong) < 0.3
    with pytest.raises(ValueError, match="right and wrong"):
        fit.fit(right)


def test_fit_refuses_held_out_files(tmp_path):
    path = tmp_path / "coverage_heldout.jsonl"
    path.write_text("{}\n")
    with pytest.raises(ValueError, match="held out"):
        fit.read([path])


def test_weights_are_read_back(tmp_path):
    path = tmp_path / "weights.json"
    fit.write(Calibration(-1.0, dict.fromkeys(FEATURES, 0.5)), path, "test")
    assert calibration(path).weights["near"] == 0.5
    path.write_text('{"bias": 0, "weights": {"luck": 1}}')
    with pytest.raises(ValueError, match="luck"):
        calibration(path)


def test_shipped_weights_are_sound():
    shipped = calibration()
    assert set(shipped.weights) == set(FEATURES)
    assert shipped.confidence(dict.fromkeys(FEATURES, 1.0)) > 0.9
    assert shipped.confidence(dict.fromkeys(FEATURES, 0.0)) < 0.15


@pytest.mark.parametrize("question", ["要不要做环评", "罚多少？", "我想投诉", "噪声超标罚多少", "养猪场要不要做环评报告书"])
def test_one_missing_fact_is_asked_for(question):
    verdict = triage(question)
    assert verdict.outcome is Outcome.CLARIFY
    asking = clarifying(verdict.reply, "", ())
    assert asking is not None
    assert 2 <= len(asking.choices) <= 5


@pytest.mark.parametrize("question", ["没有排污许可证罚多少", "化工厂超标排放废水罚多少", "工地半夜打桩太吵找谁"])
def test_nothing_is_missing(question):
    assert triage(question).outcome is None


@pytest.mark.parametrize(
    ("missing", "question"),
    [
        ("incident", "造成一般的污染事故罚多少？"),
        ("incident", "特别重大环境污染事故罚多少"),
        ("pollutant", "废水超标了罚多少"),
        ("which-licence", "辐射证到期了怎么续"),
        ("noise-fine", "工地噪声超标罚多少"),
        ("stopped", "收到限制生产决定书，多久能恢复"),
    ],
)
def test_a_fact_that_is_told_is_not_asked_for(missing, question):
    assert clarifying(missing, question, ()) is None
    assert clarifying(missing, "这种一般罚多少", ()) is not None


def test_it_is_never_asked_back_twice_in_a_row():
    asking = clarifying("trade", "", ())
    assert asking is not None
    assert clarifying("scale", "", [Turn("user", "要不要做环评"), Turn("assistant", asking.ask)]) is None


def test_each_missing_fact_that_is_learned_has_its_question():
    known = {row["id"] for row in read("replies")["choices"]}
    learned = {name.partition(":")[2] for name in shipped().classes if name.startswith("clarify:")}
    assert learned - {"nonsense"} == known


def test_our_own_question_is_known_again(doctor, context):
    answer = doctor.ask("我想投诉", (), context)
    assert clarified([Turn("assistant", answer.text)])


def test_responsible():
    assert responsible("楼下餐馆油烟大", STARTER.contacts).department == "城市管理执法部门"
    assert responsible("黑洞", STARTER.contacts) is None


def test_redirect_names_department_and_that_the_number_is_to_be_confirmed(doctor, context):
    answer = doctor.ask("公司拖欠工资找谁", (), context)
    assert answer.outcome is Outcome.REDIRECT
    assert answer.contacts[0].hotline == "12333"
    assert "12333" in answer.text
    assert "以主管部门公布的为准" in answer.text


def test_where_no_office_is_known_none_is_named():
    answer = reply(Verdict("redirect:learned", Outcome.REDIRECT, "redirect"), "黑洞", STARTER.contacts, TODAY)
    assert "不归生态环境部门管" in answer.blocks[0].text
    assert [contact.hotline for contact in answer.contacts] == ["12345"]
    assert misses([Turn("user", "黑洞"), Turn("assistant", answer.text)]) == 0


def test_emergency_card_calls_first_and_names_three_things(doctor, context):
    answer = doctor.ask("化工仓库着火了，救命", (), context)
    assert answer.outcome is Outcome.EMERGENCY
    assert "119" in answer.blocks[0].text
    assert len(answer.blocks[1].rows) == 3
    assert {"119", "120", "12345", "12369"} <= {contact.hotline for contact in answer.contacts}


@pytest.mark.parametrize(
    ("question", "hotlines"),
    [
        ("放射源不见了", ["110", "12345", "12369", "120"]),
        ("我不想活了", ["12356", "120", "110"]),
        ("仓库着火了", ["119", "120", "12345", "12369"]),
        ("I want to die", ["12356", "120", "110"]),
    ],
)
def test_the_calls_of_an_emergency_are_those_that_its_words_name(doctor, context, question, hotlines):
    assert [contact.hotline for contact in doctor.ask(question, context=context).contacts] == hotlines


def test_no_exclamation_marks_in_what_we_say():
    from bot.rules import read

    assert "！" not in json.dumps(read("replies")["zh"], ensure_ascii=False)


def test_merge_renumbers_and_keeps_who_is_in_charge():
    cite = Citation("p", "d", "法", "第一条", "", Status.IN_FORCE, None, None, "")
    table = Block(kind="table", cites=(1,), rows=(("情形", "处罚", "依据"), ("a", "b", "法[1]")))
    one = Answer(Outcome.ANSWERED, Speaker.FAQ, (Block("甲。", "lead", (1,)),), (cite,), confidence=0.9, question="一")
    two = Answer(
        Outcome.ANSWERED, Speaker.EXTRACT, (table,), (cite,), confidence=0.6, question="二", contacts=(Contact("城管"),)
    )
    both = merged((one, two), "一？二？")
    assert both.blocks[-1].cites == (2,)
    assert both.blocks[-1].rows[1][2] == "法[2]"
    assert both.confidence == 0.6
    assert both.contacts[0].department == "城管"


def test_one_answer_to_two_questions_is_given_once_whatever_is_quoted_under_it():
    cite = Citation("p", "d", "法", "第一条", "", Status.IN_FORCE, None, None, "")
    said = Block("甲。", "lead", (1,))
    one, two = (
        Answer(Outcome.ANSWERED, Speaker.FAQ, (said, Block(words, "quote", (1,))), (cite,)) for words in ("子", "丑")
    )
    assert [block.text for block in merged((one, two), "一？二？").blocks] == ["甲。", "子"]


def test_english_words_of_the_field():
    assert (
        in_chinese("What is the fine for discharging pollutants without a permit?") == "罚多少，排放污染物，没有排污许可证"
    )
    assert in_chinese("How much is it?") == ""


@pytest.fixture
def cli(monkeypatch):
    monkeypatch.setattr(
        "bot.__main__._doctor", lambda settings, observe=None: Doctor(FakeIndex, STARTER, region=HOME, observe=observe)
    )
    return CliRunner()


def test_ask_command(cli):
    shown = cli.invoke(app, ["ask", "没有排污许可证就排污，罚多少？", "--on", "2026-11-21"])
    assert shown.exit_code == 0
    assert "20 万元以上" in shown.output
    assert "现行有效" in shown.output
    told = cli.invoke(app, ["ask", "你好", "--json"])
    assert json.loads(told.output)["outcome"] == "answered"


def test_bad_day_is_refused(cli):
    assert cli.invoke(app, ["ask", "你好", "--on", "tomorrow"]).exit_code == 2


def test_chat_command(cli):
    shown = cli.invoke(app, ["chat"], input="楼下馆子油烟呛死人找哪个\n那罚多少呢\n\n")
    assert shown.exit_code == 0
    assert "城管" in shown.output


def test_batch_command(cli, tmp_path):
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text('{"id": 1, "question": "你好"}\nnot json\n', encoding="utf-8")
    assert cli.invoke(app, ["batch", str(source), str(target)]).exit_code == 0
    assert len(target.read_text(encoding="utf-8").splitlines()) == 2


def test_fit_command(cli, tmp_path):
    rows = [
        {
            "id": 1,
            "question": "没有排污许可证就排污，罚多少？",
            "outcome": "answered",
            "gold": [{"title": "生态环境法典", "article": "第一千一百零二条"}],
        },
        {
            "id": 2,
            "question": "江边一公里能不能建化工厂",
            "outcome": "answered",
            "gold": [{"title": "长江保护法", "article": "第二十六条"}],
        },
        {"id": 3, "question": "许可证延续的工程款什么时候付", "outcome": "escalate", "gold": []},
    ]
    source, target = tmp_path / "dev.jsonl", tmp_path / "weights.json"
    source.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    shown = cli.invoke(app, ["fit", str(source), "--target", str(target)])
    assert shown.exit_code == 0, shown.output
    assert calibration(target)
    held = tmp_path / "x_heldout.jsonl"
    held.write_text("{}")
    assert cli.invoke(app, ["fit", str(held), "--target", str(target)]).exit_code == 2
