"""The page behind the link, and the decision."""
