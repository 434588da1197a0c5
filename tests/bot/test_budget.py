"""What the chat model may cost a day, over restarts, processes and the moment when the count itself fails."""

import multiprocessing
import os
from datetime import date

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, make_url, text

from bot import budget as budgets
from bot.answer import Speaker
from bot.budget import Budget, Limits, Usage, metadata
from bot.settings import Settings
from corpus import database

from .test_model import ASKED, GOOD, made

CALL = Usage(60, 40)


@pytest.fixture(autouse=True)
def closed(monkeypatch):
    """Budgets live as long as their process, so that they have no end of their own; here the connections need one."""
    engines = []

    def connect(url):
        engines.append(database.connect(url))
        return engines[-1]

    monkeypatch.setattr(budgets, "connect", connect)
    yield
    for engine in engines:
        engine.dispose()


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path / 'env-doctor.db'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def shared(request, url):
    """:returns: an empty database of either kind; on PostgreSQL a schema of its own, as other tests use the database too"""
    if request.param == "sqlite":
        return url
    if not (address := os.environ.get("ENVDOCTOR_TEST_POSTGRES")):
        pytest.skip("ENVDOCTOR_TEST_POSTGRES names no database to test on")
    engine = create_engine(address)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA IF EXISTS bot_budget CASCADE"))
        connection.execute(text("CREATE SCHEMA bot_budget"))
    engine.dispose()
    return make_url(address).update_query_dict({"options": "-csearch_path=bot_budget"}).render_as_string(False)


def test_the_table_is_the_one_that_the_code_reads(url):
    with Budget.open(url, Limits(1)).engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": "bot_version"})
        assert compare_metadata(context, metadata) == []


def test_a_day_ends_and_another_begins(shared):
    day = [date(2026, 11, 21)]
    budget = Budget(Budget.open(shared, Limits()).engine, Limits(tokens=150), lambda: day[0])
    assert budget.reserve(CALL) == day[0]
    assert budget.reserve(CALL) is None
    day[0] = date(2026, 11, 22)
    assert budget.reserve(CALL)


def test_what_was_set_aside_and_not_used_comes_back(shared):
    budget = Budget.open(shared, Limits(tokens=150))
    day = budget.reserve(CALL)
    budget.settle(day, CALL, Usage(30, 20))
    assert budget.spent() == (50, 0.0)
    assert budget.reserve(CALL)


def test_money_counts_beside_tokens(url):
    """2 a million read and 8 a million written: a call of 60 + 40 tokens costs 440 millionths."""
    budget = Budget.open(url, Limits(cost=0.001, price_read=2, price_written=8))
    assert [bool(budget.reserve(CALL)) for _ in range(3)] == [True, True, False]
    assert budget.spent() == (200, pytest.approx(0.00088))


def test_a_restart_forgets_nothing(shared):
    assert Budget.open(shared, Limits(tokens=150)).reserve(CALL)
    assert Budget.open(shared, Limits(tokens=150)).reserve(CALL) is None


def _reserve(url, times, gone):
    budget = Budget.open(url, Limits(tokens=1000))
    gone.put(sum(budget.reserve(CALL) is not None for _ in range(times)))


def test_processes_cannot_pass_the_limit_together(shared):
    """Two at once, the table not yet made, and ten calls allowed."""
    context = multiprocessing.get_context("spawn")
    gone = context.Queue()
    processes = [context.Process(target=_reserve, args=(shared, 20, gone)) for _ in range(2)]
    for process in processes:
        process.start()
    got = [gone.get(timeout=60) for _ in processes]
    for process in processes:
        process.join(10)
    assert sum(got) == 10


def test_a_spent_budget_gives_way(script, context, url):
    plan, address = script
    plan.replies = [GOOD] * 2
    budget = Budget.open(url, Limits(tokens=10_000))
    assert made(address, budget=budget).ask(ASKED, (), context).speaker is Speaker.MODEL
    spent = Budget.open(url, Limits(tokens=budget.spent()[0]))
    assert made(address, budget=spent).ask(ASKED, (), context).speaker is Speaker.EXTRACT
    assert len(plan.seen) == 1
    assert spent.spent() == budget.spent()


def test_what_the_server_counted_is_booked(script, context, url):
    plan, address = script
    plan.replies, plan.usage = [GOOD], {"prompt_tokens": 700, "completion_tokens": 41, "total_tokens": 741}
    budget = Budget.open(url, Limits(tokens=10_000, price_written=100, cost=1))
    made(address, budget=budget).ask(ASKED, (), context)
    assert plan.seen[0]["stream_options"] == {"include_usage": True}
    assert budget.spent() == (741, pytest.approx(0.0041))


def test_where_nobody_counted_the_characters_are(script, context, url):
    plan, address = script
    plan.replies = [GOOD]
    budget = Budget.open(url, Limits(tokens=10_000))
    made(address, budget=budget).ask(ASKED, (), context)
    sent = "".join(message["content"] for message in plan.seen[0]["messages"])
    assert budget.spent()[0] == pytest.approx((len(sent) + len("".join(GOOD))) / 1.5, abs=2)


def test_a_count_that_cannot_be_kept_spends_nothing(script, context, url):
    plan, address = script
    plan.replies = [GOOD]
    budget = Budget.open(url, Limits(tokens=10_000))
    with budget.engine.begin() as connection:
        connection.execute(text("DROP TABLE bot_spending"))
    assert made(address, budget=budget).ask(ASKED, (), context).speaker is Speaker.EXTRACT
    assert plan.seen == []


def test_settings_keep_a_budget_only_where_there_is_a_limit(monkeypatch, url):
    monkeypatch.setenv("ENVDOCTOR_MODEL_NAME", "qwen")
    assert Settings().writer(url).budget is None
    monkeypatch.setenv("ENVDOCTOR_MODEL_COST_A_DAY", "5")
    with pytest.raises(ValueError, match="PRICE"):
        Settings()
    monkeypatch.setenv("ENVDOCTOR_MODEL_PRICE_WRITTEN", "8")
    assert Settings().writer(url).budget.limits == Limits(cost=5, price_written=8)
