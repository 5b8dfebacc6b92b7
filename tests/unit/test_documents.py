"""The documents: what they link to is there, and what they say of the template and the Makefile is so."""

import re
import subprocess
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from samtranslator.yaml_helper import yaml_parse  # type: ignore[import-untyped]

from reprieve.cases.notice import Reason
from reprieve.cases.problem import Kind, Problem
from reprieve.cloudtrail import callers, resources
from reprieve.cloudtrail.callers import sessions
from reprieve.investigate import facts
from reprieve.investigate.settings import READ
from reprieve.messages.problem_phrases import title

ROOT = Path(__file__).parents[2]
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
ACTION = re.compile(r"`([a-z0-9]+:[A-Z]\w+)`")
TARGET = re.compile(r"\bmake ([a-z]+(?:-[a-z]+)?)\b")
NAMED_TEST = re.compile(r"`([a-z_/]+\.py)::(test_\w+)`")
CODE = re.compile(r"`[^`\n]+`|^```.*?^```$", re.MULTILINE | re.DOTALL)
PATH = re.compile(r"`((?:[\w*.-]+/)*(?:[\w*.-]+/|[\w*-]+\.(?:py|yaml|json|toml|md|in)))`")
BIGGEST_PICTURE = 200_000
PACKAGE = ROOT / "layers" / "reprieve" / "reprieve"

ROLES = {
    "investigate": "InvestigateRole",
    "deliver": "DeliverRole",
    "respond": "RespondRole",
    "subscribe": "SubscribeRole",
    "audit": "AuditRole",
    "health": "HealthRole",
    "the schedules": "ClockRole",
    "CloudTrail": "TrailRole",
}
EACH = "each function"
FUNCTIONS = ("investigate", "deliver", "respond", "subscribe", "audit", "health")

# With blanks, so that this file does not hold what it looks for.
NOT_TO_BE_NAMED = (
    "pypi . org",
    "files . pythonhosted . org",
    "registry . npmjs . org",
    ". . / shared",
    "/ work / shared",
)


@cache
def tracked() -> tuple[str, ...]:
    """The files of the repository, and those that are about to be."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],  # noqa: S607 - the one on PATH
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return tuple(sorted(name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()))


def documents() -> list[str]:
    return [name for name in tracked() if name.endswith(".md")]


def text_of(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def links(name: str) -> Iterator[tuple[str, str]]:
    """The files and headings of this repository that a document links to."""
    for target in LINK.findall(FENCE.sub("", text_of(name))):
        if not re.match(r"[a-z]+:", target):
            path, _, heading = target.partition("#")
            yield path, heading


def anchors(name: str) -> set[str]:
    headings = HEADING.findall(FENCE.sub("", text_of(name)))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def rows(name: str, first: str) -> list[list[str]]:
    """The cells of a document's tables whose first column is called `first`."""
    tables = re.findall(rf"^\| {first} \|.*\n\| ---.*\n((?:\|.*\n)+)", text_of(name), re.MULTILINE)
    assert tables
    lines = "".join(tables).splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


@cache
def template(name: str = "template.yaml") -> dict[str, Any]:
    parsed: dict[str, Any] = yaml_parse(text_of(name))
    return parsed


def chosen(part: dict[str, Any]) -> dict[str, Any]:
    """A part of a template, as it is if its condition holds."""
    found: dict[str, Any] = part["Fn::If"][1] if "Fn::If" in part else part
    return found


def allowed(role: str, of: str = "template.yaml") -> set[str]:
    """The actions that a role of a template allows, under any condition."""
    resources = template(of)["Resources"]
    attached = (
        each["Properties"]
        for each in resources.values()
        if each["Type"] == "AWS::IAM::Policy" and {"Ref": role} in each["Properties"]["Roles"]
    )
    policies = [*map(chosen, resources[role]["Properties"]["Policies"]), *attached]
    written = [each for policy in policies for each in policy["PolicyDocument"]["Statement"]]
    statements = [chosen(each) for each in written]
    return {
        action
        for each in statements
        if each["Effect"] == "Allow"
        for action in ([each["Action"]] if isinstance(each["Action"], str) else each["Action"])
    }


