"""Timefold on a staffing problem of one week: read, build, solve, apart. Prints JSON.

    timefold_plan.py PROBLEM PLAN SECONDS

Its ordinary model of such problems: a planning entity for every seat, which takes one of the role's people or nobody;
the rules of one week as constraint streams. Local search proves nothing, so there is no bound. Virtual machine and
translation of the constraints count as building.
"""

import json
import os
import sys
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Annotated

from timefold.solver import SolverFactory
from timefold.solver.config import Duration, ScoreDirectorFactoryConfig, SolverConfig, TerminationConfig
from timefold.solver.domain import (
    PlanningEntityCollectionProperty,
    PlanningId,
    PlanningScore,
    PlanningVariable,
    ProblemFactCollectionProperty,
    ValueRangeProvider,
    planning_entity,
    planning_solution,
)
from timefold.solver.score import ConstraintCollectors, ConstraintFactory, HardSoftScore, Joiners, constraint_provider

import staffing


@dataclass
class Expert:
    id: str
    hours: int
    max_roles: int


@dataclass
class Campaign:
    id: str
    budget: int


@dataclass
class Pair:
    expert: Expert
    role: str
    hours: int
    pay: int
    gain: int
    below_mean: int


@planning_entity
@dataclass
class Seat:
    id: Annotated[int, PlanningId]
    role: str
    campaign: Campaign
    empty_cost: int
    clashes: str
    people: Annotated[list[Pair], ValueRangeProvider]
    pair: Annotated[Pair | None, PlanningVariable(allows_unassigned=True)] = field(default=None)


@dataclass
class Share:
    """What somebody on a role adds to a ratio or quota, which must come to at least 0."""

    rule: int
    role: str
    tagged: dict[str, int]
    factor: int


@planning_solution
@dataclass
class Week:
    shares: Annotated[list[Share], ProblemFactCollectionProperty]
    seats: Annotated[list[Seat], PlanningEntityCollectionProperty]
    score: Annotated[HardSoftScore, PlanningScore] = field(default=None)


@constraint_provider
def rules(factory: ConstraintFactory):
    hard, soft = HardSoftScore.ONE_HARD, HardSoftScore.ONE_SOFT
    seats = factory.for_each(Seat)
    return [
        seats.impact(soft, lambda seat: seat.pair.gain + seat.empty_cost).as_constraint("worth"),
        factory.for_each_unique_pair(Seat, Joiners.equal(lambda seat: seat.pair))
        .penalize(hard)
        .as_constraint("one seat of a role"),
        seats.group_by(lambda seat: seat.pair.expert, ConstraintCollectors.count())
        .filter(lambda expert, n: n > expert.max_roles)
        .penalize(hard, lambda expert, n: n - expert.max_roles)
        .as_constraint("roles held"),
        seats.group_by(lambda seat: seat.pair.expert, ConstraintCollectors.sum(lambda seat: seat.pair.hours))
        .filter(lambda expert, hours: hours > expert.hours)
        .penalize(hard, lambda expert, hours: hours - expert.hours)
        .as_constraint("hours"),
        factory.for_each_unique_pair(Seat, Joiners.equal(lambda seat: seat.pair.expert))
        .filter(lambda one, other: other.role in one.clashes)
        .penalize(hard)
        .as_constraint("walls and roles kept apart"),
        seats.group_by(lambda seat: seat.campaign, ConstraintCollectors.sum(lambda seat: seat.pair.pay))
        .filter(lambda campaign, pay: pay > campaign.budget)
        .penalize(hard, lambda campaign, pay: pay - campaign.budget)
        .as_constraint("budgets"),
        factory.for_each(Share)
        .join(Seat, Joiners.equal(lambda share: share.role, lambda seat: seat.role))
        .group_by(
            lambda share, seat: share.rule,
            ConstraintCollectors.sum(
                lambda share, seat: share.factor + share.tagged.get(seat.pair.expert.id, 0)
            ),
        )
        .filter(lambda rule, balance: balance < 0)
        .penalize(hard, lambda rule, balance: 0 - balance)
        .as_constraint("ratios and quotas"),
        seats.group_by(lambda seat: seat.campaign, ConstraintCollectors.sum(lambda seat: seat.pair.below_mean))
        .filter(lambda campaign, below: below > 0)
        .penalize(soft, lambda campaign, below: below)
        .as_constraint("means"),
    ]


