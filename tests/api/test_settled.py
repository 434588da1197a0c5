"""What the server does once before it answers."""

import gc
import sys

import pytest

from api.__main__ import SWITCH_SECONDS, settle


@pytest.fixture
def as_before():
    seconds = sys.getswitchinterval()
    yield
    sys.setswitchinterval(seconds)
    gc.unfreeze()


def test_what_lives_as_long_as_the_process_is_no_longer_walked_through(as_before):
    gc.unfreeze()
    settle()
    assert gc.get_freeze_count() > 10_000
    assert len(gc.get_objects()) < gc.get_freeze_count()
    assert sys.getswitchinterval() == pytest.approx(SWITCH_SECONDS)
