"""A small election whose forms are due at all kinds of hours: two regions, three stations with two observers each."""

from chalicelib.observation.elections.election import Election

FORMS = [
    {"code": "OP", "due": {"from": "07:00", "by": "08:30"}, "questions": [{"code": "A", "type": "integer"}]},
    {
        "code": "TU",
        "rounds": ["10:00", "12:00", "21:45", "23:30"],
        "grace": "30m",
        "questions": [{"code": "A", "type": "integer", "role": "voted"}],
    },
    {
        "code": "EV",
        "expect": "observer",
        "due": {"by": "14:00"},
        "questions": [{"code": "A", "type": "integer"}],
    },
]
STATIONS = {"1": "North", "2": "North", "3": "South"}


def an_election(**changed: object) -> Election:
    fields = {
        "id": "e",
        "name": {"en": "Election"},
        "date": "2017-10-15",
        "timezone": "Asia/Bishkek",
        "languages": ["en"],
        "forms": FORMS,
        "stations": [{"number": number, "region": region} for number, region in STATIONS.items()],
        "observers": [
            {"number": f"{s}{o}", "name": "N", "phones": [f"+99670000{s}{o}"], "language": "en", "station": s}
            for s in STATIONS
            for o in "12"
        ],
        "coordinators": [
            {
                "name": "C",
                "email": f"{r}@example.org",
                "phone": f"+9965550{i}",
                "language": "en",
                "regions": [r],
                "alerts": ["email", "sms"],
            }
            for i, r in enumerate(("North", "South", "*"))
        ],
    }
    return Election.model_validate(fields | changed)
