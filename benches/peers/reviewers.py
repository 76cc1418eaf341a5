"""Papers and reviewers with loads and conflicts: the OpenReview matcher's model, exactly and as it is published.

Everybody but `openreview` solves one flow with least and largest loads. `openreview` is the published way: least
loads first, then the rest, which can only be dearer. See `run`.
"""

import json
import math
import os
import random
import sys

import flow
import instances


def cases(seed, quick):
    """Name, and what writes the file: papers, reviewers, reviews a paper, least and largest load."""

    def conference(*numbers):
        return lambda path: write(path, seed, *numbers)

    yield "conference-300", conference(300, 200, 3, 2, 6)
    yield "conference-300-no-least", conference(300, 200, 3, 0, 6)
    yield "conference-800", conference(800, 600, 3, 3, 6)
    if not quick:
        yield "conference-1500", conference(1_500, 1_000, 3, 4, 6)
        yield "conference-2500", conference(2_500, 2_000, 4, 3, 7)


def write(path, seed, n_papers, n_reviewers, n_reviews, least, most):
    """The instance as a network, and beside it as the matrix that the matcher begins with."""
    rng = random.Random(seed)
    costs = [cost_row(rng, paper, n_reviewers) for paper in topics(rng, n_papers, n_reviewers)]
    numbers = {"papers": n_papers, "reviewers": n_reviewers, "demand": n_reviews, "minimum": least, "maximum": most}
    with open(matrix_of(path.removesuffix(".part")), "w", encoding="ascii") as out:
        out.write(json.dumps(numbers) + "\n")
        # Zero is nobody's pair: a conflict, or no score above zero.
        out.writelines(" ".join(map(str, row)) + "\n" for row in costs)
    done = n_papers + n_reviewers
    arcs = [
        (paper, n_papers + reviewer, 0, 1, cost)
        for paper, row in enumerate(costs)
        for reviewer, cost in enumerate(row)
        if cost < 0
    ]
    arcs += [(n_papers + reviewer, done, least, most, 0) for reviewer in range(n_reviewers)]
    supplies = [n_reviews] * n_papers + [0] * n_reviewers + [-n_reviews * n_papers]
    instances.write(path, supplies, len(arcs), arcs)


def matrix_of(path):
    return path.removesuffix(".min") + ".matrix"


def topics(rng, n_papers, n_reviewers, n_topics=40, n_places=80):
    """For each paper what its scores are made of: (likeness, bid, conflict) by reviewer."""

    def mix():
        weights = [0.0] * n_topics
        for topic in rng.sample(range(n_topics), 3):
            weights[topic] = rng.uniform(0.2, 1.0)
        size = math.sqrt(sum(weight * weight for weight in weights))
        return [(topic, weight / size) for topic, weight in enumerate(weights) if weight]

    knows = [dict(mix()) for _ in range(n_reviewers)]
    works_at = [rng.randrange(n_places) for _ in range(n_reviewers)]
    bids = [{paper: rng.choice((-1, 0.5, 1)) for paper in rng.sample(range(n_papers), 25)} for _ in range(n_reviewers)]
    for paper in range(n_papers):
        about, places = mix(), set(rng.sample(range(n_places), rng.randint(1, 3)))
        author = rng.randrange(n_reviewers)
        yield [
            (
                sum(weight * knows[reviewer].get(topic, 0.0) for topic, weight in about),
                bids[reviewer].get(paper, 0),
                works_at[reviewer] in places or reviewer == author,
            )
            for reviewer in range(n_reviewers)
        ]


def cost_row(rng, paper, n_reviewers):
    """Costs of a paper's pairs: minus a hundred times the weighted sum of likeness and bid, cut to a whole number."""
    noise = rng.random
    assert len(paper) == n_reviewers
    return [
        0 if conflict else min(0, int(-100 * (0.8 * likeness + 0.2 * noise() + 0.5 * bid)))
        for likeness, bid, conflict in paper
    ]


def main():
    args = flow.arguments()
    python = os.path.join(args.work, "venv/bin/python")
    published = flow.peer(python, "openreview.py")
    engines = {**flow.engines(args.work), "openreview": lambda path: published(matrix_of(path))}
    sys.exit(flow.run("reviewers", cases(args.seed, args.quick), engines, args, may_be_dearer={"openreview"}))


if __name__ == "__main__":
    main()
