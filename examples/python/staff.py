"""From people and a campaign to a published plan, with Python's standard library alone.

    MUSTER=http://127.0.0.1:8080 KEY=muster_… python3 examples/python/staff.py

MUSTER is where the service listens, KEY the key that its first start printed. The files are in examples/.
"""

import json
import os
import sys
import time
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

MUSTER = os.environ.get("MUSTER", "http://127.0.0.1:8080")
EXAMPLES = Path(__file__).resolve().parent.parent


def call(method, path, body=None, kind="application/json", **headers):
    """One request: what was answered, and where the thing made is. A problem ends the program with every fault."""
    data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    headers |= {"authorization": f"Bearer {os.environ['KEY']}", "content-type": kind}
    try:
        with urlopen(Request(MUSTER + path, data, headers, method=method)) as answer:
            text = answer.read()
            return json.loads(text) if text else None, answer.headers.get("location")
    except HTTPError as error:
        problem = json.load(error)
        print(f"{method} {path}: {problem['code']}: {problem['detail']}", file=sys.stderr)
        for fault in problem.get("errors", []):
            print(f"  {fault['pointer']}: {fault['value']}, expected {fault['expected']}", file=sys.stderr)
        sys.exit(1)


def pages(path):
    """Every entry of a list, page by page."""
    cursor = ""
    while cursor is not None:
        page, _ = call("GET", f"{path}?limit=100{cursor and '&cursor=' + cursor}")
        yield from page["items"]
        cursor = page["next"]


# People. Importing the same file again changes nothing; rows with faults come back with their reasons.
imported, _ = call("POST", "/v1/imports/experts", (EXAMPLES / "people.csv").read_bytes(), "text/csv")
print(f"{imported['added']} people added, {imported['unchanged']} unchanged, {imported['rejected']} rejected")

# The campaign. An unconditional PUT would overwrite what somebody else changed: this one only adds.
campaign = json.loads((EXAMPLES / "campaign.json").read_text())
name = campaign["campaigns"][0]["id"]
# Only confirmed campaigns book people.
call("PUT", f"/v1/campaigns/{name}", {**campaign, "status": "confirmed"}, if_none_match="*")

# Search follows what is written within about a second.
while True:
    meter, _ = call("GET", f"/v1/campaigns/{name}/meter")
    if all(role["eligible"] > 0 for role in meter["roles"]):
        break
    time.sleep(0.2)
for role in meter["roles"]:
    print(f"{role['role']}: {role['eligible']} eligible, {role['free']} of them free")

# The plan is made by a worker. With an Idempotency-Key the request can be repeated and is done once.
wanted = {"campaigns": [name], "limits": {"time_limit_seconds": 60}}
_, plan = call("POST", "/v1/plans", wanted, idempotency_key=f"staff-{name}-{time.time_ns()}")
while True:
    made, _ = call("GET", f"{plan}?fields=status,error,outcome")
    if made["status"] not in ("queued", "running"):
        break
    time.sleep(0.2)
if made["status"] != "finished":
    sys.exit(f"the plan {made['status']}: {made['error']}")
outcome = made["outcome"]
print(f"{outcome['status']}: {outcome['seat_weeks_filled']} of {outcome['seat_weeks_wanted']} seat-weeks filled")

for it in pages(f"{plan}/assignments"):
    print(f"  {it['expert']} works on {it['role']} from {it['starts']} to {it['ends']}, {it['hours']} hours a week")
for it in pages(f"{plan}/shortfalls"):
    print(f"  {it['text']}")

# From now on these hours are taken, for everybody's plans.
published, _ = call("POST", f"{plan}/publish")
print("published" if published["published"] else "not published")
