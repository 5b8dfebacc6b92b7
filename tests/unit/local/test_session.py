"""Sessions that know one emulator only."""

from pathlib import Path

import pytest

from local.session import Credentials, open_session


def test_the_users_profile_and_files_are_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    configuration = tmp_path / "config"
    configuration.write_text("[profile production]\nregion = us-east-1\nca_bundle = /nowhere\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(configuration))
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")

    session = open_session(
        Credentials(key_id="111122223333", secret="of-nobody-else", token=None), "eu-west-1"
    )
    client = session.client("kms", endpoint_url="http://127.0.0.1:1")

    assert (client.meta.region_name, client.meta.endpoint_url) == ("eu-west-1", "http://127.0.0.1:1")
    credentials = session.get_credentials()
    assert credentials
    assert credentials.access_key == "111122223333"


def test_a_client_is_made_once_for_each_caller_service_and_region() -> None:
    jane, mia = (Credentials(key_id=name, secret="local", token=None) for name in ("jane", "mia"))

    first = open_session(jane, "eu-west-1").client("kms", endpoint_url="http://127.0.0.1:1")

    assert open_session(jane, "eu-west-1").client("kms", endpoint_url="http://127.0.0.1:1") is first
    others = {
        open_session(mia, "eu-west-1").client("kms", endpoint_url="http://127.0.0.1:1"),
        open_session(jane, "us-east-1").client("kms", endpoint_url="http://127.0.0.1:1"),
        open_session(jane, "eu-west-1").client("kms", endpoint_url="http://127.0.0.1:2"),
        open_session(jane, "eu-west-1").client("sts", endpoint_url="http://127.0.0.1:1"),
    }
    assert len(others - {first}) == 4
