"""The compiled loop over postcodes: local streets at the door, then the best of the roads it joins, to every goal."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numba as nb
import numpy as np

from nearhome.data.base.units import METRES_PER_TENTH_MILE

if TYPE_CHECKING:
    from nearhome.data.base.arrays import Array


INFINITE = np.int64(2**61)
NOTHING = 255


@nb.njit(cache=True, nogil=True)
def _dry(x: float, y: float, goal_x: float, goal_y: float, first: int, last: int, barriers: Array) -> bool:
    """Say whether the straight way between two points crosses none of some barriers."""
    for number in range(first, last):
        x1, y1, x2, y2 = barriers[number, 0], barriers[number, 1], barriers[number, 2], barriers[number, 3]
        side_a = (x2 - x1) * (y - y1) - (y2 - y1) * (x - x1)
        side_b = (x2 - x1) * (goal_y - y1) - (y2 - y1) * (goal_x - x1)
        side_1 = (goal_x - x) * (y1 - y) - (goal_y - y) * (x1 - x)
        side_2 = (goal_x - x) * (y2 - y) - (goal_y - y) * (x2 - x)
        if side_a * side_b < 0 and side_1 * side_2 < 0:
            return False
    return True


class Postcodes(NamedTuple):
    """Where postcodes lie, metres, EPSG:27700, and which roads of their sector's list they join, sector by sector."""

    east: Array
    north: Array
    choice: Array
    sector_starts: Array


class Edges(NamedTuple):
    """The sectors' lists of edges, and all edges.

    Of these the ranks and places of their nodes, deciseconds each way (-1: closed), metres, and the seconds that a
    metre of the streets at them takes.
    """

    starts: Array
    listed: Array
    ends: Array
    ends_xy: Array
    taken: Array
    lengths: Array
    rates: Array


class Goals(NamedTuple):
    """Goals: their places, their joins by edge, and by sector those that may be near enough to go straight to."""

    xy: Array
    starts: Array
    number: Array
    fraction: Array
    taken: Array
    metres: Array
    rate: Array
    near_starts: Array
    near: Array
    barrier_starts: Array
    barriers: Array


class Rules(NamedTuple):
    """How local streets count, and how a weight is made of deciseconds and metres."""

    detour: float
    direct_metres: float
    shift: int
    metre: int


@nb.njit(cache=True, nogil=True, parallel=True)
def fill(  # noqa: C901, PLR0912, PLR0915 -- one pass over all postcodes, compiled
    homes: Postcodes, edges: Edges, places: Goals, rules: Rules, found: Array, minutes: Array, miles: Array
) -> None:
    """Fill minutes and miles, tenths of each; see ``nearhome.geo.matrices.postcodes``.

    Parameters
    ----------
    homes, edges, places, rules
        The postcodes, the roads they join, the goals, and how ways count.
    found
        The weights of the ways from every node, by rank, to every goal.
    minutes, miles
        What is filled: uint16, shape (postcodes, goals); 65535 where there is no way.
    """
    east, north, choice, sector_starts = homes
    road_starts, roads, ends, ends_xy, taken, lengths, rates = edges
    goals, goal_starts, goal_number, goal_fraction, goal_taken, goal_metres, goal_rate = places[:7]
    near_starts, near, barrier_starts, barriers = places[7:]
    detour, direct_metres, shift, metre = rules
    count = found.shape[1]
    bits, toll_bits = int(np.rint(np.log2(shift))), int(np.rint(np.log2(metre)))
    for block in nb.prange(len(sector_starts) - 1):
        best = np.empty(count, np.int64)
        nodes = np.empty(2 * choice.shape[1], np.int64)
        prices = np.empty(2 * choice.shape[1], np.int64)
        for row in range(sector_starts[block], sector_starts[block + 1]):
            for k in range(count):
                best[k] = INFINITE
            rate, entries = 0.0, 0
            x, y = float(east[row]), float(north[row])
            for slot in range(choice.shape[1]):
                chosen = choice[row, slot]
                if chosen == NOTHING:
                    break
                edge = roads[road_starts[block] + chosen]
                ux, uy, vx, vy = ends_xy[edge, 0, 0], ends_xy[edge, 0, 1], ends_xy[edge, 1, 0], ends_xy[edge, 1, 1]
                along_x, along_y = vx - ux, vy - uy
                square = max(along_x * along_x + along_y * along_y, 1e-9)
                fraction = min(1.0, max(0.0, ((x - ux) * along_x + (y - uy) * along_y) / square))
                gap = np.hypot(ux + fraction * along_x - x, uy + fraction * along_y - y)
                rate = max(rate, rates[edge])
                door_taken = int(np.rint(10.0 * gap * rates[edge]))
                door_metres = int(np.rint(gap * detour))
                for way in range(2):
                    if taken[edge, way] < 0:
                        continue
                    share = 1.0 - fraction if way == 0 else 1.0 - (1.0 - fraction)
                    price = (int(np.rint(share * taken[edge, way])) + door_taken) * shift
                    price += (int(np.rint(share * lengths[edge])) + door_metres) * metre
                    node = ends[edge, 1 - way]
                    known = 0
                    while known < entries and nodes[known] != node:
                        known += 1
                    if known == entries:
                        nodes[known], prices[known] = node, price
                        entries += 1
                    else:
                        prices[known] = min(prices[known], price)
                for entry in range(goal_starts[edge], goal_starts[edge + 1]):
                    share = goal_fraction[entry] - fraction
                    way = 0 if share >= 0 else 1
                    if taken[edge, way] >= 0:
                        total = int(np.rint(abs(share) * taken[edge, way])) + door_taken + goal_taken[entry]
                        length = int(np.rint(abs(share) * lengths[edge])) + door_metres + goal_metres[entry]
                        k = goal_number[entry]
                        best[k] = min(best[k], total * shift + length * metre)
            for entry in range(entries):
                below, price = found[nodes[entry]], prices[entry]
                for k in range(count):
                    total = below[k] + price
                    best[k] = total if total < best[k] else best[k]  # noqa: FURB136 -- twice as fast as min here
            if rate > 0.0:
                for number in range(near_starts[block], near_starts[block + 1]):
                    k = near[number]
                    crow = np.hypot(goals[k, 0] - x, goals[k, 1] - y)
                    if crow <= direct_metres and goal_rate[k] > 0.0:
                        first, last = barrier_starts[k], barrier_starts[k + 1]
                        if _dry(x, y, goals[k, 0], goals[k, 1], first, last, barriers):
                            total = int(np.rint(10.0 * crow * max(rate, goal_rate[k]))) * shift
                            best[k] = min(best[k], total + int(np.rint(crow * detour)) * metre)
            out_minutes, out_miles = minutes[row], miles[row]
            for k in range(count):
                way_there = best[k]
                tenths = np.rint(float(way_there >> bits) / 60.0)
                length = np.rint(float((way_there & (shift - 1)) >> toll_bits) / METRES_PER_TENTH_MILE)
                out_minutes[k] = np.uint16(tenths) if way_there < INFINITE else np.uint16(65_535)
                out_miles[k] = np.uint16(length) if way_there < INFINITE else np.uint16(65_535)
