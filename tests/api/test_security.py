"""Where a write may come from, what every response carries, and who may open which route."""

import pytest
from fastapi.routing import iter_route_contexts
from starlette.testclient import TestClient

from api.app import create_app
from api.people.tables import Role
from api.security import COOKIE
from tests.api.support import start

# Who may open a route. A route that is not listed here fails the test: decide it, then write it down.
OPEN, SECRET, PERSON = "anybody", "holder of the conversation's secret", "anybody signed in"
MATRIX = {
    "GET /": OPEN,
    "GET /privacy": OPEN,
    "GET /docs": OPEN,
    "GET /healthz": OPEN,
    "GET /readyz": OPEN,
    "GET /documents": OPEN,
    "GET /documents/{id:path}": OPEN,
    "GET /login": OPEN,
    "POST /login": OPEN,
    "POST /logout": OPEN,
    "GET /setup/{token}": OPEN,
    "POST /setup/{token}": OPEN,
    "GET /new-password/{token}": OPEN,
    "POST /new-password/{token}": OPEN,
    "POST /api/conversations": OPEN,
    "POST /api/chat": SECRET,
    "GET /api/conversations/{id}": SECRET,
    "DELETE /api/conversations/{id}": SECRET,
    "GET /api/conversations/{id}/events": SECRET,
    "GET /api/conversations/{id}/export": SECRET,
    "POST /api/conversations/{id}/consultation": SECRET,
    "POST /api/messages/{id}/feedback": SECRET,
    "GET /console": PERSON,
    "GET /console/account": PERSON,
    "POST /console/account": PERSON,
    "GET /console/people": Role.ADMIN,
    "POST /console/people": Role.ADMIN,
    "POST /console/people/{id}": Role.ADMIN,
    "POST /console/people/{id}/password-link": Role.ADMIN,
    "GET /console/audit": Role.ADMIN,
    "GET /console/consultations": Role.EXPERT,
    "GET /console/consultations/pulse": Role.EXPERT,
    "GET /console/consultations/{id}": Role.EXPERT,
    "GET /console/consultations/{id}/passages": Role.EXPERT,
    "POST /console/consultations/{id}/take": Role.EXPERT,
    "POST /console/consultations/{id}/release": Role.EXPERT,
    "POST /console/consultations/{id}/reply": Role.EXPERT,
    "POST /console/consultations/{id}/close": Role.EXPERT,
    "POST /console/consultations/{id}/reopen": Role.EXPERT,
    "GET /console/documents": Role.STAFF,
    "POST /console/documents/upload": Role.STAFF,
    "GET /console/documents/drafts/{id}": Role.STAFF,
    "GET /console/documents/drafts/{id}/state": Role.STAFF,
    "POST /console/documents/drafts/{id}": Role.STAFF,
    "POST /console/documents/drafts/{id}/discard": Role.STAFF,
    "POST /console/documents/repeal": Role.STAFF,
    "POST /console/documents/reopen": Role.STAFF,
    "GET /console/documents/impact": Role.STAFF,
    "POST /console/documents/index": Role.STAFF,
    "GET /console/documents/index/state": Role.STAFF,
    "GET /console/runs": Role.EVALUATOR,
    "POST /console/runs": Role.EVALUATOR,
    "GET /console/runs/state": Role.EVALUATOR,
    "POST /console/runs/sets": Role.EVALUATOR,
    "POST /console/runs/{id}/again": Role.EVALUATOR,
    "GET /console/runs/compare": Role.EVALUATOR,
    "GET /console/runs/{id}/report": Role.EVALUATOR,
    "GET /console/runs/{id}/files/{name}": Role.EVALUATOR,
}
WRITES = [name for name in MATRIX if name.startswith(("POST", "DELETE"))]
CONSOLE = {name: who for name, who in MATRIX.items() if who is PERSON or isinstance(who, Role)}

ELSEWHERE = ["https://evil.example", "null", "http://testserver.evil.example", "http://testserver:81", ""]


def visit(client, name, **headers):
    method, path = name.split()
    for parameter in ("{id:path}", "{id}", "{token}", "{name}"):
        path = path.replace(parameter, "made-up-1")
    return client.request(method, path, headers={"Accept": "application/json"} | headers)


