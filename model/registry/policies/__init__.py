"""The policies that can be pulled: a table of levers for each kind.

A lever names the institutions that it moves and the channels by which it may help and may hurt. The tables know nothing
of agents, and nothing in the model but the registries knows them.
"""

from .cooperation import COOPERATION
from .enforcement import ENFORCEMENT
from .prevention import PREVENTION
from .protection import PROTECTION

ALL = (*ENFORCEMENT, *PREVENTION, *PROTECTION, *COOPERATION)
