"""What the tests of long SMS read of an election."""

from pipeline import Pipeline

TWO = ("OP A1 B0730 C1", "2 D1 E1668 # calm")


def answers(pipeline: Pipeline, form: str) -> dict[str, object]:
    [report] = [report.report for report in pipeline.reports() if report.report.form == form]
    [given] = report.observers.values()
    return {code: answer.value for code, answer in given.answers.items()}


def received(pipeline: Pipeline) -> int:
    count: int = pipeline.summary()["nation"]["messages"]["received"]
    return count


def replies(pipeline: Pipeline) -> list[str]:
    return [str(row.text) for row in pipeline.outgoing() if row.key.startswith("reply#")]
