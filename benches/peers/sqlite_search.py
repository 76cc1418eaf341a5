"""SQLite with FTS5 as a search engine of people: builds its database, or answers a query a line. See `search.py`.

    sqlite_search.py --build DATABASE TABLE
    sqlite_search.py DATABASE QUERIES
"""

import json
import os
import sqlite3
import sys
import time

SCHEMA = """
CREATE TABLE person (
    n INTEGER PRIMARY KEY, id TEXT, country TEXT, rate INTEGER, years INTEGER, planned INTEGER,
    score0 INTEGER, score1 INTEGER, score2 INTEGER, profile TEXT
);
CREATE VIRTUAL TABLE words USING fts5(headline, bio, content='', tokenize="porter unicode61 remove_diacritics 2");
CREATE TABLE language (value TEXT, n INTEGER, PRIMARY KEY (value, n)) WITHOUT ROWID;
CREATE TABLE skill (value TEXT, n INTEGER, PRIMARY KEY (value, n)) WITHOUT ROWID;
CREATE TABLE tag (value TEXT, n INTEGER, PRIMARY KEY (value, n)) WITHOUT ROWID;
"""
# Scans of these cover what conditions and numbers need without the profiles' text.
INDEXES = """
CREATE INDEX person_country ON person (country, rate, years, planned);
CREATE INDEX person_numbers ON person (years, rate, country, planned, score0, score1, score2);
CREATE INDEX person_score0 ON person (score0 DESC, id, country, rate, years, planned);
CREATE INDEX person_score1 ON person (score1 DESC, id, country, rate, years, planned);
CREATE INDEX person_score2 ON person (score2 DESC, id, country, rate, years, planned);
CREATE INDEX language_n ON language (n);
CREATE INDEX skill_n ON skill (n);
CREATE INDEX tag_n ON tag (n);
ANALYZE;
"""


def build(path, table):
    database = sqlite3.connect(path + ".part")
    database.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA page_size = 8192;" + SCHEMA)
    with open(table, encoding="utf-8") as file:
        for n, line in enumerate(file, start=1):
            (id, headline, bio, country, rate, years, planned, languages, skills, tags, scores, profile) = (
                line.rstrip("\n").split("\t")
            )
            numbers = map(int, (rate, years, planned, *scores.split()))
            database.execute("INSERT INTO person VALUES (?,?,?,?,?,?,?,?,?,?)", (n, id, country, *numbers, profile))
            database.execute("INSERT INTO words (rowid, headline, bio) VALUES (?, ?, ?)", (n, headline, bio))
            for kind, values in (("language", languages), ("skill", skills), ("tag", tags)):
                database.executemany(f"INSERT INTO {kind} VALUES (?, ?)", [(value, n) for value in values.split()])
    database.execute("INSERT INTO words (words) VALUES ('optimize')")
    database.executescript(INDEXES)
    database.commit()
    database.close()
    os.rename(path + ".part", path)


def statement(query):
    """Conditions as SQL, and their values."""
    wheres, values = [], []
    if "words" in query:
        words = query["words"].split()
        wheres.append("words MATCH ?")
        values.append(f'"{query["words"]}"' if query.get("phrase") else " OR ".join(words))
    if "countries" in query:
        wheres.append(f"country IN ({','.join('?' * len(query['countries']))})")
        values += query["countries"]
    for name, comparison, factor in (("rate", "rate <= ?", 100), ("years", "years >= ?", 1)):
        if name in query:
            wheres.append(comparison)
            values.append(factor * query[name])
    if "tag" in query:
        wheres.append("EXISTS (SELECT 1 FROM tag WHERE value = ? AND n = person.n)")
        values.append(query["tag"])
    if "not_tag" in query:
        wheres.append("NOT EXISTS (SELECT 1 FROM tag WHERE value = ? AND n = person.n)")
        values.append(query["not_tag"])
    tables = "words JOIN person ON person.n = words.rowid" if "words" in query else "person"
    return tables, " AND ".join(wheres) or "1", values


class Server:
    def __init__(self, path):
        self.database = sqlite3.connect(path)
        self.database.executescript("PRAGMA mmap_size = 4000000000; PRAGMA cache_size = -400000;")

    def answer(self, query):
        start, start_cpu = time.perf_counter(), time.process_time()
        tables, where, values = statement(query)
        if query["kind"] == "counts":
            found = self.counts(query, tables, where, values)
        elif query["kind"] == "number":
            score = f"score{query['role']}"
            # Profiles are fetched of those alone who are shown.
            found = self.database.execute(
                f"SELECT id, profile, {score} FROM (SELECT n AS shown FROM {tables} WHERE {where} AND planned = 1 "
                f"ORDER BY {score} DESC, id LIMIT {query['limit']}) CROSS JOIN person ON n = shown "
                f"ORDER BY {score} DESC, id",
                values,
            ).fetchall()
        else:
            found = self.database.execute(
                f"SELECT id, profile FROM (SELECT words.rowid AS shown, rank AS far FROM {tables} WHERE {where} "
                f"ORDER BY rank LIMIT {query['limit']}) CROSS JOIN person ON n = shown ORDER BY far",
                values,
            ).fetchall()
        took = {"seconds": time.perf_counter() - start, "cpu": time.process_time() - start_cpu}
        if query["kind"] == "counts":
            return {**took, "counts": found}
        answer = {**took, "ids": [row[0] for row in found]}
        if query["kind"] == "number":
            answer["numbers"] = [row[2] for row in found]
        return answer

    def counts(self, query, tables, where, values):
        limit = query["limit"]
        self.database.execute("DROP TABLE IF EXISTS temp.hit")
        self.database.execute("CREATE TEMP TABLE hit (n INTEGER PRIMARY KEY)")
        self.database.execute(f"INSERT INTO hit SELECT person.n FROM {tables} WHERE {where} ORDER BY person.n", values)
        counts = {
            kind: self.database.execute(
                f"SELECT value, count(*) FROM hit CROSS JOIN {kind} USING (n) GROUP BY value "
                f"ORDER BY 2 DESC, 1 LIMIT {limit}"
            ).fetchall()
            for kind in ("language", "skill", "tag")
        }
        counts["country"] = self.database.execute(
            "SELECT country, count(*) FROM hit CROSS JOIN person USING (n) WHERE country <> '' GROUP BY country "
            f"ORDER BY 2 DESC, 1 LIMIT {limit}"
        ).fetchall()
        return counts

    def total(self, query):
        """How many are found; not timed."""
        tables, where, values = statement(query)
        planned = " AND planned = 1" if query["kind"] == "number" else ""
        return self.database.execute(f"SELECT count(*) FROM {tables} WHERE {where}{planned}", values).fetchone()[0]


def main():
    if sys.argv[1] == "--build":
        return build(*sys.argv[2:])
    start = time.perf_counter()
    server = Server(sys.argv[1])
    print(json.dumps({"opened": time.perf_counter() - start}), flush=True)
    with open(sys.argv[2], encoding="utf-8") as file:
        queries = json.load(file)
    totals = {}
    for line in sys.stdin:
        number = int(line)
        answer = server.answer(queries[number])
        if number not in totals:
            totals[number] = server.total(queries[number])
        print(json.dumps({**answer, "total": totals[number]}), flush=True)


main()
