"""Instances of the peers' comparison, from seeds: minimum-cost flows in DIMACS format.

Python's own generator makes the same numbers on every machine and version since 3.2.
"""

import math
import random
from itertools import islice

DEAREST = 100_000


def write(path, supplies, n_arcs, arcs):
    """Writes a network: supplies by node, arcs as (tail, head, lower, capacity, cost), nodes from 0."""
    arcs = iter(arcs)
    with open(path, "w", encoding="ascii") as out:
        out.write(f"p min {len(supplies)} {n_arcs}\n")
        out.write("".join(f"n {v + 1} {b}\n" for v, b in enumerate(supplies) if b))
        while lines := list(islice(arcs, 100_000)):
            out.write("".join(f"a {t + 1} {h + 1} {low} {cap} {c}\n" for t, h, low, cap, c in lines))


def experts(path, seed, n_experts, n_roles, n_seats, least, most, form="hub"):
    """Experts with one unit each, `least` to `most` roles an expert, `n_seats` a role.

    A pair costs -1 to -100,000, a seat left empty 200,000. Form `hub`: supplies at the experts, idle
    units and roles lead to a hub. Form `source`: a source sends to experts and to empty seats, roles
    demand. Form `seats`: the arcs of `hub` the other way about.
    """
    rng = random.Random(seed)
    degrees = [rng.randint(least, most) for _ in range(n_experts)]
    roles = range(n_roles)
    hub = n_experts + n_roles
    n_arcs = sum(degrees) + n_experts + n_roles
    empty = 2 * DEAREST
    supplies = [0] * (hub + 1)
    if form == "source":
        supplies[n_experts:hub] = [-n_seats] * n_roles
        supplies[hub] = n_seats * n_roles
    else:
        sign = 1 if form == "hub" else -1
        supplies[:n_experts] = [sign] * n_experts
        supplies[hub] = -sign * n_experts

    def arcs():
        draw = rng.random
        for e, degree in enumerate(degrees):
            pairs = ((r, -1 - int(draw() * DEAREST)) for r in rng.sample(roles, degree))
            if form == "seats":
                yield from ((n_experts + r, e, 0, 1, cost) for r, cost in pairs)
                yield (hub, e, 0, 1, 0)
            else:
                yield from ((e, n_experts + r, 0, 1, cost) for r, cost in pairs)
                yield (hub, e, 0, 1, 0) if form == "source" else (e, hub, 0, 1, 0)
        for r in roles:
            if form == "source":
                yield (hub, n_experts + r, 0, n_seats, empty)
            elif form == "hub":
                yield (n_experts + r, hub, 0, n_seats, -empty)
            else:
                yield (hub, n_experts + r, 0, n_seats, -empty)

    write(path, supplies, n_arcs, arcs())


def reviewers(path, seed, n_papers, n_reviewers, n_bids, least, most):
    """Papers with three reviewers each, reviewers with a least and a largest load."""
    rng = random.Random(seed)
    done = n_papers + n_reviewers
    arcs = []
    for paper in range(n_papers):
        always = [(3 * paper + choice) % n_reviewers for choice in range(3)]
        for reviewer in sorted(set(rng.sample(range(n_reviewers), n_bids) + always)):
            arcs.append((paper, n_papers + reviewer, 0, 1, -rng.randint(0, 1000)))
    arcs += [(n_papers + reviewer, done, least, most, 0) for reviewer in range(n_reviewers)]
    supplies = [3] * n_papers + [0] * n_reviewers + [-3 * n_papers]
    write(path, supplies, len(arcs), arcs)


def netgen_8(path, seed, n_nodes):
    """In the manner of NETGEN: chains from sqrt(n) sources to as many sinks carry the supply, and random
    arcs on top make it eight arcs a node."""
    rng = random.Random(seed)
    n_sources = math.isqrt(n_nodes)
    supply = 1000
    supplies = [supply] * n_sources + [0] * (n_nodes - 2 * n_sources) + [-supply] * n_sources
    ends = list(range(n_sources))
    arcs = []
    for node in range(n_sources, n_nodes - n_sources):
        chain = rng.randrange(n_sources)
        arcs.append((ends[chain], node, 0, supply, rng.randint(1, 10_000)))
        ends[chain] = node
    for chain, end in enumerate(ends):
        arcs.append((end, n_nodes - n_sources + chain, 0, supply, rng.randint(1, 10_000)))
    while len(arcs) < 8 * n_nodes:
        tail, head = rng.randrange(n_nodes - n_sources), rng.randrange(n_sources, n_nodes)
        arcs.append((tail, head, 0, rng.randint(1, 1000), rng.randint(1, 10_000)))
    write(path, supplies, len(arcs), arcs)
