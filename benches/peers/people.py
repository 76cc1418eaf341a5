"""People and queries of the peers' search comparison, as files that every engine reads."""

import glob
import json
import os

import measure

# Kinds of queries: `words` (the best by words, under conditions), `number` (the best by a number, under conditions),
# `counts` (how often values occur). Conditions are of four sorts, all of which everybody knows.
QUERIES = [
    {"name": "words", "kind": "words", "limit": 20, "words": "nurse hospital patients"},
    {"name": "words-conditions", "kind": "words", "limit": 20, "words": "nurse care",
     "countries": ["US", "GB", "DE"], "rate": 60, "years": 5},
    {"name": "words-tag", "kind": "words", "limit": 20, "words": "statistical analysis reports", "not_tag": "newcomer"},
    {"name": "phrase", "kind": "words", "limit": 20, "words": "scientific community", "phrase": True},
    {"name": "rare-word", "kind": "words", "limit": 20, "words": "hydrologist", "years": 3},
    {"name": "number-country", "kind": "number", "limit": 1000, "role": 0, "countries": ["US", "IN", "GB"]},
    {"name": "number-country-20", "kind": "number", "limit": 20, "role": 0, "countries": ["US", "IN", "GB"]},
    {"name": "number-years", "kind": "number", "limit": 1000, "role": 1, "years": 5, "rate": 80},
    {"name": "number-tag", "kind": "number", "limit": 1000, "role": 2, "tag": "domain:medicine", "years": 3},
    {"name": "counts-conditions", "kind": "counts", "limit": 10, "years": 8, "rate": 60},
    {"name": "counts-everybody", "kind": "counts", "limit": 10},
    {"name": "counts-words", "kind": "counts", "limit": 10, "words": "engineer software", "years": 5},
]
# Each of these is a role; others may ask for fewer of its people.
ROLES = [query for query in QUERIES if query["kind"] == "number" and query["limit"] == 1000]
# Who may hold a role, by stage.
PLANNED = {"qualified", "onboarded", "active"}


def generate(folder, size, seed):
    """Writes the pool unless it is there."""
    if not os.path.exists(os.path.join(folder, "pool.jsonl")):
        made = measure.muster("generate", "--experts", str(size), "--seed", str(seed), "-o", folder)
        if made.code:
            raise SystemExit(f"peers: {made.err}")


def queries(folder):
    """Writes the queries in everybody's form, and the roles whose match score is the number."""
    asked = [{**query, "text": text(query), "exact": "words" not in query} for query in QUERIES]
    roles = [role(query) for query in ROLES]
    with open(os.path.join(folder, "queries.json"), "w", encoding="utf-8") as file:
        json.dump(asked, file)
    with open(os.path.join(folder, "queries.tsv"), "w", encoding="utf-8") as file:
        for query in asked:
            fields = [
                query["kind"], query["limit"], query.get("role", ""), query.get("words", ""),
                int(query.get("phrase", False)), ",".join(query.get("countries", [])),
                100 * query["rate"] if "rate" in query else "", query.get("years", ""),
                query.get("tag", ""), query.get("not_tag", ""),
            ]
            file.write("\t".join(map(str, fields)) + "\n")
    campaign = {"id": "asked", "client": "asked", "roles": roles}
    # Late enough that nobody's first day or leave is in the way.
    campaigns = {"currency": "USD", "start": "2031-06-02", "weeks": 1, "campaigns": [campaign]}
    with open(os.path.join(folder, "asked.json"), "w", encoding="utf-8") as file:
        json.dump(campaigns, file)
    return asked


def text(query):
    """The query in Muster's language."""
    words = query.get("words", "")
    parts = [f'"{words}"' if query.get("phrase") else words]
    if "countries" in query:
        parts.append(f"country:{','.join(query['countries'])}")
    if "rate" in query:
        parts.append(f"rate<={query['rate']}")
    if "years" in query:
        parts.append(f"years>={query['years']}")
    if "tag" in query:
        parts.append(f"tag:{query['tag']}")
    if "not_tag" in query:
        parts.append(f"NOT tag:{query['not_tag']}")
    return " ".join(part for part in parts if part)


def role(query):
    """A role that asks for the query's conditions; its match score is of assessments, reliability and wishes."""
    conditions = []
    if "countries" in query:
        conditions.append({"country_in": query["countries"]})
    if "rate" in query:
        conditions.append({"rate_at_most_cents": 100 * query["rate"]})
    if "years" in query:
        conditions.append({"years_at_least": query["years"]})
    if "tag" in query:
        conditions.append({"tag": query["tag"]})
    return {
        "id": query["name"],
        "task_type": "review",
        "heads": 1,
        "hours": 0,
        "pay": {"policy": "individual", "target_cents": 0},
        "requires": {"all": conditions},
        "prefers": [
            {"points": 3, "if": {"years_at_least": 12}},
            {"points": 2, "if": {"tag": "seniority:senior"}},
            {"points": 1, "if": {"rate_at_most_cents": 4000}},
        ],
        "score_weights": {"assessments": 2, "reliability": 2, "preferences": 3},
    }


def table(path, folder, muster):
    """Everybody as a row of tab-separated fields: what peers index. Lists are separated by spaces."""
    numbers = [QUERIES.index(query) for query in ROLES]
    # Whoever a role's conditions leave out has no number; asking for everybody once tells all others.
    scores = []
    for number in numbers:
        answer = muster.ask(f"{number} all")
        scores.append(dict(zip(answer["ids"], answer["numbers"])))
    with open(os.path.join(folder, "pool.jsonl"), encoding="utf-8") as pool, open(path, "w", encoding="utf-8") as out:
        for line in pool:
            profile = json.loads(line)
            if "id" not in profile:
                continue
            clean = [profile.get(name, "").replace("\t", " ") for name in ("headline", "bio")]
            rate = profile["rate"]["min_cents"] if profile["rate"]["currency"] == "USD" else 10**9
            out.write("\t".join([
                profile["id"], *clean, profile.get("country", ""), str(rate), str(profile.get("years", -1)),
                str(int(profile["stage"] in PLANNED)),
                " ".join(sorted({it["tag"] for it in profile.get("languages", [])})),
                " ".join(sorted({it["skill"] for it in profile.get("skills", [])})),
                " ".join(sorted(set(profile.get("tags", [])))),
                " ".join(str(by_id.get(profile["id"], -1)) for by_id in scores),
                line.strip().replace("\t", " "),
            ]) + "\n")


def lucene_jars(folder):
    """The class path of Lucene's jars that are needed."""
    names = ("core", "analyzers-common", "facet")
    return ":".join(jar for name in names for jar in sorted(glob.glob(f"{folder}/lucene-{name}-[0-9]*.jar")))


if __name__ == "__main__":
    print(lucene_jars("/usr/share/java"))
