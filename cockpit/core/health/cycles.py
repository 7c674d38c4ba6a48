"""Circles in a graph, each knot of them once (Tarjan 1972), without recursion."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence


def cycles(edges: Mapping[str, Sequence[str]]) -> Iterator[list[str]]:
    """For each strongly connected component a shortest circle through its first node, back to itself.

    Nodes come in the order of `edges`; names that are no keys of it are leaves.
    """
    order = {name: number for number, name in enumerate(edges)}
    for component in sorted(
        map(sorted, components(edges)), key=lambda names: min(order[name] for name in names)
    ):
        first = min(component, key=order.__getitem__)
        if len(component) > 1 or first in edges[first]:
            yield _shortest(first, edges, frozenset(component))


def components(edges: Mapping[str, Sequence[str]]) -> Iterator[list[str]]:
    """Strongly connected components, single nodes too."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    open_: dict[str, None] = {}
    for root in edges:
        if root in index:
            continue
        path = [(root, iter(edges[root]))]
        index[root] = low[root] = len(index)
        open_[root] = None
        while path:
            node, ahead = path[-1]
            following = next(
                (name for name in ahead if name in edges and (name not in index or name in open_)), None
            )
            if following is None:
                path.pop()
                if path:
                    low[path[-1][0]] = min(low[path[-1][0]], low[node])
                if low[node] == index[node]:
                    yield _closed(node, open_)
            elif following in open_:
                low[node] = min(low[node], index[following])
            else:
                index[following] = low[following] = len(index)
                open_[following] = None
                path.append((following, iter(edges[following])))


def _closed(node: str, open_: dict[str, None]) -> list[str]:
    """Takes from the back of `open_` all that came after `node`, and `node`."""
    component = []
    while True:
        name, _ = open_.popitem()
        component.append(name)
        if name == node:
            return component


def _shortest(first: str, edges: Mapping[str, Sequence[str]], within: frozenset[str]) -> list[str]:
    came_from: dict[str, str] = {}
    queue = deque([first])
    while queue:
        node = queue.popleft()
        for name in edges[node]:
            if name == first:
                return [*_back(node, first, came_from), first]
            if name in within and name not in came_from:
                came_from[name] = node
                queue.append(name)
    raise AssertionError("a component of several nodes has a circle through each of them")


def _back(node: str, first: str, came_from: Mapping[str, str]) -> list[str]:
    path = [node]
    while path[-1] != first:
        path.append(came_from[path[-1]])
    return path[::-1]
