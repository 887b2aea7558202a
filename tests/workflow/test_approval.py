"""The gate: a read that needs an approval is held, and goes on by badge and PIN, or not at all."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app import events
from app.errors import Refused
from app.ids import PersonId, stable_id
from app.picking.facts import ItemProved
from app.text import say
from app.view import Hero, Keypad, Note, ProblemHero, Sound, View
from app.work.facts import Approved, PinAccepted, PinRefused
from app.workflow import Bench, Desk, Next, Operator, Outcome, Request, approval, on
from tests.approving import HERE, Leads
from tests.workflow.sample import MUG, SHELF, SOAP, Floor, Sample, Step, Taken, problem

LEAD, CLERK, NEWCOMER = (PersonId(stable_id("person", name)) for name in ("lead", "clerk", "newcomer"))
ACT = say("Void the label")


class Guarded(Sample):
    """The sample with a card that costs money (VOID), one that asks central (CANCEL), two that go wrong."""

    kind = "guarded"

    @on(Step.BIN, Step.ITEM, Step.FULL, to=(Step.ITEM, Step.FULL))
    def command_scanned(self, state: Taken, event: events.CommandRead, desk: Desk) -> Next:
        if event.word == "VOID":
            by = approval(event, "void", ACT)
            return Next(facts=(ItemProved(MUG, state.place, by.hex()[:4], 1),), echo=say("Voided"), sound=Sound.STEP)
        if event.word == "CANCEL":
            approval(event, "cancel", say("Cancel the order"))
            return Next(ask=(Request("cancel"),), echo=say("Asked"))
        if event.word == "RESEND":
            approval(event, "cancel", say("Cancel the order"))
            raise Refused(problem("TooLate"))
        if event.word == "CHANGE":
            approval(event, "void", ACT)
            approval(event, "cancel", say("Cancel the order"))
        raise Refused(self.unexpected(state, event, desk))

    @on(Step.ITEM)
    def answered(self, state: Taken, event: events.Answered, desk: Desk) -> Next:
        approval(events.Read(text="", at=desk.clock.now(), mono_ns=0), "void", ACT)
        raise AssertionError("not reached")


class Gated(Floor):
    """A packer before the guarded bench; a lead whose PIN is 271828 is near."""

    def __init__(self) -> None:
        super().__init__()
        self.desk.approvals = Leads({LEAD: ("Mia Lange", "271828"), NEWCOMER: ("Ana Moreno", "")})
        self.desk.operator = Operator(CLERK, "Sophie Keller", "packer", "en")
        self.apart: list[object] = []
        self.bench: Bench[Taken] = Bench(Guarded(), b"\x03" * 16, self.desk)
        self.bin()

    def send(self, event: object) -> Outcome:
        outcome = super().send(event)
        self.apart += outcome.apart
        return outcome

    def badge(self, person: PersonId, **more: Any) -> Outcome:
        return self.send(self.read(events.BadgeRead, person_id=person, **more))

    def keys(self, keys: str, after: float = 0.2) -> list[Outcome]:
        return [self.key(key, after=after) for key in keys]

    def key(self, key: str, after: float = 0.2) -> Outcome:
        return self.send(self.read(events.KeyRead, key=key, text="", device="", touched=True, after=after))

    @property
    def view(self) -> View:
        return self.bench.view()

    @property
    def problem(self) -> str:
        return self.view.hero.name if isinstance(self.view.hero, ProblemHero) else ""


@pytest.fixture
def gated() -> Gated:
    return Gated()


# ---- open, pass, leave ----------------------------------------------------------------------------------------------


def test_a_read_that_needs_an_approval_is_held_and_nothing_is_recorded(gated: Gated) -> None:
    before = gated.bench.state

    outcome = gated.card("VOID")

    assert (outcome.facts, outcome.ask, outcome.accepted, outcome.sound) == ((), (), True, Sound.ATTENTION)
    assert (gated.bench.state, gated.view.kind) == (before, "approval.badge")
    assert gated.view.hero == Hero(
        imperative=say("Scan the badge of a lead"), icon="id-card", second=say("Then they type their PIN here")
    )
    note = gated.view.object[0]
    assert isinstance(note, Note)
    assert note.title == ACT


def test_badge_and_pin_hand_the_same_read_in_again_and_the_approval_is_recorded_with_the_act(gated: Gated) -> None:
    gated.card("VOID")
    gated.badge(LEAD)
    assert gated.view.kind == "approval.pin"

    last = gated.keys("271828")[-1]

    assert last.facts == (
        Approved(LEAD, "void", "Void the label"),
        ItemProved(MUG, SHELF, LEAD.hex()[:4], 1),
    )
    assert last.apart == (PinAccepted(LEAD, HERE),)
    assert (last.sound, gated.bench.gate, gated.view.kind) == (Sound.STEP, None, "sample.item")
    assert gated.desk.operator == Operator(CLERK, "Sophie Keller", "packer", "en")


def test_whoever_is_signed_in_and_may_types_the_pin_at_once(gated: Gated) -> None:
    gated.desk.operator = Operator(LEAD, "Mia Lange", "lead", "de")

    gated.card("VOID")

    assert gated.view.kind == "approval.pin"
    assert gated.keys("271828")[-1].facts[0] == Approved(LEAD, "void", "Void the label")


def test_clear_leaves_the_gate_with_nothing_changed(gated: Gated) -> None:
    before, kept = gated.bench.state, list(gated.kept)
    gated.card("VOID")
    gated.badge(LEAD)
    gated.keys("2718")

    left = gated.card("CLEAR")

    assert (left.facts, left.apart, gated.bench.gate) == ((), (), None)
    assert (gated.bench.state, gated.kept, gated.view.kind) == (before, kept, "sample.item")


def test_the_right_ends_with_the_act(gated: Gated) -> None:
    gated.card("VOID")
    gated.badge(LEAD)
    gated.keys("271828")

    gated.card("VOID")

    assert gated.view.kind == "approval.badge"


def test_an_act_that_only_asks_records_the_approval_apart_so_that_undo_meets_the_scan_before(gated: Gated) -> None:
    gated.item(SOAP)
    gated.card("CANCEL")
    gated.badge(LEAD)
    last = gated.keys("271828")[-1]

    assert (last.facts, len(last.ask)) == ((), 1)
    assert last.apart == (PinAccepted(LEAD, HERE), Approved(LEAD, "cancel", "Cancel the order"))
    gated.card("UNDO")
    assert gated.bench.state == Taken(place=SHELF)


def test_an_approved_act_that_is_refused_in_the_end_records_no_approval(gated: Gated) -> None:
    gated.card("RESEND")
    gated.badge(LEAD)
    last = gated.keys("271828")[-1]

    assert (last.refused, last.facts, last.apart) == ("TooLate", (), (PinAccepted(LEAD, HERE),))
    assert gated.problem == "TooLate"


def test_undo_takes_the_act_and_its_approval_back_together(gated: Gated) -> None:
    gated.card("VOID")
    gated.badge(LEAD)
    gated.keys("271828")

    undone = gated.card("UNDO")

    assert len(undone.voids) == 2
    assert gated.bench.state == Taken(place=SHELF)


def test_what_was_approved_for_one_right_approves_no_other(gated: Gated) -> None:
    gated.card("CHANGE")
    gated.badge(LEAD)
    last = gated.keys("271828")[-1]

    assert (last.facts, last.apart) == ((), (PinAccepted(LEAD, HERE),))
    assert gated.bench.gate is not None
    assert gated.bench.gate.right == "cancel"


def test_a_read_that_could_not_see_the_refusal_on_the_screen_opens_no_gate(gated: Gated) -> None:
    gated.bin(b"\x09" * 16)
    assert gated.shown

    outcome = gated.card("VOID")

    assert (outcome.accepted, gated.bench.gate) == (False, None)
    gated.look()
    gated.card("VOID")
    assert gated.view.kind == "approval.badge"


def test_an_event_that_no_hand_made_is_refused_and_opens_no_gate(gated: Gated) -> None:
    gated.send(events.Answered(b"r" * 16, "x", {}))

    assert (gated.bench.gate, gated.shown) == (None, "NeedsApproval")


# ---- what is refused at the gate ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("person", "name"), [(PersonId(b"\x07" * 16), "BadgeNotActive"), (NEWCOMER, "NoPin"), (CLERK, "BadgeNotActive")]
)
def test_a_badge_that_does_not_help_is_refused_in_words(gated: Gated, person: PersonId, name: str) -> None:
    gated.card("VOID")

    outcome = gated.badge(person)

    assert (outcome.accepted, outcome.refused, gated.problem) == (False, name, name)
    assert gated.view.kind == "approval.badge"


def test_the_badge_of_somebody_without_the_right_is_refused(gated: Gated) -> None:
    gated.desk.approvals.may = frozenset({"hold"})
    gated.card("VOID")

    assert gated.badge(LEAD).refused == "MayNotApprove"


@pytest.mark.parametrize("kind", [events.ItemRead, events.BinRead, events.QuantityRead, events.UnknownRead])
def test_any_other_scan_is_refused_and_loses_nothing(gated: Gated, kind: type[events.Read]) -> None:
    what: dict[type, dict[str, Any]] = {
        events.ItemRead: {"sku_id": SOAP}, events.BinRead: {"bin_id": SHELF}, events.QuantityRead: {"units": 2},
    }  # fmt: skip
    gated.card("VOID")
    gated.badge(LEAD)
    gated.keys("271")

    outcome = gated.send(gated.read(kind, **what.get(kind, {})))

    assert (outcome.accepted, outcome.refused, outcome.facts) == (False, "ApprovalOpen", ())
    assert gated.keys("828")[-1].facts[0] == Approved(LEAD, "void", "Void the label")


def test_digits_from_a_scanner_are_no_keys(gated: Gated) -> None:
    gated.card("VOID")
    gated.badge(LEAD)

    outcome = gated.send(gated.read(events.UnknownRead, text="271828"))

    assert (outcome.accepted, outcome.facts, gated.desk.approvals.checked) == (False, (), [])


def test_a_wrong_pin_is_a_fact_apart_and_the_next_try_begins_anew(gated: Gated) -> None:
    gated.card("VOID")
    gated.badge(LEAD)

    wrong = gated.keys("271829")[-1]

    assert (wrong.facts, wrong.apart, wrong.refused) == ((), (PinRefused(LEAD, HERE, b"", 0),), "WrongPin")
    assert gated.problem == "WrongPin"
    assert gated.keys("271828")[-1].facts[0] == Approved(LEAD, "void", "Void the label")


def test_while_it_is_locked_keys_are_not_heard_and_the_screen_says_how_long(gated: Gated) -> None:
    gated.card("VOID")
    gated.badge(LEAD)
    gated.desk.approvals.wait = 30

    refused = gated.keys("271828")

    assert {o.refused for o in refused} == {"PinLocked"}
    assert gated.desk.approvals.checked == []
    hero = gated.view.hero
    assert isinstance(hero, ProblemHero)
    assert (str(hero.what), gated.bench.is_waiting) == ("Wait 30 seconds", True)
    gated.desk.approvals.wait = 0
    assert not gated.bench.is_waiting


@pytest.mark.parametrize(
    ("keys", "shown"),
    [(["2", "7"], 2), (["2", "BACK"], 0), (["BACK"], 0), (["x", "2"], 1), (["2", "7", "ENTER"], 0), (["٣", "²"], 0)],
)
def test_only_digits_count_back_takes_one_away_and_enter_before_six_begins_anew(
    gated: Gated, keys: list[str], shown: int
) -> None:
    gated.card("VOID")
    gated.badge(LEAD)

    for key in keys:
        gated.key(key)

    keypad = next(p for p in gated.view.context if isinstance(p, Keypad))
    assert (keypad.entered, keypad.masked) == ("•" * shown, True)
    assert gated.desk.approvals.checked == []


def test_after_half_a_minute_what_was_typed_is_forgotten_and_the_badge_is_asked_for_again(gated: Gated) -> None:
    gated.card("VOID")
    gated.badge(LEAD)
    gated.keys("27182")

    late = gated.key("8", after=31.0)

    assert (late.facts, gated.desk.approvals.checked, gated.view.kind) == ((), [], "approval.badge")


def test_rows_from_central_do_not_close_the_gate_and_a_failed_transaction_puts_it_back(gated: Gated) -> None:
    gated.card("VOID")
    gated.badge(LEAD)
    memo = gated.bench.memo()
    gated.send(events.Refreshed(frozenset({"tote"})))
    assert gated.view.kind == "approval.pin"

    gated.keys("2718")
    gated.bench.restore(memo)
    keypad = next(p for p in gated.view.context if isinstance(p, Keypad))
    assert keypad.entered == ""


# ---- nobody ever sees the digits ------------------------------------------------------------------------------------


def test_no_view_echo_or_repr_has_a_digit_of_the_pin() -> None:
    gated = Gated()
    gated.card("VOID")
    gated.badge(LEAD)
    said = []
    for key in "98765":
        event = gated.read(events.KeyRead, key=key, text="", device="", touched=True, after=0.2)
        outcome = gated.send(event)
        said += [
            repr(event), repr(events.Key(key, event.at, 0)), repr(outcome), repr(gated.bench.view(outcome)),
            repr(replace(gated.bench.gate, event=event)) if gated.bench.gate else "",
        ]  # fmt: skip
    at = gated.desk.clock.now().isoformat()

    assert [words for words in said if "'9" in words or "98" in words.replace(at, "") or "key=" in words] == []


@given(
    st.lists(st.sampled_from(["VOID", "CANCEL", "CLEAR", "UNDO", "HOLD", "lead", "nobody", "1", "2", "ENTER", "bin"]))
)
@settings(max_examples=60)
def test_without_the_pin_no_order_of_scans_and_keys_does_what_is_guarded(acts: list[str]) -> None:
    gated = Gated()
    for act in acts:
        match act:
            case "lead":
                gated.badge(LEAD)
            case "nobody":
                gated.badge(NEWCOMER)
            case "1" | "2" | "ENTER":
                gated.key(act)
            case "bin":
                gated.bin()
            case _:
                assert gated.card(act).ask == ()

    assert not [r.fact for r in gated.kept if isinstance(r.fact, ItemProved | Approved)]