def week_of(problem):
    """The planning problem; only rules of one week are known here."""
    others = ("ongoing", "pins", "vetoes")
    if problem["horizon"]["weeks"] != 1 or any(problem[name] for name in others) or problem["incumbent"] is not None:
        raise SystemExit("timefold_plan: only problems of one week, without pins, vetoes and incumbent")
    weights = problem["weights"]
    given = {campaign["id"]: campaign for campaign in problem["campaigns"]}
    unlimited = 10**15
    campaigns = {
        id: Campaign(id, unlimited if campaign["budget_cents"] is None else campaign["budget_cents"])
        for id, campaign in given.items()
    }
    experts = {it["id"]: Expert(it["id"], it["hours"][0], it["max_roles"]) for it in problem["experts"]}
    roles = {role["id"]: role for role in problem["roles"]}
    people = defaultdict(list)
    for pair in problem["pairs"]:
        role, expert = roles[pair["role"]], experts[pair["expert"]]
        if role["hours"] > expert.hours or role["min_stint"] > 1 or role["onboarding"] > 0:
            continue
        pay = role["hours"] * pair["rate_cents"]
        mean = given[role["campaign"]]["mean_score"]
        below = 0 if mean is None else (mean - pair["score"]) * weights["below_mean_cents"]
        gain = pair["score"] * weights["point_cents"] - pay - weights["start_cents"]
        people[role["id"]].append(Pair(expert, role["id"], role["hours"], pay, gain, below))

    def clash(one, other):
        a, b = given[one["campaign"]], given[other["campaign"]]
        walled = a["wall"] is not None and a["wall"] == b["wall"] and a["client"] != b["client"]
        return walled or any(one["id"] in roles and other["id"] in roles for roles in problem["apart"])

    seats = []
    for role in problem["roles"]:
        priority = given[role["campaign"]]["priority"]
        clashes = " ".join(other["id"] for other in problem["roles"] if other is not role and clash(role, other))
        for seat in range(role["target"][0]):
            tier = "missing_min_cents" if seat < role["min"][0] else "missing_target_cents"
            cost = priority * weights[tier]
            seats.append(Seat(len(seats), role["id"], campaigns[role["campaign"]], cost, clashes, people[role["id"]]))
    return Week(list(shares(problem)), seats)


def in_other_seats(seats):
    """What is gained where people sit in a role's dear seats first, which are those below its least heads."""
    costs = defaultdict(list)
    for seat in seats:
        costs[seat.role].append((seat.empty_cost, seat.pair is not None))
    gained = 0
    for of_role in costs.values():
        filled = [cost for cost, taken in of_role if taken]
        gained += sum(sorted((cost for cost, _ in of_role), reverse=True)[: len(filled)]) - sum(filled)
    return gained


def shares(problem):
    for number, ratio in enumerate(problem["ratios"]):
        p, q = ratio["at_least"]
        for role in {*ratio["of"], *ratio["to"]}:
            factor = (q if role in ratio["of"] else 0) - (p if role in ratio["to"] else 0)
            yield Share(number, role, {}, factor)
    for number, quota in enumerate(problem["quotas"], start=len(problem["ratios"])):
        at_most = "max_percent" in quota
        percent = quota["max_percent"] if at_most else -quota["min_percent"]
        hundred = -100 if at_most else 100
        tagged = {expert["id"]: hundred for expert in problem["experts"] if quota["tag"] in expert["tags"]}
        for role in set(quota["roles"]):
            yield Share(number, role, tagged, percent)


def main():
    path, plan_path, seconds = sys.argv[1:]
    start = time.perf_counter()
    problem = staffing.read(path)
    read_seconds = time.perf_counter() - start

    start = time.perf_counter()
    week = week_of(staffing.with_defaults(problem))
    solver = SolverFactory.create(SolverConfig(
        solution_class=Week,
        entity_class_list=[Seat],
        random_seed=1,
        score_director_factory_config=ScoreDirectorFactoryConfig(constraint_provider_function=rules),
        termination_config=TerminationConfig(spent_limit=Duration(milliseconds=int(1000 * float(seconds)))),
    )).build_solver()
    empty = sum(seat.empty_cost for seat in week.seats)
    build_seconds = time.perf_counter() - start

    start, start_cpu = time.perf_counter(), time.process_time()
    trace = []

    def better(event):
        score = event.new_best_score
        if score.hard_score == 0:
            trace.append({"seconds": time.perf_counter() - start, "objective": score.soft_score - empty})

    solver.add_event_listener(better)
    best = solver.solve(week)
    solve_seconds, solve_cpu = time.perf_counter() - start, time.process_time() - start_cpu
    objective = None
    if best.score.hard_score == 0:
        objective = best.score.soft_score - empty + in_other_seats(best.seats)
        stints = [
            {"expert": seat.pair.expert.id, "role": seat.role, "from": 0, "to": 0}
            for seat in best.seats
            if seat.pair is not None
        ]
        with open(plan_path, "w", encoding="utf-8") as file:
            json.dump(staffing.plan_of(stints, objective, 10**29), file)
    print(json.dumps({
        "read": read_seconds,
        "build": build_seconds,
        "solve": solve_seconds,
        "solve_cpu": solve_cpu,
        "status": f"hard score {best.score.hard_score}",
        "objective": objective,
        "bound": None,
        "trace": trace,
    }))
    sys.stdout.flush()
    # The virtual machine takes its time to end otherwise.
    os._exit(0)


main()
