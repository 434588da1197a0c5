"""Signing in, the one-time links, and what an administrator may change."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import update
from typer.testing import CliRunner

from api.__main__ import app as commands
from api.clock import now
from api.database import Database
from api.people import repository, service
from api.people.tables import AuditEntry, Login, PasswordLink, Person, Role
from api.security import COOKIE
from tests.api.support import PASSWORD


def setup_form(**changed):
    return {"login": "zhang", "name": "张三", "password": PASSWORD, "again": PASSWORD} | changed


@pytest.fixture
def link(database):
    with database.write() as session:
        return service.setup_link(session, 1)


class TestSetup:
    def test_anonymous(self, client):
        assert client.get("/setup/made-up").status_code == 410

    def test_makes_the_first_administrator_once(self, client, database, link):
        assert client.get(f"/setup/{link}").status_code == 200
        assert client.post(f"/setup/{link}", data=setup_form()).headers["location"] == "/console"
        assert client.get("/console/people").status_code == 200
        assert client.get(f"/setup/{link}").status_code == 410
        assert client.post(f"/setup/{link}", data=setup_form(login="li")).status_code == 410
        with database.write() as session:
            assert service.setup_link(session, 1) is None

    def test_expires(self, client, database):
        with database.write() as session:
            link = service.setup_link(session, -1)
        assert client.get(f"/setup/{link}").status_code == 410

    def test_a_newer_link_voids_the_older(self, client, database, link):
        with database.write() as session:
            newer = service.setup_link(session, 1)
        assert client.get(f"/setup/{link}").status_code == 410
        assert client.get(f"/setup/{newer}").status_code == 200

    def test_only_the_hash_is_kept(self, database, link):
        with database.read() as session:
            rows = session.connection().exec_driver_sql("select * from api_invitation").all()
        assert rows
        assert link not in str(rows)

    @pytest.mark.parametrize(
        ("changed", "words"),
        [
            ({"again": "something else"}, "两次"),
            ({"password": "short", "again": "short"}, "10 到"),
            ({"password": "zhang-1234567", "again": "zhang-1234567"}, "猜到"),
            ({"password": "aaaaaaaaaaaa", "again": "aaaaaaaaaaaa"}, "猜到"),
            ({"login": "a b"}, "登录名"),
            ({"name": " "}, "姓名"),
        ],
    )
    def test_a_mistake_uses_nothing_up(self, client, link, changed, words):
        response = client.post(f"/setup/{link}", data=setup_form(**changed))
        assert response.status_code == 422
        assert words in response.text
        assert client.post(f"/setup/{link}", data=setup_form()).status_code == 303


class TestLogin:
    def test_anonymous(self, client):
        assert client.get("/console").headers["location"] == "/login?next=%2Fconsole"
        assert client.get("/console/account", headers={"Accept": "application/json"}).status_code == 401

    def test_wrong_password_and_unknown_name_look_the_same(self, client, sign_in):
        sign_in(Role.STAFF, login="wang")
        wrong = client.post("/login", data={"login": "wang", "password": "not this one"})
        unknown = client.post("/login", data={"login": "nobody", "password": "not this one"})
        plain = [re.sub(r'value="(wang|nobody)"', "", r.text) for r in (wrong, unknown)]
        assert wrong.status_code == unknown.status_code == 401
        assert plain[0] == plain[1]

    def test_is_throttled(self, client, sign_in):
        sign_in(Role.STAFF, login="wang")
        codes = [client.post("/login", data={"login": "wang", "password": "wrong"}).status_code for _ in range(6)]
        assert codes == [401] * 5 + [429]
        assert client.post("/login", data={"login": "wang", "password": PASSWORD}).status_code == 429

    def test_cookie(self, sign_in, client):
        sign_in(Role.STAFF, login="wang")
        set_cookie = client.post("/login", data={"login": "WANG ", "password": PASSWORD}).headers["set-cookie"]
        assert "HttpOnly" in set_cookie
        assert "SameSite=lax" in set_cookie

    @pytest.mark.parametrize("elsewhere", ["https://evil.example", "//evil.example", "/\\evil.example", ""])
    def test_leads_nowhere_else(self, client, sign_in, elsewhere):
        sign_in(Role.STAFF, login="wang")
        response = client.post("/login", data={"login": "wang", "password": PASSWORD, "next": elsewhere})
        assert response.headers["location"] == "/console"

    def test_sign_out_ends_the_session_on_the_server(self, sign_in):
        staff = sign_in(Role.STAFF)
        token = staff.cookies[COOKIE]
        assert staff.post("/logout").status_code == 303
        staff.cookies.set(COOKIE, token)
        assert staff.get("/console/account").status_code == 303

    @pytest.mark.parametrize(
        "values", [{"seen_at": now() - timedelta(hours=9)}, {"expires_at": now() - timedelta(seconds=1)}]
    )
    def test_sessions_end(self, sign_in, database, values):
        staff = sign_in(Role.STAFF)
        assert staff.get("/console/account").status_code == 200
        with database.write() as session:
            session.execute(update(Login).values(values))
        assert staff.get("/console/account").status_code == 303

    def test_changed_password_ends_the_other_sessions(self, sign_in, client):
        staff = sign_in(Role.STAFF, login="wang")
        client.post("/login", data={"login": "wang", "password": PASSWORD})
        new = "an even longer sentence"
        form = {"current": PASSWORD, "password": new, "again": new}
        assert staff.post("/console/account", data=form).status_code == 303
        assert staff.get("/console/account").status_code == 200
        assert client.get("/console/account").status_code == 303
        assert client.post("/login", data={"login": "wang", "password": PASSWORD}).status_code == 401


class TestPeople:
    def test_anonymous(self, client):
        assert client.get("/console/people").status_code == 303
        assert client.post("/console/people", data={"roles": "staff"}).status_code == 401

    def test_invites(self, sign_in, client):
        admin = sign_in(Role.ADMIN)
        response = admin.post("/console/people", data={"name": "李四", "roles": ["expert", "staff"]})
        link = re.search(r"http://testserver(/setup/[\w-]+)", response.text)[1]
        assert link not in admin.get("/console/people").text
        assert client.post(link, data=setup_form(login="lisi", name="李四")).status_code == 303
        assert client.get("/console/consultations").status_code == 200
        assert client.get("/console/documents").status_code == 200
        assert client.get("/console/people").status_code == 403

    def test_refuses_roles_that_do_not_exist(self, sign_in):
        admin = sign_in(Role.ADMIN)
        for roles in ([], ["visitor"], ["root"]):
            refused = admin.post("/console/people", data={"name": "李四", "roles": roles})
            assert refused.status_code == 422
            assert "请至少选择一种权限" in refused.text
            assert 'value="李四"' in refused.text  # what was written is still there

    def test_disabled_people_are_out_at_once(self, sign_in, database):
        admin, staff = sign_in(Role.ADMIN), sign_in(Role.STAFF, login="wang")
        with database.read() as session:
            id = session.query(Person).filter_by(login="wang").one().id
        assert admin.post(f"/console/people/{id}", data={"roles": ["staff"], "disabled": "true"}).status_code == 303
        assert staff.get("/console/account").status_code == 303
        assert staff.post("/login", data={"login": "wang", "password": PASSWORD}).status_code == 401

    def test_one_administrator_stays(self, sign_in, database):
        admin = sign_in(Role.ADMIN, login="chief")
        with database.read() as session:
            id = session.query(Person).filter_by(login="chief").one().id
        assert admin.post(f"/console/people/{id}", data={"roles": ["staff"]}).status_code == 409
        assert admin.post(f"/console/people/{id}", data={"roles": ["admin"], "disabled": "true"}).status_code == 409
        assert admin.get("/console/people").status_code == 200

    def test_leaves_a_trail(self, sign_in, database):
        admin = sign_in(Role.ADMIN)
        admin.post("/console/people", data={"name": "李四", "roles": ["expert"]})
        with database.read() as session:
            actions = [entry.action for entry in session.query(AuditEntry).order_by(AuditEntry.id)]
        assert actions == ["建立账号", "登录", "邀请"]
        shown = admin.get("/console/audit?q=邀请").text
        assert "李四" in shown
        assert "权限：专家" in shown


NEW = {"password": "an even longer sentence", "again": "an even longer sentence"}


class TestForgottenPassword:
    """A link gives the same account back, with its login, its rights and its cases."""

    @pytest.fixture
    def wang(self, sign_in, database):
        client = sign_in(Role.EXPERT, login="wang")
        with database.read() as session:
            return client, session.query(Person).filter_by(login="wang").one().id

    @pytest.fixture
    def reset(self, sign_in, wang):
        """:returns: a function that asks for a link as an administrator does"""
        admin = sign_in(Role.ADMIN)
        return lambda: re.search(
            r"http://testserver(/new-password/[\w-]+)", admin.post(f"/console/people/{wang[1]}/password-link").text
        )[1]

    def test_anonymous(self, client, wang):
        assert client.post(f"/console/people/{wang[1]}/password-link").status_code == 401
        assert client.get("/new-password/made-up").status_code == 410
        assert client.post("/new-password/made-up", data=NEW).status_code == 410

    def test_sets_a_new_password_once(self, client, wang, reset):
        link = reset()
        assert wang[0].get("/console/account").status_code == 200  # until the link is used all is as it was
        assert "登录名 wang" in client.get(link).text
        assert client.post(link, data=NEW).headers["location"] == "/console"
        assert client.get("/console/consultations").status_code == 200
        assert wang[0].get("/console/account").status_code == 303  # whoever was signed in with the old one is out
        assert client.post("/login", data={"login": "wang", "password": PASSWORD}).status_code == 401
        assert client.post("/login", data={"login": "wang", "password": NEW["password"]}).status_code == 303
        assert client.get(link).status_code == client.post(link, data=NEW).status_code == 410

    def test_a_mistake_uses_nothing_up(self, client, reset):
        link = reset()
        refused = client.post(link, data=NEW | {"again": "something else"})
        assert refused.status_code == 422
        assert "两次" in refused.text
        assert client.post(link, data=NEW).status_code == 303

    def test_is_no_invitation_and_an_invitation_is_none(self, client, database, reset):
        assert client.get(reset().replace("/new-password/", "/setup/")).status_code == 410
        with database.write() as session:
            invited = service._invite(session, [Role.STAFF], "", None, 1)
        assert client.get(f"/new-password/{invited}").status_code == 410

    def test_a_newer_link_a_changed_password_and_an_end_of_the_account_void_it(self, client, wang, sign_in, reset):
        old, link = reset(), reset()
        assert (client.get(old).status_code, client.get(link).status_code) == (410, 200)
        wang[0].post("/console/account", data={"current": PASSWORD} | NEW)
        assert client.get(link).status_code == 410
        link, admin = reset(), sign_in(Role.ADMIN)
        admin.post(f"/console/people/{wang[1]}", data={"roles": ["expert"], "disabled": "true"})
        assert client.get(link).status_code == 410
        assert admin.post(f"/console/people/{wang[1]}/password-link").status_code == 409

    def test_expires_and_only_the_hash_is_kept(self, client, database, reset):
        link = reset()
        with database.write() as session:
            assert link.rsplit("/", 1)[1] != session.query(PasswordLink).one().token_hash
            session.execute(update(PasswordLink).values(expires_at=now() - timedelta(seconds=1)))
        assert client.get(link).status_code == 410

    def test_leaves_a_trail(self, client, database, reset):
        client.post(reset(), data=NEW)
        with database.read() as session:
            said = [(entry.action, entry.object) for entry in session.query(AuditEntry).order_by(AuditEntry.id)]
        assert said[-3:] == [("生成重设密码链接", "wang"), ("用链接重设密码", ""), ("登录", "")]


@pytest.fixture
def postgres(empty_postgres):
    made = Database(empty_postgres)
    made.migrate()
    yield made
    made.close()


def test_two_administrators_in_one_moment_make_two_links_of_which_one_holds(postgres):
    with postgres.write() as session:
        token = service.setup_link(session, 1)
        boss = service.accept(session, token, "boss", "主任", "", PASSWORD, PASSWORD)

    def link(_):
        with postgres.write() as session:
            return service.password_link(session, boss, boss.id, 1)[1]

    with ThreadPoolExecutor(4) as pool:
        links = list(pool.map(link, range(12)))
    with postgres.read() as session:
        assert [bool(repository.password_link(session, service.token_hash(link), now())) for link in links].count(True) == 1


class TestSetupLinkCommand:
    """Whoever sits at the server can let an administrator in again: else one forgotten password locks the house."""

    @pytest.fixture
    def command(self, settings, monkeypatch):
        monkeypatch.setenv("ENVDOCTOR_DATA_DIR", str(settings.data_dir))
        return lambda *words: CliRunner().invoke(commands, ["setup-link", *words])

    def test_before_there_is_anybody(self, command, client):
        assert client.get(command().stdout.strip()).status_code == 200

    def test_the_only_administrator(self, command, client, sign_in, database):
        sign_in(Role.ADMIN, login="chief")
        done = command()
        assert done.exit_code == 0, done.output
        assert client.post(done.stdout.strip(), data=NEW).status_code == 303
        assert client.get("/console/people").status_code == 200
        with database.read() as session:
            entry = session.query(AuditEntry).filter_by(action="生成重设密码链接").one()
        assert (entry.person, entry.object) == ("服务器命令行", "chief")

    def test_one_of_several_is_named_and_nobody_else_may_be(self, command, client, sign_in):
        sign_in(Role.ADMIN, login="chief")
        sign_in(Role.ADMIN, login="second")
        sign_in(Role.STAFF, login="clerk")
        for words in ([], ["--login", "clerk"], ["--login", "nobody"]):
            refused = command(*words)
            assert refused.exit_code == 1
            assert "chief、second" in refused.stderr
        assert "second" in client.get(command("--login", "Second").stdout.strip()).text
