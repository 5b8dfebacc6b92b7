"""The pages people see: one answer of HTML each, no script, nothing from elsewhere."""

from reprieve.respond.pages import outcomes
from reprieve.respond.pages.outcomes import Outcome
from reprieve.respond.pages.rendering import (
    FormState,
    Page,
    View,
    case_page,
    outcome_page,
    redirect,
    security_headers,
)

__all__ = [
    "FormState",
    "Outcome",
    "Page",
    "View",
    "case_page",
    "outcome_page",
    "outcomes",
    "redirect",
    "security_headers",
]
