"""The loops of the connection scans, in a Python that numba compiles and that runs without it too.

After Dibbelt, Pajor, Strasser and Wagner, *Connection Scan Algorithm* (ACM JEA 23, 2018). Connections are in the order
of their departures, those of one trip in their own order; all times are whole seconds, ``NEVER`` where there is none.
Two labels for each stop keep the walks apart from the rides: ``ride`` is when a vehicle brings one there, ``ready``
when one could board there, after a change or one walk. So no walk follows another, whatever the footpaths are.

Backwards in time the same loops serve: ``Connections.turned`` swaps the ends and negates the times.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from nearhome.data.base.arrays import Array
    from nearhome.geo.timetables.timetable import Connections
    from nearhome.geo.timetables.transfers import Footpaths

    Lists = tuple[Array, Array, Array, Array]

NEVER = 2**30
NO_BOARDING, NO_ALIGHTING = 1, 2
"""As in ``nearhome.geo.timetables.transfers`` and ``nearhome.geo.gtfs.feeds``; compiled loops need constants of their
own."""


class Labels(NamedTuple):
    """What ``levels`` knows of stops and trips; columns count rides.

    ``ready[s, k]`` is when one could board at a stop after ``k`` rides (column 0 holds the origins on entry), ``ride[s,
    k]`` when the ``k``-th brings one there, which was boarded by the connection ``boarded`` and left by ``left``;
    ``came_from`` is the stop one walked from. ``level`` and ``hop`` say for each trip the fewest rides with which one
    is aboard (more than allowed on entry) and the connection that was boarded.
    """

    ready: Array
    came_from: Array
    soonest: Array
    ride: Array
    boarded: Array
    left: Array
    level: Array
    hop: Array


def arrivals(
    connections: Connections, paths: Footpaths, first: int, ready: Array, ride: Array, aboard: Array, used: Array
) -> None:
    """Find when vehicles bring one to every stop.

    Parameters
    ----------
    connections, paths
        What runs, and the transfers.
    first
        The number of the connection to begin with.
    ready, ride
        The labels of each stop, in seconds; on entry ``ready`` holds the origins, and all else is ``NEVER``.
    aboard
        For each trip whether one can be on it; zeros on entry.
    used
        If it is not empty, marks the connections on which one can be.
    """
    leave, reach, departs, arrives, trip, flags = connections
    starts, other, seconds, change = paths
    mark = len(used) > 0
    for c in range(first, len(departs)):
        t = trip[c]
        if aboard[t] == 0:
            if ready[leave[c]] > departs[c] or flags[c] & NO_BOARDING:
                continue
            aboard[t] = 1
        if mark:
            used[c] = 1
        s, a = reach[c], arrives[c]
        if a < ride[s] and flags[c] & NO_ALIGHTING == 0:
            ride[s] = a
            ready[s] = min(ready[s], a + change[s])
            for f in range(starts[s], starts[s + 1]):
                if a + seconds[f] < ready[other[f]]:  # noqa: PLR1730 -- most times there is nothing to write
                    ready[other[f]] = a + seconds[f]


def levels(  # noqa: C901, PLR0912 -- one pass
    connections: Connections,
    paths: Footpaths,
    first: int,
    until: int,
    labels: Labels,
    goal: Array,
    best: Array,
    best_stop: Array,
) -> None:
    """Find the earliest arrival at the goals for every number of rides, and how.

    Parameters
    ----------
    connections, paths
        What runs, and the transfers.
    first
        The number of the connection to begin with.
    until
        Connections are looked at while they depart no later than so many seconds after the best arrival of any number
        of rides.
    labels
        What is known of stops and trips, the origins on entry.
    goal
        The seconds from every stop to the goal.
    best, best_stop
        By number of rides the arrival at the goal, and the stop from which one walks there; ``NEVER`` and -1 on entry.
    """
    leave, reach, departs, arrives, trip, flags = connections
    starts, other, seconds, change = paths
    ready, came_from, soonest, ride, boarded, left, level, hop = labels
    most = len(best) - 1
    bound = NEVER
    for c in range(first, len(departs)):
        d = departs[c]
        if d > bound:
            break
        t, s = trip[c], leave[c]
        k = level[t]
        if k > 1 and soonest[s] <= d and flags[c] & NO_BOARDING == 0:
            for j in range(1, min(k, most + 1)):
                if ready[s, j - 1] <= d:
                    k = j
                    level[t] = j
                    hop[t] = c
                    break
        if k > most or flags[c] & NO_ALIGHTING:
            continue
        s, a = reach[c], arrives[c]
        worse = False
        for j in range(1, k + 1):
            if ride[s, j] <= a or best[j] <= a:
                worse = True
                break
        if worse:
            continue
        ride[s, k] = a
        boarded[s, k] = hop[t]
        left[s, k] = c
        if goal[s] < NEVER and a + goal[s] < best[k]:
            best[k] = a + goal[s]
            best_stop[k] = s
            bound = min(bound, best[k] + until)
        if a + change[s] < ready[s, k]:
            ready[s, k] = a + change[s]
            came_from[s, k] = s
            soonest[s] = min(soonest[s], a + change[s])
        for f in range(starts[s], starts[s + 1]):
            u, b = other[f], a + seconds[f]
            if b < ready[u, k]:
                ready[u, k] = b
                came_from[u, k] = s
                soonest[u] = min(soonest[u], b)


def profiles(  # noqa: C901, PLR0912 -- one pass
    connections: Connections, paths: Footpaths, goal: Array, soonest: Array, found: Lists
) -> None:
    """Find all departures from every stop worth taking, and when they bring one to the goal.

    Connections are looked at from the last to the first, so that each stop's list grows from its latest departure down.

    Parameters
    ----------
    connections, paths
        What runs, and the transfers.
    goal
        The seconds from every stop to the goal.
    soonest
        For each trip the arrival of those aboard; ``NEVER`` on entry.
    found
        Where each stop's list begins, its length (0 on entry), departures and arrivals.
    """
    leave, reach, departs, arrives, trip, flags = connections
    starts, other, seconds, change = paths
    room, count, depart_at, arrive_at = found
    for c in range(len(departs) - 1, -1, -1):
        t = trip[c]
        then = soonest[t]
        if flags[c] & NO_ALIGHTING == 0:
            s, a = reach[c], arrives[c]
            if goal[s] < NEVER and a + goal[s] < then:
                then = a + goal[s]
            f = starts[s] - 1
            while f < starts[s + 1]:
                if f < starts[s]:
                    u, b = s, a + change[s]
                else:
                    u, b = other[f], a + seconds[f]
                f += 1
                p = room[u] + count[u] - 1
                if p < room[u] or arrive_at[p] >= then:
                    continue
                while p >= room[u] and depart_at[p] < b:
                    p -= 1
                if p >= room[u] and arrive_at[p] < then:
                    then = arrive_at[p]
            soonest[t] = then
        if then < NEVER and flags[c] & NO_BOARDING == 0:
            s, d = leave[c], departs[c]
            p = room[s] + count[s] - 1
            if p < room[s] or then < arrive_at[p]:
                if p >= room[s] and depart_at[p] == d:
                    arrive_at[p] = then
                else:
                    depart_at[p + 1] = d
                    arrive_at[p + 1] = then
                    count[s] += 1
