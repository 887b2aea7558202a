"""The screens of an order that is being taken."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from app.barcodes import command_code, own_code
from app.documents import Address
from app.processing import rules
from app.processing.workflows import draft as drafts
from app.processing.workflows.draft import TYPED, EntryState, Step
from app.text import NOTHING, Text, count, figure, say, verbatim
from app.view import (
    Action,
    CountDatum,
    Form,
    FormField,
    Header,
    Hero,
    Keyboard,
    Keypad,
    Listing,
    ListingRow,
    NameDatum,
    Offer,
    Offers,
    Panel,
    Progress,
    Tone,
    View,
    Wanted,
)
from app.work.queries import code_of, sku_card
from app.workflow import Desk

STAGES = (say("Items"), say("Customer"), say("Terms"), say("Check"))
STAGE_OF = {
    Step.LINES: 0, Step.PRODUCTS: 0, Step.PRICE: 0, Step.CUSTOMER: 1, Step.CUSTOMERS: 1, Step.ADDRESS: 1,
    Step.TERMS: 2, Step.CHECK: 3, Step.PLACING: 3,
}  # fmt: skip
DONE = Action("DONE", "check", say("Done"), say("go on"), Tone.OK)
BACK = Action("SKIP", "undo-2", say("Back"), say("one step"))
UNDO = Action("UNDO", "undo-2", say("Undo"), say("last item"))
HELP = Action("HELP", "circle-help", say("Help"), say("command codes"))
PRICE = Action("CHANGE", "tag", say("Price"), say("of the last"))


def entry_view(state: EntryState, desk: Desk) -> View:
    """The whole screen of the step in hand."""
    made = _SCREENS[state.draft.step](state, desk)
    stage = STAGE_OF[state.draft.step]
    label = say("Step {n} of {m}: {what}", n=stage + 1, m=len(STAGES), what=STAGES[stage])
    units = count(state.units, "{n} unit", "{n} units")
    typing = any(isinstance(panel, Keyboard) for panel in made.object)
    return replace(
        made,
        kind=f"order-entry.{state.draft.step.value}",
        header=Header(task=say("New order")),
        progress=None if typing else Progress(stage, len(STAGES), label, units),  # the keyboard needs the room
    )


def _keys(desk: Desk) -> Keyboard:
    return Keyboard(desk.operator.language if desk.operator else "en")


def _second(state: EntryState, otherwise: Text) -> Text:
    return state.draft.problem or otherwise


def _tone(state: EntryState) -> Tone:
    return Tone.WARN if state.draft.problem else Tone.NORMAL


def _lines(state: EntryState, desk: Desk) -> Listing:
    rows = []
    for line in reversed(state.lines):
        card = desk.read(sku_card, line.sku_id)
        price = state.price_of(line)
        if price is None:
            second, right, tone = say("{n} ×, the price is missing", n=line.units), NOTHING, Tone.WARN
        else:
            second = say("{n} × {price}", n=line.units, price=price)
            right, tone = figure(line.units * price), Tone.NORMAL
        rows.append(ListingRow("package", card.title, second, right, tone))
    title = count(len(rows), "{n} line", "{n} lines")
    return Listing(title, tuple(rows), _money(drafts.totals(state).total, state), say("Nothing is on it yet"))


def _typing(title: Text, label: Text, state: EntryState, desk: Desk) -> tuple[Panel, ...]:
    return Form(title, (FormField(label, state.draft.typed),), 0), _keys(desk)


# ---- items ----------------------------------------------------------------------------------------------------------


def _at_lines(state: EntryState, desk: Desk) -> View:
    actions = (DONE, *((UNDO, PRICE) if state.lines else ()), HELP)
    if state.draft.active >= 0:
        hero = Hero(_second(state, say("Type its name or SKU")), "keyboard", tone=_tone(state))
        return View("", hero, object=_typing(say("Find a product"), say("Name or SKU"), state, desk), actions=actions)
    hero = Hero(
        say("Scan an item"), "scan-barcode", datum=_count_of(state), tone=_tone(state),
        second=_second(state, say("A quantity card changes the last one")),
    )  # fmt: skip
    field = FormField(say("No barcode at hand: type its name"), state.draft.typed, NOTHING, 1)
    return View(
        "", hero, object=(Form(say("Find a product"), (field,)),), context=(_lines(state, desk),), actions=actions,
        wanted=_wanted_items(state, desk),
    )  # fmt: skip


def _count_of(state: EntryState) -> CountDatum | None:
    if not state.units:
        return None
    return CountDatum(str(state.units), count(state.units, "unit", "units"))


def _at_products(state: EntryState, desk: Desk) -> View:
    found = state.draft.found
    offers = tuple(
        Offer(n, card.title, verbatim(" · ".join(p for p in (card.variant, card.sku) if p)), card.picture)
        for n, card in enumerate(found, 1)
    )
    hero = Hero(say("Choose a product"), "list", NameDatum(verbatim(state.draft.typed), NOTHING),
                second=say("Scan the choice card, or tap"))  # fmt: skip
    wanted = tuple(Wanted("command", offer.words, own_code(f"OPT{offer.number}")) for offer in offers)
    return View("", hero, object=(Offers(say("Products"), offers),), context=(_lines(state, desk),),
                actions=(BACK, HELP), wanted=wanted)  # fmt: skip


def _at_price(state: EntryState, desk: Desk) -> View:
    line = state.unpriced[0] if state.unpriced else state.lines[-1]
    card = desk.read(sku_card, line.sku_id)
    hero = Hero(
        say("Type what one costs"), "tag", NameDatum(card.title, verbatim(card.sku)), tone=_tone(state),
        second=_second(state, say("In {currency}, tax included", currency=state.currency)),
    )  # fmt: skip
    keypad = Keypad(say("Price of one"), _shown(state), enter=say("Keep"))
    return View("", hero, object=(_lines(state, desk),), context=(keypad,), actions=(BACK, HELP))


def _shown(state: EntryState) -> str | Text:
    """What was typed as the amount that it is."""
    value = drafts.keyed(state.draft.typed, state.currency)
    return state.draft.typed if value is None else _money(value, state)


def _term(kept: str) -> str | Text:
    """A term that is an amount follows the language; a share stays as it was typed."""
    value = drafts.amount(kept) if kept else None
    return kept if value is None else figure(value)


def _wanted_items(state: EntryState, desk: Desk) -> tuple[Wanted, ...]:
    last = tuple(
        Wanted("item", desk.read(sku_card, line.sku_id).title, desk.read(code_of, line.sku_id, "item"))
        for line in state.lines[-1:]
    )
    return (*last, Wanted("command", say("Done"), command_code("DONE")))


# ---- customer -------------------------------------------------------------------------------------------------------


def _at_customer(state: EntryState, desk: Desk) -> View:
    hero = Hero(_second(state, say("Type whose order it is")), "search", tone=_tone(state))
    panels = _typing(say("Find the customer"), say("Name, e-mail or phone; DONE takes a new one"), state, desk)
    return View("", hero, object=panels, actions=(DONE, BACK, HELP))


def _at_customers(state: EntryState, desk: Desk) -> View:
    rows = tuple(
        ListingRow("user-round", verbatim(p.name), verbatim(", ".join(w for w in (p.line1, p.postcode, p.city) if w)),
                   command=f"OPT{n}")
        for n, p in enumerate(state.draft.found, 1)
    )  # fmt: skip
    hero = Hero(say("Choose the customer"), "users", second=say("Scan the choice card, or tap; DONE takes a new one"))
    return View("", hero, object=(Listing(say("Customers"), rows),), context=(_lines(state, desk),),
                actions=(DONE, BACK, HELP))  # fmt: skip


def _at_address(state: EntryState, desk: Desk) -> View:
    draft, wrong = state.draft, _wrong_fields(state)
    fields = tuple(
        FormField(drafts.LABELS[name], getattr(draft.person, name), wrong.get(name, NOTHING), n)
        for n, name in enumerate(TYPED, 1)
    )
    form = Form(say("Where it goes"), fields, draft.active)
    if draft.active >= 0:
        label = drafts.LABELS[TYPED[draft.active]]
        hero = Hero(say("Type: {field}", field=label), "keyboard")
        return View("", hero, object=(form, _keys(desk)), actions=(DONE, BACK, HELP))
    missing = (
        count(len(wrong), "{n} field wants a look", "{n} fields want a look") if wrong else say("The address is whole")
    )
    hero = Hero(
        say("Choose a field, or scan DONE"), "map-pin", second=missing, tone=Tone.WARN if wrong else Tone.NORMAL
    )
    return View("", hero, object=(form,), actions=(DONE, BACK, HELP))


def _wrong_fields(state: EntryState) -> dict[str, Text]:
    """What the country's own rules say of the address, by field; nothing while it is still empty."""
    p = state.draft.person
    address = Address(p.name, p.company, p.line1, "", p.city, "", p.postcode, p.country, p.phone, p.email)
    said = {"house number": "line1", "region": "city", "address": "line1"}
    return {
        said.get(need.field, need.field): _need_words(need) for need in rules.address_needs(address)
        if said.get(need.field, need.field) in TYPED
    }  # fmt: skip


