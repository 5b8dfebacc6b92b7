"""Which of KMS' events a trail or a telemetry rule records.

Decrypt, Encrypt and GenerateDataKey are read events; CreateGrant is one that writes.
Source: CloudTrail API reference, EventSelector and AdvancedFieldSelector.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from kms_reprieve_cli.doctor.statements import Answer

KMS: Final = "kms.amazonaws.com"
_ALL: Final = "All"
_KIND: Final = {True: "ReadOnly", False: "WriteOnly"}

_OPERATORS: Final[Mapping[str, Callable[[str, Sequence[str]], bool]]] = {
    "Equals": lambda said, values: said in values,
    "StartsWith": lambda said, values: said.startswith(tuple(values)),
    "EndsWith": lambda said, values: said.endswith(tuple(values)),
    "NotEquals": lambda said, values: said not in values,
    "NotStartsWith": lambda said, values: not said.startswith(tuple(values)),
    "NotEndsWith": lambda said, values: not said.endswith(tuple(values)),
}


@dataclass(frozen=True, slots=True)
class Selectors:
    """The event selectors of one source: classic ones or advanced ones, as CloudTrail has them."""

    classic: Sequence[Mapping[str, Any]]
    advanced: Sequence[Mapping[str, Any]]

    def records(self, *, reads: bool) -> Answer:
        """Return whether KMS' read events, or its write events, are recorded."""
        if self.advanced:
            event = {
                "eventCategory": "Management",
                "eventSource": KMS,
                "eventType": "AwsApiCall",
                "readOnly": str(reads).lower(),
            }
            return max(_records(each["FieldSelectors"], event) for each in self.advanced)
        found = any(_selects(each, reads=reads) for each in self.classic)
        return Answer.ALLOWED if found else Answer.REFUSED


def _selects(selector: Mapping[str, Any], *, reads: bool) -> bool:
    return (
        selector.get("IncludeManagementEvents", True)
        and selector.get("ReadWriteType", _ALL) in {_ALL, _KIND[reads]}
        and KMS not in selector.get("ExcludeManagementEventSources", [])
    )


def _records(fields: Sequence[Mapping[str, Any]], event: Mapping[str, str]) -> Answer:
    """Return whether an advanced selector takes an event; unsure where it depends on another field."""
    return min((_takes(each, event) for each in fields), default=Answer.ALLOWED)


def _takes(field: Mapping[str, Any], event: Mapping[str, str]) -> Answer:
    said = event.get(field["Field"])
    if said is None:
        return Answer.UNSURE
    holds = all(_OPERATORS[name](said, field[name]) for name in field.keys() & _OPERATORS.keys())
    return Answer.ALLOWED if holds else Answer.REFUSED
