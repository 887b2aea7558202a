"""Decisions of central that every stage needs: claims, leased numbers, dossiers, central's own facts."""

from app.work.service.claims import answer_claim, answer_claims, claim_work, reopen_work
from app.work.service.dossier import dossier_of
from app.work.service.forgetting import forget_questions
from app.work.service.numbers import answer_numbers, lease_numbers
from app.work.service.recording import record_here
from app.work.service.stream import tell_of_stream

CONSEQUENCES = {"StreamNoted": tell_of_stream}
"""What follows at central from which fact."""

ANSWERS = {"claim": answer_claim, "numbers": answer_numbers}
"""Which ask is answered by which function; central collects these from every stage."""

TOGETHER = {"claim": answer_claims}
"""Which of them are answered many at once by which function, where many are open."""

DUTIES = {"questions": forget_questions}
"""What central does while time passes."""

__all__ = [
    "ANSWERS", "DUTIES", "answer_claim", "claim_work", "dossier_of", "lease_numbers", "record_here", "reopen_work",
]  # fmt: skip
