"""A site on a real database, with a doctor whose answers are known."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.people import service as people
from api.people.tables import Role
from api.rooms import Rooms
from api.settings import Settings
from corpus import intake
from corpus.catalogue import Catalogue
from corpus.loaders import reader
from corpus.starter import Starter
from tests.api.support import CODE, OLD, OLD_PASSAGES, PASSAGES, PASSWORD, SITE, FakeDoctor


@pytest.fixture
def settings(tmp_path):
    return Settings(data_dir=tmp_path, questions_per_minute=1000, visits_per_minute=10000, logins_per_quarter=5)


@pytest.fixture
def doctor():
    return FakeDoctor()


@pytest.fixture
def catalogue(settings):
    made = Catalogue.open(settings.database)
    made.add(CODE, PASSAGES, actor="test")
    made.add(OLD, OLD_PASSAGES, actor="test")
    yield made
    made.close()


@pytest.fixture
def rooms(catalogue, doctor):
    built = []

    def build(progress):
        for done in range(1, 4):
            progress(done, 3, "正在编码")
        built.append(1)
        return f"index-{len(built) + 1}"

    return Rooms(
        region="浙江省杭州市",
        catalogue=catalogue,
        starter=Starter({}, {}, {}),
        doctor=lambda: doctor,
        index_id=lambda: f"index-{len(built) + 1}",
        search=lambda query, on, region: [],
        prepare=lambda path, name: intake.prepare(path, reader.read, name=name),
        build=build,
    )


@pytest.fixture
def app(settings, rooms):
    made = create_app(settings, rooms)
    yield made
    made.state.house.database.close()


@pytest.fixture
def client(app):
    with TestClient(app, **SITE) as made:
        yield made


@pytest.fixture
def database(app):
    return app.state.house.database


@pytest.fixture
def sign_in(app, client, database):
    """:returns: a function that makes a person with these roles and gives a client that is signed in as them."""
    opened = []

    def made(*roles: Role, login: str = ""):
        login = login or f"{'-'.join(roles)}-{len(opened)}"
        with database.write() as session:
            token = people._invite(session, list(roles), "", None, 1)
        with database.write() as session:
            people.accept(session, token, login, f"测试{roles[0]}", "", PASSWORD, PASSWORD)
        other = TestClient(app, **SITE)
        opened.append(other)
        assert other.post("/login", data={"login": login, "password": PASSWORD}).status_code == 303
        return other

    return made
