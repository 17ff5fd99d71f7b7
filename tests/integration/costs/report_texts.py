"""Texts of the sample election's reports, the lead's and the other observer's per form, for tests."""

REPORT_TEXTS = {
    "OP": ("ОТКРЫТИЕ {station} A1 B0730 C12 D1 E1668", "ачылыш {station} A1 B0731 C11 D1 E1668"),
    "TU": ("ЯВКА {station} A415", "катышуу {station} A420"),
    "VO": ("ГОЛОСОВАНИЕ {station} A1 B1 C2 D12 F1,3,5", "шайлоо {station} A1 B1 C2 D11 F1,3"),
    "CL": (
        "ЗАКРЫТИЕ {station} A2010 B1 C1201 D11 E600 F400 G190",
        "жабылыш {station} A2015 B1 C1201 D11 E600 F400 G190",
    ),
}
