"""What the repository's samconfig.toml says: every `sam deploy` sets again what it overrides."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_no_deployment_sets_a_parameter_that_the_operator_did_not_name() -> None:
    configured = tomllib.loads((ROOT / "samconfig.toml").read_text("utf-8"))["default"]

    assert "parameter_overrides" not in str(configured)
    assert configured["deploy"]["parameters"]["confirm_changeset"]
