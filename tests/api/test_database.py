"""The tables that migrations make are those that the code reads."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from api.database import MIGRATIONS
from api.limits import Limits
from api.people.tables import AuditEntry
from api.schema import Base
from api.settings import Settings
from corpus.database import writing


def test_migrations_and_models_agree(database):
    def ours(_, name, kind, *more):
        return kind != "table" or (name.startswith("api_") and name != "api_version")

    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": ours})
        assert compare_metadata(context, Base.metadata) == []


def test_migrating_twice_changes_nothing(database):
    database.migrate()
    assert database.reachable()


def test_the_last_migration_can_be_taken_back(database):
    with writing(database.engine) as connection:
        config = Config(attributes={"version_table": "api_version", "connection": connection})
        config.set_main_option("script_location", str(MIGRATIONS))
        command.downgrade(config, "-1")
    assert not inspect(database.engine).has_table("api_password_link")
    database.migrate()
    assert inspect(database.engine).has_table("api_password_link")


def test_moments_come_back_in_utc(database):
    there = datetime(2026, 8, 15, 8, tzinfo=timezone(timedelta(hours=8)))
    with database.write() as session:
        session.add(AuditEntry(at=there, action="x"))
    with database.read() as session:
        at = session.query(AuditEntry).one().at
    assert (at, at.tzinfo) == (there, UTC)


def test_a_write_that_fails_leaves_nothing(database):
    def half_done():
        with database.write() as session:
            session.add(AuditEntry(action="half"))
            session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        half_done()
    with database.read() as session:
        assert session.query(AuditEntry).count() == 0


def test_counters_are_shared_between_processes(database):
    one, other = Limits(database), Limits(database)
    assert [one.hit("x", 3600), other.hit("x", 3600), one.hit("y", 3600)] == [1, 2, 1]
    assert one.count("x", 3600) == 2
    assert one.visitor("10.0.0.1") == other.visitor("10.0.0.1") != one.visitor("10.0.0.2")
    assert "10.0.0.1" not in one.visitor("10.0.0.1")
    one.forget()
    assert one.count("x", 3600) == 2


class TestSettings:
    def test_from_the_environment(self, monkeypatch):
        monkeypatch.setenv("ENVDOCTOR_ORIGINS", "https://a.example/, https://b.example")
        monkeypatch.setenv("ENVDOCTOR_UPLOAD_MB", "5")
        settings = Settings()
        assert (settings.origins, settings.upload_mb) == (["https://a.example", "https://b.example"], 5)

    def test_an_unknown_clock_is_refused(self):
        with pytest.raises(ValueError, match="Moon"):
            Settings(timezone="Asia/Moon")

    def test_every_setting_says_what_it_does(self):
        assert [name for name, field in Settings.model_fields.items() if not field.description] == []
