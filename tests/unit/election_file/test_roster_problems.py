"""One broken table a rule: where the mistake is said to be, and what to do about it."""

import pytest
from named_mistakes import COORDINATORS, OBSERVERS, STATIONS, assert_named

# what is replaced by what, then the only problem: line, field, and a part of the message
CASES = [
    (STATIONS, "station,region", "station,regoin", 1, "regoin", 'no such column; did you mean "region"?'),
    (STATIONS, "1002,North", "1001,North", 3, "station", "station 1001 stood already in line 2; delete one of the two"),
    (
        STATIONS,
        "1002,North",
        "102,North",
        3,
        "station",
        r"'102' does not fit the station_pattern \d{4}; correct it (a spreadsheet",
    ),
    (
        STATIONS,
        "1002,North",
        "1002.0,North",
        3,
        "station",
        "'1002.0' was changed by a spreadsheet; format the column as text",
    ),
    (STATIONS, "School 1,900", "School 1,9oo", 2, "registered", "'9oo' is no number of voters"),
    (
        STATIONS,
        "School 1,900",
        "School, 1,900",
        2,
        "",
        "6 cells under 5 columns; put a cell that holds the separator in quotes",
    ),
    (STATIONS, "2001,South,S1,School 3", '2001,South,S1,"School 3', 4, "", "this row cannot be read"),
    (STATIONS, "1002,North", "1002,", 3, "region", "this cell is empty; fill it in"),
    (
        STATIONS,
        "1002,North",
        "1002,NORTH",
        3,
        "region",
        "'NORTH' is spelled 'North' in line 2; spell it always the same",
    ),
    *((STATIONS, "1002,North", f"1002,Osh{held}Suu", 3, "region", f"cannot hold {held}") for held in "#*/\\%?;"),
    (STATIONS, "1002,North", "1002,.", 3, "region", "cannot be '.'"),
    (STATIONS, "1002,North", "1002,..", 3, "region", "cannot be '..'"),
    (STATIONS, "1002,North", "1002,North\u200b", 3, "region", "an invisible character (U+200B)"),
    (STATIONS, "1002,North", "1002,North\u200b", 3, "region", "is spelled 'North' in line 2"),
    (STATIONS, "1002,North", "1002,Nor\u00adth", 3, "region", "an invisible character (U+00AD)"),
    (STATIONS, "1002,North", "1002,\u202eNorth", 3, "region", "an invisible character (U+202E)"),
    (STATIONS, "1002,North", "1002,N\u043erth", 3, "region", "U+043E CYRILLIC SMALL LETTER O stands where U+006F"),
    (STATIONS, "1002,North", "1002,\uff2eorth", 3, "region", "is spelled 'North' in line 2"),
    (STATIONS, "School 2", "School\x072", 3, "", "a control character (U+0007)"),
    (STATIONS, "name,registered", "name,name", 1, "name", "this column stands twice"),
    (OBSERVERS, "0002,Bek", "0001,Bek", 3, "observer", "observer 0001 stood already in line 2"),
    (OBSERVERS, "0002,Bek", "1,Bek", 3, "observer", "observer 1 stood already in line 2"),
    (OBSERVERS, "0002,Bek", "B2,Bek", 3, "observer", "'B2' is no observer's number; write digits only"),
    (OBSERVERS, "ru,1002", "ru,1003", 4, "station", "there is no station 1003; correct it, or add it to the stations"),
    (OBSERVERS, "ru,1002", "ky,1002", 4, "language", "'ky' is none of the election's languages; use one of en, ru"),
    (OBSERVERS, "+996555100003", "+99655510", 4, "phone", "'+99655510' is no phone number; write all its digits"),
    (OBSERVERS, "+996555100003", "0555-KYRGYZ", 4, "phone", "'0555-KYRGYZ' is no phone number: a phone is digits"),
    (OBSERVERS, "+996555100003", "tel:+996555100003", 4, "phone", "a phone is digits, signs and blanks only"),
    (OBSERVERS, "+996555100003", "+996555100003 ext 5", 4, "phone", "a phone is digits, signs and blanks only"),
    (OBSERVERS, "+996555100003", "+99655510000О", 4, "phone", "a phone is digits, signs and blanks only"),
    (OBSERVERS, "+996555100003", "", 4, "phone", "this cell is empty; fill it in"),
    (OBSERVERS, "+996555100003", "9.96555E+11", 4, "phone", "was changed by a spreadsheet"),
    (
        OBSERVERS,
        "+996555100003",
        "+996555100001",
        4,
        "phone",
        "belongs already to an observer of station 1001 in line 2",
    ),
    (
        OBSERVERS,
        "0004,Dina",
        "0005,Eldar,+996555100001,ru,1001\n0006,Fatima,+996555100001,ru,1001\n0004,Dina",
        6,
        "phone",
        "is shared already by lines 2 and 5",
    ),
    (COORDINATORS, "both@example.org", "both.example.org", 2, "email", "is no address; write name@example.org"),
    (COORDINATORS, "both@example.org", "", 2, "email", "alerts go by email, but there is no address"),
    (COORDINATORS, "+996555200001", "", 2, "phone", "alerts go by SMS, but there is no phone"),
    (COORDINATORS, "+996555200001", "12", 2, "phone", "'12' is no phone number"),
    (COORDINATORS, "North; South", "North; Suoth", 2, "regions", "there is no region 'Suoth'; did you mean \"South\"?"),
    (COORDINATORS, "en,*,email", "en,*;North,email", 3, "regions", "* stands for every region; write it alone"),
    (
        COORDINATORS,
        "en,*,email",
        "en,*,e-mail",
        3,
        "alerts",
        "'e-mail' is no way to alert; write email, sms or email+sms",
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[2][:40])
def test_the_mistake_is_named_where_it_is(changed, case):
    assert_named(changed, case)
