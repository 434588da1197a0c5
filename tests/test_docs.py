"""What the documents promise: every setting is described, every link leads somewhere, nothing names a place of ours."""

import importlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ["corpus", "indexer", "bot", "api"]
NOT_READ_BY_A_ROOM = {"ENVDOCTOR_TEST_POSTGRES"}  # by a test only
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("deploy/*.md")])


@pytest.mark.parametrize("room", ROOMS)
def test_every_setting_is_documented(room):
    settings = importlib.import_module(f"{room}.settings").Settings
    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    missing = [name for name in settings.model_fields if f"`ENVDOCTOR_{name.upper()}`" not in text]
    assert not missing, f"docs/settings.md lacks {missing} of {room}"


def test_no_setting_is_documented_that_is_none():
    known = {
        f"ENVDOCTOR_{name.upper()}"
        for room in ROOMS
        for name in importlib.import_module(f"{room}.settings").Settings.model_fields
    }
    named = set()
    for page in PAGES:
        named |= set(re.findall(r"ENVDOCTOR_[A-Z_]+[A-Z]", page.read_text(encoding="utf-8")))
    assert named <= known | NOT_READ_BY_A_ROOM, f"documented, but no setting: {sorted(named - known)}"


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8")):
        if not target.startswith("http"):
            assert (page.parent / target).exists(), f"{page.name} links to {target}, which is not there"
