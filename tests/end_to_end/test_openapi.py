"""The deployed API against its own description: it answers as described, and never fails."""

from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from local.up import Local
from tests.scene import Scene

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
EXAMPLES = 25  # of each of the five operations, with any link and with a good one

api: Any = schemathesis.openapi.from_path(Path(__file__).parents[2] / "docs" / "openapi.yaml")


@pytest.fixture(scope="module")
def scene(stack: Local) -> Scene:
    return Scene.begin(stack)


@pytest.fixture(scope="module")
def link(scene: Scene) -> str:
    return scene.link()


@pytest.fixture(scope="module")
def session() -> requests.Session:
    """What asks, whatever proxy the user has."""
    session = requests.Session()
    session.trust_env = False
    return session


@pytest.mark.parametrize("is_good", [False, True], ids=["any link", "a good link"])
@api.parametrize()  # type: ignore[untyped-decorator] # schemathesis has no types here
@settings(max_examples=EXAMPLES)
def test_every_answer_is_as_described(
    case: Any,
    scene: Scene,
    link: str,
    session: requests.Session,
    is_good: bool,  # noqa: FBT001 - a case
) -> None:
    root, _, token = link.rpartition("/keys/")
    if is_good and "token" in case.path_parameters:
        case.path_parameters["token"] = token

    answer = case.call(base_url=root, session=session, allow_redirects=False, timeout=30)

    case.validate_response(answer, checks=CHECKS)
    assert scene.state() == "PendingDeletion"
