"""What a verdict of triage comes to."""

from __future__ import annotations

from bot.answer import Outcome
from bot.state import Verdict


def leaning(verdict: Verdict) -> Outcome | None:
    """:returns: its outcome, or that of a likely doubt, against which only a nearly certain answer of the library stands"""
    doubt = verdict.doubt
    return verdict.outcome or (doubt.outcome if doubt and doubt.likely else None)
