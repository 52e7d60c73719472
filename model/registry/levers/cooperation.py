"""Cooperation: what States do together."""

from model.registry.lever import PEOPLE_SCOPE, Channel, Lever

# fmt: off
COOPERATION_LEVERS = (
    Lever(
        "id_sharing",
        kind="cooperation",
        summary="origin and destination identify people together",
        unit="each week one in twenty detained is identified with the origin's help",
        recommendations=("G2",),
        section="IV.G",
        helps_by=(
            Channel("faster", moves="grounds_release", mode="add", effect=0.05, high=0.2,
                why="identified while detained"),
            Channel("papers", moves="documents", mode="raise", effect=0.3, high=0.7, why="papers are found"),
        ),
        hurts_by=(
            Channel("data_used", moves="trust_bonus", mode="add", effect=-0.02, high=0.1,
                why="data reaches those who punish"),
        ),
    ),
    Lever(
        "regional_coordination",
        kind="cooperation",
        summary="joint investigations, intelligence and tracing",
        unit="most raids are joint; intelligence is shared",
        recommendations=("G3",),
        section="IV.G S04 S05",
        lead_weeks=26,
        helps_by=(
            Channel("joint", moves="joint_action", mode="raise", effect=0.7, high=1.0,
                why="several states strike in one week"),
            Channel("intelligence", moves="intelligence_shared", mode="raise", effect=0.5, high=0.9,
                why="what one state learns, others know"),
            Channel("case_success", moves="owner_arrest", mode="scale", effect=1.0, high=4.0,
                why="cases reach owners across borders"),
            Channel("nowhere_to_go", moves="permissive_sites", mode="lower", effect=0.2, high=0.6,
                why="neighbours stop letting operations settle"),
            Channel("traces", moves="tracing", mode="add", effect=0.01, high=0.05, why="missing people are traced"),
        ),
        hurts_by=(
            Channel("wider_circle", moves="partner_leak", mode="add", effect=0.05, high=0.2,
                why="each partner may leak"),
            Channel("delay", moves="agreement_delay", mode="add", effect=4.0, high=12.0, why="agreement takes time"),
        ),
    ),
    Lever(
        "regional_complaints",
        kind="cooperation",
        summary="regional bodies and NHRIs receive complaints",
        unit="a fifth of complaints that civil society can bring are taken up in an inquiry",
        recommendations=("G4", "G5"),
        section="IV.G",
        lead_weeks=26,
        helps_by=(
            Channel("taken_up", moves="complaints_heard", mode="raise", effect=0.2, high=0.6,
                why="inquiries press states and protect those who speak"),
            Channel("referral", moves="services_reach", mode="scale", effect=0.1, high=0.5,
                why="people are referred"),
        ),
        hurts_by=(
            Channel("reprisals", moves="reprisal", mode="scale", effect=0.02, high=0.2,
                why="complainants are threatened"),
        ),
    ),
    Lever(
        "consular_coverage",
        kind="cooperation",
        summary="consulates that reach, free and document their nationals",
        unit="twice as many people freed through consulates; papers for most",
        recommendations=("G6",),
        section="IV.G V40",
        scope=PEOPLE_SCOPE,
        helps_by=(
            Channel("frees", moves="consular_reach", mode="scale", effect=1.0, high=4.0, why="people are extracted"),
            Channel("papers", moves="documents", mode="raise", effect=0.4, high=0.8, why="papers are found"),
        ),
        hurts_by=(
            Channel("alarms", moves="consular_alarm", mode="scale", effect=0.2, high=1.0,
                why="enquiries bring abuse or sale"),
        ),
    ),
)