@pytest.mark.parametrize("name", documents())
def test_every_link_within_the_repository_leads_somewhere(name: str) -> None:
    for path, heading in links(name):
        target = (ROOT / name).parent / path if path else ROOT / name
        assert target.exists(), path
        if heading:
            assert heading in anchors(str(target.resolve().relative_to(ROOT))), f"{path}#{heading}"


def test_every_picture_is_shown_somewhere_and_small() -> None:
    shown = {
        str(((ROOT / name).parent / path).resolve().relative_to(ROOT))
        for name in documents()
        for path, _ in links(name)
        if path.endswith(".png")
    }
    pictures = {name for name in tracked() if name.endswith(".png")}

    assert shown == pictures
    assert all((ROOT / name).stat().st_size < BIGGEST_PICTURE for name in pictures)


def test_every_parameter_is_listed_with_its_default() -> None:
    listed = {
        name.strip("`"): default.strip("`") for name, default, _ in rows("docs/parameters.md", "Parameter")
    }

    assert listed == {
        name: str(parameter["Default"]) or "empty" for name, parameter in template()["Parameters"].items()
    }


def test_parameters_are_listed_in_the_groups_and_the_order_of_the_template() -> None:
    listed: dict[str, list[str]] = defaultdict(list)
    heading = ""
    for line in text_of("docs/parameters.md").splitlines():
        if line.startswith("## "):
            heading = line.removeprefix("## ")
        elif name := re.match(r"\| `(\w+)` \|", line):
            listed[heading].append(name[1])

    groups = template()["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    assert list(listed.items()) == [(group["Label"]["default"], group["Parameters"]) for group in groups]


def test_every_permission_is_listed_and_no_other() -> None:
    listed: dict[str, set[str]] = defaultdict(set)
    for who, actions, _ in rows("docs/permissions.md", "Who"):
        for name in FUNCTIONS if who == EACH else (who,):
            listed[name] |= set(ACTION.findall(actions))

    assert listed == {name: allowed(role) for name, role in ROLES.items()}


def test_every_reason_for_a_notice_is_listed_and_no_other() -> None:
    listed = [reason.strip("`") for reason, *_ in rows("docs/notices.md", "Reason")]

    assert sorted(listed) == sorted(Reason)


def test_every_caller_resource_and_fact_is_in_its_table() -> None:
    callers_and_resources, facts_of_a_key = text_of("docs/callers-and-resources.md"), text_of("docs/facts.md")
    types = [identity.TYPE for identity in callers.IDENTITIES if identity.TYPE]
    keys = [key for service in resources.SERVICES for key in service.CONTEXT_KEYS]
    files = [f"{fact.__name__.rpartition('.')[2]}.py" for fact in facts.FACTS]  # type: ignore[attr-defined]

    assert [name for name in (*types, *keys) if f"`{name}`" not in callers_and_resources] == []
    assert [name for name in files if f"`{name}`" not in facts_of_a_key] == []


def test_every_kind_of_role_session_is_listed_in_the_order_that_decides() -> None:
    listed = (row[-1].strip("`") for row in rows("docs/callers-and-resources.md", "kind"))

    files = [f"{kind.__name__.rpartition('.')[2]}.py" for kind in sessions.KINDS]
    assert list(dict.fromkeys(filter(None, listed))) == files


def test_every_parameter_of_the_member_role_is_listed_with_its_default() -> None:
    listed = {
        name.strip("`"): default.strip("`")
        for name, default, _ in rows("docs/organization.md", "`member-role.yaml`")
    }

    assert listed == {
        name: str(parameter["Default"]) or "empty" if "Default" in parameter else "none"
        for name, parameter in template("organization/member-role.yaml")["Parameters"].items()
    }


def test_what_the_member_roles_can_do_is_listed_and_nothing_else() -> None:
    listed: dict[str, set[str]] = defaultdict(set)
    for role, _, actions, _ in rows("docs/organization.md", "Role"):
        listed["ReadRole" if role.strip("`").endswith(READ) else "MemberRole"] |= set(ACTION.findall(actions))

    assert listed == {
        role: allowed(role, "organization/member-role.yaml") for role in ("ReadRole", "MemberRole")
    }


def test_every_alarm_is_in_the_index_of_operations() -> None:
    listed = [name.strip("`") for name, *_ in rows("docs/operations.md", "Alarm")]

    alarms = [
        name for name, each in template()["Resources"].items() if each["Type"] == "AWS::CloudWatch::Alarm"
    ]
    assert sorted(listed) == sorted(alarms)


def test_every_problem_of_the_stack_is_in_the_index_of_operations_by_its_subject() -> None:
    subjects = ("NAME", "PLACE", "ADDRESS", "investigate", "health")
    listed = {ending.strip("`") for ending, *_ in rows("docs/operations.md", "The subject ends with")}

    endings = {
        kind: {title(problem(kind, subject)).removeprefix("kms-reprieve: ") for subject in subjects}
        for kind in Kind
    }
    assert listed <= set().union(*endings.values())
    assert [kind for kind in Kind if not endings[kind] & listed] == []


def problem(kind: Kind, subject: str) -> Problem:
    return Problem(kind=kind, subject=subject, since=datetime(2026, 11, 22, tzinfo=UTC), advice="")


def test_every_role_of_the_template_is_listed() -> None:
    roles = [name for name, each in template()["Resources"].items() if each["Type"] == "AWS::IAM::Role"]

    assert sorted(roles) == sorted(ROLES.values())


@pytest.mark.parametrize("name", ["CONTRIBUTING.md", "docs/architecture.md"])
def test_every_path_that_is_named_exists(name: str) -> None:
    named = PATH.findall(text_of(name))

    assert named
    folders = (
        ROOT,
        PACKAGE,
        *(each for each in PACKAGE.rglob("*") if each.is_dir()),
        ROOT / "events" / "records",
    )
    assert [path for path in named if not any(any(folder.glob(path)) for folder in folders)] == []


def test_the_layout_has_the_order_that_is_checked() -> None:
    contracts = tomllib.loads(text_of("pyproject.toml"))["tool"]["importlinter"]["contracts"]
    (layers,) = [each["layers"] for each in contracts if each.get("containers") == ["reprieve"]]

    assert "\n".join(["```text", *layers, "```"]) in text_of("docs/architecture.md")


def test_the_layout_names_every_folder_and_module_of_the_package() -> None:
    listed = "\n".join(first for first, _ in rows("docs/architecture.md", "Folder or module"))
    there = {
        f"{each.name}/" if each.is_dir() else each.name
        for each in PACKAGE.iterdir()
        if (each.suffix == ".py" and each.name != "__init__.py") or any(each.glob("*.py"))
    }

    assert set(PATH.findall(listed)) == there


@pytest.mark.parametrize("name", documents())
def test_every_make_target_that_is_named_exists(name: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", text_of("Makefile"), re.MULTILINE))
    named = {target for code in CODE.findall(text_of(name)) for target in TARGET.findall(code)}

    assert named <= targets


def test_every_test_that_the_threat_model_names_exists() -> None:
    named = NAMED_TEST.findall(text_of("docs/security.md"))

    assert named
    for file, test in named:
        assert re.search(rf"^def {test}\(", text_of(f"tests/{file}"), re.MULTILINE), f"{file}::{test}"


def test_every_threat_has_an_answer_and_a_test() -> None:
    for threat, answer, shown_by in rows("docs/security.md", "Threat"):
        assert threat
        assert answer
        assert NAMED_TEST.search(shown_by), threat


@pytest.mark.parametrize("name", ["docs/operations.md", "docs/deploying.md"])
def test_every_output_that_is_named_exists(name: str) -> None:
    outputs = set(template()["Outputs"])
    of_one = r"\b\w+(?:QueueUrl|TopicArn|KeyArn|TableName|LogGroup)\b"
    named = set(re.findall(of_one, text_of(name)))

    assert named
    assert named - set(template()["Parameters"]) <= outputs


def test_every_log_line_that_operations_names_is_written_by_the_code() -> None:
    code = "\n".join(text_of(name) for name in tracked() if re.match(r"(layers|functions)/.*\.py$", name))

    for message, *_ in rows("docs/operations.md", "`message`"):
        assert f'"{message.strip("`")}"' in code


@pytest.mark.parametrize("hidden", NOT_TO_BE_NAMED)
def test_no_file_names_a_package_registry_or_a_place_outside(hidden: str) -> None:
    hidden = hidden.replace(" ", "")

    naming = [name for name in tracked() if hidden.encode() in (ROOT / name).read_bytes()]

    assert naming == []
