"""An order by phone or at the counter: items by scan or by words, who and where to, terms, and DONE."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any, ClassVar

from app.approval import approval
from app.errors import Problem, Refused
from app.events import Answered, AskFailed, ChoiceRead, CommandRead, ItemRead, KeyRead, QuantityRead, Read
from app.facts import Fact
from app.processing.facts import EntryLine, EntryPlaced, EntryPriced, EntryTerms
from app.processing.workflows import draft as drafts
from app.processing.workflows.draft import TYPED, Draft, EntryState, Person, Step
from app.processing.workflows.enter_order_view import entry_view
from app.text import NOTHING, count, say
from app.view import Sound, Tone, View
from app.work.queries import describe, products_named, setting, sku_card
from app.workflow import Card, Desk, Next, Request, Workflow, on

MOST_TYPED = 80
EXPRESS = "express"
BACKS = {
    Step.PRODUCTS: Step.LINES, Step.PRICE: Step.LINES, Step.CUSTOMER: Step.LINES, Step.CUSTOMERS: Step.CUSTOMER,
    Step.ADDRESS: Step.CUSTOMER, Step.TERMS: Step.ADDRESS, Step.CHECK: Step.TERMS,
}  # fmt: skip
"""Where SKIP leads back to."""


class EnterOrder(Workflow[EntryState]):
    """Lines by scan or by words, the customer, the address, the terms, and DONE places the order at central."""

    kind = "order-entry"
    card: ClassVar[Card | None] = Card(
        "NEWORDER", "phone", say("New order"), roles=frozenset(("office", "lead")), order=70
    )
    follows: ClassVar[frozenset[str]] = frozenset(("sku", "code"))

    def initial(self, task_id: bytes, desk: Desk) -> EntryState:
        percent = drafts.amount(desk.read(setting, "tax_percent", "0")) or Decimal(0)
        return EntryState(desk.read(setting, "currency", "EUR"), percent, draft=Draft(request=task_id))

    def evolve(self, state: EntryState, fact: Fact) -> EntryState:
        return drafts.evolve(state, fact)

    def carried(self, before: EntryState, after: EntryState) -> EntryState:
        step = before.draft.step if before.draft.step is not Step.PRICE or after.lines else Step.LINES
        return replace(after, draft=replace(before.draft, step=step, problem=NOTHING))

    def step(self, state: EntryState) -> Step:
        return state.draft.step

    def is_over(self, state: EntryState) -> bool:
        return False

    # -- lines --------------------------------------------------------------------------------------------------------

    @on(Step.LINES, Step.PRODUCTS, Step.PRICE, Step.CHECK, to=(Step.LINES,))
    def item_scanned(self, state: EntryState, event: ItemRead, desk: Desk) -> Next:
        return self._add(state, event.sku_id, event.units, desk)

    def _add(self, state: EntryState, sku_id: bytes, units: int, desk: Desk) -> Next:
        fact = EntryLine(sku_id, units)
        card = desk.read(sku_card, sku_id)
        known = any(line.sku_id == sku_id for line in state.lines)
        ask = () if known else (Request("price", {"sku": sku_id.hex(), "currency": state.currency}),)
        return Next(
            facts=(fact,),
            state=self.evolve(state, fact).with_draft(step=Step.LINES, typed="", found=(), active=-1),
            echo=say("{n} × {name}", n=units, name=card.name),
            ask=ask,
            flash=True,
        )

    @on(Step.LINES, Step.PRICE)
    def quantity_scanned(self, state: EntryState, event: QuantityRead, desk: Desk) -> Next:
        if not state.lines:
            raise Refused(_problem("NoLine", say("A quantity card follows an item"), say("Scan the item first")))
        last = state.lines[-1]
        fact = EntryLine(last.sku_id, event.units - last.units)
        words = say("{n} × {name}", n=event.units, name=desk.read(sku_card, last.sku_id).name)
        return Next(facts=(fact,), state=self.evolve(state, fact).with_draft(), echo=words)

    @on(Step.LINES)
    def typing_begun(self, state: EntryState, event: ChoiceRead, desk: Desk) -> Next:
        if event.choice != 1:
            raise Refused(_no_choice(1))
        return Next(state=state.with_draft(active=0), echo=say("Type a part of its name, or its SKU"))

    @on(Step.LINES, to=(Step.PRODUCTS,))
    def word_typed(self, state: EntryState, event: KeyRead, desk: Desk) -> Next:
        if event.key != "ENTER":
            typed = _typed(state.draft.typed, event.key)
            return Next(state=state.with_draft(typed=typed, active=0), sound=Sound.NONE)
        if not state.draft.typed.strip():
            return Next(state=state.with_draft(typed="", active=-1), sound=Sound.NONE)
        found = desk.read(products_named, state.draft.typed)
        if not found:
            words = say("Nothing is called {words}", words=state.draft.typed)
            return Next(state=state.with_draft(problem=words), echo=words, tone=Tone.WARN, sound=Sound.ATTENTION)
        return Next(state=state.with_draft(step=Step.PRODUCTS, found=found, active=-1), echo=_found(len(found)))

    @on(Step.PRODUCTS, to=(Step.LINES,))
    def product_chosen(self, state: EntryState, event: ChoiceRead, desk: Desk) -> Next:
        if not 1 <= event.choice <= len(state.draft.found):
            raise Refused(_no_choice(len(state.draft.found)))
        return self._add(state, state.draft.found[event.choice - 1].id, 1, desk)

    @on(Step.PRODUCTS, to=(Step.LINES,))
    def another_word(self, state: EntryState, event: KeyRead, desk: Desk) -> Next:
        typed = "" if event.key != "BACK" else state.draft.typed
        again = state.with_draft(step=Step.LINES, found=(), typed=typed, active=0)
        return self.word_typed(again, event, desk) if event.key != "ENTER" else Next(state=again, sound=Sound.NONE)

    # -- price --------------------------------------------------------------------------------------------------------

    @on(Step.PRICE, to=(Step.LINES,))
    def price_typed(self, state: EntryState, event: KeyRead, desk: Desk) -> Next:
        if event.key != "ENTER":
            return Next(state=state.with_draft(typed=_typed(state.draft.typed, event.key)), sound=Sound.NONE)
        price = drafts.keyed(state.draft.typed, state.currency)
        if price is None:
            words = say("A price is an amount such as 24.90")
            return Next(state=state.with_draft(problem=words), echo=words, tone=Tone.WARN, sound=Sound.ATTENTION)
        line = state.unpriced[0] if state.unpriced else state.lines[-1]
        fact = EntryPriced(line.sku_id, format(price, "f"))
        following = self.evolve(state, fact)
        step = Step.PRICE if following.unpriced and state.unpriced else Step.LINES
        words = say("{price} {currency} each", price=price, currency=state.currency)
        return Next(facts=(fact,), state=following.with_draft(step=step, typed=""), echo=words)

    # -- who and where to ---------------------------------------------------------------------------------------------

    @on(Step.CUSTOMER, Step.CUSTOMERS, to=(Step.CUSTOMER, Step.CUSTOMERS, Step.ADDRESS))
    def customer_typed(self, state: EntryState, event: KeyRead, desk: Desk) -> Next:
        if event.key != "ENTER":
            typed = _typed(state.draft.typed, event.key)
            following = state.with_draft(step=Step.CUSTOMER, typed=typed, found=(), active=0)
            return Next(state=following, sound=Sound.NONE)
        if len(state.draft.typed.strip()) < 2:
            words = say("Type at least two letters")
            return Next(state=state.with_draft(problem=words), echo=words, tone=Tone.WARN, sound=Sound.ATTENTION)
        return Next(
            ask=(Request("customers", {"text": state.draft.typed.strip()}, waits=True),), sound=Sound.NONE,
            echo=say("Looking for {words}", words=state.draft.typed.strip()), tone=Tone.NORMAL,
        )  # fmt: skip

    @on(Step.CUSTOMERS, to=(Step.ADDRESS,))
    def customer_chosen(self, state: EntryState, event: ChoiceRead, desk: Desk) -> Next:
        if not 1 <= event.choice <= len(state.draft.found):
            raise Refused(_no_choice(len(state.draft.found)))
        person = state.draft.found[event.choice - 1]
        following = state.with_draft(step=Step.ADDRESS, person=person, active=-1, typed="", found=())
        return Next(state=following, echo=say("{name}", name=person.name), flash=True)

    @on(Step.ADDRESS)
    def address_typed(self, state: EntryState, event: KeyRead, desk: Desk) -> Next:
        draft = state.draft
        active = max(draft.active, 0)
        if event.key == "ENTER":
            following = active + 1 if active + 1 < len(TYPED) else -1
            return Next(state=state.with_draft(active=following), sound=Sound.NONE)
        name = TYPED[active]
        value = _typed(getattr(draft.person, name), event.key)
        if name == "country":
            value = value.upper()[:2]
        return Next(
            state=state.with_draft(active=active, person=replace(draft.person, **{name: value})), sound=Sound.NONE
        )

    @on(Step.ADDRESS)
    def field_chosen(self, state: EntryState, event: ChoiceRead, desk: Desk) -> Next:
        if not 1 <= event.choice <= len(TYPED):
            raise Refused(_no_choice(len(TYPED)))
        return Next(state=state.with_draft(active=event.choice - 1), echo=drafts.LABELS[TYPED[event.choice - 1]])

    # -- terms --------------------------------------------------------------------------------------------------------

    @on(Step.TERMS)
    def terms_typed(self, state: EntryState, event: KeyRead, desk: Desk) -> Next:
        draft = state.draft
        if draft.active < 0:
            return Next(sound=Sound.NONE)
        if event.key != "ENTER":
            return Next(
                state=state.with_draft(active=draft.active, typed=_typed(draft.typed, event.key)), sound=Sound.NONE
            )
        terms = _with_term(state)
        if terms is None:
            words = say("That is no amount")
            return Next(state=_keep(state, problem=words), echo=words, tone=Tone.WARN, sound=Sound.ATTENTION)
        following = replace(state, terms=terms).with_draft(typed="", active=-1)
        return Next(facts=(terms,), state=following, echo=say("Kept"))

    @on(Step.TERMS)
    def term_chosen(self, state: EntryState, event: ChoiceRead, desk: Desk) -> Next:
        terms = state.terms
        match event.choice:
            case 1 | 2 | 3:
                return Next(state=state.with_draft(active=event.choice - 1, typed=""), echo=say("Type it"))
            case 4:
                terms = replace(terms, paid=not terms.paid)
            case 5:
                terms = replace(terms, service="" if terms.service else EXPRESS)
            case _:
                raise Refused(_no_choice(5))
        return Next(facts=(terms,), state=replace(state, terms=terms).with_draft(active=-1), echo=say("Changed"))

    # -- on and back --------------------------------------------------------------------------------------------------

    @on(*(step for step in Step if step is not Step.PLACING), to=tuple(Step))
    def command_scanned(self, state: EntryState, event: CommandRead, desk: Desk) -> Next:
        if event.word == "SKIP" and state.draft.step in BACKS:
            return Next(state=_at(state, BACKS[state.draft.step]), echo=say("One step back"))
        if event.word == "CHANGE" and state.draft.step is Step.LINES and state.lines:
            return Next(state=_at(state, Step.PRICE), echo=say("Type what one costs"))
        if event.word != "DONE":
            raise Refused(self.unexpected(state, event, desk))
        return self._on(state, event, desk)

    def _on(self, state: EntryState, event: CommandRead, desk: Desk) -> Next:
        draft = state.draft
        match draft.step:
            case Step.LINES | Step.PRICE | Step.PRODUCTS if not state.lines:
                raise Refused(_problem("NoLine", say("There is nothing on this order"), say("Scan an item")))
            case Step.LINES | Step.PRICE | Step.PRODUCTS if state.unpriced:
                name = desk.read(sku_card, state.unpriced[0].sku_id).name
                return Next(state=_at(state, Step.PRICE), echo=say("What does {name} cost?", name=name), tone=Tone.WARN)
            case Step.LINES | Step.PRICE | Step.PRODUCTS:
                known = draft.person != Person()
                following = _at(state, Step.ADDRESS) if known else _at(state, Step.CUSTOMER).with_draft(active=0)
                return Next(state=following, echo=say("Whose order is it?"))
            case Step.CUSTOMER | Step.CUSTOMERS:
                person = draft.person if draft.person != Person() else Person(name=draft.typed.strip())
                following = state.with_draft(
                    step=Step.ADDRESS, person=person, active=0 if not person.name else 1, typed="", found=()
                )
                return Next(state=following, echo=say("A new customer"))
            case Step.ADDRESS:
                return Next(state=_at(state, Step.TERMS), echo=say("Address kept"))
            case Step.TERMS:
                return self._agree(state, event, desk)
            case _:
                return self._place(state, desk)

    def _agree(self, state: EntryState, event: CommandRead, desk: Desk) -> Next:
        """The terms are said: a discount above the site's limit needs somebody who may give it."""
        terms = state.terms
        if wrong := drafts.wrong_terms(terms.discount, terms.shipping):
            raise Refused(_problem("WrongTerms", wrong, say("Type it again")))
        limit = drafts.amount(desk.read(setting, "discount_limit_percent", "10")) or Decimal(0)
        if drafts.percent_off(state) > limit:
            approval(event, "discount", say("Give {percent} percent off", percent=f"{drafts.percent_off(state):.0f}"))
        return Next(facts=(terms,), state=_at(state, Step.CHECK), echo=say("Read it back to the customer"))

    def _place(self, state: EntryState, desk: Desk) -> Next:
        body = _body(state, desk)
        return Next(
            ask=(Request("enter_order", body, waits=True),), state=state.with_draft(step=Step.PLACING),
            echo=say("Placing the order"), tone=Tone.NORMAL, sound=Sound.NONE,
        )  # fmt: skip

    # -- answers of central -------------------------------------------------------------------------------------------

    @on(*Step, to=(Step.CUSTOMERS, Step.CHECK, Step.ADDRESS))
    def answered(self, state: EntryState, event: Answered, desk: Desk) -> Next:
        match event.kind:
            case "price" if event.body.get("price"):
                price = (bytes.fromhex(event.body["sku"]), Decimal(event.body["price"]))
                return Next(state=_keep(state, prices=(*state.draft.prices, price)), sound=Sound.NONE)
            case "customers" if state.draft.step in (Step.CUSTOMER, Step.CUSTOMERS):
                return _customers(state, event.body)
            case "enter_order":
                return _placed(state, event.body)
        return Next(sound=Sound.NONE)

    @on(*Step, to=(Step.CHECK,))
    def not_answered(self, state: EntryState, event: AskFailed, desk: Desk) -> Next:
        words = say("Central is away. Nothing is lost; try again")
        step = Step.CHECK if state.draft.step is Step.PLACING else state.draft.step
        return Next(state=_keep(state, step=step), echo=words, tone=Tone.WARN, sound=Sound.ATTENTION)

    # -- the screen ---------------------------------------------------------------------------------------------------

    def unexpected(self, state: EntryState, event: Read, desk: Desk) -> Problem:
        what, detail = desk.read(describe, event)
        wanted = self.view(state, desk).hero
        act = getattr(wanted, "imperative", NOTHING)
        return _problem("NotForAnOrder", what, act, detail)

    def view(self, state: EntryState, desk: Desk) -> View:
        return entry_view(state, desk)


