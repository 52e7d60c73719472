"""What a visitor sees first, and where: plain values that load nothing."""

import socket
from dataclasses import dataclass

HOST = "127.0.0.1"  # whatever the environment says: the page is for its own machine
PORT = 8765
OPENING_SCENARIO, OPENING_SEED, OPENING_SCALE = "unilateral-crackdown", 1, 100


class ShowError(RuntimeError):
    """The page cannot be shown, for a reason that the user can mend."""


@dataclass(frozen=True)
class Opening:
    """The policy beside the baseline, by name or path, and the seed and size of both worlds."""

    scenario: str = OPENING_SCENARIO
    seed: int = OPENING_SEED
    people_per_agent: int = OPENING_SCALE


first = Opening()  # set once, before the server starts


def free(port: int) -> bool:
    """Say whether nobody listens at the port of this machine."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True
