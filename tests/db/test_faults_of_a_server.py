"""What a server says when it fails is the machine's fault, what it says of data is not; and a commit is told truly."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from decimal import Decimal

import pytest
from sqlalchemy import insert, select, text

from app.db import Database, central_push, central_write, changed, is_machines_fault, reading
from app.db.turns import turn
from app.errors import Unavailable
from app.models import Bin, Feed, Order, SiteSetting
from tests.engines import connect, drop, fresh, server_under
from tests.postgres import versions


@pytest.fixture(params=versions())
def central(request: pytest.FixtureRequest) -> Iterator[Database]:
    database = fresh(request.param)
    yield database
    drop(database)


@pytest.fixture(scope="module", params=versions())
def standing(request: pytest.FixtureRequest) -> Iterator[Database]:
    """A central in which nothing is written."""
    database = fresh(request.param)
    yield database
    drop(database)


@pytest.mark.parametrize(
    ("state", "machines"),
    [
        ("40001", True), ("40P01", True), ("55P03", True), ("57P01", True), ("57P03", True), ("57014", True),
        ("53100", True), ("53300", True), ("08006", True), ("25006", True), ("58030", True), ("XX001", True),
        ("23505", False), ("23514", False), ("22001", False), ("22003", False), ("42501", False), ("42P01", False),
    ],
)  # fmt: skip
def test_the_code_says_whose_fault_it_is(standing: Database, state: str, machines: bool) -> None:
    raising = text(f"DO $$ BEGIN RAISE EXCEPTION 'as if' USING ERRCODE = '{state}'; END $$")

    with pytest.raises(Exception, match="as if") as raised, standing.write.begin() as connection:
        connection.execute(raising)

    assert is_machines_fault(raised.value) is machines


def test_a_value_that_the_driver_does_not_take_is_the_datas_fault(standing: Database) -> None:
    with pytest.raises(Exception, match="NUL") as raised, central_write(standing) as session:
        session.execute(insert(SiteSetting).values(name="a", value="nul \0 in it"))

    assert not is_machines_fault(raised.value)


def test_a_backend_that_is_ended_is_the_machines_fault(standing: Database) -> None:
    def decide() -> None:
        with central_write(standing) as session:
            pid = session.scalar(text("SELECT pg_backend_pid()"))
            server_under(standing).psql(f"SELECT pg_terminate_backend({pid}, 5000)")
            session.scalar(text("SELECT 1"))

    with pytest.raises(Exception, match="terminating") as raised:
        decide()

    assert is_machines_fault(raised.value)


def test_who_decides_is_alone_and_who_pushes_waits_for_nobody(central: Database) -> None:
    # given somebody who decides, and another one who wants to
    order: list[str] = []
    waits = threading.Event()

    def second() -> None:
        waits.set()
        with central_write(central) as session:
            order.append("second")
            assert session.get(SiteSetting, "first") is not None  # what was committed meanwhile is seen

    thread = threading.Thread(target=second)
    with central_write(central) as session:
        thread.start()
        waits.wait(30)
        session.add(SiteSetting(name="first", value=""))

        # when a station pushes meanwhile, and another site decides, then neither waits
        with central_push(central) as pushing:
            pushing.execute(select(1))
            order.append("push")
        with central_write(central, site=2):
            order.append("other site")
        order.append("first")
    thread.join()

    assert order == ["push", "other site", "first", "second"]


def test_a_push_writes_no_feed(standing: Database) -> None:
    with pytest.raises(RuntimeError, match="writes no feed"), central_push(standing) as session:
        changed(session, Bin, b"\x01" * 16)


def test_whoever_has_to_wait_too_long_is_told_so(standing: Database) -> None:
    # given a role that waits a moment only, as those of stations do
    pg, name = server_under(standing), standing.where.rpartition("/")[2]
    pg.psql(f"ALTER ROLE postgres IN DATABASE {name} SET lock_timeout = '50ms'")
    impatient = connect(pg, name)

    # when somebody else decides
    with central_write(standing), pytest.raises(Unavailable), central_write(impatient):
        pass

    impatient.close()


def test_a_commit_that_did_not_wait_for_its_standby_is_not_acknowledged(central: Database) -> None:
    # given a server that is to wait for a standby that there is not
    pg, name = server_under(central), central.where.rpartition("/")[2]
    asked = pg.connect()
    pg.configure(synchronous_standby_names="nobody", synchronous_commit="on")
    waiting = f"SELECT pid FROM pg_stat_activity WHERE datname = '{name}' AND wait_event = 'SyncRep'"

    def cancel() -> None:
        while not (pid := asked.execute(waiting.encode()).fetchone()):
            pass
        asked.execute("SELECT pg_cancel_backend(%s)", pid)

    thread = threading.Thread(target=cancel)
    try:
        # when the wait of a commit is cancelled
        thread.start()
        with pytest.raises(Unavailable, match="second one"), central_push(central) as session:
            session.add(SiteSetting(name="told", value=""))
    finally:
        thread.join()
        asked.close()
        pg.configure(synchronous_standby_names="", synchronous_commit="off")

    # then it is here, and nobody was told so: the same once more decides
    with reading(central) as session:
        assert session.get(SiteSetting, "told") is not None


def test_the_feed_has_no_gap_and_money_keeps_its_places(central: Database) -> None:
    # given twelve who decide at once
    def decide(n: int) -> None:
        for i in range(5):
            with central_write(central) as session:
                session.add(SiteSetting(name=f"{n}-{i}", value=""))
                changed(session, SiteSetting, f"{n}-{i}")

    threads = [threading.Thread(target=decide, args=(n,)) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    # then each row of the feed follows the one before
    with reading(central) as session:
        assert list(session.scalars(select(Feed.seq).order_by(Feed.seq))) == list(range(1, 61))
        amounts = session.scalars(select(Order.total)).all()
        assert amounts == []
        assert session.scalar(text("SELECT 12.50::numeric")) == Decimal("12.50")
        assert str(session.scalar(text("SELECT 12.50::numeric"))) == "12.50"
        assert type(session.scalar(text("SELECT sum(seq) FROM feed"))) is int


def test_a_turn_ends_with_its_connection(central: Database) -> None:
    pg = server_under(central)
    with turn(central, "mails") as mine:
        assert mine
        holder = pg.psql("SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 AND granted")
        pg.psql(f"SELECT pg_terminate_backend({holder}, 5000)")
        with turn(central, "mails") as again:
            assert again
