"""What was answered, as the final report prints it.

Of every question the nation's share or sum, then each region's.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from chalicelib.observation.elections.election import Election, Form, Question
from chalicelib.observation.reports.tally import Number
from chalicelib.observation.summaries.summary import Answers, Area, Summary
from chalicelib.services.email_templates import grouped, round_title


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """A question and what was answered to it, worded.

    `regions`: name and answers of those where anything was.
    """

    question: str
    nation: str
    regions: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class RoundAnswers:
    """A round's questions to which anything was answered."""

    title: str
    rows: Sequence[AnswerRow]


def answers_of(election: Election, summary: Summary, language: str, words: Mapping[str, str]) -> list[RoundAnswers]:
    """Return the answers of every form and round that has any.

    Questions that `summary` leaves out are left out.
    """
    answer_words = _AnswerWords(election, language, words)
    rounds = [
        RoundAnswers(round_title(election, language, form, name), list(_rows(answer_words, summary, form, name)))
        for form in election.forms
        for name in form.round_names
    ]
    return [round_answers for round_answers in rounds if round_answers.rows]


def _rows(answer_words: "_AnswerWords", summary: Summary, form: Form, name: str) -> Iterator[AnswerRow]:
    for question in form.questions:
        nation = _answers(summary.nation, form, name, question)
        if not any(nation.values()):
            continue
        by_region = {region: _answers(area, form, name, question) for region, area in summary.regions.items()}
        yield AnswerRow(
            answer_words.title_of(question),
            answer_words.worded(question, nation),
            [
                (region, answer_words.worded(question, answers))
                for region, answers in by_region.items()
                if any(answers.values())
            ],
        )


@dataclass(frozen=True, slots=True)
class _AnswerWords:
    """How questions and answers are worded in one language."""

    election: Election
    language: str
    words: Mapping[str, str]

    def title_of(self, question: Question) -> str:
        return ": ".join(filter(None, (question.code, self.election.text(question.label, self.language))))

    def worded(self, question: Question, answers: Answers) -> str:
        """Word answers; the unknowing count apart, in no share and sum."""
        not_known = answers.get("unknown", 0)
        known_answers = {key: count for key, count in answers.items() if key != "unknown"}
        parts = [self._answers_known(question, known_answers)] if any(known_answers.values()) else []
        if not_known:
            parts.append(self.words["answer_unknown"].format(count=grouped(not_known, self.words)))
        return ", ".join(parts)

    def _answers_known(self, question: Question, answers: Answers) -> str:
        """Word known answers.

        Of `choices` no share, since one report may give several.
        """
        words = self.words
        match question.type:
            case "yesno":
                return ", ".join(_shared({words["yes"]: answers["true"], words["no"]: answers["false"]}))
            case "choice":
                return ", ".join(_shared(self.options(question, answers)))
            case "choices":
                chosen = self.options(question, answers)
                return ", ".join(f"{option} {count}" for option, count in chosen.items() if count)
            case "time" | "date" | "text":
                return words["answer_count"].format(count=grouped(answers["count"], words))
            case "integer" | "decimal":
                total, count = grouped(answers["sum"], words), grouped(answers["count"], words)
                return words["answer_sum"].format(sum=total, count=count)

    def options(self, question: Question, answers: Answers) -> dict[str, Number]:
        """Answers by the option's number and its text."""
        labels = {
            option: label if isinstance(label, str) else self.election.text(label, self.language)
            for option, label in question.options.items()
        }
        return {f"{option} {label}".strip(): answers[str(option)] for option, label in labels.items()}


def _answers(area: Area | None, form: Form, name: str, question: Question) -> Answers:
    return area.forms[form.code][name].answers.get(question.code, {}) if area is not None else {}


def _shared(counts: Mapping[str, Number]) -> list[str]:
    """Each answer with its count and its share of all."""
    total = sum(counts.values())
    return [f"{answer} {count} ({round(100 * count / total)} %)" for answer, count in counts.items() if count]
