"""What `sam` gets to see of this machine."""

from pathlib import Path

import pytest

from local.emulator import Emulator
from local.stack import Stack, environment, overrides, placed


@pytest.fixture
def emulator(tmp_path: Path) -> Emulator:
    return Emulator(endpoint="http://127.0.0.1:1", folder=tmp_path)


def test_the_users_aws_settings_do_not_reach_sam(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("AWS_ENDPOINT_URL_KMS", "https://elsewhere.example")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    monkeypatch.setenv("SAM_CLI_TELEMETRY", "1")

    found = environment(emulator)

    assert {name: value for name, value in found.items() if "AWS" in name or "SAM" in name} == {
        "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
        "AWS_ACCESS_KEY_ID": "111122223333",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_CONFIG_FILE": f"{emulator.folder}/no-such-file",
        "AWS_SHARED_CREDENTIALS_FILE": f"{emulator.folder}/no-such-file",
        "AWS_EC2_METADATA_DISABLED": "true",
        "SAM_CLI_TELEMETRY": "0",
        "SAM_CLI_POLL_DELAY": "0.3",
        "__SAM_CLI_APP_DIR": f"{emulator.folder}/sam",
    }


def test_a_proxy_is_not_asked_for_this_machine(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example")
    monkeypatch.setenv("NO_PROXY", "internal.example")
    monkeypatch.delenv("no_proxy", raising=False)

    found = environment(emulator)

    assert found["HTTPS_PROXY"] == "http://proxy.example"
    assert found["NO_PROXY"] == "internal.example,127.0.0.1,localhost,.localhost"
    assert found["no_proxy"] == "127.0.0.1,localhost,.localhost"


def test_parameters_are_written_as_sam_takes_them() -> None:
    assert overrides({"LinkHours": "1", "NotificationEmails": "a@b.c,d@e.f"}) == [
        "ParameterKey=LinkHours,ParameterValue=1",
        "ParameterKey=NotificationEmails,ParameterValue=a@b.c,d@e.f",
    ]


def test_a_stack_tells_where_its_pages_and_its_topic_are() -> None:
    stack = Stack(log_group="g", outputs={"PageUrl": "http://x/keys/", "NoticeTopicArn": "arn:topic"})

    assert (stack.page_url, stack.notice_topic) == ("http://x/keys/", "arn:topic")


def test_what_the_template_names_is_found_from_wherever_it_is_deployed() -> None:
    about = {"Name": "kms-reprieve", "LicenseUrl": "../../LICENSE", "ReadmeUrl": "../../README.md"}
    template = {"Resources": {}, "Metadata": {"AWS::ServerlessRepo::Application": about, "Other": 1}}

    moved = placed(template, Path("/work/.aws-sam/build"))

    assert moved == {
        "Resources": {},
        "Metadata": {
            "AWS::ServerlessRepo::Application": {
                "Name": "kms-reprieve",
                "LicenseUrl": "/work/LICENSE",
                "ReadmeUrl": "/work/README.md",
            },
            "Other": 1,
        },
    }
