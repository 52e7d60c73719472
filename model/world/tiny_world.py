"""A tiny made-up world of three places, for compiling the kernels and for tests of mechanisms."""

import networkx as nx

from .places import compile_world

TINY_STATE = dict(
    asean=1, destination=1, non_punishment_provision=0, non_punishment_scope=0.0, recognises_forced_criminality=0,
    services_for_men=0.5, raids_per_month=2.0,
    call_outs_per_month=4.0, screening_per_week=20.0, open_beds=100.0, closed_beds=50.0,
    detention_places=500.0, court_cases_per_week=5.0, return_help_per_week=20.0, detains_irregular=0.5,
    prosecutes_at_home=0.2, civic_space=0.5, licensed_gaming=0,
)  # fmt: skip
ORIGIN = dict(
    at_risk=200_000, cohort=20_000, share_male=0.6, share_minor=0.05, share_higher_education=0.4,
    share_market_language=0.3, return_risk=0.1, family_means=1.0,
)  # fmt: skip
ROUTE = dict(mode="road", official=1, days=2.0, cost_usd=200.0, post=0, lawful_per_week=1000.0)


def tiny_world(**state):
    """Return a world of one origin and two places of operation in two states; `state` overrides TINY_STATE."""
    graph = nx.MultiDiGraph()
    common = dict(
        control=0.7, protection=50.0, infrastructure=0.8, landlords=3, start_sites=4, site_capacity=800.0, river=0
    )
    for name, iso3, kind, lat, host in (
        ("home", "AAA", "origin", 0.0, 0),
        ("one", "BBB", "zone", 1.0, 1),
        ("two", "CCC", "city", 2.0, 1),
    ):
        people = 1500.0 if host else 0.0
        graph.add_node(
            name,
            name=name,
            iso3=iso3,
            kind=kind,
            lat=lat,
            lon=0.0,
            host=host,
            start_people=people,
            supplied_from=iso3,
            cash_out_from=iso3,
            **common,
        )
    for a in graph.nodes:
        for b in graph.nodes:
            if a != b:
                graph.add_edge(a, b, **ROUTE)
    graph.graph["states"] = {
        code: {**TINY_STATE, **state, "iso3": code, "name": code} for code in ("AAA", "BBB", "CCC")
    }
    graph.graph["origins"] = {"AAA": dict(ORIGIN, iso3="AAA", place="home")}
    graph.graph["diaspora"] = [dict(nationality="AAA", place="one", persons=5000)]
    graph.graph["consulates"] = [dict(nationality="AAA", host=code, presence=1) for code in ("BBB", "CCC")]
    graph.graph["lines"] = {"any": dict(line="any", name="any", home="home", share=1.0)}
    graph.graph["fits"] = [dict(line="any", nationality="AAA", fit=1.0)]
    graph.graph["hash"] = "tiny" + repr(sorted(state.items()))
    return compile_world(graph)
