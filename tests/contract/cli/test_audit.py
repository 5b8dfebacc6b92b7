"""`kms-reprieve audit` on a stack: what it reads, what it prints, what it says where it can't."""

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from typer.testing import CliRunner
from typer.testing import Result as Invocation

from kms_reprieve_cli import command
from kms_reprieve_cli.audit import trail
from reprieve.adapters.dynamodb import DynamoTable
from reprieve.cases.audit_entry import Entry, Event
from reprieve.cases.case import Closure, Counts, Ending, ScheduledBy
from reprieve.cases.decision import Choice
from reprieve.cases.notice import Reason
from reprieve.cases.result import Result
from reprieve.cases.sample_store import Begun, SampleStore
from reprieve.cases.store import CaseStore
from reprieve.cases.visitor import AuthMethod, Person, SlackOrigin
from reprieve.ports import Document
from tests.case_pages import PART, USES
from tests.examples import DELETION, HOSTILE, KEY, OTHER_KEY, at, case, decision, visitor
from tests.examples import JANE as JANE_CALLER

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

TEMPLATE = {
    "Resources": {
        "CaseTable": {
            "Type": "AWS::DynamoDB::Table",
            "Properties": {
                "BillingMode": "PAY_PER_REQUEST",
                "AttributeDefinitions": [
                    {"AttributeName": "pk", "AttributeType": "S"},
                    {"AttributeName": "sk", "AttributeType": "S"},
                ],
                "KeySchema": [
                    {"AttributeName": "pk", "KeyType": "HASH"},
                    {"AttributeName": "sk", "KeyType": "RANGE"},
                ],
            },
        }
    },
    "Outputs": {"CaseTableName": {"Value": {"Ref": "CaseTable"}}},
}
ENTRY = Entry(
    id="b7a0",
    at=at("15:10"),
    case_id=f"{KEY}@2026-11-29T14:02:10Z",
    event=Event.DECISION,
    decision=decision(state=None),
    state_before="PendingDeletion",
    outcome=Result.STARTED,
)
DONE = replace(ENTRY, decision=decision(), outcome="rescued", request_ids=("r1", "r2"))
TOLD = Entry(id="n1", at=at("14:55"), case_id=ENTRY.case_id, event=Event.NOTICE, reason=Reason.KEY_IN_USE)
JANE = Person(issuer="https://login.example.com/", subject="00u1", email="jane@example.com")


@pytest.fixture
def client(region: str, monkeypatch: pytest.MonkeyPatch) -> "DynamoDBClient":
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    stacks = boto3.client("cloudformation", region_name=region)
    stacks.create_stack(StackName="kms-reprieve", TemplateBody=json.dumps(TEMPLATE))
    bare = {"Resources": TEMPLATE["Resources"]}
    stacks.create_stack(StackName="another", TemplateBody=json.dumps(bare))
    return boto3.client("dynamodb", region_name=region)


@pytest.fixture
def table(client: "DynamoDBClient") -> DynamoTable:
    (name,) = (each for each in client.list_tables()["TableNames"] if each.startswith("kms-reprieve"))
    return DynamoTable(client, name)


@pytest.fixture
def book(table: DynamoTable) -> CaseStore:
    made = CaseStore(table)
    made.note(KEY, TOLD)
    made.decide(KEY, DELETION, ENTRY, after=0)
    made.conclude(KEY, DONE)
    made.note(OTHER_KEY, replace(TOLD, id="n2", case_id=f"{OTHER_KEY}@unknown"))
    return made


def audit(*arguments: str) -> Invocation:
    return CliRunner().invoke(command.app, ["audit", *arguments])


def printed(*arguments: str) -> list[str]:
    result = audit(*arguments)
    assert result.exit_code == 0
    return result.stdout.splitlines()


