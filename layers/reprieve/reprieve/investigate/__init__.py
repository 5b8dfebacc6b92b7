"""From the alarm, or the schedule, to notices in the queue."""
