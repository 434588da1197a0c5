"""Fixtures that several rooms share."""

import os

import pytest
from sqlalchemy import create_engine, text


@pytest.fixture
def empty_postgres() -> str:
    """The address of an emptied PostgreSQL; skips where none is named."""
    address = os.environ.get("ENVDOCTOR_TEST_POSTGRES")
    if not address:
        pytest.skip("ENVDOCTOR_TEST_POSTGRES names no database to test on")
    engine = create_engine(address)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()
    return address