def _need_words(need: rules.Need) -> Text:
    if need.field == "house number":
        return say("The house number is missing")
    if need.field == "postcode" and need.detail.strip(" ~"):
        return say("It looks like {example} there", example=need.detail.rpartition("~")[2].strip())
    return say("It is missing")


# ---- terms and check ------------------------------------------------------------------------------------------------


def _at_terms(state: EntryState, desk: Desk) -> View:
    terms, active = state.terms, state.draft.active
    share = terms.discount if terms.discount.endswith("%") else ""
    fields = (
        FormField(say("Percent off"), share, NOTHING, 1),
        FormField(say("Amount off"), "" if share else _term(terms.discount), NOTHING, 2),
        FormField(say("Shipping"), _term(terms.shipping), NOTHING, 3),
        FormField(say("Paid"), _yes(terms.paid), NOTHING, 4),
        FormField(say("Express"), _yes(bool(terms.service)), NOTHING, 5),
    )
    form = Form(say("Terms"), fields)
    if active < 0:
        hero = Hero(say("Choose a term"), "ticket", second=_second(state, say("DONE goes on")))
        return View("", hero, object=(form,), context=(_sums(state),), actions=(DONE, BACK, HELP))
    hero = Hero(say("Type: {field}", field=fields[active].label), "keyboard", tone=_tone(state),
                second=_second(state, say("Enter keeps it")))  # fmt: skip
    shown = f"{state.draft.typed or 0} %" if active == 0 else _shown(state)
    keypad = Keypad(fields[active].label, shown, enter=say("Keep"))
    return View("", hero, object=(_sums(state),), context=(keypad,), actions=(DONE, BACK, HELP))