def _with_term(state: EntryState) -> EntryTerms | None:
    """The terms with what was typed into the active field: percent off, an amount off, or shipping."""
    typed, terms = state.draft.typed, state.terms
    if state.draft.active == 0:
        share = drafts.amount(typed.removesuffix("%"))
        return None if share is None or share > 100 else replace(terms, discount=f"{share}%" if share else "")
    value = drafts.keyed(typed, state.currency) if typed else Decimal(0)
    if value is None:
        return None
    if state.draft.active == 1:
        return replace(terms, discount=f"{value}" if value else "")
    return replace(terms, shipping=f"{value}" if value else "")


def _typed(words: str, key: str) -> str:
    if key == "BACK":
        return words[:-1]
    return (words + key)[:MOST_TYPED] if len(key) == 1 else words


def _keep(state: EntryState, **changes: Any) -> EntryState:
    return replace(state, draft=replace(state.draft, **changes))


def _at(state: EntryState, step: Step) -> EntryState:
    return state.with_draft(step=step, typed="", found=(), active=-1)


def _found(number: int) -> Any:
    return count(number, "{n} product has that", "{n} products have that")


def _customers(state: EntryState, body: dict[str, Any]) -> Next:
    found = tuple(Person(**{k: v for k, v in each.items() if k in drafts.PERSON_FIELDS}) for each in body["customers"])
    if not found:
        words = say("Nobody has that in name, e-mail or phone. DONE takes a new customer")
        return Next(state=_keep(state, problem=words), echo=words, tone=Tone.WARN, sound=Sound.ATTENTION)
    words = count(len(found), "{n} customer has that", "{n} customers have that")
    return Next(state=state.with_draft(step=Step.CUSTOMERS, found=found, active=-1), echo=words)


