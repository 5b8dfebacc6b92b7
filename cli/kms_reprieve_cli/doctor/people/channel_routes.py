"""Whether each route of the document of channels leads to a channel."""

from collections.abc import Iterator
from typing import Final

from kms_reprieve_cli.channels.dead_ends import dead_ends
from kms_reprieve_cli.doctor.check import Phase, Result, passed, warning
from kms_reprieve_cli.doctor.group import Group
from kms_reprieve_cli.doctor.people import channel_document
from kms_reprieve_cli.doctor.subject import Subject
from reprieve.arn import partition_of
from reprieve.cases.notice import Reason
from reprieve.messages.channels.route import Route

ID: Final = "channel-routes"
GROUP: Final = Group.PEOPLE
WHEN: Final = Phase.AFTER
NEEDS: Final = ("secretsmanager:GetSecretValue",)


def look(subject: Subject) -> Iterator[Result]:
    """Read the routes of the good entries."""
    found = channel_document.configured(subject)
    if found is None or not found.document.channels:
        return
    is_wrong = False
    for channel, route in found.document.channels:
        for end in (*dead_ends(route), *_of_stack(route, subject)):
            is_wrong = True
            yield warning(
                f"a part of the route of {channel.name} matches no notice: {end}",
                cause="a notice that matches no route goes to all channels",
                fix=channel_document.CHECK_FILE,
            )
    if not is_wrong:
        yield passed("every route of the document of channels can match a notice")


def _of_stack(route: Route, subject: Subject) -> Iterator[str]:
    """Yield what this stack never sends."""
    parameters = subject.stack.parameters
    if route.reasons == {Reason.DELETION_SCHEDULED} and parameters.get("NotifyOnScheduling") == "no":
        yield "only.reasons: NotifyOnScheduling is no"
    if route.owners and not parameters.get("OwnerTags", "Owner"):
        yield "only.owners: OwnerTags is empty, so no key has an owner"
    if route.regions and subject.partition not in set(map(partition_of, route.regions)):
        yield f"only.regions: none of them is in the partition {subject.partition}"
