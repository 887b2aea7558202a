"""The work thread of a station, without Qt: events in, facts durable, Views out.

Order of one scan: understand it, let the workflow decide, write facts and flight recorder in one transaction (one
flush), and only then beep and show. All writes of the station go through this thread; scans queue, none is lost.

    runner = Runner(home, config, on_view=print); runner.start(); …; runner.stop()
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from queue import Empty
from random import Random
from threading import Event, Thread

from app import events
from app.clock import Clock
from app.db import open_database
from app.errors import Problem
from app.facts import Fact
from app.floor.queries import operator
from app.ids import PrintJobId, RequestId
from app.settings import Home
from app.sync.applier import rooms
from app.sync.erasure import Forgetting
from app.sync.keeper import Keeper, Transaction
from app.sync.mending import mend
from app.sync.pace import first_wait
from app.sync.station import Cause
from app.sync.talk import Talk
from app.sync.wire import CentralPort
from app.text import Text, say
from app.view import Chip, Echo, Sound, Tone, View
from app.work.facts import PrintMoved, SignedIn, SignedOut
from app.workflow import Bench, Opening, Outcome, Recorded, Shown
from ui.central_here import CentralHere
from ui.central_there import line_to_server
from ui.chips import Health, local_minute
from ui.config import StationConfig
from ui.courier import Courier
from ui.desk import StationDesk
from ui.doors import Doors
from ui.help import HelpSheet
from ui.idle import Idle, Unheard
from ui.inbox import Seen, Stop
from ui.moved import TONES, Handled, Moved, crashed, last_word, quiet_word, understand
from ui.parcels import LineChanged, Parcelled
from ui.rehearsal import Rehearsal
from ui.rooms import workflows
from ui.spooler import PrintDone, Spooler
from ui.trouble import free_bytes, problem_of

log = logging.getLogger(__name__)
WAIT_NS = 3_000_000_000
"""How long scans are kept behind a question to central before the task is told that there is no answer."""
SCALE_EVERY_NS = 200_000_000
WEIGHED = frozenset(("pack", "devices"))
"""Tasks that show the scale while it moves."""


class Runner:
    """One station at work. `on_view` is called on the work thread with every new View and must not block."""

    def __init__(
        self,
        home: Home,
        config: StationConfig,
        on_view: Callable[[View], None],
        *,
        clock: Clock | None = None,
        central: CentralPort | None = None,
        paints: bool = False,
        doors: Doors | None = None,
    ) -> None:
        self.doors = doors or Doors(home, config, clock)
        self.home, self.clock = self.doors.home, self.doors.clock
        self.quiet, self.queue, self.ports = self.doors.quiet, self.doors.queue, self.doors.ports
        self.screen = self.doors.screen
        self._on_view = on_view
        self._paints = paints
        rooms()
        self._workflows = workflows()
        mended = mend(home.station_file, self.clock, config.code, config.name)
        self.keeper = Keeper(open_database(home.station_file, "station"), self.clock, config.code, config.name)
        self.desk = StationDesk(self.keeper, self.clock, config.kinds, tuple(self._workflows.values()), home)
        self.health = Health(config.chip_kinds, {s.name for s in config.devices.scanners})
        self.desk.list_devices = lambda: self.health.states(config, self.screen.settings)
        self.central_there = None if central else line_to_server(home, self.clock)
        far = central or self.central_there
        self.central_here = None if far else CentralHere(home, self.clock, self._hint, self.quiet)
        line = far or self.central_here.line  # type: ignore[union-attr]
        talk, jitter_s = Talk(self.keeper, line, self.clock), first_wait(Random()) if far else 0.0
        put, printers = self.queue.put, config.devices.printers
        self.courier = Courier(talk, put, self.quiet, first_wait_s=jitter_s, listen=line.on_hint)
        self.spooler = Spooler(self.keeper, printers, home.spool, self.clock, put, self.quiet)
        self.bench: Bench[object] = self._resume()
        if mended:
            self.bench.shown = Shown(mended.problem())
        self.help = HelpSheet()
        self._held: deque[Handled] = deque()
        self._waiting: dict[bytes, int] = {}
        self._asked: dict[bytes, str] = {}  # the kinds of what is waited for
        self._news: frozenset[str] = frozenset()
        self._serial = self._problem_serial = self._scale_shown_ns = 0
        self._problem: Problem | None = None
        self._minute = self._owed = ""
        self._hands = Idle(self.clock, self.clock.mono_ns())
        self._unheard = Unheard(self.clock, self.clock.mono_ns())
        self._role = ""  # of who was signed in when the station locked; "" when it did not, or nobody knows
        self._goes_on: Opening | None = None
        self._dim = self._likely = False
        self._forgetting = Forgetting(self.keeper.files, home.spool, self.clock)
        self._calm = Event()
        self.prepares: Callable[[View], None] = lambda _view: None
        """Called with a View that will be given next if nothing fails; must not block, and must not show it."""
        self.rehearses: Callable[[View], None] = lambda _view: None
        """Called with a View that will most likely be given after the next scan; the same holds."""
        self._rehearsal = Rehearsal(self.keeper, self.desk, self.clock)
        self._view: View | None = None
        self.rest: Callable[[int], None] = lambda _now: None
        """Called with the monotonic clock when nothing happened for a second."""
        self._thread = Thread(target=self._run, name="work", daemon=True)

    # -- life ---------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Starts all threads; the first View follows at once."""
        if self.central_here:
            self.central_here.start()
        self._thread.start()
        self.courier.start()
        self.spooler.start()
        self.doors.open()

    def stop(self) -> None:
        """Ends all threads; what was confirmed is on the disk in any case."""
        self.doors.close()
        self.spooler.stop()
        self.queue.put(Stop())
        self._thread.join()
        if self.central_there:
            self.central_there.close()  # a call that waits for a server that hangs ends now
        self.courier.stop()
        if self.central_there:
            self.central_there.close()
        if self.central_here:
            self.central_here.stop()
        self.keeper.close()
        self.doors.lock.release()

    def settle(self, seconds: float) -> None:
        """Waits until nothing is under way: no event queued, no print job open, central and mirror even. TimeoutError.

        For scripts and tests; the work itself never waits for this.
        """
        until = self.clock.mono_ns() + int(seconds * 1e9)
        rounds = self.courier.quiet_rounds + 1
        self.courier.kick()
        while self.clock.mono_ns() < until:
            calm = self.queue.is_idle and not self._waiting and self.courier.quiet_rounds > rounds
            if calm and self._is_even() and not self.spooler.is_busy():
                return
            self._calm.wait(0.01)
            self.courier.kick()
        raise TimeoutError("the station did not come to rest")

    def touch(self, command: str) -> None:
        """A finger on the button of a command, or a typed code; same as the scan of that code."""
        self.doors.touch(command)

    def key(self, key: str) -> None:
        """A key of the screen's keypad or keyboard: a character, `BACK` or `ENTER`."""
        self.doors.key(key)

    def seen(self, serial: int, mono_ns: int) -> None:
        """The screen has shown that View."""
        self.queue.put(Seen(serial, mono_ns))
        self.quiet.painted(serial)

    def _hint(self) -> None:
        self.courier.kick()

    def _resume(self) -> Bench[object]:
        kept = self.keeper.kept()
        self.desk.operator = None
        if kept.person_id:
            self.desk.operator = self.desk.read(operator, kept.person_id)
        if self.desk.operator is None:
            return self._bench("sign-in", b"")
        if kept.workflow and kept.workflow in self._workflows and kept.task_id:
            try:
                return self._bench(kept.workflow, kept.task_id)
            except Exception:  # a task that can't be rebuilt must not keep the station from starting
                log.exception("the task %s could not be rebuilt; it is left for later", kept.workflow)
        return self._bench("home", b"")

    def _bench(self, workflow: str, task_id: bytes, transaction: Transaction | None = None) -> Bench[object]:
        if transaction is not None:
            return Bench(self._workflows[workflow], task_id, self.desk, transaction.facts_of(task_id))
        with self.keeper.look() as look, self.desk.within(look):
            return Bench(self._workflows[workflow], task_id, self.desk, look.facts_of(task_id))

    # -- the loop -----------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        self._show(None)
        while True:
            try:
                item = self.queue.get(self._patience())
            except Empty:
                item = None
            if isinstance(item, Stop):
                return
            try:
                if item is None:
                    self._time_passes()
                else:
                    self._take(item)
                if self._news and self.queue.empty():
                    self._refresh()
                if self._likely and self.queue.empty():
                    self._rehearse()
            except Exception as error:  # a bug or a broken disk: said with a reference, and the work goes on
                self._mishap(error)
            if item is not None:
                self.queue.done(item)

    def _take(self, item: object) -> None:
        match item:
            case events.Scan() | events.Touch() | events.Key():
                self._hands.acted()
                self.health.met(item)
                if self._waiting:
                    self._held.append(item)
                else:
                    self._read(item)
            case events.Weight():
                self._weigh(item)
            case events.LoadSettled():
                self._hands.acted()
                self.desk.scale_grams, self.desk.scale_stable = item.grams, True
                self._event(item)
            case events.DeviceChanged():
                self._device(item)
            case Seen():
                self._saw(item)
            case Parcelled():
                self._arrived(item)
            case LineChanged():
                self.health.line = item.line
                self._show(None)
            case PrintDone():
                self._printed(item)
            case _:
                raise TypeError(f"nobody at this station knows {type(item).__name__}")

    def _is_even(self) -> bool:
        """Whether central has all that can get there: nothing does over a line that is cut, or held up."""
        line = self.courier.talk.line
        return not line.online or line.fetching or self.keeper.is_even()

    def _patience(self) -> float:
        if self._waiting:
            return max(0.0, (min(self._waiting.values()) - self.clock.mono_ns()) / 1e9)
        return 1.0

    def _time_passes(self) -> None:
        now, chips = self.clock.mono_ns(), self._chips()
        self.health.free = free_bytes(self.home.root)
        late = [request for request, until in self._waiting.items() if until <= now]
        for request in late:
            del self._waiting[request]
            self._event(events.AskFailed(RequestId(request), self._asked.pop(request, "")))
        if late:
            self._drain()
        elif self._hands.is_over and self.desk.operator is not None:
            self._lock_up(say("Locked after ten minutes. The work is kept"))
        elif self._unheard.look(online=self.health.line.online, signed_in=self.desk.operator is not None):
            self._lock_up(say("Signed out after twelve hours without central. The work is kept"))
        elif self._is_old(chips):
            self._show(None)
        if self._hands.is_dim:
            self._forgetting.look()
        self.keeper.rest()
        self.rest(now)

    def _is_old(self, chips: tuple[Chip, ...]) -> bool:
        """Whether the screen shows what time has made untrue."""
        moved = local_minute(self.clock) != self._minute or self._hands.is_dim != self._dim
        return moved or self.bench.is_waiting or self._chips() != chips

    def _drain(self) -> None:
        while self._held and not self._waiting:
            self._read(self._held.popleft())

    # -- reads --------------------------------------------------------------------------------------------------------

    def _read(self, item: Handled) -> None:
        device = item.device if isinstance(item, events.Scan) else ""
        put_back = self._standing()
        try:
            with self.keeper.act() as transaction, self.desk.within(transaction):
                moved = self._act(item, transaction)
                view = self._prepared(moved)
        except Exception:
            put_back()
            self.ports.beep(device, "wrong")
            raise
        self._answer(device, moved)
        self._call(moved)
        self._show(last_word(moved), view)
        self._hint_all()

    def _act(self, item: Handled, transaction: Transaction) -> list[Moved]:
        """Understands, decides, records and moves on; not durable yet."""
        started = self.clock.mono_ns()
        read = understand(item, transaction)
        moved = self._decide(read, transaction)
        self._log(transaction, read, moved, started)
        self._install(moved)
        return moved

    def _standing(self) -> Callable[[], None]:
        """How everything stands in memory; the answer puts it back when a transaction comes to nothing."""
        bench, memo, role = self.bench, self.bench.memo(), self._role
        waiting, asked = dict(self._waiting), dict(self._asked)

        def put_back() -> None:
            self.bench = bench
            bench.restore(memo)
            self._waiting, self._asked, self._role, self._goes_on = waiting, asked, role, None

        return put_back

    def _rehearse(self) -> None:
        """Lets the screen draw ahead what the scan that it wants will lead to; nothing of it happens."""
        self._likely = False
        if self._view is None or self._waiting or self.help.page or self.bench.gate or self.desk.operator is None:
            return

        def play(scan: events.Scan, transaction: Transaction) -> None:
            moved = self._act(scan, transaction)
            if self.queue.no_hand_waits:
                self.rehearses(self._drawn(last_word(moved)))

        put_back, serial = self._standing(), self._serial
        self._rehearsal.of(self._view, play)
        put_back()
        self._serial = serial

    def _prepared(self, moved: list[Moved]) -> View | None:
        """The View of what is about to be durable: the screen draws it for itself while the disk is flushed.

        Nothing of it is seen or heard before that. None where the View depends on what a device is still to do.
        """
        if any(each.outcome.calls for each in moved):
            return None
        view = self._drawn(last_word(moved))
        self.prepares(view)
        return view

    def _hint_all(self) -> None:
        """There may be something to carry and to print; whoever does it begins when the screen is painted."""
        self.quiet.when_calm(self.courier.kick)
        self.quiet.when_calm(self.spooler.kick)

    def _log(self, transaction: Transaction, read: events.Read, moved: list[Moved], started: int) -> None:
        final = last_word(moved)
        word = "ignored" if final.ignored else "refused" if final.accepted is False else "accepted"
        transaction.log_read(
            read,
            outcome=word,
            reason=final.refused,
            workflow=moved[-1].bench.workflow.kind,
            handled_us=(self.clock.mono_ns() - started) // 1000,
        )

    def _decide(self, read: events.Read, transaction: Transaction) -> list[Moved]:
        """Lets the benches decide and records what they decided: one bench, or a chain when a task opens another."""
        cause = self._cause(read, transaction)
        if not self.bench.is_double(read):
            universal = self._universal(read, transaction, cause)
            if universal is not None:
                universal[-1].bench.note(read)
                return universal
        return self._chain(self.bench, read, transaction, cause)

    def _chain(self, bench: Bench[object], event: object, transaction: Transaction, cause: Cause) -> list[Moved]:
        moved: list[Moved] = []
        following: object | None = event
        while following is not None and len(moved) < 4:
            outcome = bench.handle(following)
            if moved and outcome.accepted is False and not outcome.facts:
                return [self._refused_opening(moved[0], bench, outcome)]
            recorded = self._keep(bench, outcome, transaction, cause)
            moved.append(Moved(bench, outcome, recorded))
            following = None
            if outcome.opens or outcome.ends:
                at_home = Opening("home" if self.desk.operator else "sign-in", b"")
                opening, self._goes_on = outcome.opens or self._goes_on or at_home, None
                bench, following = self._open(moved[-1], opening, transaction)
                if following is None:
                    moved.append(Moved(bench, Outcome(), ()))
        return moved

    def _open(self, before: Moved, opening: Opening, transaction: Transaction) -> tuple[Bench[object], object | None]:
        before.bench.commit(before.outcome, before.recorded)
        bench = self._bench(opening.workflow, opening.task_id, transaction)
        bench.follow(before.bench)
        person = self.desk.operator.person_id if self.desk.operator else None
        task = opening.task_id or None
        transaction.remember(person_id=person, workflow=opening.workflow if task else "", task_id=task)
        return bench, opening.event

    def _refused_opening(self, first: Moved, refusing: Bench[object], outcome: Outcome) -> Moved:
        """A task that refuses the very scan that should open it does not open: the refusal shows where we were."""
        first.bench.shown, first.bench.echo = refusing.shown, outcome.echo or first.bench.echo
        return Moved(first.bench, replace(outcome, ends=False, opens=None), ())

    def _keep(
        self, bench: Bench[object], outcome: Outcome, transaction: Transaction, cause: Cause
    ) -> tuple[Recorded, ...]:
        cause = replace(cause, task_id=bench.task_id)
        transaction.record(outcome.apart, replace(cause, task_id=b""))
        recorded = transaction.record(outcome.facts, cause, outcome.voids)
        for request in outcome.ask:
            request_id = transaction.ask(request, bench.task_id)
            if request.waits:
                self._waiting[request_id] = self.clock.mono_ns() + WAIT_NS
                self._asked[request_id] = request.kind
        for fact in outcome.facts:
            self._person_moved(fact, transaction)
        return recorded

    def _person_moved(self, fact: Fact, transaction: Transaction) -> None:
        if isinstance(fact, SignedIn):
            self.desk.operator = transaction.read(operator, fact.person_id)
            kept = transaction.kept()
            same = self.desk.operator is not None and self._role in ("", self.desk.operator.role)
            if kept.task_id and kept.workflow in self._workflows and same:
                self._goes_on = Opening(kept.workflow, kept.task_id)
            self._role = ""
            transaction.remember(person_id=fact.person_id, workflow="", task_id=None)

    def _cause(self, read: events.Read, transaction: Transaction) -> Cause:
        return Cause(
            at=read.at,
            actor_id=self._actor(),
            task_id=self.bench.task_id,
            group=transaction.next_group(),
            device=read.device,
            scan_number=read.number,
            scan_text=read.text,
        )

    # -- commands and badges that mean the same everywhere ------------------------------------------------------------

    def _universal(self, read: events.Read, transaction: Transaction, cause: Cause) -> list[Moved] | None:
        page, self.help.page = self.help.turned(), 0
        if isinstance(read, events.CommandRead) and (said := self.screen.commanded(read.word)):
            return [Moved(self.bench, quiet_word(said, read), ())]
        if self.desk.operator is None:
            return None
        if isinstance(read, events.BadgeRead):
            return None if self.bench.gate else self._badge(read, transaction, cause)
        if not isinstance(read, events.CommandRead):
            return None
        if read.word == "HELP":
            self.help.page = page
            return [Moved(self.bench, quiet_word(say("Help") if page else say("Help closed"), read), ())]
        if read.word == "OUT":
            return self._sign_out(read, transaction, cause)
        if read.word == "HOME" and self.bench.workflow.kind != "home":
            moved = Moved(self.bench, quiet_word(say("Kept: its scan or OPEN goes on"), read), ())
            home, _ = self._open(moved, Opening("home", b""), transaction)
            return [moved, Moved(home, Outcome(), ())]
        return None

    def _badge(self, read: events.BadgeRead, transaction: Transaction, cause: Cause) -> list[Moved] | None:
        person = self.desk.operator
        assert person is not None
        if read.person_id == person.person_id:
            return [Moved(self.bench, quiet_word(say("You are signed in"), read), ())]
        following = transaction.read(operator, read.person_id)
        if following is None:
            return None
        transaction.record((SignedOut(person.person_id), SignedIn(following.person_id)), replace(cause, task_id=b""))
        task = self.bench.task_id or None
        self.desk.operator = following
        transaction.remember(
            person_id=following.person_id, workflow=self.bench.workflow.kind if task else "", task_id=task
        )
        words = say("{name} goes on here", name=following.name)
        return [Moved(self.bench, quiet_word(words, read), ())]

    def _sign_out(self, read: events.CommandRead, transaction: Transaction, cause: Cause) -> list[Moved]:
        person = self.desk.operator
        assert person is not None
        transaction.record((SignedOut(person.person_id),), replace(cause, task_id=b""))
        self.desk.operator = None
        before = Moved(self.bench, quiet_word(say("{name} signed out", name=person.name), read), ())
        bench, _ = self._open(before, Opening("sign-in", b""), transaction)
        return [before, Moved(bench, Outcome(), ())]

    def _lock_up(self, why: Text) -> None:
        """Nobody was here for ten minutes, or who was has left: a badge is asked for; the same role goes on."""
        person = self.desk.operator
        assert person is not None
        with self.keeper.act() as transaction, self.desk.within(transaction):
            cause = Cause(at=self.clock.now(), actor_id=person.person_id, group=transaction.next_group())
            transaction.record((SignedOut(person.person_id),), cause)
            task = self.bench.task_id or None
            transaction.remember(person_id=None, workflow=self.bench.workflow.kind if task else "", task_id=task)
        self.desk.operator, self._role = None, person.role
        self.bench = self._bench("sign-in", b"")
        self.bench.echo = Echo(Tone.NORMAL, why)
        self._show(None)

    def _mishap(self, error: Exception) -> None:
        """What nobody foresaw: logged with a reference that the screen shows; the work stands at the same line."""
        reference = f"{self.clock.mono_ns() // 1_000_000 % 46_656_000:05d}"[-5:]
        log.error("reference %s: %s: %s", reference, type(error).__name__, error, exc_info=error)
        try:
            self.bench = self._resume()
        except Exception:  # not even that: the screen as it was must do
            log.exception("reference %s: the task could not be opened again", reference)
        self.bench.shown = Shown(problem_of(error, reference))
        self.health.free = free_bytes(self.home.root)
        self._show(Outcome(accepted=False, sound=Sound.WRONG))

    # -- after the commit ---------------------------------------------------------------------------------------------

    def _install(self, moved: list[Moved]) -> None:
        for each in moved:
            each.bench.commit(each.outcome, each.recorded)
        self.bench = moved[-1].bench

    def _answer(self, device: str, moved: list[Moved]) -> None:
        final = last_word(moved)
        tone = "attention" if final.ignored else TONES.get(final.sound)  # never no answer: some scanners block on it
        if device and not tone and self._waiting:
            self._owed = device  # it asked central: it is answered when central has answered
        elif device:
            self.ports.beep(device, tone or "accepted")

    def _call(self, moved: list[Moved]) -> None:
        """What devices are to do now that everything is durable."""
        for each in moved:
            for call in each.outcome.calls:
                if call.act == "test_beep":
                    self.ports.beep(call.device, "accepted")
                elif call.act == "test_print":
                    self.spooler.test(call.device)
                elif not (call.device == "screen" and self.screen.act(call.act)):
                    log.warning("no device of this station knows %r", call.act)

    def _pay(self, outcome: Outcome) -> None:
        """The beep of a scan that had to wait for central."""
        if self._owed and not self._waiting:
            self.ports.beep(self._owed, TONES.get(outcome.sound) or "accepted")
            self._owed = ""

    # -- everything else that can happen ------------------------------------------------------------------------------

    def _event(self, event: object) -> None:
        """An event that is no read: may record facts (a weight, an answer)."""
        cell = self.bench.workflow.table.get((self.bench.workflow.step(self.bench.state), type(event)))
        if cell is None and not isinstance(event, events.Refreshed):
            self._pay(Outcome())
            self._show(None)
            return
        memo = self.bench.memo()
        try:
            with self.keeper.act() as transaction, self.desk.within(transaction):
                cause = Cause(at=self.clock.now(), actor_id=self._actor(), group=transaction.next_group())
                moved = self._chain(self.bench, event, transaction, cause)
        except Exception:
            self.bench.restore(memo)
            raise
        self._install(moved)
        self._pay(last_word(moved))
        self._show(last_word(moved))
        self._hint_all()

    def _actor(self) -> bytes:
        return self.desk.operator.person_id if self.desk.operator else b""

    def _weigh(self, weight: events.Weight) -> None:
        self.health.met(weight)
        changed = (weight.grams, weight.stable) != (self.desk.scale_grams, self.desk.scale_stable)
        self.desk.scale_grams, self.desk.scale_stable = weight.grams, weight.stable
        now = self.clock.mono_ns()
        if changed and self.bench.workflow.kind in WEIGHED and now - self._scale_shown_ns >= SCALE_EVERY_NS:
            self._scale_shown_ns = now
            self._show(None)

    def _device(self, change: events.DeviceChanged) -> None:
        if self.health.heard(change):
            sound = Sound.DEVICE_BACK if change.health == "ok" else Sound.DEVICE_LOST
            self._show(Outcome(sound=sound))
        else:
            self._show(None)

    def _saw(self, seen: Seen) -> None:
        if seen.serial >= self._problem_serial:
            self.bench.seen(seen.mono_ns)
        self._likely = seen.serial == self._serial

    def _arrived(self, job: Parcelled) -> None:
        try:
            arrival = self.keeper.take_in(job)
        finally:
            self.courier.taken()
        self.desk.arrived(arrival.topics)
        self._news |= arrival.topics  # shown when no scan waits: a hand is never behind a server
        if self._held:
            self._refresh()
        for request, task, kind, body in arrival.answers:
            self._waiting.pop(request, None)
            self._asked.pop(request, None)
            if task == self.bench.task_id:
                self._event(events.Answered(RequestId(request), kind, body))
        self._pay(Outcome())
        self._drain()
        self.spooler.kick()

    def _refresh(self) -> None:
        topics, self._news = self._news, frozenset()
        if self.desk.operator is not None and "person" in topics:
            found = self.desk.read(operator, self.desk.operator.person_id)
            if found is None:
                return self._lock_up(say("{name} does not work here any more", name=self.desk.operator.name))
            self.desk.operator = found
        follows = self.bench.workflow.follows
        if follows and not follows & topics:
            return
        with self.keeper.look() as look, self.desk.within(look):
            outcome = self.bench.handle(events.Refreshed(topics))
        self.bench.commit(outcome, ())
        self._show(None)

    def _printed(self, done: PrintDone) -> None:
        self.health.met_at[done.printer] = self.clock.now()
        with self.keeper.act() as transaction, self.desk.within(transaction):
            cause = Cause(at=self.clock.now(), actor_id=self._actor(), group=transaction.next_group())
            transaction.record((PrintMoved(done.job_id, done.state, done.problem, done.printer),), cause)
        self.spooler.recorded(done.job_id)
        self._event(events.PrintChanged(PrintJobId(done.job_id), done.state, done.problem))
        self.courier.kick()

    # -- the screen ---------------------------------------------------------------------------------------------------

    def _show(self, outcome: Outcome | None, view: View | None = None) -> None:
        if view is None:
            with self.keeper.look() as look, self.desk.within(look):
                view = self._drawn(outcome)
        shown = self.bench.shown.problem if self.bench.shown else None
        if shown is not self._problem:
            self._problem, self._problem_serial = shown, 0
        if self.bench.shown is None:
            self._problem_serial = 0
        elif not self._problem_serial or (outcome and outcome.accepted is False):
            self._problem_serial = self._problem_serial or self._serial
        given, self._view = self.clock.mono_ns(), view
        if self._paints:
            self.quiet.given(self._serial)
        self._on_view(view)
        if not self._paints:  # seen when it is handed over: whoever reads it may act before this line is reached
            self.bench.seen(given)

    def _drawn(self, outcome: Outcome | None) -> View:
        """The whole screen as it is now, with the next serial number."""
        try:
            view = self.bench.view(outcome)
        except Exception:  # a screen that can't be drawn must say so; the work goes on at the same line
            log.exception("the screen of %s could not be made", self.bench.workflow.kind)
            view = crashed(self.bench.echo)
        self._serial += 1
        self._minute = local_minute(self.clock)
        header = replace(
            view.header,
            station=self.keeper.station.name,
            person=self.desk.operator.name if self.desk.operator else "",
            chips=self._chips(),
            clock=self._minute,
            language=self.desk.operator.language if self.desk.operator else "",
        )
        self._dim = self._hands.is_dim
        whole = replace(view, header=header, serial=self._serial, dim=self._dim, screen=self.screen.settings)
        return self.help.over(whole)

    def _chips(self) -> tuple[Chip, ...]:
        if not self.health.line.online:
            self.health.line = replace(self.health.line, queued=self.keeper.queued())
        return self.health.chips()
