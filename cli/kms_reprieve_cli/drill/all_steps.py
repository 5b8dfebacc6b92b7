"""All steps, in the order in which they are done."""

from typing import Final

from kms_reprieve_cli.drill.step import Step
from kms_reprieve_cli.drill.steps import (
    audit,
    dead_letter,
    doctor,
    ip_families,
    large_item,
    log_level,
    log_reads,
    management_call,
    member_account,
    member_key,
    notice,
    pattern,
    recipe_alarm,
    refusal,
    replica,
    rescue,
    runtime,
    schedule,
    throttling,
    update_matrix,
)

STEPS: Final[tuple[Step, ...]] = (
    doctor,
    pattern,
    schedule,
    refusal,
    management_call,
    notice,
    rescue,
    audit,
    throttling,
    runtime,
    ip_families,
    log_reads,
    log_level,
    recipe_alarm,
    update_matrix,
    large_item,
    member_account,
    member_key,
    replica,
    dead_letter,
)
