"""One broken YAML a rule, of the election and its forms: where the mistake is said to be, and what to do."""

import pytest
from named_mistakes import MAIN, assert_named

# what is replaced by what, then the only problem: line, field, and a part of the message
IN_YAML = [
    # Answers that are not known, texts, codes of two letters
    (
        "code: B, type: time",
        "code: B, type: time, unknown: 730",
        21,
        "forms.OP.questions.B.unknown",
        "'730' is also an answer to this question",
    ),
    (
        "code: B, type: time",
        "code: B, type: time, unknown: нет",
        21,
        "forms.OP.questions.B.unknown",
        "'нет' has another meaning in an SMS",
    ),
    (
        "code: B, type: time",
        "code: B, type: time, unknown: не знаю",
        21,
        "forms.OP.questions.B.unknown",
        "'не знаю' cannot be told from an answer; use digits, or one word",
    ),
    (
        "code: B, type: time",
        "code: B, type: time, max_length: 5",
        21,
        "forms.OP.questions.B.max_length",
        "only a text has a length",
    ),
    (
        "code: B, type: time",
        "code: B, type: text, max_length: 500",
        21,
        "forms.OP.questions.B.max_length",
        "too large",
    ),
    (
        "code: B, type: time",
        "code: IN, type: time",
        21,
        "forms.OP.questions.IN.code",
        "looks like a digit",
    ),
    (
        "code: B, type: time",
        "code: AN, type: time",
        21,
        "forms.OP.questions.AN.code",
        "reads like A and its answer N",
    ),
    (
        "code: B, type: time",
        "code: TU, type: time",
        28,
        "forms.TU.code",
        "is a question's code of form OP",
    ),
    # YAML itself
    (
        "id: small",
        "id: [small",
        2,
        "",
        "this is no YAML, column 5: expected ',' or ']', but got ':' (it began in line 1)",
    ),
    ("id: small", "id: small: big", 1, "", 'column 10: a second ": " on the line, or wrong indentation; put the text'),
    ("  - code: OP", "\t- code: OP", 12, "", "column 1: a tab cannot indent; use spaces"),
    ("id: small", 'id: "small', 2, "", "this is no YAML"),
    ("id: small", "id: @small", 1, "", "cannot start any token; put the text in quotes"),
    ("id: small", "id: small\nid: large", 2, "id", "this key stood already in line 1; keep one of the two"),
    ("    grace: 30m", "    grace: 30m\n    grace: 1h", 33, "forms.TU.grace", "this key stood already in line 32"),
    ("id: small", "id: sm\x00all", 1, "", "a control character (U+0000) stands here; delete it"),
    ("id: small", "id: sm\udce4ll", 1, "", "the file is not UTF-8; save it again as UTF-8"),
    ("id: small", "id: !!python/name:os.system x", 1, "id", "a tag (!…) means nothing here; delete it"),
    ("id: small", "? [a, b]\n: small\nid: small", 1, "", "a key is a list or a mapping; write a plain word"),
    # keys and their types
    ("timezone: Asia/Bishkek\n", "", 1, "timezone", "this key is missing; write it"),
    ("id: small\n", "", 1, "id", "this key is missing; write it"),
    ("default_region: KG", "default_regoin: KG", 6, "default_regoin", 'no such key; did you mean "default_region"?'),
    ("    grace: 30m", "    grase: 30m", 32, "forms.TU.grase", 'no such key; did you mean "grace"?'),
    ("        role: voted", "        rolle: voted", 36, "forms.TU.questions.A.rolle", 'did you mean "role"?'),
    ('{from: "07:00", by', '{form: "07:00", by', 15, "forms.OP.due.form", 'no such key; did you mean "from"?'),
    ('by: "08:30"', 'until: "08:30"', 15, "forms.OP.due.by", "this key is missing; write it"),
    ("languages: [ru, en]", "languages: ru", 5, "languages", "this must be a list; write it in brackets, [one, two]"),
    ('name: {en: "Small election", ru: "Выборы"}', "name: Small", 2, "name", "{en: …, ru: …}"),
    ("        max: 5000", "        max: many", 25, "forms.OP.questions.E.max", "this is no number"),
    (
        "        type: yesno",
        "        type: bool",
        18,
        "forms.OP.questions.A.type",
        "'bool' is not possible here; use one of 'yesno'",
    ),
    ("severity: warning", "severity: bad", 46, "forms.TU.checks.1.severity", "'bad' is not possible here"),
    ("severity: high", "severity: severe", 59, "incidents.categories.1.severity", "use one of 'low', 'medium'"),
    (", severity: medium", "", 60, "incidents.categories.20.severity", "this key is missing"),
    ("code: G, type: integer, role: votes, candidate: second", "G", 53, "forms.CL.questions.2.G", "no such key"),
    (
        "languages: [ru, en]",
        "languages: [ru, en]\ntally_shards: 65",
        6,
        "tally_shards",
        "this is too large; write at most 64",
    ),
    (
        "languages: [ru, en]",
        "languages: [ru, en]\ntally_shards: 0",
        6,
        "tally_shards",
        "this is too small; write at least 1",
    ),
    # the election
    ("id: small", "id: малые", 1, "id", "'малые' is no id; use Latin letters, digits and dashes"),
    ("id: small", "id: numbers", 1, "id", "'numbers' is taken by Baykoo itself"),
    ("2031-10-15", "15.10.2031", 3, "date", "this is no date; write YYYY-MM-DD"),
    ("2031-10-15", "20311015", 3, "date", "write YYYY-MM-DD"),
    ("2031-10-15", "2031-02-30", 3, "date", "write YYYY-MM-DD"),
    ("Asia/Bishkek", "Asia/Bishkok", 4, "timezone", "'Asia/Bishkok' is no time zone; did you mean \"Asia/Bishkek\"?"),
    ("Asia/Bishkek", "GMT+6", 4, "timezone", "is no time zone; use one of Asia/Bishkek, Europe/Kyiv, UTC"),
    ("default_region: KG", "default_region: Kyrgyzstan", 6, "default_region", "write its two letters (ISO 3166)"),
    ("[ru, en]", "[ru, en, ru]", 5, "languages.3", "'ru' is named twice"),
    ("[ru, en]", "[ru, en, Kyrgyz]", 5, "languages.3", "'Kyrgyz' is no language; write its ISO 639 code"),
    (
        'ru: "Выборы"}',
        'rus: "Выборы"}',
        2,
        "name.rus",
        "'rus' is none of the election's languages; did you mean \"ru\"?",
    ),
    ('ru: "Выборы"}', 'ru: "Выборы", ky: ""}', 2, "name.ky", "is none of the election's languages"),
    ('ru: "Открытие в"', 'ru: " "', 21, "forms.OP.questions.B.label.ru", "the text is empty"),
    (r"'\d{4}'", r"'^\d{4}$'", 7, "station_pattern", "is more than a station number needs"),
    (r"'\d{4}'", r"'(\d+)+'", 7, "station_pattern", "is more than a station number needs"),
    (r"'\d{4}'", r"'(\d{4}'", 7, "station_pattern", "is no pattern"),
    (r"'\d{4}'", r"'\d*'", 7, "station_pattern", "takes no number at all"),
    ("stations: stations.csv", "stations: [a]", 8, "stations", "this must be a file's name; write stations.csv"),
    ("reply_complete:", "reply_compleat:", 65, "texts.en.reply_compleat", "is no text of the catalogue"),
    ("All there", "All {code}", 65, "texts.en.reply_complete", "{code} is no placeholder of this text"),
    # forms
    ("  - code: OP", "  - code: op", 12, "forms.op.code", "'op' is in small letters; write OP"),
    (
        "  - code: CL",
        "  - code: С1",
        48,
        "forms.С1.code",
        "'С1' holds С (Cyrillic Capital Letter Es); type it with Latin letters",
    ),
    ("  - code: CL", "  - code: C1", 48, "forms.C1.code", "'C1' is no form's code; use two to ten Latin capitals"),
    (
        "  - code: CL",
        "  - code: TU",
        48,
        "forms.TU.code",
        "'TU' is, or looks like, TU of form TU in line 28; choose another",
    ),
    (
        "[TURNOUT, ЯВКА]",
        "[TURNOUT, OPENING]",
        30,
        "forms.TU.aliases.2",
        "is, or looks like, OPENING of form OP in line 14",
    ),
    ("[TURNOUT, ЯВКА]", "[TURNOUT, ОР]", 30, "forms.TU.aliases.2", "'ОР' is, or looks like, OP of form OP in line 12"),
    (
        "[ИН, НАРУШЕНИЕ]",
        "[ИН, turnout]",
        57,
        "incidents.aliases.2",
        "'turnout' is, or looks like, TURNOUT of form TU in line 30",
    ),
    (
        "[TURNOUT, ЯВКА]",
        "[TURNOUT, A]",
        30,
        "forms.TU.aliases.2",
        "'A' is no alias; use one word of two letters or more",
    ),
    ("[TURNOUT, ЯВКА]", "[TURNOUT, МОЯ ЯВКА]", 30, "forms.TU.aliases.2", "is no alias"),
    ("[TURNOUT, ЯВКА]", "[TURNOUT, Нет]", 30, "forms.TU.aliases.2", "'Нет' is an answer; choose another word"),
    ("[TURNOUT, ЯВКА]", "[TURNOUT, отмена]", 30, "forms.TU.aliases.2", "an SMS with 'отмена' is held for a test"),
    ("  - code: CL", "  - code: NO", 48, "forms.NO.code", "'NO' is an answer; choose another word"),
    ('    rounds: ["10:00", "12:00"]\n', "", 28, "forms.TU", "nothing says when the form is due"),
    (
        '    rounds: ["10:00", "12:00"]',
        '    rounds: ["10:00", "12:00"]\n    due: {by: "20:00"}',
        31,
        "forms.TU.rounds",
        "keep either",
    ),
    (
        '["10:00", "12:00"]',
        '["12:00", "10:00"]',
        31,
        "forms.TU.rounds.2",
        "10:00 does not come after 12:00; put the rounds",
    ),
    ('["10:00", "12:00"]', '["10:00", "10:00"]', 31, "forms.TU.rounds.2", "10:00 does not come after 10:00"),
    ('["10:00", "12:00"]', '["10:00", "25:00"]', 31, "forms.TU.rounds.2", "'25:00' is no time; write HH:MM"),
    ('from: "07:00"', 'from: "09:00"', 15, "forms.OP.due", "it ends at 08:30, not after it begins at 09:00"),
    ("grace: 30m", "grace: 30", 32, "forms.TU.grace", "'30' is no duration; write 30m, 1h or 1h30m"),
]
CASES = [(MAIN, *case) for case in IN_YAML]


def test_the_small_election_is_sound(changed):
    inspection = changed()
    assert inspection.problems == ()
    assert inspection.warnings == ()
    assert inspection.election is not None


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[2][:40])
def test_the_mistake_is_named_where_it_is(changed, case):
    assert_named(changed, case)
