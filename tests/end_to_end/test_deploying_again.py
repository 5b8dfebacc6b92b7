"""`sam deploy` again, with only the repository's own samconfig.toml: what was changed stays changed."""

import shutil

from local import process
from local import stack as stacks
from local.emulator import ROOT
from local.up import Local
from tests.redeployed import USUAL, sam_deploy, update

CHANGED = {"LogRetentionDays": "400", "LinkHours": "72", "LogLevel": "WARN"}


def test_a_plain_deployment_keeps_the_values_that_were_changed(stack: Local) -> None:
    usual = {name: parameters_of(stack)[name] for name in CHANGED}

    sam_deploy(stack, USUAL | CHANGED)
    try:
        before = parameters_of(stack)

        deploy_plainly(stack)

        assert parameters_of(stack) == before
        assert before.items() >= CHANGED.items()
    finally:
        update(stack, USUAL | usual)


def deploy_plainly(local: Local) -> None:
    """Deploy as the README says, beside what an emulator and no terminal need."""
    folder = local.emulator.folder / "again"
    folder.mkdir(exist_ok=True)
    shutil.copy(ROOT / "samconfig.toml", folder)
    process.run(
        [
            *(stacks.sam_program(), "deploy", "--config-file", str(folder / "samconfig.toml")),
            *("--template-file", str(local.emulator.folder / "build" / stacks.BUILT), "--use-json"),
            *("--s3-bucket", stacks.ARTIFACTS_BUCKET, "--no-resolve-s3", "--region", local.emulator.region),
            *("--no-confirm-changeset", "--no-fail-on-empty-changeset", "--no-progressbar"),
        ],
        env=stacks.environment(local.emulator),
        cwd=ROOT,
        log=local.emulator.folder / "sam-deploy-again.log",
    )


def parameters_of(local: Local) -> dict[str, str]:
    client = local.emulator.session().client("cloudformation", endpoint_url=local.emulator.endpoint)
    (found,) = client.describe_stacks(StackName=stacks.NAME)["Stacks"]
    return {each["ParameterKey"]: each["ParameterValue"] for each in found["Parameters"]}
