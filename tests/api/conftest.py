"""A site on a real database, with a doctor whose answers are known."""

from __future__ import annotations

import asyncio
import shutil

import pytest
from argon2 import PasswordHasher
from starlette.testclient import TestClient

from api.app import create_app
from api.database import Database
from api.jobs.worker import Worker
from api.people import passwords
from api.people import service as people
from api.people.tables import Role
from api.rooms import Rooms
from api.settings import Settings
from corpus import intake
from corpus.catalogue import Catalogue
from corpus.loaders import reader
from corpus.starter import Starter
from tests.api.support import CODE, OLD, OLD_PASSAGES, PASSAGES, PASSWORD, SITE, FakeDoctor, serving

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]  # fmt: skip


@pytest.fixture(autouse=True)
def cheap_passwords(monkeypatch):
    """The real cost, 64 MiB and a tenth of a second each, is for those who guess; there are hundreds of logins here."""
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture(scope="session")
def migrated(tmp_path_factory):
    """A database as the first start leaves it; each test gets a copy."""
    path = tmp_path_factory.mktemp("database") / "env-doctor.db"
    url = f"sqlite:///{path}"
    catalogue = Catalogue.open(url)
    catalogue.add(CODE, PASSAGES, actor="test")
    catalogue.add(OLD, OLD_PASSAGES, actor="test")
    catalogue.close()
    database = Database(url)
    database.migrate()
    database.close()
    return path


@pytest.fixture
def settings(tmp_path, migrated):
    shutil.copy(migrated, tmp_path / "env-doctor.db")
    return Settings(data_dir=tmp_path, questions_per_minute=1000, visits_per_minute=10000, logins_per_quarter=5)


@pytest.fixture
def doctor():
    return FakeDoctor()


@pytest.fixture
def catalogue(settings):
    made = Catalogue.open(settings.database)
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
        starter=Starter({}, {}, {}, crosswalk={}, crosswalk_notes={}),
        doctor=lambda: doctor,
        index_id=lambda: f"index-{len(built) + 1}",
        search=lambda query, on, region: [],
        prepare=lambda path, name: intake.prepare(path, reader.read, name=name),
        build=build,
    )


@pytest.fixture
def app(settings, rooms, monkeypatch):
    monkeypatch.setattr(Worker, "start", lambda self: None)  # a test says itself when work is done
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


@pytest.fixture
def site(settings, rooms):
    """:returns: the address of a server that really listens"""
    with serving(settings, rooms) as address:
        yield address


@pytest.fixture
def setup_path(site, settings):
    database = Database(settings.database)
    with database.write() as session:
        token = people.setup_link(session, 1)
    database.close()
    return f"/setup/{token}"


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


@pytest.fixture
def staff(sign_in):
    return sign_in(Role.STAFF)


@pytest.fixture
def work(app):
    """:returns: a function that does all the work that waits"""

    def done():
        while app.state.house.worker.run_one():
            pass

    return done
