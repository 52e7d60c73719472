"""The parameters of behaviour: tables of rows, by topic and in the order in which they are numbered.

A row says what a parameter is, where its value comes from and what is not known of it. The tables know nothing of the
model; `parameters.py` joins them with the channels of levers.
"""

from .afterwards import AFTER_CAPTIVITY, HOME_AGAIN
from .captivity import CAPTIVITY
from .enforcement import ENFORCEMENT_BEHAVIOUR, REPORTS
from .institutions import INSTITUTIONS_AS_NOW
from .operations import OPERATIONS_BEHAVIOUR
from .recruitment import BORDERS, RECRUITMENT, THE_FIRST_WEEK
from .rules import RIVAL_RULES_AND_FEEDBACKS

BEHAVIOUR = (
    THE_FIRST_WEEK,
    RECRUITMENT,
    BORDERS,
    CAPTIVITY,
    OPERATIONS_BEHAVIOUR,
    ENFORCEMENT_BEHAVIOUR,
    REPORTS,
    AFTER_CAPTIVITY,
    HOME_AGAIN,
    INSTITUTIONS_AS_NOW,
    RIVAL_RULES_AND_FEEDBACKS,
)
