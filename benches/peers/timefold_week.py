"""Timefold on a staffing problem of one week: read, build, solve, apart. Prints JSON.

    timefold_week.py PROBLEM PLAN SECONDS CLASSES

CLASSES is the class path with `TimefoldWeek`. The start of the virtual machine counts as reading.
"""

import json
import subprocess
import sys
import time

import staffing


def facts(problem):
    """The problem as lines of numbers, with the pairs and the seats they name; only rules of one week are known."""
    others = ("ongoing", "pins", "vetoes")
    if problem["horizon"]["weeks"] != 1 or any(problem[name] for name in others) or problem["incumbent"] is not None:
        raise SystemExit("timefold_week: only problems of one week, without pins, vetoes and incumbent")
    weights = problem["weights"]
    expert_at = {it["id"]: position for position, it in enumerate(problem["experts"])}
    campaign_at = {it["id"]: position for position, it in enumerate(problem["campaigns"])}
    role_at = {it["id"]: position for position, it in enumerate(problem["roles"])}
    lines, pairs, seats = [], [], []
    for expert in problem["experts"]:
        lines.append(f"expert {expert['hours'][0]} {expert['max_roles']}")
    for campaign in problem["campaigns"]:
        lines.append(f"campaign {10**15 if campaign['budget_cents'] is None else campaign['budget_cents']}")
    for role in problem["roles"]:
        lines.append(f"role {campaign_at[role['campaign']]} {role['hours']}")
    for role in problem["roles"]:
        for other in problem["roles"]:
            if other is not role and clash(problem, campaign_at, role, other):
                lines.append(f"clash {role_at[role['id']]} {role_at[other['id']]}")
    for pair in problem["pairs"]:
        role, expert = problem["roles"][role_at[pair["role"]]], problem["experts"][expert_at[pair["expert"]]]
        if role["hours"] > expert["hours"][0] or role["min_stint"] > 1 or role["onboarding"] > 0:
            continue
        pay = role["hours"] * pair["rate_cents"]
        mean = problem["campaigns"][campaign_at[role["campaign"]]]["mean_score"]
        below = 0 if mean is None else (mean - pair["score"]) * weights["below_mean_cents"]
        gain = pair["score"] * weights["point_cents"] - pay - weights["start_cents"]
        lines.append(f"pair {expert_at[pair['expert']]} {role_at[pair['role']]} {pay} {gain} {below}")
        pairs.append({**pair, "gain": gain, "below": below})
    for role in problem["roles"]:
        priority = problem["campaigns"][campaign_at[role["campaign"]]]["priority"]
        for seat in range(role["target"][0]):
            # Seats below the least heads are dear: which of a role's seats are empty is nobody's choice in the end.
            tier = "missing_min_cents" if seat < role["min"][0] else "missing_target_cents"
            seats.append((role, priority * weights[tier]))
            lines.append(f"seat {role_at[role['id']]} {priority * weights[tier]}")
    lines += shares(problem, role_at, expert_at)
    return lines, pairs, seats


def clash(problem, campaign_at, role, other):
    one, two = (problem["campaigns"][campaign_at[it["campaign"]]] for it in (role, other))
    walled = one["wall"] is not None and one["wall"] == two["wall"] and one["client"] != two["client"]
    return walled or any(role["id"] in roles and other["id"] in roles for roles in problem["apart"])


def shares(problem, role_at, expert_at):
    """Ratios and quotas: what a head of each role adds, which must come to at least 0."""
    n_shares = 0
    for number, ratio in enumerate(problem["ratios"]):
        p, q = ratio["at_least"]
        for role in sorted({*ratio["of"], *ratio["to"]}):
            factor = (q if role in ratio["of"] else 0) - (p if role in ratio["to"] else 0)
            yield f"share {number} {role_at[role]} {factor}"
            n_shares += 1
    for number, quota in enumerate(problem["quotas"], start=len(problem["ratios"])):
        at_most = "max_percent" in quota
        percent = quota["max_percent"] if at_most else -quota["min_percent"]
        for role in sorted(set(quota["roles"])):
            yield f"share {number} {role_at[role]} {percent}"
            for expert in problem["experts"]:
                if quota["tag"] in expert["tags"]:
                    yield f"tagged {n_shares} {expert_at[expert['id']]} {-100 if at_most else 100}"
            n_shares += 1


def objective(problem, chosen):
    """What these pairs are worth: section 3 of the problem's definition, in one week."""
    weights = problem["weights"]
    total = sum(pair["gain"] for pair in chosen)
    campaigns = {campaign["id"]: campaign for campaign in problem["campaigns"]}
    below = dict.fromkeys(campaigns, 0)
    for role in problem["roles"]:
        of_role = [pair for pair in chosen if pair["role"] == role["id"]]
        below[role["campaign"]] += sum(pair["below"] for pair in of_role)
        least, wanted, heads = role["min"][0], role["target"][0], len(of_role)
        missing = weights["missing_min_cents"] * max(0, least - heads)
        missing += weights["missing_target_cents"] * max(0, wanted - max(least, heads))
        total -= campaigns[role["campaign"]]["priority"] * missing
    return total - sum(max(0, cents) for cents in below.values())


def main():
    path, plan_path, seconds, classes = sys.argv[1:]
    start = time.perf_counter()
    problem = staffing.with_defaults(staffing.read(path))
    lines, pairs, seats = facts(problem)
    with open(plan_path + ".facts", "w", encoding="ascii") as file:
        file.write("\n".join(lines) + "\n")
    command = ["java", "-Xmx6g", "-cp", classes, "TimefoldWeek", plan_path + ".facts", seconds, "1"]
    out = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True).stdout
    total = time.perf_counter() - start
    empty = sum(cost for _, cost in seats)
    chosen, trace, hard = [], [], None
    for kind, *rest in map(str.split, out.splitlines()):
        if kind == "seat":
            chosen.append(pairs[int(rest[1])])
        elif kind == "better" and rest[1] == "0":
            trace.append({"seconds": float(rest[0]), "objective": int(rest[2]) - empty})
        elif kind == "score":
            hard = int(rest[0])
        elif kind == "done":
            build, solve = map(float, rest)
    found = objective(problem, chosen) if hard == 0 else None
    if found is not None:
        stints = [{"expert": pair["expert"], "role": pair["role"], "from": 0, "to": 0} for pair in chosen]
        with open(plan_path, "w", encoding="utf-8") as file:
            json.dump(staffing.plan_of(stints, found, 10**29), file)
    print(json.dumps({
        "read": total - build - solve,
        "build": build,
        "solve": solve,
        "status": f"hard score {hard}",
        "objective": found,
        "bound": None,
        "trace": trace,
    }))


main()
