"""The version is one, and what publishes, builds and checks the project fits what it stands on."""

import re
import tomllib
from importlib.metadata import version
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.validate import ParamValidator
from samtranslator.yaml_helper import yaml_parse  # type: ignore[import-untyped]

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
PYTHONS = ["3.11", "3.12", "3.13", "3.14"]
TARGET = re.compile(r"^([a-z]+):", re.MULTILINE)


def published() -> dict[str, Any]:
    template = yaml_parse((ROOT / "template.yaml").read_text("utf-8"))
    metadata: dict[str, Any] = template["Metadata"]["AWS::ServerlessRepo::Application"]
    return metadata


def loaded(path: Path) -> dict[str, Any]:
    parsed: dict[str, Any] = yaml_parse(path.read_text("utf-8"))
    return parsed


def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def makefile() -> str:
    return (ROOT / "Makefile").read_text("utf-8")


def steps(workflow: Path) -> list[dict[str, Any]]:
    return [step for job in loaded(workflow)["jobs"].values() for step in job["steps"]]


def test_the_newest_version_of_the_changelog_is_the_templates_and_the_commands() -> None:
    newest = re.search(
        r"^## (\d+\.\d+\.\d+) - (?:unreleased|\d{4}-\d\d-\d\d)$",
        (ROOT / "CHANGELOG.md").read_text("utf-8"),
        re.MULTILINE,
    )

    assert newest
    assert newest[1] == published()["SemanticVersion"] == version("kms-reprieve")


def test_the_application_repository_takes_the_metadata() -> None:
    model = botocore.session.get_session().get_service_model("serverlessrepo")
    # botocore knows the fields and their types; the patterns are in the repository's own documentation.
    asked = model.operation_model("CreateApplication").input_shape
    assert asked
    said = published()

    assert not ParamValidator().validate(said, asked).has_errors()
    assert set(said) <= set(asked.members)
    assert re.fullmatch(r"[a-zA-Z0-9\-]{1,140}", said["Name"])
    assert re.fullmatch(r"[a-z0-9](([a-z0-9]|-(?!-))*[a-z0-9])?", said["Author"])
    assert 0 < len(said["Description"]) <= 256
    assert 0 < len(said["Labels"]) <= 10
    assert all(re.fullmatch(r"[a-zA-Z0-9+\-_:/@]{1,127}", label) for label in said["Labels"])
    assert all((ROOT / said[name]).is_file() for name in ("LicenseUrl", "ReadmeUrl"))


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_runs_what_there_is_and_may_only_read(workflow: Path) -> None:
    runs = [step["run"] for step in steps(workflow) if "run" in step]
    targets = {run.removeprefix("make ") for run in runs if run.startswith("make ")}

    assert runs
    assert targets <= set(TARGET.findall(makefile()))
    assert all(run.startswith("make ") or run == "bash .ci/run" for run in runs)
    assert loaded(workflow)["permissions"] == {"contents": "read"}


def test_every_python_that_the_project_supports_is_tested() -> None:
    lowest = project()["project"]["requires-python"]
    jobs = loaded(ROOT / ".github" / "workflows" / "test.yml")["jobs"]
    tested = {name: jobs[name]["strategy"]["matrix"]["python"] for name in ("check", "test")}

    assert lowest == ">=3.11"
    assert tested == {"check": PYTHONS, "test": PYTHONS}


def test_a_commit_is_checked_by_the_linters_of_the_makefile() -> None:
    hooks = loaded(ROOT / ".pre-commit-config.yaml")["repos"][0]["hooks"]
    lines = [hook["entry"].replace(".venv/bin", "$(RUN)") for hook in hooks]

    assert lines
    assert [line for line in lines if line not in makefile().replace(" $(CODE)", "")] == []


def test_dependabot_watches_each_folder_with_locked_requirements() -> None:
    updates = loaded(ROOT / ".github" / "dependabot.yml")["updates"]
    watched = {folder for update in updates for folder in update.get("directories", ())}

    assert watched == {f"/{path.parent.relative_to(ROOT)}" for path in ROOT.glob("*requirements/*.in")} | {
        f"/{path.parent.relative_to(ROOT)}" for path in ROOT.glob("layers/*/requirements.in")
    }


def test_the_types_of_both_packages_are_for_others_too() -> None:
    packages = project()["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]

    assert packages
    assert all((ROOT / package / "py.typed").is_file() for package in packages)
