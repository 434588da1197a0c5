import os
import sys
import time

import pytest

from corpus.loaders import LoadError
from corpus.loaders.sandbox import Limits, Sandbox

from . import files

LAW = "第一条 为了保护环境。\n第二条 适用本办法。\n"


@pytest.fixture
def law(tmp_path):
    file = tmp_path / "law.txt"
    file.write_text(LAW, encoding="utf-8")
    return file


def misbehaving(tmp_path, what):
    """A child that answers requests for good files and does `what` on a file named bad."""
    script = tmp_path / "child.py"
    script.write_text(
        "import json, resource, sys, time\n"
        "resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[1]), int(sys.argv[1])))\n"
        "for line in sys.stdin:\n"
        "    if 'bad' in json.loads(line)['path']:\n"
        f"        {what}\n"
        "    answer = {'loaded': {'blocks': [], 'front': {}, 'warnings': [], 'quality': 1.0, 'pages': 0}}\n"
        "    print(json.dumps(answer), flush=True)\n",
        encoding="utf-8",
    )
    bad = tmp_path / "bad.txt"
    bad.write_text("x")
    return (sys.executable, str(script)), bad


def test_one_child_reads_many_files(law, tmp_path):
    with Sandbox() as sandbox:
        first = sandbox.load(law)
        child = sandbox._child
        assert [block.text for block in first.blocks] == LAW.splitlines()
        with pytest.raises(LoadError):
            sandbox.load(tmp_path / "missing.txt")
        assert sandbox.load(law) == first
        assert sandbox._child is child
    assert child.poll() is not None


@pytest.mark.parametrize(
    ("what", "code"),
    [("time.sleep(60)", "timeout"), ("x = bytearray(2**31)", "memory"), ("sys.exit('odd')", "crashed")],
    ids=["hangs", "eats memory", "crashes"],
)
def test_a_child_that_misbehaves_is_replaced_and_the_next_file_is_read(law, tmp_path, what, code):
    command, bad = misbehaving(tmp_path, what)
    with Sandbox(Limits(seconds=1.5, memory=2**30), command) as sandbox:
        started = time.monotonic()
        with pytest.raises(LoadError) as refused:
            sandbox.load(bad)
        assert refused.value.code == code
        assert time.monotonic() - started < 10
        assert sandbox.load(law).quality == 1.0


def test_signs_of_life_give_more_time(law, tmp_path):
    command, bad = misbehaving(
        tmp_path, "[(time.sleep(0.5), print(json.dumps({'alive': True}), flush=True)) for _ in range(4)]"
    )
    with Sandbox(Limits(seconds=1.2), command) as sandbox:
        assert sandbox.load(bad).pages == 0


def test_a_huge_file_is_refused_at_once(tmp_path):
    huge = tmp_path / "huge.pdf"
    with huge.open("wb") as stream:
        stream.write(b"%PDF-1.4")
        os.truncate(stream.fileno(), 201 * 2**20)
    with Sandbox() as sandbox, pytest.raises(LoadError) as refused:
        sandbox.load(huge)
    assert refused.value.code == "too-big"
    assert sandbox._child is None


def test_pages_and_unpacked_size_are_limited_inside_the_child(tmp_path):
    long = files.pdf(tmp_path / "long.pdf", [[(72, 700, "第一页")]] * 4)
    bomb = files.bomb(tmp_path / "a.docx", size=80 * 2**20)
    with Sandbox(Limits(pages=3, unpacked=64 * 2**20)) as sandbox:
        with pytest.raises(LoadError) as refused:
            sandbox.load(long)
        assert refused.value.code == "too-long"
        with pytest.raises(LoadError) as refused:
            sandbox.load(bomb)
        assert refused.value.code == "bomb"


def test_the_real_child_stays_within_its_memory(tmp_path):
    big = tmp_path / "big.txt"
    big.write_text("环" * 40_000_000, encoding="utf-8")
    with Sandbox(Limits(memory=600 * 2**20)) as sandbox, pytest.raises(LoadError) as refused:
        sandbox.load(big)
    assert refused.value.code == "memory"