def _yes(on: bool) -> str:
    return "✓" if on else "–"


def _sums(state: EntryState) -> Listing:
    sums = drafts.totals(state)
    rows = [("shopping-cart", say("Goods"), sums.goods)]
    if sums.discount:
        rows.append(("ticket", say("Discount"), -sums.discount))
    rows.append(("truck", say("Shipping"), sums.shipping))
    rows.append(("credit-card", say("Total"), sums.total))
    if sums.tax:
        rows.append(("receipt", say("Tax in it"), sums.tax))
    return Listing(say("Totals"), tuple(ListingRow(i, w, right=_money(a, state)) for i, w, a in rows))


def _money(amount: Decimal, state: EntryState) -> Text:
    return say("{amount} {currency}", amount=amount, currency=state.currency)


def _at_check(state: EntryState, desk: Desk) -> View:
    sums, person = drafts.totals(state), state.draft.person
    hero = Hero(
        say("Read it back, then scan DONE"), "phone", tone=_tone(state),
        datum=CountDatum(figure(sums.total), verbatim(state.currency)),
        second=_second(state, say("{name}, {city}", name=person.name or "–", city=person.city or "–")),
    )  # fmt: skip
    return View("", hero, object=(_sums(state),), context=(_lines(state, desk),), actions=(DONE, BACK, HELP),
                wanted=(Wanted("command", say("Done"), command_code("DONE")),))  # fmt: skip


def _at_placing(state: EntryState, desk: Desk) -> View:
    hero = Hero(say("One moment"), "clock", second=say("Central makes the order"))
    return View("", hero, object=(_sums(state),), context=(_lines(state, desk),), actions=(HELP,))


_SCREENS = {
    Step.LINES: _at_lines, Step.PRODUCTS: _at_products, Step.PRICE: _at_price, Step.CUSTOMER: _at_customer,
    Step.CUSTOMERS: _at_customers, Step.ADDRESS: _at_address, Step.TERMS: _at_terms, Step.CHECK: _at_check,
    Step.PLACING: _at_placing,
}  # fmt: skip
