"""The guided scenes: each a scenario, a stretch of time and one sentence of the paper's reasoning, paraphrased."""

from dataclasses import dataclass
from datetime import date

from .two_worlds import BASELINE

PACES = (1, 2, 4, 8, 13, 20, 26, 52, 104)  # weeks a second that a visitor may choose


@dataclass(frozen=True)
class Scene:
    title: str
    says: str
    opens: date
    ends: date
    weeks_a_second: float
    scenario: str = BASELINE


SCENES = (
    Scene(
        "Growth",
        ("Casinos and online gambling gave cover, and what began beside them grew into an industry that "
"holds people to defraud others."),
        date(2016, 1, 4), date(2019, 8, 12), 26,
    ),
    Scene(
        "A ban moves it",
        ("Where one State closes gambling houses and others do not, much of the business does not end: it "
"adapts, and goes elsewhere."),
        date(2019, 7, 1), date(2020, 3, 16), 8,
    ),
    Scene(
        "Pandemic",
        ("Borders close, workers are stranded, and millions sit at home and online: people to hold and "
"people to defraud."),
        date(2020, 2, 24), date(2021, 1, 25), 8,
    ),
    Scene(
        "Coup",
        ("Where authority is contested, armed groups sell protection: compounds grow along borders that "
"no court reaches."),
        date(2021, 1, 4), date(2023, 8, 28), 20,
    ),
    Scene(
        "Crackdown, displacement",
        ("One State raids harder, alone: operations that are forewarned or afraid may leave, and those "
"found in raids are often treated as offenders."),
        date(2024, 10, 7), date(2027, 1, 4), 13, "unilateral-crackdown",
    ),
    Scene(
        "Rights first",
        ("Suppose that people who come out are recognised, not punished, sheltered and helped home. Who "
"is still held, and who is trafficked again?"),
        date(2024, 10, 7), date(2027, 1, 4), 13, "rights-package",
    ),
    Scene(
        "Both, together",
        ("One State raids harder, all in the region share what they know, and people who come out are "
"protected. Is there then still somewhere to go?"),
        date(2024, 10, 7), date(2027, 1, 4), 13, "everything-together",
    ),
)  # fmt: skip
