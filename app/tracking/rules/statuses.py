"""Carriers' words in one vocabulary, and what a parcel's events together say of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

STATUSES = (
    "announced", "accepted", "in_transit", "out_for_delivery", "failed_attempt", "exception", "delivered", "returning",
    "returned",
)  # fmt: skip
"""Our words, in the order in which they win when a carrier gives two of them the same moment."""
UNKNOWN = "unknown"
"""A carrier's word that no table knows: kept as it is, looked at by a person, and never taken for anything."""
TROUBLE = frozenset(("failed_attempt", "exception"))
BACKWARD = frozenset(("returning", "returned"))
OVER = frozenset(("delivered", "returned"))

# Words that mean the same whoever says them; those of tracking services (AfterShip's tags, EasyPost's and Shippo's
# states) and what people write into tables.
_COMMON: Mapping[str, str] = {
    "announced": "announced inforeceived informationreceived pretransit labelcreated preadvice notyetinsystem booked "
    "elektronischangekündigt angekündigt preregistrado zapowiedziana",
    "accepted": "accepted pickedup handedover droppedoff acceptedbycarrier eingeliefert abgeholt admitido nadana",
    "in_transit": "intransit transit onitsway departed arrived sorted processed unterwegs intransport entránsito "
    "wdrodze",
    "out_for_delivery": "outfordelivery indelivery ondelivery availableforpickup readyforpickup inzustellung enreparto "
    "wdoręczeniu",
    "delivered": "delivered signed zugestellt entregado doręczona doręczono",
    "failed_attempt": "failedattempt attemptfail attempteddelivery undelivered notdelivered nichtzugestellt "
    "zustellversuch ausente awizo",
    "exception": "exception failure error damaged lost delayed customshold beschädigt verloren incidencia",
    "returning": "returning returntosender refused rücksendung annahmeverweigert devolución zwrot",
    "returned": "returned zurückgesendet devuelto zwrócona",
}
# What only one carrier or service means so. The key is the carrier's code in the site's tariff or mapping.
_OF_CARRIER: Mapping[str, Mapping[str, str]] = {
    # Shipment Tracking – Unified: "statusCode"
    "dhl": {"announced": "pretransit", "in_transit": "transit", "exception": "failure", "delivered": "delivered"},
    # Track and Trace: status of a parcel
    "gls": {
        "announced": "preadvice", "in_transit": "intransit inwarehouse", "out_for_delivery": "indelivery",
        "delivered": "delivered deliveredps", "failed_attempt": "notdelivered", "exception": "notpickedup canceled",
    },
    # ShipEngine and ShipStation: two letters
    "shipengine": {
        "announced": "ny", "accepted": "ac", "in_transit": "it", "delivered": "de", "failed_attempt": "at",
        "exception": "ex",
    },
}  # fmt: skip


def _by_word(words: Mapping[str, str]) -> dict[str, str]:
    return {word: status for status, said in words.items() for word in said.split()}


_WORDS = _by_word(_COMMON)
_WORDS_OF = {carrier: _by_word(words) for carrier, words in _OF_CARRIER.items()}


def plain_word(raw: str) -> str:
    """A carrier's word as it is compared: lower case, letters and digits only."""
    return "".join(c for c in raw.casefold() if c.isalnum())


def normalised(raw: str, carrier: str = "", own: Mapping[str, str] | None = None) -> str:
    """Our word for a carrier's: the site's own table first, then the carrier's, then what everybody means by it.

    `own` maps raw words (as `plain_word` gives them) to ours. `UNKNOWN` when nobody knows it.
    """
    word = plain_word(raw)
    return (own or {}).get(word) or _WORDS_OF.get(carrier.casefold(), {}).get(word) or _WORDS.get(word) or UNKNOWN


def state_of(events: Iterable[tuple[datetime, str]]) -> str:
    """What is true of a parcel after all its events (moment, status), in whatever order they came: the newest counts.

    What is unknown says nothing. "" without any event that says something.
    """
    known = [(at, STATUSES.index(status)) for at, status in events if status in STATUSES]
    return STATUSES[max(known)[1]] if known else ""
