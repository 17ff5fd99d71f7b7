"""Type a planned SMS: canonically, or as people do."""

import random
from dataclasses import replace

from chalicelib.observation.elections.election import Election
from chalicelib.rehearsal.simulation.day import Plan, PlannedSms
from chalicelib.rehearsal.simulation.messages import ComposedText, Content, Meaning, compose
from chalicelib.rehearsal.simulation.noise import CLEAN, NOISY

NAMES_STATION = 0.3
"""How often an observer writes the station's number, which is not needed."""

SMALL_TALK = {
    "ky": ("Рахмат, түшүндүм", "Байланыш начар, кийин жазам", "Саламатсызбы, кимге кайрылсам болот?"),
    "ru": ("Спасибо, всё понятно", "Связь плохая, напишу позже", "Подскажите, куда обращаться?"),
    "en": ("Thank you, understood", "Bad connection here, will write later", "Whom can I ask?"),
}
WHAT_HAPPENED = {
    "ky": ("төрага менен сүйлөштүк, жардам керек", "видеого түшүрүп алдык", "комиссия жооп бербей жатат"),
    "ru": ("председатель отказывается объяснять", "есть видео, нужна помощь", "комиссия не реагирует"),
    "en": ("the chair refuses to explain", "we have a video, please help", "the commission does not react"),
}


def write(election: Election, planned: PlannedSms, plan: Plan) -> ComposedText:
    """Write a planned SMS as text, with what it means.

    Noisy as often as the plan says, the same for the same seed. Who shares a phone and is not the first of those who do
    writes canonically, and signs after the form's name.
    """
    aim = planned.intended
    chance = random.Random(f"{plan.seed}/text/{planned.number}")  # noqa: S311 (a simulation)
    if aim.form is None:
        text = chance.choice(SMALL_TALK.get(aim.observer.language, SMALL_TALK["en"]))
        return ComposedText(text, Meaning("", None, {}), frozenset())
    is_incident = aim.form not in election.form_by_code
    comment = chance.choice(WHAT_HAPPENED.get(aim.observer.language, WHAT_HAPPENED["en"])) if is_incident else ""
    station = aim.observer.station if chance.random() < NAMES_STATION else None
    is_second = planned.is_known and election.must_sign(aim.observer)
    is_noisy = 100 * chance.random() < plan.noise and not is_second
    named = None if is_incident else aim.round
    content = Content(aim.form, station, aim.answers, comment, named)
    composed = compose(election, content, NOISY if is_noisy else CLEAN, chance)
    signed = composed.text.replace(aim.form, f"{aim.form} @{aim.observer.number}", 1)
    return replace(composed, text=signed) if is_second else composed