def _placed(state: EntryState, body: dict[str, Any]) -> Next:
    if "error" in body:
        words = say("Central could not take it: {why}", why=body["error"])
        return Next(state=_keep(state, step=Step.CHECK, problem=words), echo=words, tone=Tone.ERROR, sound=Sound.WRONG)
    holds = ", ".join(field or kind for kind, field in body["holds"])
    released = say("Order {number} is released to pick", number=body["number"])
    held = say("Order {number} is held: {holds}", number=body["number"], holds=holds)
    return Next(
        facts=(EntryPlaced(bytes.fromhex(body["order"])),), ends=True, sound=Sound.ORDER,
        echo=held if holds else released, tone=Tone.WARN if holds else Tone.OK,
    )  # fmt: skip


def _body(state: EntryState, desk: Desk) -> dict[str, Any]:
    sums, person = drafts.totals(state), state.draft.person
    return {
        "draft": state.draft.request.hex(),
        "person_id": desk.operator.person_id.hex() if desk.operator else "",
        "customer": {name: getattr(person, name).strip() for name in drafts.PERSON_FIELDS},
        "lines": [
            {"sku": line.sku_id.hex(), "units": line.units, "price": format(state.price_of(line) or Decimal(0), "f")}
            for line in state.lines
        ],
        "discount": format(sums.discount, "f"),
        "shipping": format(sums.shipping, "f"),
        "tax": format(sums.tax, "f"),
        "total": format(sums.total, "f"),
        "currency": state.currency,
        "paid": int(state.terms.paid),
        "service": state.terms.service,
    }


def _no_choice(most: int) -> Problem:
    words = (
        say("Choice cards 1 to {most} mean something here", most=most) if most else say("There is nothing to choose")
    )
    return _problem("NoSuchChoice", words, say("Scan the card of a row, or go on typing"))


def _problem(name: str, what: Any, act: Any, detail: Any = NOTHING) -> Problem:
    return Problem(name=name, what=what, detail=detail, do=(act,), unchanged=say("Nothing was changed."))
