"""One station's conversation with central, exchange by exchange, without threads and without waiting.

`Talk.next` does one exchange and returns what is to be taken in by whoever writes the station's file; only then the
next one is due. A thread drives it in a kiosk (`ui.courier`), a loop does in tests.
"""

from __future__ import annotations

import logging
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache

from app.clock import Clock
from app.sync.keeper import Keeper
from app.sync.pace import Bucket
from app.sync.parcel import Line, Parcelled
from app.sync.wire import PUSH_FACTS, SCHEMA, CentralPort, NotWelcome, StreamBroken, Welcome

log = logging.getLogger(__name__)
MOST_UNHEARD = 4
"""Full pushes after each other before it is heard what is new: a station that comes back with a night's work is to be
rid of it first, and a push without a pull takes a third less."""
MOST_FORKS = 3
"""New streams in one run of the program. Central that refuses these as well is asked no more of."""


@cache
def _program() -> str:
    """The version of this program, "" where it is not installed."""
    from importlib import metadata  # on this thread, after the first picture

    try:
        return metadata.version("packbay")
    except metadata.PackageNotFoundError:
        return ""


class Talk:
    """See the module. `line` is what the exchanges so far told about the line."""

    def __init__(
        self, keeper: Keeper, central: CentralPort, clock: Clock, *, app: str = "", bucket: Bucket | None = None
    ) -> None:
        self._keeper, self._clock = keeper, clock
        self.central = central
        self._app = app
        self._bucket = bucket or Bucket(clock)
        self._greeted, self._asking = False, True  # for all we know before the first exchange
        self._breaks = self._forks = self._unheard = 0
        self._lagging_ns: int | None = None
        self._applied = 0
        self.line = Line(online=False, since=keeper.met_at())

    def next(self) -> Parcelled | None:
        """One exchange: what is to be taken in, None when there is nothing to carry.

        Whatever the line raises comes through; the next exchange greets central anew.
        """
        self._keeper.clear_away()
        try:
            greeting = not self._greeted
            self._greeted = True  # until somebody hangs up, which may be meanwhile
            parcel = self._greet() if greeting else self._round()
        except StreamBroken as error:
            log.info("central does not take this stream: %s", error)
            self._greeted = False
            self._breaks += 1
            return self.next()
        except NotWelcome as error:
            self._lost(refused=error.why)
            raise
        except Exception:
            self._lost()
            raise
        self._judge()
        return parcel

    def wait_s(self) -> float:
        """How long the next push has to wait, so that one station's backlog is not everybody's."""
        return self._bucket.wait_s()

    @property
    def may_rest(self) -> bool:
        """Whether nobody here waits: no question is open, and nothing more is to be carried either way."""
        return self.line.online and not (self._asking or self.line.queued or self.line.fetching)

    def hang_up(self) -> None:
        """The next exchange begins with hello."""
        self._greeted = False

    def _lost(self, refused: str = "") -> None:
        self._greeted = False
        self._lagging_ns = None
        self.line = replace(
            self.line, online=False, refused=refused, queued=self._keeper.queued(), behind_s=0, fetching=False
        )

    def _greet(self) -> Parcelled:
        broken = self._breaks > 1
        self._forks += broken
        if self._forks > MOST_FORKS:
            raise NotWelcome("stream")
        sent_at = self._clock.now()
        welcome = self.central.hello(self._keeper.greeting(self._app or _program()))
        offset = offset_ms(sent_at, self._clock.now(), welcome.at)
        self._keeper.must_be_newest(welcome.identity)
        self.line = replace(self.line, must_update=too_old(welcome), clock_offset_ms=offset)
        drafted = self._keeper.draft_of_fork(welcome, broken=broken)
        return Parcelled(None, (), None, hello=welcome, offset_ms=offset, broken=broken, drafted=drafted)

    def _round(self) -> Parcelled | None:
        out, mark = self._keeper.outgoing(), None
        self._asking = bool(out.waiting)
        sent: tuple[bytes, ...] = ()
        if out.asks or (out.facts and self._bucket.wait_s() == 0):
            facts = out.facts if self._bucket.wait_s() == 0 else ()
            mark = self.central.push(out.station_id, out.incarnation, facts, out.asks)
            self._bucket.take(len(facts))
            self._breaks = 0
            sent = tuple(ask.request_id for ask in out.asks)
            if len(facts) == PUSH_FACTS and not out.waiting and self._unheard < MOST_UNHEARD:
                self._unheard += 1
                return Parcelled(mark, sent, None)
        self._unheard = 0
        pulled = self.central.pull(out.station_id, out.cursor, out.waiting)
        self.line = replace(self.line, fetching=not pulled.complete)
        mirror = None
        if pulled.snapshot:
            with closing(self.central.snapshot(out.station_id, out.incarnation)) as parts:  # type: ignore[type-var]
                mirror = self._keeper.build_mirror(parts)
        brought = pulled if pulled.rows or pulled.answers else None
        if mark is None and brought is None and mirror is None:
            return None
        return Parcelled(mark, sent, brought, mirror=mirror)

    def _judge(self) -> None:
        """What the station's own file says about the line."""
        state = self._keeper.standing()
        now = self._clock.mono_ns()
        if state.applied > state.acked + state.queued:  # another machine goes on in this stream: a hello finds that out
            self._greeted = False
        if state.applied == state.acked or state.applied != self._applied:
            self._lagging_ns = None if state.applied == state.acked else now
        elif self._lagging_ns is None:
            self._lagging_ns = now
        self._applied = state.applied
        behind = 0 if self._lagging_ns is None else (now - self._lagging_ns) // 1_000_000_000
        self.line = replace(
            self.line, online=True, refused="", since=self._clock.now(), queued=state.queued, behind_s=behind,
            forked=state.forked,
        )  # fmt: skip


def offset_ms(sent_at: datetime, heard_at: datetime, theirs: datetime) -> int:
    """How far central's clock is ahead of this one, in ms; as if it had looked at it half-way through the exchange."""
    middle = sent_at + (heard_at - sent_at) / 2
    return round((theirs.astimezone(UTC) - middle) / timedelta(milliseconds=1))


def too_old(welcome: Welcome, schema: int = SCHEMA) -> str:
    """Which side must be updated: central, station, or "" when both understand each other."""
    if schema > welcome.schema_max:
        return "central"
    return "station" if schema < welcome.schema_min else ""
