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

    session = open_session(Credentials(key_id="111122223333", secret="local", token=None), "eu-west-1")
    client = session.client("kms", endpoint_url="http://127.0.0.1:1")

    assert (client.meta.region_name, client.meta.endpoint_url) == ("eu-west-1", "http://127.0.0.1:1")
    credentials = session.get_credentials()
    assert credentials
    assert credentials.access_key == "111122223333"
