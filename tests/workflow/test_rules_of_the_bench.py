"""Double reads, refusals that stay until they are seen, CLEAR, the tray, UNDO: the same for every task."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import events
from app.ids import BinId
from app.picking.facts import BinProved, ItemProved
from app.text import say
from app.view import Hero, ProblemHero, Sound, Tone
from app.workflow import Bench, Opening, Outcome
from tests.workflow.sample import GLUE, MUG, OTHER_SHELF, SHELF, SOAP, VASE, Floor, Sample, Taken

# ---- one read or two ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("after", "ignored"), [(0.001, True), (0.079, True), (0.081, False), (0.25, False)])
def test_an_item_of_which_more_is_wanted_counts_again_after_80_ms(shelf: Floor, after: float, ignored: bool) -> None:
    shelf.item(SOAP)

    again = shelf.item(SOAP, after=after)

    assert (again.ignored, shelf.bench.state.units) == (ignored, {SOAP: 1 if ignored else 2})


@pytest.mark.parametrize(("after", "ignored"), [(0.08, True), (0.399, True), (0.401, False)])
def test_an_item_of_which_no_more_is_wanted_is_read_once_within_400_ms(
    shelf: Floor, after: float, ignored: bool
) -> None:
    shelf.item(MUG)

    again = shelf.item(MUG, after=after)

    assert (again.ignored, again.refused) == (ignored, "" if ignored else "TooMany")


def test_soaps_at_four_a_second_are_all_counted_and_no_more_than_are_wanted(shelf: Floor) -> None:
    outcomes = [shelf.item(SOAP, after=0.25) for _ in range(4)]

    assert [(o.accepted, o.ignored, o.refused) for o in outcomes] == [
        (True, False, ""),
        (True, False, ""),
        (None, True, ""),
        (False, False, "TooMany"),  # half a second after the last that counted: no bounce any more
    ]


def test_anything_but_an_item_is_read_once_within_400_ms(floor: Floor) -> None:
    floor.bin()

    again = floor.bin(after=0.3)

    assert again.ignored
    assert floor.bench.state == Taken(place=SHELF)
    assert floor.shown == ""


def test_an_ignored_read_is_echoed_and_counted_and_leaves_no_fact(shelf: Floor) -> None:
    shelf.item(MUG)

    again = shelf.item(MUG, after=0.05)

    assert (again.facts, again.accepted, shelf.bench.ignored) == ((), None, 1)
    assert again.echo is not None
    assert (again.echo.words, again.echo.tone) == (say("Read twice, counted once"), Tone.NORMAL)
    assert len(shelf.kept) == 2


def test_two_guns_that_read_the_same_are_two_reads(shelf: Floor) -> None:
    shelf.item(SOAP, device="left")
    shelf.item(SOAP, device="right", after=0.01)

    assert shelf.bench.state.units == {SOAP: 2}


def test_another_code_between_makes_it_a_read_of_its_own(shelf: Floor) -> None:
    shelf.item(SOAP)
    shelf.item(MUG, after=0.03)
    shelf.item(SOAP, after=0.03)

    assert shelf.bench.state.units == {SOAP: 2, MUG: 1}


def test_a_finger_is_never_a_double_read(shelf: Floor) -> None:
    shelf.card("HOLD", touched=True, device="")
    again = shelf.card("HOLD", touched=True, device="", after=0.01)

    assert again.accepted


def test_a_code_with_two_meanings_of_which_one_is_wanted_counts_like_any_item(shelf: Floor) -> None:
    meanings = (shelf.meaning(events.ItemRead, sku_id=SOAP), shelf.meaning(events.BoxTypeRead, box_type_id=b"x"))

    outcomes = [shelf.ambiguous(*meanings, after=0.25) for _ in range(2)]

    assert [o.accepted for o in outcomes] == [True, True]
    assert shelf.bench.state.units == {SOAP: 2}


def test_the_scan_that_opens_a_task_counts_there_and_its_bounce_does_not(floor: Floor) -> None:
    # given a bench whose scan opened this task
    scan = floor.read(events.BinRead, bin_id=SHELF)
    before: Bench[Taken] = Bench(Sample(), b"\x04" * 16, floor.desk)
    before.handle(scan)
    floor.bench.follow(before)

    # when the scan is handed on, and the gun bounces
    opened = floor.send(Opening("sample", b"\x03" * 16, scan).event)
    bounce = floor.bin(after=0.04)

    # then the one counts and the other is ignored
    assert (opened.accepted, opened.ignored) == (True, False)
    assert bounce.ignored


# ---- refusals -------------------------------------------------------------------------------------------------------


def test_a_refused_scan_changes_nothing_and_says_so(shelf: Floor) -> None:
    before = shelf.bench.state

    outcome = shelf.item(VASE)

    assert (outcome.accepted, outcome.refused, outcome.sound) == (False, "WrongItem", Sound.WRONG)
    assert (outcome.facts, outcome.voids, outcome.ask, outcome.opens, outcome.ends) == ((), (), (), None, False)
    assert shelf.bench.state == before
    hero = shelf.bench.view(outcome).hero
    assert isinstance(hero, ProblemHero)
    assert (hero.name, hero.unchanged) == ("WrongItem", say("Nothing was changed."))


def test_a_correct_scan_after_it_was_seen_ends_a_refusal(shelf: Floor) -> None:
    shelf.item(VASE)
    shelf.look()

    shelf.item(MUG)

    assert shelf.shown == ""
    assert isinstance(shelf.bench.view().hero, Hero)


def test_scans_taken_before_it_was_seen_are_done_in_order_and_the_refusal_stays_with_their_count(shelf: Floor) -> None:
    # given a wrong item, and three scans before the screen shows it: a good one, a wrong one, a good one
    shelf.item(VASE)
    shelf.item(MUG)
    shelf.bin(OTHER_SHELF)
    shelf.item(SOAP)

    # then the good ones count, the first refusal stays, and it tells how many came after it
    assert shelf.bench.state.units == {MUG: 1, SOAP: 1}
    assert (shelf.shown, shelf.queued) == ("WrongItem", 3)
    hero = shelf.bench.view().hero
    assert isinstance(hero, ProblemHero)
    assert hero.queued == 3

    # and a scan that was in the air when the screen was seen does not end it, the next one does
    late = shelf.read(events.ItemRead, sku_id=SOAP)
    shelf.look()
    shelf.send(late)
    assert (shelf.shown, shelf.queued) == ("WrongItem", 4)
    shelf.card("HOLD")
    assert shelf.shown == ""


def test_the_screen_counts_as_seen_from_the_first_time(shelf: Floor) -> None:
    shelf.item(VASE)
    shelf.look()
    shelf.look()
    first = shelf.bench.shown

    assert first is not None
    assert first.seen_ns is not None
    shelf.look()
    assert shelf.bench.shown == first


def test_a_second_wrong_scan_after_the_first_was_seen_takes_its_place(shelf: Floor) -> None:
    shelf.item(VASE)
    shelf.look()

    shelf.bin(OTHER_SHELF)

    assert (shelf.shown, shelf.queued) == ("Unexpected", 0)
    assert shelf.bench.shown is not None
    assert shelf.bench.shown.seen_ns is None


def test_clear_ends_a_refusal_that_was_seen(shelf: Floor) -> None:
    shelf.item(VASE)
    shelf.look()

    outcome = shelf.card("CLEAR")

    assert (shelf.shown, outcome.accepted, outcome.sound) == ("", True, Sound.ACCEPTED)


def test_a_clear_that_came_too_early_ends_nothing_and_is_answered(shelf: Floor) -> None:
    shelf.item(VASE)

    outcome = shelf.card("CLEAR")

    assert (shelf.shown, shelf.queued) == ("WrongItem", 1)
    assert (outcome.accepted, outcome.sound) == (True, Sound.ATTENTION)


def test_clear_without_a_refusal_changes_nothing(shelf: Floor) -> None:
    before = shelf.bench.state

    assert shelf.card("CLEAR").accepted
    assert shelf.bench.state == before


def test_what_nobody_scanned_may_be_refused_too(shelf: Floor) -> None:
    """A weight that is off: the work goes on, the screen says so, the good items count."""
    weight = events.LoadSettled(2000, shelf.desk.clock.now(), shelf.desk.clock.mono_ns())

    outcome = shelf.send(weight)

    assert (outcome.accepted, outcome.refused, outcome.sound) == (None, "TooHeavy", Sound.ATTENTION)
    assert shelf.shown == "TooHeavy"
    shelf.look()
    shelf.item(MUG)
    assert (shelf.shown, shelf.bench.state.units) == ("", {MUG: 1})


def test_a_weight_does_not_hide_a_refusal_that_nobody_saw(shelf: Floor) -> None:
    shelf.item(VASE)

    shelf.send(events.LoadSettled(2000, shelf.desk.clock.now(), shelf.desk.clock.mono_ns()))

    assert (shelf.shown, shelf.queued) == ("WrongItem", 0)


def test_an_event_that_this_step_does_not_know_is_nothing_to_it(floor: Floor) -> None:
    weight = events.LoadSettled(5, floor.desk.clock.now(), floor.desk.clock.mono_ns())

    outcome = floor.send(weight)

    assert (outcome.handler, outcome.refused, floor.shown) == ("", "", "")


# ---- the wrong thing in the hand ------------------------------------------------------------------------------------


def test_a_wrong_thing_in_the_hand_goes_to_the_tray_and_no_other_scan_ends_it(shelf: Floor) -> None:
    # given glue in the hand, and the screen seen
    shelf.item(GLUE)
    shelf.look()

    # when the right item is scanned with the wrong one still in the hand
    assert shelf.item(MUG).accepted is False
    assert (shelf.shown, shelf.bench.state.units) == ("WrongItem", {})
    shelf.look()

    # then the tray ends it, and what went there is recorded
    outcome = shelf.tray()
    assert (outcome.accepted, outcome.facts, shelf.shown) == (True, (BinProved(SHELF),), "")
    assert shelf.item(MUG).accepted


def test_clear_ends_it_as_well(shelf: Floor) -> None:
    shelf.item(GLUE)
    shelf.look()

    shelf.card("CLEAR")

    assert shelf.shown == ""


def test_scans_in_the_air_while_the_wrong_thing_was_found_still_count(shelf: Floor) -> None:
    shelf.item(GLUE)

    assert shelf.item(MUG).accepted
    assert (shelf.shown, shelf.queued) == ("WrongItem", 1)


# ---- codes with two meanings ----------------------------------------------------------------------------------------


def two_items(floor: Floor) -> tuple[events.Read, ...]:
    return floor.meaning(events.ItemRead, sku_id=MUG), floor.meaning(events.ItemRead, sku_id=SOAP)


def test_a_code_with_two_wanted_meanings_is_asked_and_a_card_chooses(shelf: Floor) -> None:
    asked = shelf.ambiguous(*two_items(shelf))
    shelf.look()
    chosen = shelf.choice(2)

    assert (asked.refused, asked.facts) == ("Ambiguous", ())
    assert (chosen.accepted, shelf.bench.state.units, shelf.shown) == (True, {SOAP: 1}, "")


def test_the_question_names_what_can_be_chosen(shelf: Floor) -> None:
    shelf.ambiguous(*two_items(shelf))

    hero = shelf.bench.view().hero

    assert isinstance(hero, ProblemHero)
    assert [str(line) for line in hero.do] == [
        "Scan choice card 1: That is ItemRead ",
        "Scan choice card 2: That is ItemRead ",
    ]


def test_a_card_without_an_offer_gets_the_same_question_again(shelf: Floor) -> None:
    shelf.ambiguous(*two_items(shelf))
    shelf.look()

    wrong = shelf.choice(7)
    shelf.look()
    right = shelf.choice(1)

    assert (wrong.refused, right.accepted, shelf.bench.state.units) == ("Ambiguous", True, {MUG: 1})


def test_a_card_scanned_before_the_question_was_seen_answers_nothing(shelf: Floor) -> None:
    shelf.ambiguous(*two_items(shelf))

    early = shelf.choice(1)

    assert (early.accepted, shelf.bench.state.units) == (False, {})
    assert (shelf.shown, shelf.queued) == ("Ambiguous", 1)


def test_a_card_answers_the_question_on_the_screen_and_no_later_one(shelf: Floor) -> None:
    """Two ambiguous codes in a row, the second before the first question was seen."""
    shelf.ambiguous(*two_items(shelf))
    shelf.ambiguous(*reversed(two_items(shelf)), after=0.5)
    shelf.look()

    shelf.choice(1)

    assert shelf.bench.state.units == {MUG: 1}


def test_another_refusal_takes_the_offers_away(shelf: Floor) -> None:
    shelf.ambiguous(*two_items(shelf))
    shelf.look()
    shelf.item(VASE)
    shelf.look()

    assert shelf.choice(1).refused == "Unexpected"
    assert shelf.bench.state.units == {}


def test_a_chosen_meaning_that_is_not_wanted_here_is_refused_by_name(shelf: Floor) -> None:
    shelf.ambiguous(shelf.meaning(events.ToteRead, tote_id=b"t"), shelf.meaning(events.BinRead, bin_id=b"b"))
    shelf.look()

    outcome = shelf.choice(1)
    shelf.look()

    assert (outcome.refused, shelf.shown) == ("Unexpected", "Unexpected")
    assert shelf.choice(1).refused == "Unexpected"
    assert shelf.bench.shown is not None
    assert shelf.bench.shown.choices == ()


# ---- UNDO -----------------------------------------------------------------------------------------------------------


def test_undo_goes_back_scan_by_scan_to_the_beginning(shelf: Floor) -> None:
    # given a walk, and the state after each scan
    states = [Taken(), shelf.bench.state]
    for sku in (SOAP, SOAP, MUG):
        shelf.item(sku)
        states.append(shelf.bench.state)

    # when UNDO is scanned as often
    back = []
    for _ in range(4):
        outcome = shelf.card("UNDO")
        back.append((shelf.bench.state, outcome.ends))

    # then it stands where it stood, and is over when nothing is left
    assert back == [(state, state == Taken()) for state in reversed(states[:-1])]
    assert shelf.kept == []


def test_undo_works_the_same_after_a_restart(shelf: Floor) -> None:
    shelf.item(SOAP)
    before = shelf.bench.state
    shelf.item(MUG)

    shelf.restart()
    shelf.card("UNDO")

    assert shelf.bench.state == before


def test_undo_takes_back_all_that_one_scan_recorded(shelf: Floor) -> None:
    shelf.item(GLUE)
    shelf.look()
    shelf.tray()
    kept = list(shelf.kept)

    outcome = shelf.card("UNDO")

    assert outcome.voids == (kept[-1].fact_id,)
    assert shelf.kept == kept[:-1]


def test_undo_refuses_where_a_fact_of_the_last_scan_can_not_be_taken_back(shelf: Floor) -> None:
    """Also when another fact of the same scan could be."""
    for sku in (SOAP, SOAP, MUG):
        shelf.item(sku)
    shelf.card("DONE")
    before = shelf.bench.state

    outcome = shelf.card("UNDO")

    assert (outcome.refused, outcome.voids, shelf.bench.state) == ("NothingToUndo", (), before)


def test_undo_of_nothing_is_refused(floor: Floor) -> None:
    assert floor.card("UNDO").refused == "NothingToUndo"


def test_an_undo_in_the_air_counts_behind_a_refusal_and_does_not_end_it(shelf: Floor) -> None:
    shelf.item(MUG)
    shelf.item(VASE)

    shelf.card("UNDO")

    assert (shelf.bench.state.units, shelf.shown, shelf.queued) == ({}, "WrongItem", 1)


def test_undo_forgets_notes_that_are_no_facts(shelf: Floor) -> None:
    shelf.item(MUG)
    shelf.card("HOLD")
    assert shelf.bench.state.note == "held"

    shelf.card("UNDO")

    assert shelf.bench.state == Taken(place=SHELF)


# ---- whatever is scanned --------------------------------------------------------------------------------------------

SCANS = st.lists(
    st.tuples(
        st.sampled_from(
            ["shelf", "other", "soap", "mug", "vase", "glue", "UNDO", "CLEAR", "HOLD", "DONE", "tray", "two"]
        ),
        st.sampled_from([0.02, 0.2, 1.0]),
        st.booleans(),
    ),
    max_size=25,
)


def pull(floor: Floor, what: str, after: float) -> Outcome:
    things = {"soap": SOAP, "mug": MUG, "vase": VASE, "glue": GLUE}
    if what in ("shelf", "other"):
        return floor.bin(BinId(SHELF if what == "shelf" else OTHER_SHELF), after=after)
    if what in things:
        return floor.item(things[what], after=after)
    if what == "tray":
        return floor.tray(after=after)
    if what == "two":
        return floor.ambiguous(*two_items(floor), after=after)
    return floor.card(what, after=after)


@given(SCANS)
def test_only_facts_change_anything_and_every_scan_is_answered(scans: list[tuple[str, float, bool]]) -> None:
    floor = Floor()
    for what, after, looked in scans:
        before, kept = floor.bench.state, list(floor.kept)
        outcome = pull(floor, what, after)

        # a refused or ignored scan changes nothing
        if outcome.accepted is not True:
            assert (floor.bench.state, floor.kept) == (before, kept)
            assert (outcome.facts, outcome.voids) == ((), ())
        # every scan is answered: accepted, refused by a name, or ignored; and said in words
        assert (outcome.accepted is True) + bool(outcome.refused) + outcome.ignored == 1
        assert outcome.ignored or outcome.sound is not Sound.NONE
        # pulling the plug loses nothing but notes
        state = floor.bench.state
        again: Bench[Taken] = Bench(Sample(), b"\x03" * 16, floor.desk, floor.kept)
        assert (again.state.place, again.state.units) == (state.place, state.units)
        # and what is on the screen can be drawn
        assert floor.bench.view().kind.startswith("sample.")
        if looked:
            floor.look()


@given(SCANS)
def test_a_transaction_that_failed_can_be_tried_again(scans: list[tuple[str, float, bool]]) -> None:
    """`memo` and `restore` put back what `handle` may have changed before anything was durable."""
    floor, twice = Floor(), Floor()
    for what, after, looked in scans:
        pull(floor, what, after)
        memo, state = twice.bench.memo(), twice.bench.state
        read = _capture(twice, what, after)
        twice.bench.handle(read)  # its transaction fails …
        twice.bench.restore(memo)
        assert twice.bench.state == state
        twice.send(read)  # … and is tried once more
        assert (twice.bench.state, twice.bench.shown, twice.bench.echo) == (
            floor.bench.state,
            floor.bench.shown,
            floor.bench.echo,
        )
        if looked:
            floor.look()
            twice.look()


def _capture(floor: Floor, what: str, after: float) -> events.Read:
    """The read that `pull` would send."""
    caught: list[events.Read] = []
    send, floor.send = floor.send, caught.append  # type: ignore[method-assign,assignment]
    pull(floor, what, after)
    floor.send = send  # type: ignore[method-assign]
    return caught[0]


def test_facts_carry_what_was_observed(shelf: Floor) -> None:
    shelf.item(SOAP, units=2)

    assert [r.fact for r in shelf.kept] == [BinProved(SHELF), ItemProved(SOAP, SHELF, "", 2)]
