"""Small placements that the tests of placing share, and oracles for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np
from hypothesis import strategies as st

from nearhome.analysis.placement.solver.instance import NOWHERE, CohortTable, PeopleRows, PrisonTable, Wing, instance

if TYPE_CHECKING:
    from nearhome.analysis.placement.solver.instance import Instance
    from nearhome.analysis.placement.solver.objectives import CostObjective

NO_WAY = float("nan")


def three_towns(**changes: Any) -> Instance:
    """Make three towns on a line with a prison each, ten miles apart; everybody is held in the wrong one.

    Ash has 2 people, held in Beech; Birch has 2, held in Cedar; Cob has 1, held nowhere yet. Each prison has 2 places.
    """
    parts: dict[str, Any] = {
        "homes": ["Ash", "Birch", "Cob"],
        "cohorts": ["men"],
        "prisons": ["Acorn", "Beech", "Cedar"],
        "home": [0, 1, 2],
        "cohort": [0, 0, 0],
        "people": [2, 2, 1],
        "current": [1, 2, NOWHERE],
        "burden": [[0, 10, 20], [10, 0, 10], [20, 10, 0]],
        "places": [2, 2, 2],
        "wings": [Wing(name, frozenset({"men"})) for name in ("Acorn", "Beech", "Cedar")],
        "unit": "miles",
    }
    parts |= {"weight": None, "longest": None, "kinds": None} | changes
    return instance(
        homes=parts["homes"],
        cohorts=CohortTable(parts["cohorts"], parts["weight"], parts["longest"], parts["kinds"]),
        prisons=PrisonTable(parts["prisons"], parts["places"], parts["wings"]),
        rows=PeopleRows(parts["home"], parts["cohort"], parts["people"], parts["current"]),
        burden=parts["burden"],
        unit=parts["unit"],
    )


@st.composite
def placements(draw: st.DrawFn, *, most_people: int = 5) -> Instance:
    """Draw a placement with a few homes, cohorts, prisons, wings, limits and forbidden pairs, not always feasible."""
    homes, cohorts, prisons = (draw(st.integers(1, most)) for most in (4, 3, 4))
    names = [f"cohort {index}" for index in range(cohorts)]
    rows = draw(
        st.lists(
            st.tuples(
                st.integers(0, homes - 1),
                st.integers(0, cohorts - 1),
                st.integers(0, most_people),
                st.integers(NOWHERE, prisons - 1),
            ),
            max_size=8,
        )
    )
    home, cohort, people, current = np.array(rows, int).reshape(-1, 4).T
    burden = draw(
        st.lists(st.sampled_from([0, 1, 2, 3, 5, 8, NO_WAY]), min_size=homes * prisons, max_size=homes * prisons)
    )
    wings = [
        Wing(f"prison {prison}", frozenset(held), places)
        for prison in range(prisons)
        for held, places in draw(
            st.lists(
                st.tuples(st.sets(st.sampled_from(names), min_size=1), st.none() | st.integers(0, 6)),
                max_size=3,
                unique_by=lambda wing: (tuple(sorted(wing[0])), wing[1]),
            )
        )
    ]
    places = draw(st.lists(st.integers(0, 8), min_size=prisons, max_size=prisons))
    longest = draw(st.lists(st.sampled_from([2.0, 6.0, float("inf")]), min_size=cohorts, max_size=cohorts))
    made = instance(
        homes=[f"home {index}" for index in range(homes)],
        cohorts=CohortTable(names, longest=longest),
        prisons=PrisonTable([f"prison {index}" for index in range(prisons)], places, wings),
        rows=PeopleRows(home, cohort, people, current),
        burden=np.array(burden, float).reshape(homes, prisons),
    )
    if draw(st.booleans()):
        made = made.forbidding("prison 0", cohort=names[0])
    return made


def oracle(known: Instance, objective: CostObjective, move: int = 0) -> tuple[int, int]:
    """Solve with networkx; give the people without a place, and the cost and moves at that price, in steps."""
    graph: nx.DiGraph[Any] = nx.DiGraph()
    graph.add_node("sink", demand=int(known.people.sum()))
    penalty = 10**9
    allowed = known.allowed()
    for prison, name in enumerate(known.prisons):
        graph.add_edge(name, "sink", capacity=int(known.places[prison]), weight=0)
    for index, wing in enumerate(known.wings):
        places = known.places.max(initial=0) if wing.places is None else wing.places
        graph.add_edge(("wing", index), wing.prison, capacity=int(places), weight=0)
    for group, people in enumerate(known.people.tolist()):
        graph.add_node(group, demand=-people)
        graph.add_edge(group, "sink", weight=penalty + move)
        for prison, name in enumerate(known.prisons):
            if not allowed[group, prison]:
                continue
            # Staying and moving are arcs side by side, so each has a node of its own; then a door to the wings.
            stay, moved, door = ("stay", group, prison), ("move", group, prison), ("door", group, prison)
            graph.add_edge(group, stay, capacity=int(known.held[group, prison]), weight=0)
            graph.add_edge(group, moved, weight=move)
            graph.add_edge(stay, door, weight=int(objective.costs[group, prison]))
            graph.add_edge(moved, door, weight=int(objective.costs[group, prison]))
            for index, wing in enumerate(known.wings):
                if wing.prison == name and known.cohorts[known.cohort[group]] in wing.cohorts:
                    graph.add_edge(door, ("wing", index), weight=0)
    total, _ = nx.network_simplex(graph)
    # Whoever is held nowhere yet makes no move.
    total -= move * int(known.people.sum() - known.held.sum())
    return divmod(total, penalty)
