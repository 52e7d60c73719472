"""The rooms of experiments/ and calibration/ stand one on the other: no circle of imports, not even of late ones."""

import grimp
import networkx as nx


def test_no_modules_import_each_other_in_a_circle():
    packages = ("experiments", "calibration")
    graph = grimp.build_graph(*packages, cache_dir=None)
    imports = nx.DiGraph(
        (module, other) for module in graph.modules for other in graph.find_modules_directly_imported_by(module)
    )
    circles = [sorted(circle) for circle in nx.strongly_connected_components(imports) if len(circle) > 1]
    assert not circles, circles


def test_a_late_import_counts_as_well():
    graph = grimp.build_graph("experiments", cache_dir=None)
    assert "experiments.comparison.all_tables" in graph.find_modules_directly_imported_by("experiments.comparison.read")
