//! Role × endpoint × situation, from the `OpenAPI` document: every cell is asked of a running server.
//!
//! What a cell should answer is worked out from two things that share no code with the handlers: the action that
//! the document names for the endpoint with the roles of the table, and the row below that says how far the
//! endpoint reaches. A new endpoint without a row fails.

use muster_api::access::{Action, Role};

use crate::campaigns::campaign;
use crate::desk::{about, post_plan, post_problem, until_over};
use crate::server::{Answer, Server};

/// How far an endpoint reaches.
#[derive(Clone, Copy, PartialEq)]
enum Reach {
    /// Something of the tenant, behind no client's wall: elsewhere it is not found.
    Tenant,
    /// Something of the client atlas: other clients do not find it.
    Client,
    /// The caller's own, whoever they are: lists, what is made, themselves.
    Own,
    /// The whole tenant: nobody limited to a client.
    Whole,
    /// The whole tenant, and something in it.
    WholeTenant,
    /// The whole of the tenant that the service was started with.
    House,
    /// Whoever signed in, which no key did.
    SignedIn,
    /// Everybody.
    Public,
}
use Reach::{Client, House, Own, Public, SignedIn, Tenant, Whole, WholeTenant};

/// A body that is well-formed, so that what is refused is refused for the caller's sake.
enum Say {
    Nothing,
    Json(&'static str),
    Campaign,
    Lines,
}
use Say::{Campaign, Json, Lines, Nothing};

const ANA: &str =
    r#"{"id":"ana","rate":{"min_cents":9000,"currency":"EUR"},"availability":{"weekly_hours":20}}"#;

const SEARCH: &str = r#"{"name":"x","search":{"text":"music"}}"#;

/// Method, path, reach, body.
const ROWS: &[(&str, &str, Reach, Say)] = &[
    ("get", "/v1/experts", Own, Nothing),
    ("get", "/v1/experts/{id}", Tenant, Nothing),
    ("put", "/v1/experts/{id}", WholeTenant, Json(ANA)),
    ("patch", "/v1/experts/{id}", WholeTenant, Json("{}")),
    ("delete", "/v1/experts/{id}", WholeTenant, Nothing),
    ("post", "/v1/experts/{id}/erase", WholeTenant, Nothing),
    ("put", "/v1/experts/{id}/protected", WholeTenant, Json("{}")),
    ("post", "/v1/experts/search", Own, Json("{}")),
    ("get", "/v1/suggest", Own, Nothing),
    ("get", "/v1/synonyms", Own, Nothing),
    (
        "put",
        "/v1/synonyms",
        Whole,
        Json(r#"{"rules":["a1, b1"]}"#),
    ),
    ("post", "/v1/imports/experts", Whole, Lines),
    ("get", "/v1/imports/{id}/rejects", WholeTenant, Nothing),
    ("get", "/v1/exports/experts", Own, Nothing),
    ("get", "/v1/campaigns", Own, Nothing),
    ("get", "/v1/campaigns/{id}", Client, Nothing),
    ("put", "/v1/campaigns/{id}", Client, Campaign),
    ("patch", "/v1/campaigns/{id}", Client, Json("{}")),
    ("delete", "/v1/campaigns/{id}", Client, Nothing),
    ("get", "/v1/campaigns/{id}/roles", Client, Nothing),
    ("get", "/v1/campaigns/{id}/roles/{role}", Client, Nothing),
    (
        "put",
        "/v1/campaigns/{id}/roles/{role}",
        Client,
        Json(r#"{"id":"grader"}"#),
    ),
    ("delete", "/v1/campaigns/{id}/roles/{role}", Client, Nothing),
    (
        "get",
        "/v1/campaigns/{id}/roles/{role}/shortlist",
        Client,
        Nothing,
    ),
    ("get", "/v1/campaigns/{id}/meter", Client, Nothing),
    ("post", "/v1/meter", Own, Campaign),
    ("get", "/v1/clients", Own, Nothing),
    ("get", "/v1/clients/{id}", Client, Nothing),
    (
        "put",
        "/v1/clients/{id}",
        Client,
        Json(r#"{"id":"atlas","name":"Atlas"}"#),
    ),
    ("delete", "/v1/clients/{id}", Client, Nothing),
    ("get", "/v1/tenants", House, Nothing),
    ("post", "/v1/tenants", House, Json(r#"{"id":"main"}"#)),
    ("get", "/v1/users", Own, Nothing),
    ("get", "/v1/users/{id}", Client, Nothing),
    (
        "put",
        "/v1/users/{id}",
        Client,
        Json(r#"{"role":"planner","clients":["borealis"],"password":"correct horse battery"}"#),
    ),
    ("delete", "/v1/users/{id}", Client, Nothing),
    ("get", "/v1/keys", Own, Nothing),
    (
        "post",
        "/v1/keys",
        Own,
        Json(r#"{"name":"x","role":"planner","clients":["borealis"]}"#),
    ),
    ("get", "/v1/keys/{id}", Client, Nothing),
    ("delete", "/v1/keys/{id}", Client, Nothing),
    ("post", "/v1/keys/{id}/rotate", Client, Nothing),
    (
        "post",
        "/v1/sessions",
        Public,
        Json(r#"{"user":"kim","password":"wrong"}"#),
    ),
    ("get", "/v1/session", Own, Nothing),
    ("delete", "/v1/session", SignedIn, Nothing),
    ("post", "/v1/session/rotate", SignedIn, Nothing),
    (
        "put",
        "/v1/session/password",
        SignedIn,
        Json(r#"{"old":"x","new":"correct horse battery"}"#),
    ),
    ("get", "/v1/events", Own, Nothing),
    ("get", "/v1/audit", Whole, Nothing),
    ("get", "/v1/audit/verification", Whole, Nothing),
    ("get", "/v1/reports/selection", Whole, Nothing),
    ("get", "/v1/demo/problem", Own, Nothing),
    ("get", "/v1/problems", Own, Nothing),
    ("post", "/v1/problems", Own, Json("{}")),
    ("get", "/v1/problems/{id}", Client, Nothing),
    ("get", "/v1/scenarios", Own, Nothing),
    ("post", "/v1/scenarios", Own, Json("{}")),
    ("get", "/v1/scenarios/{id}", Client, Nothing),
    ("delete", "/v1/scenarios/{id}", Client, Nothing),
    ("get", "/v1/searches", Own, Nothing),
    ("post", "/v1/searches", Own, Json(SEARCH)),
    ("get", "/v1/searches/{id}", Client, Nothing),
    ("put", "/v1/searches/{id}", Client, Json(SEARCH)),
    ("delete", "/v1/searches/{id}", Client, Nothing),
    ("get", "/v1/searches/{id}/alerts", Client, Nothing),
    ("get", "/v1/shortlists", Own, Nothing),
    ("post", "/v1/shortlists", Own, Json(r#"{"name":"x"}"#)),
    ("get", "/v1/shortlists/{id}", Client, Nothing),
    (
        "put",
        "/v1/shortlists/{id}",
        Client,
        Json(r#"{"name":"x"}"#),
    ),
    ("delete", "/v1/shortlists/{id}", Client, Nothing),
    ("get", "/v1/shortlists/{id}/entries", Client, Nothing),
    (
        "put",
        "/v1/shortlists/{id}/entries/{expert}",
        Client,
        Json("{}"),
    ),
    (
        "patch",
        "/v1/shortlists/{id}/entries/{expert}",
        Client,
        Json("{}"),
    ),
    (
        "delete",
        "/v1/shortlists/{id}/entries/{expert}",
        Client,
        Nothing,
    ),
    ("get", "/v1/shortlists/{id}/export", Client, Nothing),
    ("post", "/v1/check", Own, Json("{}")),
    ("get", "/v1/plans", Own, Nothing),
    ("post", "/v1/plans", Own, Json("{}")),
    ("get", "/v1/plans/{id}", Client, Nothing),
    ("delete", "/v1/plans/{id}", Client, Nothing),
    ("post", "/v1/plans/{id}/stop", Client, Nothing),
    ("get", "/v1/plans/{id}/events", Client, Nothing),
    ("get", "/v1/plans/{id}/assignments", Client, Nothing),
    ("get", "/v1/plans/{id}/shortfalls", Client, Nothing),
    ("get", "/v1/plans/{id}/alternates", Client, Nothing),
    ("get", "/v1/plans/{id}/diff/{other}", Client, Nothing),
    ("get", "/v1/plans/{id}/export", Client, Nothing),
    ("post", "/v1/plans/{id}/publish", Client, Nothing),
    ("post", "/v1/plans/{id}/discard", Client, Nothing),
    ("post", "/v1/plans/{id}/unpublish", Client, Nothing),
    ("get", "/v1/bookings", Own, Nothing),
];

/// One seat of the client atlas.
const PROBLEM: &str = r#"{"horizon":{"start":"2027-03-01","weeks":1},
    "campaigns":[{"id":"rlhf","client":"atlas"}],
    "roles":[{"id":"rlhf/grader","campaign":"rlhf","hours":10,"target":1}],
    "experts":[{"id":"ana","hours":20}],
    "pairs":[{"expert":"ana","role":"rlhf/grader","score":900,"rate_cents":4000}]}"#;

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Situation {
    Own,
    OtherTenant,
    OtherClient,
    None,
    Expired,
    Revoked,
    WrongScope,
}

const SITUATIONS: [Situation; 7] = [
    Situation::Own,
    Situation::OtherTenant,
    Situation::OtherClient,
    Situation::None,
    Situation::Expired,
    Situation::Revoked,
    Situation::WrongScope,
];

struct World {
    server: Server,
    south: String,
    user: String,
    key: String,
    rejects: String,
    problem: String,
    plan: String,
    scenario: String,
    search: String,
    list: String,
}

impl World {
    fn new() -> Self {
        let server = Server::patient();
        let made = server.admin("POST", "/v1/tenants", &[], r#"{"id":"south"}"#);
        let south = made.body["secret"].as_str().unwrap().to_owned();
        server.admin("PUT", "/v1/experts/ana", &[], ANA);
        let added = server.admin(
            "PUT",
            "/v1/campaigns/rlhf",
            &[],
            &campaign("rlhf", "atlas", 5000).replacen('{', r#"{"status":"confirmed","#, 1),
        );
        assert_eq!(added.status, 201, "{}", added.text);
        server.admin(
            "PUT",
            "/v1/clients/atlas",
            &[],
            r#"{"id":"atlas","name":"Atlas"}"#,
        );
        let user = r#"{"role":"planner","clients":["atlas"],"password":"correct horse battery"}"#;
        assert_eq!(server.admin("PUT", "/v1/users/kim", &[], user).status, 201);
        let key = server.key("planner", &["atlas"]);
        let key = key.split('_').nth(1).unwrap().to_owned();
        let lines = [("content-type", "application/x-ndjson")];
        let bad = server.admin("POST", "/v1/imports/experts", &lines, "{}\n");
        let rejects = bad.body["rejects"].as_str().unwrap();
        let rejects = rejects.split('/').nth(3).unwrap().to_owned();
        server.until(
            |answer| answer.status == 200,
            || server.admin("POST", "/v1/experts/search", &[], "{}"),
        );
        let problem = post_problem(&server, &serde_json::from_str(PROBLEM).unwrap());
        let place = post_plan(&server, &about(&problem));
        let plan = until_over(&server, &place)["id"]
            .as_str()
            .unwrap()
            .to_owned();
        let published = server.admin("POST", &format!("{place}/publish"), &[], "");
        assert_eq!(published.status, 200, "{}", published.text);
        let wanted = serde_json::json!({"name": "x", "problem": problem, "patch": {}});
        let kept = server.admin("POST", "/v1/scenarios", &[], &wanted.to_string());
        assert_eq!(kept.status, 201, "{}", kept.text);
        let scenario = kept.body["id"].as_str().unwrap().to_owned();
        let made = |path: &str, wanted: &str| {
            let kept = server.admin("POST", path, &[], wanted);
            assert_eq!(kept.status, 201, "{}", kept.text);
            kept.body["id"].as_str().unwrap().to_owned()
        };
        let of_atlas = r#"{"name":"x","client":"atlas","search":{}}"#;
        let search = made("/v1/searches", of_atlas);
        let list = made("/v1/shortlists", r#"{"name":"x","client":"atlas"}"#);
        let place = format!("/v1/shortlists/{list}");
        let etag = server.admin("GET", &place, &[], "").etag;
        let on_it = format!("{place}/entries/ana");
        let put = server.admin("PUT", &on_it, &[("if-match", &etag)], "{}");
        assert_eq!(put.status, 200, "{}", put.text);
        Self {
            scenario,
            search,
            list,
            server,
            south,
            user: "kim".to_owned(),
            key,
            rejects,
            problem,
            plan,
        }
    }

    /// A key of a role in a situation, for an endpoint with an action.
    fn key(&self, role: Role, situation: Situation, action: &str) -> String {
        let maker = match situation {
            Situation::OtherTenant => &self.south,
            _ => &self.server.key,
        };
        let clients: &[&str] = match situation {
            Situation::OtherClient => &["borealis"],
            _ => &[],
        };
        let other = if action == "session:own" {
            "experts:read"
        } else {
            "session:own"
        };
        let actions: &[&str] = match situation {
            Situation::WrongScope => &[other],
            _ => &[],
        };
        let expires = i64::from(situation == Situation::Expired);
        let wanted = serde_json::json!({"name": "x", "role": role.as_str(), "clients": clients,
            "actions": actions, "expires_ms": expires});
        let made = self
            .server
            .ask(maker, "POST", "/v1/keys", &[], &wanted.to_string());
        assert_eq!(made.status, 201, "{}", made.text);
        if situation == Situation::Revoked {
            assert_eq!(
                self.server.admin("DELETE", &made.location, &[], "").status,
                204
            );
        }
        made.body["secret"].as_str().unwrap().to_owned()
    }

    fn path(&self, path: &str) -> String {
        let id = match path {
            path if path.starts_with("/v1/experts") => "ana",
            path if path.starts_with("/v1/campaigns") => "rlhf",
            path if path.starts_with("/v1/clients") => "atlas",
            path if path.starts_with("/v1/users") => &self.user,
            path if path.starts_with("/v1/keys") => &self.key,
            path if path.starts_with("/v1/imports") => &self.rejects,
            path if path.starts_with("/v1/problems") => &self.problem,
            path if path.starts_with("/v1/scenarios") => &self.scenario,
            path if path.starts_with("/v1/searches") => &self.search,
            path if path.starts_with("/v1/shortlists") => &self.list,
            path if path.starts_with("/v1/plans") => &self.plan,
            _ => "x",
        };
        let path = path
            .replace("{id}", id)
            .replace("{role}", "grader")
            .replace("{expert}", "ana")
            .replace("{other}", id);
        match path.as_str() {
            "/v1/reports/selection" => path + "?attribute=x",
            "/v1/bookings" => path + "?expert=ana",
            "/v1/suggest" => path + "?q=mus",
            it if it.ends_with("/export") => path + "?format=csv",
            _ => path,
        }
    }

    fn ask(&self, key: &str, method: &str, path: &str, say: &Say) -> Answer {
        let (kind, body) = match say {
            Nothing => ("application/json", String::new()),
            Json(text) => ("application/json", (*text).to_owned()),
            Campaign => ("application/json", campaign("rlhf", "atlas", 5000)),
            Lines => ("application/x-ndjson", String::new()),
        };
        // A revision that nothing is at: whoever is let in changes nothing all the same.
        let writes = ["put", "patch", "delete"].contains(&method);
        let headers = [("content-type", kind), ("if-match", "\"0-x\"")];
        let headers = &headers[..if writes { 2 } else { 1 }];
        self.server.ask(
            key,
            &method.to_uppercase(),
            &self.path(path),
            headers,
            &body,
        )
    }
}

/// What a cell must answer.
#[derive(Debug, PartialEq)]
enum Verdict {
    /// 401.
    Unknown,
    /// 403.
    Forbidden,
    /// 404.
    NotFound,
    /// Anything of these that is no defect: the caller is let in.
    LetIn,
}

fn expected(reach: Reach, allowed: bool, situation: Situation) -> Verdict {
    use Situation::{Expired, None, OtherClient, OtherTenant, Revoked, WrongScope};
    match situation {
        _ if reach == Public => Verdict::Unknown,
        None | Expired | Revoked => Verdict::Unknown,
        WrongScope => Verdict::Forbidden,
        _ if !allowed || reach == SignedIn => Verdict::Forbidden,
        OtherClient if [Whole, WholeTenant, House].contains(&reach) => Verdict::Forbidden,
        OtherTenant if reach == House => Verdict::Forbidden,
        OtherClient if reach == Client => Verdict::NotFound,
        OtherTenant if [Client, Tenant, WholeTenant].contains(&reach) => Verdict::NotFound,
        _ => Verdict::LetIn,
    }
}

fn verdict(answer: &Answer) -> Verdict {
    match answer.status {
        401 => Verdict::Unknown,
        403 => Verdict::Forbidden,
        404 => Verdict::NotFound,
        200..=299 | 409 | 412 | 422 | 428 => Verdict::LetIn,
        status => panic!("{status}: {}", answer.text),
    }
}

/// Writes that make what they do not find: elsewhere they are let in, and what they make is elsewhere.
fn makes(method: &str, path: &str) -> bool {
    method == "put"
        && !["/protected", "/roles/", "/entries/"]
            .iter()
            .any(|part| path.contains(part))
}

/// What is gone after one caller was let in: asked last, and by one role only.
fn destroys(method: &str, path: &str) -> bool {
    let changes = method != "get";
    changes
        && ["/keys/{id}", "/users/{id}", "/erase"]
            .iter()
            .any(|part| path.contains(part))
}

#[test]
fn every_role_gets_from_every_endpoint_what_the_table_says() {
    let world = World::new();
    let document = world.server.ask("", "GET", "/openapi.json", &[], "").body;
    let mut cells = 0;
    let mut late = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let row = ROWS
                .iter()
                .find(|row| (row.0, row.1) == (method.as_str(), path.as_str()));
            let (_, _, reach, say) = row.unwrap_or_else(|| panic!("{method} {path} has no row"));
            let name = operation["x-action"].as_str().unwrap();
            for role in Role::ALL {
                let allowed = Action::of(name).is_some_and(|action| action.roles().contains(&role));
                for situation in SITUATIONS {
                    if allowed && situation == Situation::Own && destroys(method, path) {
                        late.push((method.clone(), path.clone(), role, say));
                        continue;
                    }
                    let key = match situation {
                        Situation::None => String::new(),
                        _ => world.key(role, situation, name),
                    };
                    let answer = world.ask(&key, method, path, say);
                    let mut wanted = expected(*reach, allowed, situation);
                    if wanted == Verdict::NotFound
                        && makes(method, path)
                        && situation == Situation::OtherTenant
                    {
                        wanted = Verdict::LetIn;
                    }
                    assert_eq!(
                        verdict(&answer),
                        wanted,
                        "{role:?} {method} {path} {situation:?}: {}",
                        answer.text
                    );
                    cells += 1;
                }
            }
        }
    }
    for (method, path, role, say) in late {
        let key = world.key(role, Situation::Own, "");
        let answer = world.ask(&key, &method, &path, say);
        assert!(
            answer.status < 300 || answer.status == 409,
            "{role:?} {method} {path}: {}",
            answer.text
        );
        cells += 1;
    }
    assert_eq!(cells, ROWS.len() * Role::ALL.len() * SITUATIONS.len());
    let untouched = world.server.admin("GET", "/v1/campaigns/rlhf", &[], "");
    assert_eq!(
        (untouched.status, untouched.body["status"].as_str()),
        (200, Some("confirmed"))
    );
}
