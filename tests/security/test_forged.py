"""Anybody can print a card or a badge: none of them costs money or stock, buys or takes back anything by itself.

A packer (and a lead who types no PIN) walks at random through every task of the house on a real station; at each new
screen every command, choice, reason, grade and quantity there is gets forged: what would it record, what would it ask?
"""

from __future__ import annotations

import copy
import random
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app import events
from app.barcodes import COMMANDS, command_code, is_sound, own_code
from app.facts import Fact
from app.settings import Home
from app.view import ProblemHero, View
from app.work.rules import RIGHTS, roles_of
from app.workflow import Bench, Outcome
from tests.journeys.looking import rows
from tests.security.walker import Walker
from ui.demo import BADGES, PINS, build
from ui.rooms import workflows

ASKS = frozenset({"cancel-order", "hold-order", "release-order", "resend-mail"})
FACTS = frozenset({"LabelVoided", "OverReceived", "WeightAccepted", "Adjusted", "Approved"})


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("forged") / "home")
    build(home.make(), orders=12)
    return home


@pytest.fixture
def walker(template: Home, tmp_path: Path) -> Iterator[Walker]:
    shutil.copytree(template.root, tmp_path / "home")
    made = Walker(Home(tmp_path / "home"))
    yield made
    made.close()


def costs(fact: Fact) -> bool:
    """Whether this fact takes money or stock away that no hand has moved."""
    return fact.kind() in FACTS or (fact.kind() == "PutBackDone" and bool(getattr(fact, "missing", ())))


def forged(walker: Walker) -> list[events.Read]:
    """Every card that has a fixed form, and letters and digits of the screen's own keys."""
    seen = {"text": "forged", "at": walker.clock.now(), "mono_ns": walker.clock.mono_ns() + 10**9, "device": "gun"}
    return [
        *(events.CommandRead(word=word, **seen) for word in COMMANDS),
        *(events.ChoiceRead(choice=n, **seen) for n in range(1, 10)),
        *(events.ReasonRead(reason=n, **seen) for n in range(1, 5)),
        *(events.GradeRead(grade=n, **seen) for n in range(6)),
        *(events.QuantityRead(units=n, **seen) for n in (0, 1, 2, 99_999)),
        *(events.KeyRead(key=k, touched=True, **{**seen, "text": "", "device": ""}) for k in ("1", "ENTER", "BACK")),
    ]  # fmt: skip


def forge_all(walker: Walker) -> list[str]:
    """What any forged card, or two in a row, would do here that it may not; nothing is recorded by trying."""
    found: list[str] = []
    with walker.runner.keeper.look() as look, walker.runner.desk.within(look):
        for read in forged(walker):
            bench = copy.copy(walker.runner.bench)
            outcome = bench.handle(read)
            found += _harm(bench, (read,), outcome)
            leads_on = outcome.accepted and not (outcome.facts or outcome.ask or outcome.opens or outcome.ends)
            if not leads_on or bench.gate is not None or not isinstance(read, events.CommandRead):
                continue
            bench.commit(outcome, ())
            if bench.state is walker.runner.bench.state:
                continue
            for second in forged(walker):
                if isinstance(second, events.CommandRead) and second.word not in ("DONE", "VOID", "CANCEL", "MANUAL"):
                    continue
                branch = copy.copy(bench)
                later = replace(second, mono_ns=second.mono_ns + 10**9)
                found += _harm(branch, (read, later), branch.handle(later))
    return found


def _harm(bench: Bench[Any], reads: tuple[events.Read, ...], outcome: Outcome) -> list[str]:
    told = f"{bench.workflow.kind} after {reads}"
    harm = [f"{told} records {fact}" for fact in outcome.facts if costs(fact)]
    return harm + [f"{told} asks {ask.kind}" for ask in outcome.ask if ask.kind in ASKS]


def codes_of(home: Home) -> list[str]:
    """Everything that hangs, lies or is printed in this warehouse, badges left out."""
    found = rows(home.central_file, "SELECT value FROM code WHERE kind <> 'badge' ORDER BY value")
    return [value for (value,) in found]


def labels_of(walker: Walker) -> list[str]:
    """What stands on the labels of boxes that are open at this bench."""
    found = rows(walker.runner.home.station_file, "SELECT tracking FROM parcel WHERE state = 'labelled'")
    return [tracking for (tracking,) in found]


def standing(view: View) -> tuple[str, str]:
    """Which screen this is, and what it wants or refuses."""
    hero = view.hero
    return view.kind, hero.name if isinstance(hero, ProblemHero) else hero.imperative.template


def step(walker: Walker, turns: random.Random, codes: list[str]) -> None:
    """One act of somebody who mostly does what the screen says, and sometimes anything."""
    wanted = [w.code for w in walker.view.wanted if w.code] or labels_of(walker)
    tiles = [w.card.word for w in workflows().values() if w.card]
    throw = turns.random()
    if wanted and throw < 0.55:
        walker.scan(turns.choice(wanted))
    elif throw < 0.62:
        walker.scan(command_code(turns.choice(["HOME", "CLEAR", "UNDO", "DONE"])))
    elif throw < 0.70:
        walker.scan(command_code("HOME"))
        walker.scan(command_code(turns.choice(tiles)))
    elif throw < 0.78:
        walker.scan(command_code(turns.choice(COMMANDS)))
    elif throw < 0.84:
        walker.scan(own_code(turns.choice(["OPT1", "OPT2", "RSN1", "RSN2", "QTY1", "QTY2", "QTY9", "GRD1", "GRD3"])))
    elif throw < 0.87:
        order = rows(walker.runner.home.central_file, "SELECT value FROM code WHERE kind = 'order' ORDER BY value")
        walker.scan(command_code("HOME"))
        walker.scan(command_code("LOOKUP"))
        walker.scan(turns.choice(order)[0])
        walker.scan(command_code(turns.choice(["CANCEL", "HOLD", "RELEASE", "VOID", "REPRINT", "RESEND"])))
    elif throw < 0.89:
        walker.load(turns.choice([0, 300, 1140, 5000]))
    elif throw < 0.91:
        walker.keys("111111" if turns.random() < 0.3 else turns.choice(["12", "7", "0"]))
    else:
        walker.scan(turns.choice(codes))


