"""What the audit may find: one count each, in `m.faults`. Kernels add to it; a run with a fault ends in AuditError."""

FAULTS = (
    "a person changed status in a way the life course does not declare (transition {1})",
    "",
    "the industry outgrew what the model can hold: more operations, compounds or moves than rows ({2} times); "
    "these parameters let it grow without end",
    "people by status and place do not add up to the rows",
    "operations hold another number of people than have them as their operation",
    "a compound holds another number of people than its operations",
    "a negative level",
    "operations rent more room in a compound than it has, or the compounds and the room of a place do not add up",
    "money is not accounted for",
    "somebody was due this week and was not looked at",
    "a hazard is higher than the bound on it",
    "an outcome, abuse, guards or leads are negative, or a belief, trust, health or share is outside 0 to 1",
)
(
    UNDECLARED,
    WHICH,
    ROWS_FULL,
    PEOPLE_FAULT,
    OPERATIONS_FAULT,
    SITES_FAULT,
    NEGATIVE,
    ROOM_FAULT,
    MONEY_FAULT,
    DIARY,
    ABOVE_BOUND,
    RANGE,
) = range(len(FAULTS))


def faults_found(faults) -> list[str]:
    """Return what the audit found, in words."""
    return [text.format(*faults) for k, text in enumerate(FAULTS) if text and faults[k] > 0]
