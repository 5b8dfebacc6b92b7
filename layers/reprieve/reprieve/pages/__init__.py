"""The pages people see: one answer of HTML each, no script, nothing from elsewhere."""

from reprieve.pages import outcomes
from reprieve.pages.outcomes import Outcome
from reprieve.pages.rendering import Page, case_page, outcome_page, security_headers

__all__ = ["Outcome", "Page", "case_page", "outcome_page", "outcomes", "security_headers"]
