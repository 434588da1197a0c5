"""The same catalogue on PostgreSQL; runs where ENVDOCTOR_TEST_POSTGRES names an empty database."""

import os
import subprocess
import sys
from datetime import date

from corpus.catalogue import Catalogue, Outcome

from .test_catalogue import WRITER


def test_two_processes_make_and_fill_one_catalogue(empty_postgres, make):
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", WRITER, empty_postgres]
    children = [subprocess.Popen([*command, name, "8", "5"], env=environment, stderr=subprocess.PIPE) for name in "ab"]
    said = [child.communicate(timeout=120)[1] for child in children]
    assert [child.returncode for child in children] == [0, 0], said
    catalogue = Catalogue.open(empty_postgres)
    assert len(catalogue.documents()) == catalogue.revision() == 16
    document, passages = make("条例")
    assert catalogue.add(document, passages, actor="a") is Outcome.ADDED
    assert catalogue.add(document, passages, actor="a") is Outcome.THERE
    catalogue.repeal(document.id, on=date(2024, 1, 1), actor="a")
    assert catalogue.article("条例", "第一条", date(2023, 1, 1)) is not None
    assert catalogue.passages(document.id) == passages
    catalogue.remove(document.id, actor="a")
    assert catalogue.revision() == 19
    catalogue.close()