class TestRoles:
    def test_anonymous(self, client):
        codes = {name: visit(client, name).status_code for name, who in MATRIX.items() if who is not OPEN}
        assert set(codes.values()) == {401}, codes

    def test_every_route_is_decided(self, app):
        found = {
            f"{method} {context.path}"
            for context in iter_route_contexts(app.routes)
            for method in set(context.methods or ()) - {"HEAD"}
            if context.path != "/openapi.json"
        }
        assert found == set(MATRIX)

    @pytest.mark.parametrize("role", [Role.STAFF, Role.EXPERT, Role.EVALUATOR, Role.ADMIN])
    def test_every_role_meets_its_own_doors_only(self, sign_in, role):
        person = sign_in(role)
        for name, who in CONSOLE.items():
            may = who is PERSON or role in (who, Role.ADMIN)
            code = visit(person, name).status_code
            assert (code != 403) == may, f"{role} at {name}: {code}"
            assert code != 500, name

    @pytest.mark.parametrize("name", [name for name, who in MATRIX.items() if who is OPEN])
    def test_open_doors(self, client, name):
        assert visit(client, name).status_code not in (401, 403, 500)


class TestOrigin:
    @pytest.mark.parametrize("origin", ELSEWHERE)
    def test_writes_with_a_cookie_come_from_here(self, app, origin):
        with TestClient(app, base_url="http://testserver", cookies={COOKIE: "any"}) as other:
            headers = {"Origin": origin} if origin else {}
            for name in WRITES:
                response = visit(other, name, **headers)
                assert (response.status_code, response.json()["code"]) == (403, "wrong_origin"), name

    def test_signing_in_too(self, app):
        with TestClient(app, base_url="http://testserver") as other:
            response = other.post(
                "/login", data={"login": "a", "password": "b"}, headers={"Origin": "https://evil.example"}
            )
            assert response.status_code == 403

    def test_the_widget_of_another_site_needs_no_cookie(self, settings, rooms):
        allowed = settings.model_copy(update={"origins": ["https://portal.example"]})
        with TestClient(create_app(allowed, rooms), base_url="http://testserver") as other:
            made = other.post("/api/conversations", headers={"Origin": "https://portal.example"})
            assert made.status_code == 201
            assert made.headers["access-control-allow-origin"] == "https://portal.example"
            asked = {
                "Origin": "https://portal.example",
                "Access-Control-Request-Method": "POST",
                "Access-Control-Request-Headers": "authorization",
            }
            assert other.options("/api/chat", headers=asked).status_code == 200
            assert other.options("/api/chat", headers=asked | {"Origin": "https://evil.example"}).status_code == 400
            assert (
                "access-control-allow-origin"
                not in other.get("/login", headers={"Origin": "https://portal.example"}).headers
            )

    def test_no_other_site_by_default(self, client):
        response = client.get("/api/nope", headers={"Origin": "https://portal.example"})
        assert "access-control-allow-origin" not in response.headers


class TestHeaders:
    def test_anonymous(self, client):
        headers = client.get("/").headers
        assert "script-src 'self'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["cache-control"] == "no-store"

    def test_scripts_may_be_embedded_elsewhere(self, client):
        headers = client.get("/static/tokens.css").headers
        assert headers["access-control-allow-origin"] == "*"
        assert headers["cross-origin-resource-policy"] == "cross-origin"

    @pytest.mark.parametrize("path", ["/", "/login", "/documents", "/documents/doc-code", "/docs", "/privacy", "/nope"])
    def test_pages_have_nothing_inline_and_nothing_from_elsewhere(self, client, path):
        html = client.get(path).text
        assert "<script>" not in html
        assert "style=" not in html
        assert " onclick=" not in html
        assert "http://" not in html
        assert "https://" not in html

    def test_failures_of_pages_are_pages(self, client):
        response = client.get("/nope")
        assert response.status_code == 404
        assert "没有找到这个页面" in response.text
        assert client.get("/api/nope").json()["code"] == "not_found"
        assert client.post("/healthz").status_code == 405

    def test_a_refused_form_leads_back_to_its_page(self, client):
        came = {"Referer": "http://testserver/console/people?offset=50"}
        assert 'href="/console/people?offset=50"' in client.post("/healthz", headers=came).text
        for elsewhere in ("http://evil.example/console", "http://testserver/healthz"):
            assert "返回上一页" not in client.post("/healthz", headers={"Referer": elsewhere}).text

    def test_large_bodies_are_refused(self, client):
        conversation, headers = start(client)
        response = client.post("/api/chat", content=b"x" * 2**21, headers=headers | {"Content-Type": "application/json"})
        assert response.status_code == 413
        assert response.json()["code"] == "too_large"


class TestHealth:
    def test_anonymous(self, client):
        assert client.get("/healthz").json() == {"status": "ok"}
        assert client.get("/readyz").json() == {"status": "ready", "database": True, "index": True}

    def test_no_index(self, client, rooms, monkeypatch):
        object.__setattr__(rooms, "index_id", lambda: "")
        assert client.get("/readyz").status_code == 503


def test_openapi_lists_the_api(client):
    paths = client.get("/openapi.json").json()["paths"]
    assert "/api/chat" in paths
    assert "/console" not in paths
    assert "/api/chat" in client.get("/docs").text
