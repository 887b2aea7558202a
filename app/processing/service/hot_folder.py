"""Serving a hot folder: what is dropped into it is received, checked and released, and gets a report."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from app.channels import read_stream
from app.channels.base import BadFile, Channel, ImportResult, RowError, bad_file
from app.channels.plain_csv import PlainCsv, load_mapping
from app.clock import Clock
from app.db import Database, reading
from app.errors import Problem, Unavailable
from app.processing.service.arrivals import FileIntake, Release, Which
from app.receipt.service.inbox import Claim, Inbox, opened, state_of
from app.receipt.service.keeping import read_keep
from app.settings import Home
from app.text import say
from app.work.queries import setting
from app.work.service.claims import clock_was_set

log = logging.getLogger(__name__)
SETTING = "inbox"
"""The site's setting that names the folder; without it `inbox` in the home, where there is one."""
SLICE_NS = 200_000_000
"""How long the duty works at a time: the station of this machine runs in the same process."""
MOST_TRIES = 5
FORGET_NS = 3_600_000_000_000
COUNTS = ("created", "updated", "unchanged", "refused", "late")


@dataclass(frozen=True, slots=True)
class Taken:
    """A file that came to its end: where it lies now, and what its report says."""

    name: str
    path: Path
    result: ImportResult
    problem: Problem | None
    counts: dict[str, int]
    """Of the release: `released`, `held`."""


class Serving:
    """One folder, served by this process as long as nobody else does."""

    def __init__(self, database: Database, clock: Clock, inbox: Inbox, home: Home | None = None) -> None:
        self.database = database
        self._clock = clock
        self._inbox = inbox
        self._home = home
        self._forgot_ns = clock.mono_ns() - FORGET_NS

    def steps(self) -> Iterator[Taken | None]:
        """Takes what is whole now; a sign after every transaction, and each file as it came to its end.

        Where it is left in the middle the file stays claimed, and is taken again by whoever serves next.
        """
        ready = self._inbox.whole_files(self._clock.mono_ns())
        with self._inbox.alone() as mine:
            if not mine:
                return
            self._forget()
            for claim in self._inbox.left_behind():
                yield from self._take(claim)
            for path in ready:
                if (claimed := self._inbox.claim(path)) is not None:
                    yield from self._take(claimed)

    def _forget(self) -> None:
        """Once an hour: what was taken long ago goes, unless the clock was set and nobody has looked at that."""
        now = self._clock.mono_ns()
        if self._home is None or now - self._forgot_ns < FORGET_NS:
            return
        self._forgot_ns = now
        keep = read_keep(self._home.root)
        with reading(self.database) as session:
            if clock_was_set(session):
                return
        if gone := self._inbox.forget(self._clock.now(), keep):
            log.info("%d files of %s were kept long enough and are deleted", gone, self._inbox.root)

    def _take(self, claim: Claim) -> Iterator[Taken | None]:
        began = self._clock.now()
        intake = FileIntake(self.database, self._clock, claim.shown)
        release = Release(self.database, self._clock)
        problem: Problem | None = None
        try:
            if self._inbox.count_try(claim) > MOST_TRIES:
                raise bad_file(say("It could not be taken {n} times", n=MOST_TRIES), say("Look into the log"))
            with opened(claim) as stream:
                before = state_of(stream)
                entries = read_stream(stream, claim.shown, self._channel(claim, stream))
                for _ in intake.steps(entries):
                    yield None
                if state_of(stream) != before:
                    self._inbox.give_back(claim)
                    return
            for _ in release.steps(Which.NEW):
                yield None
        except BadFile as refusal:
            problem = refusal.problem
        except OSError as error:
            problem = bad_file(say("It can't be read: {why}", why=error.strerror or type(error).__name__)).problem
        except Unavailable:
            self._inbox.forgive(claim)
            raise
        yield self._finish(claim, intake, problem or intake.problem, dict(release.counts), began)

    def _channel(self, claim: Claim, stream: BinaryIO) -> Channel | None:
        """The mapping beside the file, if there is one and the file is a table; else it is recognised by itself."""
        begin = stream.read(256).lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
        stream.seek(0)
        mapping = None if begin in (b"{", b"[") else self._inbox.mapping(claim)
        return PlainCsv(load_mapping(mapping)) if mapping is not None else None

    def _finish(
        self, claim: Claim, intake: FileIntake, problem: Problem | None, counts: dict[str, int], began: datetime
    ) -> Taken:
        result = intake.result
        refused = not (result.done or result.late) and bool(result.refused or problem)
        words = None if problem is None else say_problem(problem)
        report: dict[str, object] = {
            "folder": claim.folder,
            "status": "refused" if refused else "partly" if result.refused or problem else "done",
            "began_at": began.isoformat(),
            "ended_at": self._clock.now().isoformat(),
            **{name: getattr(result, name) for name in COUNTS},
            **counts,
            "problem": words,
            "errors": [error_values(error) for error in result.errors],
            "warnings": [str(warning) for warning in result.warnings],
        }
        lines = [*([words] if words else []), *map(str, result.warnings), *map(str, result.errors)]
        path = self._inbox.finish(claim, report, lines, refused=refused)
        return Taken(claim.shown, path, result, problem, counts)


def say_problem(problem: Problem) -> str:
    """Why a file was refused and what to do, in one line."""
    return ". ".join(str(part).rstrip(".") for part in (problem.what, *problem.do[:1]) if part)


def error_values(error: RowError) -> dict[str, object]:
    """One bad row, as reports and `--json` name its parts."""
    return {
        "file": error.file, "row": error.row, "order": error.order, "field": error.field, "value": error.value,
        "expected": str(error.expected),
    }  # fmt: skip


# ---- the duty -------------------------------------------------------------------------------------------------------

_under_way: dict[Path, tuple[Serving, Iterator[Taken | None]]] = {}


def serve_inbox(database: Database, clock: Clock, home: Home) -> int:
    """The duty "inbox": works for a moment at what lies in the hot folder; how many steps it made."""
    root = _folder(database, home)
    if not root.is_dir():
        return 0
    serving, steps = _under_way.pop(root, (None, None))
    if serving is None or steps is None or serving.database is not database:
        serving = Serving(database, clock, Inbox(root).make(), home)
        steps = serving.steps()
    return _work(root, serving, steps, clock)


def _work(root: Path, serving: Serving, steps: Iterator[Taken | None], clock: Clock) -> int:
    until = clock.mono_ns() + SLICE_NS
    done = 0
    try:
        for _ in steps:
            done += 1
            if clock.mono_ns() >= until:
                _under_way[root] = serving, steps
                return done
    except Unavailable:
        pass  # somebody else holds the database; the file is still claimed
    _under_way[root] = serving, serving.steps()
    return done


def _folder(database: Database, home: Home) -> Path:
    with reading(database) as session:
        named = setting(session, SETTING, "")
    return Path(named).expanduser() if named else home.root / "inbox"
