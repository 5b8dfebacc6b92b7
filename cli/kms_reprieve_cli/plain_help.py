"""Help without Python's types: `--json`, not `--json <bool>`; `PATH...`, not `{PATH}... <list[Path]>`."""

from typing import Any, Final, cast

from typer.core import TyperArgument, TyperCommand, TyperGroup

NO_VALUE: Final = ""


class PlainCommand(TyperCommand):
    """A command whose help shows what an option takes by its metavar only."""

    def get_params(self, ctx: object) -> list[Any]:
        """Return the parameters, the option for help among them."""
        return list(map(_plain, super().get_params(cast("Any", ctx))))

    def collect_usage_pieces(self, ctx: object) -> list[str]:
        """Return the parts of the line `Usage:`."""
        return list(map(_unbraced, super().collect_usage_pieces(cast("Any", ctx))))


class PlainGroup(TyperGroup):
    """A group of such commands; typer gives it the options for completion."""

    def get_params(self, ctx: object) -> list[Any]:
        """Return the parameters, the options for help and completion among them."""
        return list(map(_plain, super().get_params(cast("Any", ctx))))


def _plain(parameter: Any) -> Any:  # noqa: ANN401 - typer does not export the type of a parameter
    if isinstance(parameter, TyperArgument):
        parameter.display_type_rich = _no_type  # type: ignore[method-assign] # typer has no setting for it
    elif parameter.metavar is None:
        parameter.metavar = NO_VALUE
    return parameter


def _no_type(ctx: object) -> None:
    """Return no type: the name of an argument says what it is."""


def _unbraced(piece: str) -> str:
    """Return `PATH...` for `{PATH}...`, as manuals write a required argument."""
    return piece.replace("{", "").replace("}", "")
