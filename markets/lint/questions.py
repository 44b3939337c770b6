"""What no machine can see: twelve questions that a person answers in the file, under `answered:`."""

from __future__ import annotations

from collections.abc import Mapping

QUESTIONS: Mapping[str, str] = {
    "Q1": "Would somebody who knew the whole future, and nothing but this text, know the answer?",
    "Q2": "Will the metric still mean what the claim means: what would make it true for the wrong reason?",
    "Q3": "Would both sides of the debate put their names under if_true and if_false?",
    "Q4": "Give two readers ten made-up endings: do they resolve all ten alike?",
    "Q5": "At the very edge, what would the most literal trader say, and what the most generous?",
    "Q6": "Can somebody's silence decide it, and is it meant to?",
    "Q7": "Who knows the answer before the others, and may they trade?",
    "Q8": "Does it pay anybody for doing harm, or teach how to?",
    "Q9": "Would both sides call the question's wording fair?",
    "Q10": "Will the source be there at T, and who looks after it?",
    "Q11": "Good news comes early and bad news late: does resolving early tilt what people see?",
    "Q12": "Is there a better-known market whose wording should be matched, with credit?",
}


def still_open(answered: Mapping[str, str]) -> tuple[str, ...]:
    """The questions that a market's file does not answer yet."""
    return tuple(name for name in QUESTIONS if not answered.get(name, "").strip())
