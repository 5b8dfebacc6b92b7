"""Amazon SES."""

from typing import TYPE_CHECKING, Final

from reprieve.adapters.aws import call
from reprieve.dataclass import dataclass
from reprieve.ports import Mail

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client

_CHARSET: Final = "UTF-8"


@dataclass(frozen=True, slots=True)
class SesMailer:
    """The `Mailer` of AWS; no configuration set is named, so nothing of ours rewrites a link."""

    client: "SESV2Client"

    def send(self, mail: Mail) -> None:
        """Call ses:SendEmail."""
        with call("ses:SendEmail"):
            self.client.send_email(
                FromEmailAddress=mail.sender,
                Destination={"ToAddresses": [mail.recipient]},
                Content={
                    "Simple": {
                        "Subject": {"Data": mail.subject, "Charset": _CHARSET},
                        "Body": {
                            "Text": {"Data": mail.text, "Charset": _CHARSET},
                            "Html": {"Data": mail.html, "Charset": _CHARSET},
                        },
                        "Headers": [{"Name": name, "Value": value} for name, value in mail.headers.items()],
                    }
                },
            )
