"""docs/deployer.md and docs/runbook.md, followed to the letter: every command, parameter, table, alarm and output."""

import json
import re
import shlex
from collections.abc import Iterator
from typing import Any

import click
import pytest
from aws_cli import require_known

from chalicelib.cli import main as baykoo
from infra.bundle import package
from infra.environments import ROOT

GUIDE = (ROOT / "docs" / "deployer.md").read_text()
RUNBOOK = (ROOT / "docs" / "runbook.md").read_text()
TEXT = GUIDE + RUNBOOK


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    read: dict[str, Any] = json.loads(package().template.read_text())
    return read


def blocks(text: str) -> list[str]:
    """Fenced blocks' lines and inline code, continued lines joined."""
    fence = re.compile(r"^ *```(\w*)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
    shell = [block for language, block in fence.findall(text) if not language]
    lines = [line for block in shell for line in block.replace("\\\n", " ").splitlines()]
    inline = re.findall(r"`([^`\n]+)`", fence.sub("", text))
    return [line.strip() for line in lines + inline]


def commands(program: str) -> list[list[str]]:
    """Every command of a program that the guide or the runbook names, in words."""
    found = [line for line in blocks(TEXT) if line.startswith(f"{program} ")]
    return [shlex.split(re.sub(r"\$\([^)]*\)", "1", line)) for line in found]


def test_the_guide_names_commands() -> None:
    assert len(commands("aws")) >= 12
    assert len(commands("./baykoo")) >= 5
    assert len(commands("make")) >= 4


@pytest.mark.parametrize("words", commands("aws"), ids=" ".join)
def test_b3_an_aws_command_is_one_of_the_pinned_cli(words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    require_known(words[1:], monkeypatch)


@pytest.mark.parametrize("words", commands("./baykoo"), ids=" ".join)
def test_a_baykoo_command_exists_with_its_options(words: list[str]) -> None:
    command: click.Command = baykoo
    context = click.Context(command)
    rest = words[1:]
    while isinstance(command, click.Group) and rest:
        step = command.get_command(context, rest.pop(0))
        assert step is not None, words
        command = step
    options = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in rest if word.startswith("--")} <= options


@pytest.mark.parametrize("words", commands("make"), ids=" ".join)
def test_a_make_command_has_its_target_and_variables(words: list[str]) -> None:
    makefile = (ROOT / "Makefile").read_text()
    target = next(word for word in words[1:] if "=" not in word)
    assert re.search(rf"^{target}:", makefile, re.MULTILINE)
    for name in re.findall(r"(\b[A-Z_]+)=", " ".join(words)):
        assert f"$({name})" in makefile or f"$(if $({name})" in makefile, name


def test_every_parameter_exists(template: dict[str, Any]) -> None:
    in_make = " ".join(" ".join(words) for words in commands("make"))
    set_alone = [line for line in blocks(TEXT) if re.match(r"[A-Z][A-Za-z]+=", line)]
    named = set(re.findall(r"\b([A-Z][a-z][A-Za-z]+)=", " ".join([in_make, *set_alone])))
    assert len(named) >= 5
    assert named <= set(template["Parameters"])
    described = re.search(r"\*\*Parameters\*\*(.*?)\n", GUIDE)
    assert described is not None
    alone = {name.partition("=")[0] for name in re.findall(r"`([A-Z][A-Za-z]+(?:=\w+)?)`", described[1])}
    assert alone - set(template["Parameters"]) == {"DomainTarget"}, "an output"
    off = alone & set(template["Parameters"])
    assert all(template["Parameters"][name]["Default"] in ("", "false") for name in off)


def test_every_output_exists(template: dict[str, Any]) -> None:
    named = set(re.findall(r"outputs? `(\w+)`", TEXT))
    assert {"ApiUrl", "AlarmTopic", "Dashboard", "DomainTarget"} <= named
    assert named <= set(template["Outputs"])


def test_every_alarm_exists(template: dict[str, Any]) -> None:
    made = {name for name, resource in template["Resources"].items() if resource["Type"] == "AWS::CloudWatch::Alarm"}
    named = set(re.findall(r"`([A-Z][A-Za-z]+(?:Errors|Throttles|Stuck))`", TEXT)) | set(
        re.findall(r"alarm `(\w+)`", TEXT)
    )
    assert named
    assert named <= made


def test_every_table_exists(template: dict[str, Any]) -> None:
    made = set(_tables(template))
    named = set(re.findall(r"\b(?:STACK|baykoo2?)-([a-z]+)\b", TEXT))
    assert {"messages", "providers"} <= named
    assert named - {"process"} <= made, "Process is a function"


def _tables(template: dict[str, Any]) -> Iterator[str]:
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::DynamoDB::Table":
            yield resource["Properties"]["TableName"]["Fn::Sub"].removeprefix("${AWS::StackName}-")


def test_b3_the_guide_sets_the_region_for_every_tool() -> None:
    [exported] = [line for line in blocks(GUIDE) if line.startswith("export AWS_PROFILE")]
    values = dict(word.split("=", 1) for word in shlex.split(exported)[1:])
    assert values["AWS_REGION"] == values["AWS_DEFAULT_REGION"] == "eu-central-1"


def test_every_file_that_the_guide_names_exists() -> None:
    named = re.findall(r"\]\(([^)#]+)", GUIDE) + [f"../{name}" for name in re.findall(r"`(infra/[\w./]+)`", GUIDE)]
    assert len(named) >= 4
    assert not [name for name in named if not (ROOT / "docs" / name).exists()]
