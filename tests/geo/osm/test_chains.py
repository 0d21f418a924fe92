"""Pieces joined into roads: each in one road, joined wherever they may be and nowhere else."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from nearhome.geo.osm import chains

NODES = 9
KEPT = st.lists(st.integers(0, NODES - 1), max_size=3)
PIECES = st.lists(
    st.tuples(st.integers(0, NODES - 1), st.integers(0, NODES - 1), st.sampled_from([0, 0, 1, -1]), st.integers(0, 1)),
    max_size=14,
).map(lambda pieces: [piece for piece in pieces if piece[0] != piece[1]])


def through(pieces: list[tuple[int, int, int, int]]) -> set[int]:
    """Say, piece by piece, which nodes lead on: two pieces to two other nodes, alike, one into it if the other out."""
    at = defaultdict(list)
    for u, v, direction, look in pieces:
        at[u].append((v, -direction, look))
        at[v].append((u, direction, look))
    found = set()
    for node, ends in at.items():
        if len(ends) == 2:
            (far, enters, look), (other, leaves, like) = ends
            if far != other and enters == -leaves and look == like:
                found.add(node)
    return found


@settings(max_examples=400)
@given(PIECES, KEPT)
def test_pieces_are_joined_wherever_a_node_leads_on(pieces: list[tuple[int, int, int, int]], kept: list[int]) -> None:
    u, v, direction, look = np.array(pieces, dtype=np.int64).reshape(-1, 4).T
    found = chains.joined(u, v, direction, look, NODES, kept=np.array(kept, dtype=np.int64))
    assert sorted(found.piece.tolist()) == list(range(len(pieces)))
    expected = through(pieces) - {*kept}
    passed: list[int] = []
    for road in range(len(found)):
        rows = slice(int(found.first[road]), int(found.first[road + 1]))
        starts = np.where(found.ahead[rows], u[found.piece[rows]], v[found.piece[rows]])
        ends = np.where(found.ahead[rows], v[found.piece[rows]], u[found.piece[rows]])
        np.testing.assert_array_equal(found.node[rows], starts)
        np.testing.assert_array_equal(starts[1:], ends[:-1])
        assert (found.start[road], found.end[road]) == (starts[0], ends[-1])
        assert (found.owner[rows] == road).all()
        passed += starts[1:].tolist()
        if {starts[0], ends[-1]} & expected:  # only a ring may begin where a road leads on
            assert starts[0] == ends[-1]
            assert {*starts.tolist()} <= expected
            passed.append(int(starts[0]))
    assert sorted(passed) == sorted(expected)


def test_nothing_gives_nothing() -> None:
    none = np.empty(0, np.int64)
    assert len(chains.joined(none, none, none, none, 0)) == 0