@pytest.mark.usefixtures("book")
def test_everything_is_printed_with_the_keys_apart() -> None:
    lines = printed()

    first = lines.index(str(KEY))
    assert lines[first : first + 3] == [
        str(KEY),
        "  2026-11-22T14:55:00Z  notice      key-in-use",
        "  2026-11-22T15:10:00Z  decision    cancel and enable; rescued, PendingDeletion → Enabled; "
        "someone with the link from email (link) at 203.0.113.40; requests r1 r2",
    ]
    second = lines.index(str(OTHER_KEY))
    assert lines[second + 1] == "  2026-11-22T14:55:00Z  notice      key-in-use"
    assert len(lines) == 5


@pytest.mark.usefixtures("book")
def test_one_key_is_printed_alone_and_in_order() -> None:
    lines = [json.loads(line) for line in printed("--json", "--key", str(KEY))]

    assert [(line["id"], line["version"]) for line in lines] == [("n1", 1), ("b7a0", 2)]


def test_who_signed_in_and_why_they_decided_is_printed(
    book: CaseStore,
) -> None:
    jane = visitor(auth_method=AuthMethod.SIGN_IN, person=JANE)
    kept = decision(by=jane, choice=Choice.KEEP, enable=False, why="The tenant left", state=None)
    book.note(KEY, replace(TOLD, id="o1", at=at("15:20"), event=Event.OPENED, visitor=jane))
    book.note(KEY, replace(DONE, id="k1", at=at("15:21"), decision=kept, outcome="kept", request_ids=()))

    lines = printed("--key", str(KEY))

    assert lines[-2:] == [
        "  2026-11-22T15:20:00Z  opened      jane@example.com (sign-in) at 203.0.113.40",
        "  2026-11-22T15:21:00Z  decision    keep; kept, PendingDeletion → ?; "
        'jane@example.com (sign-in) at 203.0.113.40; "The tenant left"',
    ]


def test_a_press_in_slack_is_printed_with_who_and_where(book: CaseStore) -> None:
    press = SlackOrigin(team="T0REPRIEVE", user="U0JANE", channel="C0KMSKEYS", message="1764500000.000100")
    jane = visitor(auth_method=AuthMethod.SLACK, person=JANE, source_ip="", user_agent="", slack=press)
    book.note(KEY, replace(DONE, id="s1", at=at("15:22"), decision=decision(by=jane), request_ids=()))

    assert printed("--key", str(KEY))[-1].endswith(
        "jane@example.com (slack) as user U0JANE of T0REPRIEVE in C0KMSKEYS, message 1764500000.000100"
    )


def test_what_nobody_here_wrote_is_printed_as_that(
    table: DynamoTable,
) -> None:
    table.put(Document(partition=HOSTILE, sort="audit#x", body={"id": HOSTILE}))

    lines = printed()

    assert lines[0] == "not of kms-reprieve"
    assert lines[1].startswith("  ?                     unreadable  KMS key ARN: ")
    assert all(line.isprintable() for line in lines)


def test_pages_are_printed_as_they_come(book: CaseStore) -> None:
    for number in range(5):
        book.note(KEY, replace(TOLD, id=f"m{number}", at=at(f"16:0{number}")))
    pages: list[Any] = []

    class Paged:
        def client(self, name: str) -> Any:
            made: Any = boto3.client(name, region_name="eu-west-1")  # type: ignore[call-overload]
            made.meta.events.register("after-call.dynamodb.Query", lambda parsed, **_: pages.append(parsed))
            made.meta.events.register(
                "provide-client-params.dynamodb.Query", lambda params, **_: params | {"Limit": 2}
            )
            return made

    found = trail(Paged(), "kms-reprieve", KEY)  # type: ignore[arg-type]

    assert next(iter(found))["id"] == "n1"
    assert len(pages) == 1
    assert len(list(found)) == 6


