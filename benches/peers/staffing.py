"""The staffing problem as an integer program, written from the problem file and its definition alone.

One binary variable for every stint that somebody could have: everything a stint brings by itself (shape, leave,
onboarding, pay, score) is in its column, and the rows join stints. This is the strongest plain formulation known for
it; it is not Muster's (which makes whole schedules as it needs them) and shares no code with it.
"""

import json
from collections import defaultdict

INFINITY = float("inf")


def read(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


class Stint:
    """A stint that keeps every rule it can break by itself."""

    __slots__ = ("pair", "first", "last", "working", "covered", "continues")

    def __init__(self, pair, first, last, working, covered, continues):
        self.pair, self.first, self.last = pair, first, last
        self.working, self.covered, self.continues = working, covered, continues

    def holds(self, week):
        return self.first <= week <= self.last


class Pair:
    """An expert who may hold a role, with the stints of theirs."""

    def __init__(self, problem, expert, role, given, ongoing):
        self.expert, self.role = expert, role
        self.score, self.rate = given["score"], given["rate_cents"]
        self.stints = list(self._stints(problem, given, ongoing))

    def _stints(self, problem, given, ongoing):
        n_weeks, role = problem["horizon"]["weeks"], self.role
        works = [hours >= role["hours"] for hours in self.expert["hours"]]
        begin, end = given.get("from", 0), given.get("to", n_weeks - 1)
        for first in range(begin, end + 1):
            continues = ongoing is not None and first == 0
            n_working, n_leave = (ongoing["worked"], ongoing["leave"]) if continues else (0, 0)
            if not works[first] and not continues:
                continue
            working, covered = [], []
            for week in range(first, end + 1):
                if not works[week]:
                    n_leave += 1
                    if n_leave > role["max_leave"]:
                        break
                    continue
                if n_leave > role["max_leave"]:
                    break
                working.append(week)
                if n_working >= role["onboarding"]:
                    if role["target"][week] == 0:
                        break
                    covered.append(week)
                n_working += 1
                if n_working >= role["min_stint"]:
                    yield Stint(self, first, week, tuple(working), tuple(covered), continues)


class Model:
    """A linear program of integers: maximise, columns with their entries by row."""

    def __init__(self):
        self.constant = 0
        self.gain, self.upper, self.integer, self.entries = [], [], [], []
        self.least, self.most = [], []

    def column(self, gain, upper, integer=True):
        self.gain.append(gain)
        self.upper.append(upper)
        self.integer.append(integer)
        self.entries.append({})
        return len(self.gain) - 1

    def row(self, least, most, entries):
        """Adds a row of (column, coefficient)."""
        row = len(self.least)
        self.least.append(least)
        self.most.append(most)
        for column, factor in entries:
            if factor:
                of = self.entries[column]
                of[row] = of.get(row, 0) + factor


class Staffing:
    """The model of a problem, and what its columns are."""

    def __init__(self, problem):
        self.problem = with_defaults(problem)
        self.weeks = range(problem["horizon"]["weeks"])
        self.model = Model()
        self.pairs = list(self._pairs())
        self.incumbent = self._incumbent()
        self.stints, self.of_pair = [], defaultdict(list)
        for pair in self.pairs:
            for stint in pair.stints:
                column = self.model.column(self._gain(stint), 1)
                assert column == len(self.stints)
                self.stints.append(stint)
                self.of_pair[pair.expert["id"], pair.role["id"]].append(column)
        self.columns_of_role, self.pairs_of_expert = defaultdict(list), defaultdict(list)
        for pair in self.pairs:
            self.columns_of_role[pair.role["id"]] += self.of_pair[pair.expert["id"], pair.role["id"]]
            self.pairs_of_expert[pair.expert["id"]].append(pair)
        for rows in (self._people, self._heads, self._budgets, self._means, self._ratios, self._quotas, self._pins):
            rows()
        self._changes()

    def _pairs(self):
        problem = self.problem
        experts = {expert["id"]: expert for expert in problem["experts"]}
        roles = {role["id"]: role for role in problem["roles"]}
        vetoed = {(veto["expert"], veto["role"]) for veto in problem["vetoes"]}
        ongoing = {(it["expert"], it["role"]): it for it in problem["ongoing"]}
        for given in problem["pairs"]:
            key = given["expert"], given["role"]
            if key not in vetoed:
                yield Pair(problem, experts[key[0]], roles[key[1]], given, ongoing.get(key))

    def _incumbent(self):
        """The weeks the incumbent says, as (expert, role, week); None without one."""
        if self.problem["incumbent"] is None:
            return None
        return {
            (it["expert"], it["role"], week)
            for it in self.problem["incumbent"]
            for week in range(max(it["from"], 0), min(it["to"], len(self.weeks) - 1) + 1)
        }

    def _gain(self, stint):
        weights, pair = self.problem["weights"], stint.pair
        gain = len(stint.covered) * pair.score * weights["point_cents"]
        gain -= len(stint.working) * pair.role["hours"] * pair.rate
        if not stint.continues:
            gain -= weights["start_cents"]
        if self.incumbent is not None:
            for week in range(stint.first, stint.last + 1):
                said = (pair.expert["id"], pair.role["id"], week) in self.incumbent
                gain += weights["change_cents"] if said else -weights["change_cents"]
        return gain

    def _stints_of(self, pair):
        return [(column, self.stints[column]) for column in self.of_pair[pair.expert["id"], pair.role["id"]]]

    def _people(self):
        """Hours, roles held, stints that do not touch, walls and roles kept apart."""
        model = self.model
        campaigns = {campaign["id"]: campaign for campaign in self.problem["campaigns"]}
        for expert in self.problem["experts"]:
            pairs = [pair for pair in self.pairs_of_expert[expert["id"]] if pair.stints]
            serves = self._serving(pairs, campaigns)
            for week in self.weeks:
                held, hours = [], []
                for pair in pairs:
                    touching = []
                    begins = ends = False
                    for column, stint in self._stints_of(pair):
                        if stint.first <= week <= stint.last + 1:
                            touching.append((column, 1))
                            begins |= stint.first == week
                            ends |= stint.last + 1 == week
                        if stint.holds(week):
                            held.append((column, 1))
                        if week in stint.working:
                            hours.append((column, pair.role["hours"]))
                    served = serves.get(pair.role["id"])
                    if served is not None and touching:
                        model.row(-INFINITY, 0, [*touching, (served, -1)])
                    elif begins and ends:
                        model.row(-INFINITY, 1, touching)
                if held:
                    model.row(-INFINITY, expert["max_roles"], held)
                # One role at a time is in nobody's way: who lacks the hours of one is on leave.
                if hours and expert["max_roles"] > 1:
                    model.row(-INFINITY, expert["hours"][week], hours)

    def _serving(self, pairs, campaigns):
        """Columns "this expert serves this role", by role, where a wall or list of roles kept apart needs them."""
        model, serves = self.model, {}

        def served(pair):
            role = pair.role["id"]
            if role not in serves:
                serves[role] = model.column(0, 1)
            return serves[role]

        behind = defaultdict(lambda: defaultdict(list))
        for pair in pairs:
            campaign = campaigns[pair.role["campaign"]]
            if campaign["wall"] is not None:
                behind[campaign["wall"]][campaign["client"]].append(pair)
        for clients in behind.values():
            if len(clients) > 1:
                chosen = []
                for of_client in clients.values():
                    client = model.column(0, 1)
                    chosen.append((client, 1))
                    for pair in of_client:
                        model.row(-INFINITY, 0, [(served(pair), 1), (client, -1)])
                model.row(-INFINITY, 1, chosen)
        for roles in self.problem["apart"]:
            both = [pair for pair in pairs if pair.role["id"] in roles]
            if len(both) > 1:
                model.row(-INFINITY, 1, [(served(pair), 1) for pair in both])
        return serves

    def _covering(self, role_id, week):
        return [column for column in self.columns_of_role[role_id] if week in self.stints[column].covered]

    def _heads(self):
        weights = self.problem["weights"]
        priority = {campaign["id"]: campaign["priority"] for campaign in self.problem["campaigns"]}
        for role in self.problem["roles"]:
            times = priority[role["campaign"]]
            for week in self.weeks:
                least, wanted = role["min"][week], role["target"][week]
                if wanted:
                    below_min = self.model.column(-times * weights["missing_min_cents"], least, False)
                    below = self.model.column(-times * weights["missing_target_cents"], wanted - least, False)
                    heads = [(column, 1) for column in self._covering(role["id"], week)]
                    self.model.row(wanted, wanted, [*heads, (below_min, 1), (below, 1)])

    def _columns_of_campaign(self, campaign):
        for role in self.problem["roles"]:
            if role["campaign"] == campaign["id"]:
                yield from self.columns_of_role[role["id"]]

    def _budgets(self):
        for campaign in self.problem["campaigns"]:
            if campaign["budget_cents"] is not None:
                self.model.row(-INFINITY, campaign["budget_cents"], [
                    (column, len(stint.working) * stint.pair.role["hours"] * stint.pair.rate)
                    for column in self._columns_of_campaign(campaign)
                    for stint in [self.stints[column]]
                ])

    def _means(self):
        for campaign in self.problem["campaigns"]:
            if (mean := campaign["mean_score"]) is not None:
                points = self.model.column(-self.problem["weights"]["below_mean_cents"], INFINITY, False)
                self.model.row(-INFINITY, 0, [(points, -1)] + [
                    (column, len(stint.covered) * (mean - stint.pair.score))
                    for column in self._columns_of_campaign(campaign)
                    for stint in [self.stints[column]]
                ])

    def _ratios(self):
        for ratio in self.problem["ratios"]:
            p, q = ratio["at_least"]
            for week in self.weeks:
                of = [(column, q) for role in set(ratio["of"]) for column in self._covering(role, week)]
                to = [(column, -p) for role in set(ratio["to"]) for column in self._covering(role, week)]
                self.model.row(0, INFINITY, of + to)

    def _quotas(self):
        for quota in self.problem["quotas"]:
            at_most = "max_percent" in quota
            percent = quota["max_percent" if at_most else "min_percent"]
            shares = []
            for role in set(quota["roles"]):
                for column in self.columns_of_role[role]:
                    stint = self.stints[column]
                    tagged = 100 if quota["tag"] in stint.pair.expert["tags"] else 0
                    shares.append((column, len(stint.covered) * (tagged - percent)))
            self.model.row(*((-INFINITY, 0) if at_most else (0, INFINITY)), shares)

    def _pins(self):
        for pin in self.problem["pins"]:
            for week in range(pin["from"], pin["to"] + 1):
                columns = self.of_pair.get((pin["expert"], pin["role"]), [])
                self.model.row(1, INFINITY, [(column, 1) for column in columns if self.stints[column].holds(week)])

    def _changes(self):
        if self.incumbent is None:
            return
        self.model.constant -= self.problem["weights"]["change_cents"] * len(self.incumbent)
        limit = self.problem["max_changes"]
        if limit is None:
            return
        said = defaultdict(set)
        for expert, role, week in self.incumbent:
            said[expert].add((role, week))
        changed = []
        for expert in self.problem["experts"]:
            pairs = self.pairs_of_expert[expert["id"]]
            change = self.model.column(0, 1)
            changed.append((change, 1))
            open_weeks = set(said[expert["id"]])
            for pair in pairs:
                stints = self._stints_of(pair)
                for week in self.weeks:
                    holding = [(column, 1) for column, stint in stints if stint.holds(week)]
                    if (pair.role["id"], week) in open_weeks:
                        open_weeks.discard((pair.role["id"], week))
                        self.model.row(1, INFINITY, [*holding, (change, 1)])
                    elif holding:
                        self.model.row(-INFINITY, 0, [*holding, (change, -1)])
            if open_weeks:
                self.model.row(1, INFINITY, [(change, 1)])
        self.model.row(-INFINITY, limit, changed)

    def chosen(self, values):
        """The stints that a solution chose."""
        return [stint for stint, value in zip(self.stints, values) if value > 0.5]

    def objective(self, chosen):
        """What these stints are worth, in cents: section 3 of the problem's definition, in whole numbers."""
        weights = self.problem["weights"]
        cover, points = defaultdict(int), defaultdict(int)
        total = self.model.constant + sum(map(self._gain, chosen))
        campaigns = {campaign["id"]: campaign for campaign in self.problem["campaigns"]}
        for stint in chosen:
            role = stint.pair.role
            for week in stint.covered:
                cover[role["id"], week] += 1
            if (mean := campaigns[role["campaign"]]["mean_score"]) is not None:
                points[role["campaign"]] += len(stint.covered) * (mean - stint.pair.score)
        for role in self.problem["roles"]:
            priority = campaigns[role["campaign"]]["priority"]
            for week in self.weeks:
                least, wanted, heads = role["min"][week], role["target"][week], cover[role["id"], week]
                total -= priority * weights["missing_min_cents"] * max(0, least - heads)
                total -= priority * weights["missing_target_cents"] * max(0, wanted - max(least, heads))
        return total - weights["below_mean_cents"] * sum(max(0, below) for below in points.values())

    def score_values(self):
        """What each stint adds to the score value of a plan, in cents."""
        point = self.problem["weights"]["point_cents"]
        return [len(stint.covered) * stint.pair.score * point for stint in self.stints]


def with_defaults(problem):
    """The problem with every field in place, weekly numbers as lists."""
    n_weeks = problem["horizon"]["weeks"]

    def weekly(value):
        return list(value) if isinstance(value, list) else [value] * n_weeks

    for name in ("ongoing", "apart", "ratios", "quotas", "pins", "vetoes"):
        problem.setdefault(name, [])
    for name in ("incumbent", "max_changes"):
        problem.setdefault(name, None)
    weights = {
        "missing_min_cents": 2_000_000,
        "missing_target_cents": 500_000,
        "point_cents": 100,
        "below_mean_cents": 500,
        "change_cents": 20_000,
        "start_cents": 0,
    }
    problem["weights"] = {**weights, **problem.get("weights", {})}
    for campaign in problem["campaigns"]:
        for name in ("client", "wall", "budget_cents", "mean_score"):
            campaign.setdefault(name, None)
        campaign.setdefault("priority", 1)
    for role in problem["roles"]:
        role["min"], role["target"] = weekly(role.get("min", 0)), weekly(role["target"])
        for name, value in (("min_stint", 1), ("onboarding", 0), ("max_leave", 0)):
            role.setdefault(name, value)
    for expert in problem["experts"]:
        expert["hours"] = weekly(expert["hours"])
        expert.setdefault("max_roles", 1)
        expert.setdefault("tags", [])
    return problem


def stints_of(chosen):
    """Stints as a plan file has them."""
    return [
        {"expert": it.pair.expert["id"], "role": it.pair.role["id"], "from": it.first, "to": it.last}
        for it in chosen
    ]


def plan_of(stints, objective, bound):
    """A plan file that states no prices, and a bound that only its solver vouches for."""
    return {
        "status": "feasible",
        "objective": objective,
        "bound": max(bound, objective),
        "price_bound": 10**30,
        "proof": "mip",
        "stints": stints,
        "prices": {},
    }
