// From people and a campaign to a published plan, with `fetch` alone.
//
//     MUSTER=http://127.0.0.1:8080 KEY=muster_… node examples/typescript/staff.ts      (node 22.18 or later)
//
// MUSTER is where the service listens, KEY the key that its first start printed. The files are in examples/.

import { readFile } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";

const muster = process.env.MUSTER ?? "http://127.0.0.1:8080";
const example = (name: string) => readFile(new URL(`../${name}`, import.meta.url), "utf8");

type Problem = { code: string; detail: string; errors?: { pointer: string; value: string; expected: string }[] };
type Page<T> = { items: T[]; next: string | null };
type Meter = { roles: { role: string; eligible: number; free: number }[] };
type Plan = {
  status: "queued" | "running" | "finished" | "stopped" | "failed";
  error: string;
  outcome: { status: string; seat_weeks_filled: number; seat_weeks_wanted: number };
};
type Assignment = { expert: string; role: string; starts: string; ends: string; hours: number };

/** One request: what was answered, and where the thing made is. A problem ends the program with every fault. */
async function call<T>(
  method: string,
  path: string,
  body?: string,
  headers: Record<string, string> = {},
): Promise<{ body: T; location: string }> {
  const authorization = `Bearer ${process.env.KEY}`;
  const answer = await fetch(muster + path, {
    method,
    body,
    headers: { authorization, "content-type": "application/json", ...headers },
  });
  if (!answer.ok) {
    const problem = (await answer.json()) as Problem;
    console.error(`${method} ${path}: ${problem.code}: ${problem.detail}`);
    for (const fault of problem.errors ?? []) {
      console.error(`  ${fault.pointer}: ${fault.value}, expected ${fault.expected}`);
    }
    process.exit(1);
  }
  return { body: (await answer.json()) as T, location: answer.headers.get("location") ?? "" };
}

/** Every entry of a list, page by page. */
async function* pages<T>(path: string): AsyncGenerator<T> {
  let cursor: string | null = "";
  while (cursor !== null) {
    const more: string = cursor && `&cursor=${cursor}`;
    const page: Page<T> = (await call<Page<T>>("GET", `${path}?limit=100${more}`)).body;
    yield* page.items;
    cursor = page.next;
  }
}

// People. Importing the same file again changes nothing; rows with faults come back with their reasons.
type Imported = { added: number; unchanged: number; rejected: number };
const people = await example("people.csv");
const imported = await call<Imported>("POST", "/v1/imports/experts", people, { "content-type": "text/csv" });
const { added, unchanged, rejected } = imported.body;
console.log(`${added} people added, ${unchanged} unchanged, ${rejected} rejected`);

// The campaign. An unconditional PUT would overwrite what somebody else changed: this one only adds.
const campaign = await example("campaign.json");
const file = JSON.parse(campaign);
const name: string = file.campaigns[0].id;
// Only confirmed campaigns book people.
const confirmed = JSON.stringify({ ...file, status: "confirmed" });
await call("PUT", `/v1/campaigns/${name}`, confirmed, { "if-none-match": "*" });

// Search follows what is written within about a second.
let meter: Meter;
for (;;) {
  meter = (await call<Meter>("GET", `/v1/campaigns/${name}/meter`)).body;
  if (meter.roles.every((role) => role.eligible > 0)) break;
  await wait(200);
}
for (const role of meter.roles) {
  console.log(`${role.role}: ${role.eligible} eligible, ${role.free} of them free`);
}

// The plan is made by a worker. With an Idempotency-Key the request can be repeated and is done once.
const wanted = JSON.stringify({ campaigns: [name], limits: { time_limit_seconds: 60 } });
const { location: plan } = await call("POST", "/v1/plans", wanted, { "idempotency-key": `staff-${name}-${Date.now()}` });
let made: Plan;
for (;;) {
  made = (await call<Plan>("GET", `${plan}?fields=status,error,outcome`)).body;
  if (made.status !== "queued" && made.status !== "running") break;
  await wait(200);
}
if (made.status !== "finished") {
  console.error(`the plan ${made.status}: ${made.error}`);
  process.exit(1);
}
const { status, seat_weeks_filled, seat_weeks_wanted } = made.outcome;
console.log(`${status}: ${seat_weeks_filled} of ${seat_weeks_wanted} seat-weeks filled`);

for await (const it of pages<Assignment>(`${plan}/assignments`)) {
  console.log(`  ${it.expert} works on ${it.role} from ${it.starts} to ${it.ends}, ${it.hours} hours a week`);
}
for await (const it of pages<{ text: string }>(`${plan}/shortfalls`)) {
  console.log(`  ${it.text}`);
}

// From now on these hours are taken, for everybody's plans.
const published = await call<{ published: boolean }>("POST", `${plan}/publish`);
console.log(published.body.published ? "published" : "not published");