@pytest.mark.slow
@pytest.mark.parametrize("who", ["packer", "lead"])
def test_no_forged_card_in_any_screen_costs_anything_without_a_pin(walker: Walker, who: str) -> None:
    # given somebody who is signed in and types no right PIN
    turns, codes = random.Random(len(who)), codes_of(walker.runner.home)
    walker.scan(BADGES[who])
    visited: Counter[tuple[str, str]] = Counter()
    found: list[str] = []

    # when he walks through the house, and at each new screen every card is forged
    for _ in range(220):
        step(walker, turns, codes)
        if walker.runner.desk.operator is None:
            walker.scan(BADGES[who])
        stand = standing(walker.view)
        if not visited[stand]:
            found += forge_all(walker)
        visited[stand] += 1

    # then nothing that costs was recorded or asked, by trying or by doing
    assert found == []
    kinds = {kind for (kind,) in rows(walker.runner.home.station_file, "SELECT DISTINCT kind FROM fact")}
    assert kinds & FACTS == set()
    asked = {
        kind for (kind,) in rows(walker.runner.home.central_file, "SELECT kind FROM ask UNION SELECT kind FROM answer")
    }
    assert asked & ASKS == set()
    # and the walk saw the house
    tasks = {kind.split(".")[0] for kind, _ in visited}
    assert len({kind for kind, _ in visited}) >= 14, sorted(visited)
    assert {"approval", "home", "look-up", "pack", "pick", "receive"} <= tasks, sorted(tasks)


def an_order(home: Home) -> tuple[str, str]:
    """Number and code of an order that waits to be picked."""
    waits = (
        "SELECT o.number, c.value FROM code c JOIN sales_order o ON o.id = c.subject "
        "WHERE c.kind = 'order' AND o.state = 'released' ORDER BY o.number LIMIT 1"
    )
    ((number, code),) = rows(home.central_file, waits)
    return str(number), str(code)


def test_with_the_pin_the_very_same_card_does_it(walker: Walker) -> None:
    """The test above would pass if nothing could ever be approved."""
    number, code = an_order(walker.runner.home)
    walker.scan(BADGES["packer"])
    walker.scan(command_code("LOOKUP"))
    walker.scan(code)
    walker.scan(command_code("CANCEL"))
    assert walker.view.kind == "approval.badge"
    walker.scan(BADGES["lead"])
    assert walker.view.kind == "approval.pin"
    walker.keys(PINS["1003"])

    home = walker.runner.home
    assert rows(home.central_file, "SELECT state FROM v_order WHERE number = ?", number) == [("cancelled",)]
    said = rows(home.station_file, "SELECT kind, person FROM v_fact WHERE kind IN ('PinAccepted', 'Approved')")
    assert said == [("PinAccepted", "Jonas Weber"), ("Approved", "Jonas Weber")]
    ((right, act),) = rows(
        home.central_file,
        "SELECT json_extract(body, '$.right'), json_extract(body, '$.act') FROM v_fact WHERE kind = 'Approved'",
    )
    assert (right, act) == ("cancel", f"Cancel order {number}")
    assert walker.runner.desk.operator is not None
    assert walker.runner.desk.operator.name == "Jonas Weber"


def test_a_lead_s_own_pin_is_asked_for_each_act_anew(walker: Walker) -> None:
    walker.scan(BADGES["lead"])
    walker.scan(command_code("LOOKUP"))
    walker.scan(an_order(walker.runner.home)[1])
    for word in ("HOLD", "CANCEL"):
        walker.scan(command_code(word))
        assert walker.view.kind == "approval.pin"
        walker.keys(PINS["1003"])
        assert not walker.view.kind.startswith("approval")


# ---- badges ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["1003", "1001", own_code("U1003"), own_code("1003"), "U1003", "BADGE1003", "lead"])
def test_a_badge_made_of_the_staff_number_is_nobody_s(walker: Walker, code: str) -> None:
    walker.scan(code)

    assert walker.runner.desk.operator is None
    assert walker.view.kind == "sign-in"


def test_badges_that_we_make_are_random_and_sound(template: Home) -> None:
    badges = [v for (v,) in rows(template.central_file, "SELECT value FROM code WHERE kind = 'badge'")]

    assert len(set(badges)) == len(badges) >= 5
    assert all(is_sound(badge) and len(badge) == 18 for badge in badges)


# ---- the table of rights --------------------------------------------------------------------------------------------


def test_every_right_that_a_handler_asks_for_stands_in_the_table() -> None:
    import ast

    asked = set()
    for path in Path("app").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = getattr(node, "func", None)
            if (
                isinstance(node, ast.Call)
                and isinstance(name, ast.Name)
                and name.id == "approval"
                and len(node.args) > 1
            ):
                asked |= {a.value for a in [node.args[1]] if isinstance(a, ast.Constant)}

    assert asked - RIGHTS.keys() == set()
    assert {"void", "refund", "adjust", "over_receipt"} <= asked


def test_pickers_packers_and_receivers_hold_no_right_and_an_unknown_right_is_nobody_s() -> None:
    assert not {"picker", "packer", "receiver"} & set().union(*RIGHTS.values())
    assert roles_of("no such right") == frozenset()