@pytest.mark.usefixtures("client")
@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (
            ["--stack-name", "nowhere"],
            "cloudformation:DescribeStacks: ValidationError: Stack with id nowhere",
        ),
        (
            ["--stack-name", "another"],
            "stack another: it has no output CaseTableName, so it is not a stack of",
        ),
        (["--profile", "nobody"], "the AWS settings of this machine: ProfileNotFound: "),
    ],
)
def test_what_is_wrong_is_told(arguments: list[str], problem: str) -> None:
    result = audit(*arguments)

    assert result.exit_code == 1
    assert result.stderr.startswith(problem)
    assert result.stdout == ""


@pytest.mark.usefixtures("client")
@pytest.mark.parametrize(
    ("missing", "problem"),
    [
        (("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), "NoCredentialsError: Unable to locate credentials"),
        (("AWS_DEFAULT_REGION",), "NoRegionError: You must specify a region"),
    ],
)
def test_no_credentials_and_no_region_are_told(
    missing: tuple[str, ...],
    problem: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in (*missing, "AWS_REGION", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")

    result = audit()

    assert result.exit_code == 1
    assert problem in result.stderr


@pytest.mark.usefixtures("book")
@pytest.mark.parametrize("name", ["AWS_REGION", "AWS_DEFAULT_REGION", ""])
def test_the_region_is_told_as_the_aws_cli_is(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for other in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(other, raising=False)
    if name:
        monkeypatch.setenv(name, "eu-west-1")

    assert len(printed(*(() if name else ("--region", "eu-west-1")))) == 5


def saved(book: CaseStore, **known: Any) -> list[str]:
    """What is printed of a key whose case was opened a day before its deletion was decided about."""
    book.save(replace(case(), **known), wake_at=None)
    return printed("--key", str(KEY))


def test_each_deletion_is_drawn_after_what_happened_with_its_decisions(book: CaseStore) -> None:
    line = saved(book, scheduled_by=ScheduledBy(caller=JANE_CALLER, at=at("14:00")))[-1]
    begin, drawn, refused = line[:35], line[36:96], line[96:]

    assert begin == "  2026-11-29T14:02:10Z  deletion   "
    assert set(drawn) <= set("─●│┄✕▁▂▃▄▅▆▇█")
    assert drawn.count("●") == 1
    assert refused == "  0 calls refused"


def test_a_case_that_is_over_is_drawn_to_its_end_and_says_how_it_ended(book: CaseStore) -> None:
    one = Counts(uses=replace(USES, count=1, by_caller=(replace(PART, count=1),)))
    closure = Closure(how=Ending.CANCELLED, at=at("15:30"))
    line = saved(book, settled=one, closure=closure)[-1]

    assert line.endswith("│  1 call refused, cancelled 2026-11-22T15:30:00Z")
    assert "┄" not in line


def test_an_end_that_kms_did_not_confirm_is_said_to_be_so(book: CaseStore) -> None:
    closure = Closure(how=Ending.DELETED, at=at("15:30"), confirmed=False)

    assert saved(book, closure=closure)[-1].endswith(", deleted 2026-11-22T15:30:00Z, not confirmed by KMS")


def test_a_case_that_can_not_be_read_is_said_to_be_so(table: DynamoTable) -> None:
    table.put(Document(partition=f"key#{KEY}", sort="case#x", body={"key": HOSTILE}))

    lines = printed()

    assert lines[0] == str(KEY)
    assert lines[1].startswith("  ?                     unreadable  ")
    assert lines[1].isprintable()


def test_a_test_notice_is_printed_apart_from_all_keys(table: DynamoTable) -> None:
    store = SampleStore(table)
    store.begin("8c8f1b4e", Begun(at=at("15:10"), channels=("email",)))
    store.note(
        "8c8f1b4e",
        Entry(id="s1", at=at("15:11"), case_id="test", event=Event.SEEN, visitor=visitor()),
    )

    assert printed() == [
        "test notice 8c8f1b4e",
        "  2026-11-22T15:10:00Z  notice      test",
        "  2026-11-22T15:11:00Z  seen        someone with the link from email (link) at 203.0.113.40",
    ]
