"""What a request's data belongs to."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Resource:
    """A thing that a key protects: `service` as people call it, `name` as AWS does (often an ARN)."""

    service: str
    name: str

    def __str__(self) -> str:
        return f"{self.service} {self.name}"
