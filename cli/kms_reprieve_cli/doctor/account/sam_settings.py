"""Whether the samconfig.toml in the current folder changes parameters with the next `sam deploy`."""

import shlex
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any, Final

from kms_reprieve_cli.doctor.check import Phase, Result, passed, warning
from kms_reprieve_cli.doctor.group import Group
from kms_reprieve_cli.doctor.subject import Subject

ID: Final = "sam-settings"
GROUP: Final = Group.ACCOUNT
WHEN: Final = Phase.AFTER
NEEDS: Final = ()

_FIX: Final = (
    "Take the parameters out of samconfig.toml: what sam deploy does not name keeps its value. Name"
    " those that you change with --parameter-overrides."
)


def look(subject: Subject) -> Iterator[Result]:
    """Compare the file with the stack."""
    if not subject.sam_settings:
        return
    told = subject.stack.parameters
    named = {name: value for name, value in _overrides(subject.sam_settings).items() if name in told}
    hidden = {name for name in named if set(told[name]) == {"*"}}
    differing = [name for name in named if told[name] != named[name] and name not in hidden]
    changed = [f"{name} from {told[name]} to {named[name]}" for name in differing]
    if changed:
        yield warning(
            f"the next sam deploy changes {', '.join(changed)}",
            cause="samconfig.toml sets these parameters again with every plain sam deploy",
            fix=_FIX,
        )
    elif named:
        yield warning(
            f"samconfig.toml names {', '.join(sorted(named))}",
            cause="these are the stack's values now: if you change one elsewhere, sam deploy sets it back",
            fix=_FIX,
        )
    else:
        yield passed("samconfig.toml names no parameter of the stack")


def _overrides(text: str) -> Mapping[str, str]:
    """Return the parameters that a samconfig.toml gives to `sam deploy`, of all of its environments."""
    try:
        told: Mapping[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return {}
    sections = [
        each.get("deploy", {}).get("parameters", {}) for each in told.values() if isinstance(each, dict)
    ]
    found: dict[str, str] = {}
    for given in (section.get("parameter_overrides", ()) for section in sections):
        pairs = shlex.split(given) if isinstance(given, str) else list(map(str, given))
        found |= {name: value for name, mark, value in (pair.partition("=") for pair in pairs) if mark}
    return found
