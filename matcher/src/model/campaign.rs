//! Campaigns as ops planners write them: clients' projects with roles, heads, pay and requirements.

use std::collections::BTreeMap;

use jiff::Span;
use jiff::civil::{Date, Weekday};

use super::problem::Weights;
use super::requirement::{Leaf, Named, Requirement};
use super::words::{Country, Currency, PayPolicy, TaskType, TimeZoneName};
use super::{Cents, CentsPerHour, Heads, Hours, Id};
use crate::json::{Faults, Fields, FromJson, Json, JsonError, Path, each_once, parse, within};

/// A campaign file: everything that is staffed together, and the terms it is staffed on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CampaignFile {
    /// The currency of every amount in the file and in its plans.
    pub currency: Currency,
    /// Weeks begin on Monday there.
    pub planning_tz: TimeZoneName,
    /// Monday of the first week.
    pub start: Date,
    /// Weeks planned.
    pub weeks: u16,
    /// Cents of `currency` for a cent of another one, as exact fractions.
    pub exchange: BTreeMap<Currency, ExchangeRate>,
    /// The least pay an hour, by country, in `currency`.
    pub pay_floors: BTreeMap<Country, CentsPerHour>,
    /// What missing heads, points and starts are worth.
    pub weights: Weights,
    /// The campaigns, in file order.
    pub campaigns: Vec<CampaignSpec>,
}

/// A price of one currency in another: numerator over denominator, both at least 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExchangeRate {
    /// Cents of the plan's currency …
    pub numerator: u32,
    /// … for so many of the other.
    pub denominator: u32,
}

/// One campaign of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CampaignSpec {
    /// Unique in the file.
    pub id: Id,
    /// What people call it.
    pub name: String,
    /// Who pays.
    pub client: Id,
    /// Information wall.
    pub wall: Option<Id>,
    /// 1 … 10, multiplies the cost of missing heads.
    pub priority: u8,
    /// The kinds of work, in file order.
    pub roles: Vec<RoleSpec>,
}

/// One role of a campaign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleSpec {
    /// `<campaign>/<role>`: unique in the file.
    pub id: Id,
    /// What people call it.
    pub name: String,
    /// The kind of work.
    pub task_type: TaskType,
    /// The work in words; people are searched and scored by it.
    pub text: String,
    /// Heads wanted.
    pub heads: Heads,
    /// Heads below which missing ones cost more.
    pub min_heads: Heads,
    /// Hours a week of a seat.
    pub hours: Hours,
    /// How pay is set.
    pub pay: Pay,
    /// What everybody on the role must satisfy.
    pub requires: Requirement,
    /// What makes people better for it.
    pub prefers: Vec<Preference>,
    /// What the parts of the match score weigh.
    pub score_weights: ScoreWeights,
}

/// How a role pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pay {
    /// The policy.
    pub policy: PayPolicy,
    /// The role's rate.
    pub target: CentsPerHour,
    /// The most it pays anybody (`individual` only).
    pub cap: CentsPerHour,
}

/// A wish: whoever satisfies it gains `points`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preference {
    /// Its weight against the role's other wishes, 1 … 1000.
    pub points: u16,
    /// The wish.
    pub requirement: Requirement,
}

/// Integer weights of the parts of a match score; at least one is positive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScoreWeights {
    /// Words of headline and bio against the role's text.
    pub text: u16,
    /// Levels of the skills the role asks for.
    pub skills: u16,
    /// Results in the role's task type.
    pub assessments: u16,
    /// Work delivered as promised.
    pub reliability: u16,
    /// The role's wishes.
    pub preferences: u16,
}

impl Default for ScoreWeights {
    fn default() -> Self {
        Self {
            text: 2,
            skills: 4,
            assessments: 2,
            reliability: 1,
            preferences: 1,
        }
    }
}

impl RoleSpec {
    /// The skills the role asks for, hard or preferred, each once with the highest level asked.
    pub fn wanted_skills(&self) -> BTreeMap<super::words::SkillId, super::Level> {
        let wishes = self.prefers.iter().map(|wish| &wish.requirement);
        let mut wanted = BTreeMap::new();
        for leaf in std::iter::once(&self.requires)
            .chain(wishes)
            .flat_map(Requirement::leaves)
        {
            if let Leaf::Skill { skill, level } = leaf {
                let highest = wanted.entry(skill.clone()).or_insert(*level);
                *highest = (*highest).max(*level);
            }
        }
        wanted
    }
}

impl CampaignFile {
    /// Reads a campaign file.
    ///
    /// # Errors
    /// Text that is no JSON, or every fault of the document with its JSON pointer.
    pub fn read(text: &[u8]) -> Result<Self, CampaignFileError> {
        Self::from_tree(parse(text)?)
    }

    /// Reads a campaign file that was parsed already.
    ///
    /// # Errors
    /// Every fault of the document with its JSON pointer.
    pub fn from_tree(json: Json) -> Result<Self, CampaignFileError> {
        let mut faults = Faults::default();
        match file(json, &mut faults) {
            Some(file) if faults.is_empty() => Ok(file),
            _ => Err(CampaignFileError::Faults(faults)),
        }
    }

    /// Every role with its campaign, in file order.
    pub fn roles(&self) -> impl Iterator<Item = (&CampaignSpec, &RoleSpec)> {
        self.campaigns
            .iter()
            .flat_map(|campaign| campaign.roles.iter().map(move |role| (campaign, role)))
    }

    /// An amount of another currency in the plan's, rounded up to the cent; `None` without a rate for it.
    pub fn in_plan_currency(&self, cents: CentsPerHour, currency: &Currency) -> Option<Cents> {
        let amount = i128::from(cents.get());
        if *currency == self.currency {
            return Some(Cents(amount));
        }
        let rate = self.exchange.get(currency)?;
        let (numerator, denominator) = (i128::from(rate.numerator), i128::from(rate.denominator));
        Some(Cents((amount * numerator + denominator - 1) / denominator))
    }
}

/// Why a text is no campaign file.
#[derive(Debug, thiserror::Error)]
pub enum CampaignFileError {
    /// The text is no JSON document.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// The document has these faults.
    #[error("{0}")]
    Faults(Faults),
}

fn file(json: Json, faults: &mut Faults) -> Option<CampaignFile> {
    let root = Path::ROOT;
    let mut fields = Fields::open(json, &root, faults)?;
    if let Some(format) = fields.take("format")
        && format != Json::Int(1)
    {
        faults.add(&root.key("format"), format, "1, the only format there is");
    }
    let currency = fields.required("currency", faults);
    let planning_tz = fields.or("planning_tz", TimeZoneName::new("UTC")?, faults);
    let start: Option<Date> = fields.required("start", faults);
    if let Some(start) = start
        && start.weekday() != Weekday::Monday
    {
        let found = format!("{start} (a {:?})", start.weekday());
        faults.add(&root.key("start"), found, "a Monday");
    }
    let weeks = fields.take("weeks").map_or(Some(1), |json| {
        within(1..=520, json, &root.key("weeks"), faults)
    });
    if let (Some(start), Some(weeks)) = (start, weeks)
        && start.checked_add(Span::new().days(7 * weeks - 1)).is_err()
    {
        let expected = "no more weeks than the year 9999 has left";
        faults.add(&root.key("weeks"), weeks, expected);
    }
    let exchange = exchange(fields.take("exchange"), &root.key("exchange"), faults);
    let pay_floors = pay_floors(fields.take("pay_floors"), &root.key("pay_floors"), faults);
    let weights = weights(fields.take("weights"), &root.key("weights"), faults);
    let named = named(
        fields.take("requirements"),
        &root.key("requirements"),
        faults,
    );
    let list: Option<Vec<Json>> = fields.required("campaigns", faults);
    fields.finish(faults);
    let at = root.key("campaigns");
    let campaigns: Vec<CampaignSpec> = list?
        .into_iter()
        .enumerate()
        .filter_map(|(idx, json)| campaign(json, &at.index(idx), &named, faults))
        .collect();
    unique_ids(&campaigns, faults);
    Some(CampaignFile {
        currency: currency?,
        planning_tz: planning_tz?,
        start: start?,
        weeks: u16::try_from(weeks?).ok()?,
        exchange: exchange?,
        pay_floors: pay_floors?,
        weights: weights?,
        campaigns,
    })
}

/// Campaigns have ids of their own, and so have the roles of each.
fn unique_ids(campaigns: &[CampaignSpec], faults: &mut Faults) {
    let root = Path::ROOT;
    let list = root.key("campaigns");
    for (idx, campaign) in campaigns.iter().enumerate() {
        let at = list.index(idx);
        if campaigns[..idx]
            .iter()
            .any(|earlier| earlier.id == campaign.id)
        {
            faults.add(
                &at.key("id"),
                format!("{:?} again", campaign.id.as_str()),
                "an id of its own",
            );
        }
        let roles = at.key("roles");
        for (idx, role) in campaign.roles.iter().enumerate() {
            if campaign.roles[..idx]
                .iter()
                .any(|earlier| earlier.id == role.id)
            {
                let found = format!("{:?} again", role.id.as_str());
                faults.add(&roles.index(idx).key("id"), found, "an id of its own");
            }
        }
    }
}

/// The entries of an object whose fields are not known in advance.
fn entries(json: Option<Json>, at: &Path<'_>, faults: &mut Faults) -> Option<Vec<(String, Json)>> {
    match json {
        None => Some(Vec::new()),
        Some(Json::Object(entries)) => Some(each_once(entries, at, faults)),
        Some(other) => {
            faults.add(at, other, "an object");
            None
        }
    }
}

fn named(json: Option<Json>, at: &Path<'_>, faults: &mut Faults) -> Named {
    let named: Named = entries(json, at, faults)
        .unwrap_or_default()
        .into_iter()
        .collect();
    for (name, tree) in &named {
        // What no role uses is checked as well.
        Requirement::read(tree.clone(), &at.key(name), &named, faults);
    }
    named
}

fn exchange(
    json: Option<Json>,
    at: &Path<'_>,
    faults: &mut Faults,
) -> Option<BTreeMap<Currency, ExchangeRate>> {
    let mut rates = BTreeMap::new();
    for (code, json) in entries(json, at, faults)? {
        let at = at.key(&code);
        let currency = Currency::from_json(Json::Text(code.clone()), &at, faults);
        let rate = match json {
            Json::List(items) if items.len() == 2 => {
                let mut part = |idx: usize| {
                    let part = within(
                        1..=1_000_000_000,
                        items[idx].clone(),
                        &at.index(idx),
                        faults,
                    );
                    part.and_then(|part| u32::try_from(part).ok())
                };
                let (numerator, denominator) = (part(0), part(1));
                numerator.zip(denominator)
            }
            other => {
                faults.add(
                    &at,
                    other,
                    "two integers [cents of the plan's currency, cents of this one]",
                );
                None
            }
        };
        if let (Some(currency), Some((numerator, denominator))) = (currency, rate) {
            rates.insert(
                currency,
                ExchangeRate {
                    numerator,
                    denominator,
                },
            );
        }
    }
    Some(rates)
}

fn pay_floors(
    json: Option<Json>,
    at: &Path<'_>,
    faults: &mut Faults,
) -> Option<BTreeMap<Country, CentsPerHour>> {
    let mut floors = BTreeMap::new();
    for (code, json) in entries(json, at, faults)? {
        let at = at.key(&code);
        let country = Country::from_json(Json::Text(code.clone()), &at, faults);
        let floor = CentsPerHour::from_json(json, &at, faults);
        if let (Some(country), Some(floor)) = (country, floor) {
            floors.insert(country, floor);
        }
    }
    Some(floors)
}

fn weights(json: Option<Json>, at: &Path<'_>, faults: &mut Faults) -> Option<Weights> {
    let default = Weights::default();
    let Some(json) = json else {
        return Some(default);
    };
    let mut fields = Fields::open(json, at, faults)?;
    let mut weight = |name, default: Cents| match fields.take(name) {
        Some(json) => Weights::read_one(json, &at.key(name), faults),
        None => Some(default),
    };
    let missing_min = weight("missing_min_cents", default.missing_min);
    let missing_target = weight("missing_target_cents", default.missing_target);
    let point = weight("point_cents", default.point);
    let start = weight("start_cents", default.start);
    fields.finish(faults);
    let weights = Weights {
        missing_min: missing_min?,
        missing_target: missing_target?,
        point: point?,
        start: start?,
        ..default
    };
    weights.check(at, faults);
    Some(weights)
}

fn campaign(json: Json, at: &Path<'_>, named: &Named, faults: &mut Faults) -> Option<CampaignSpec> {
    let mut fields = Fields::open(json, at, faults)?;
    let id: Option<Id> = fields.required("id", faults);
    let name: Option<Option<String>> = fields.optional("name", faults);
    let client = fields.required("client", faults);
    let wall = fields.optional("wall", faults);
    let priority = fields.take("priority").map_or(Some(1), |json| {
        within(1..=10, json, &at.key("priority"), faults)
    });
    let list: Option<Vec<Json>> = fields.required("roles", faults);
    fields.finish(faults);
    let roles_at = at.key("roles");
    let roles: Vec<Option<RoleSpec>> = list?
        .into_iter()
        .enumerate()
        .map(|(idx, json)| role(json, id.as_ref(), &roles_at.index(idx), named, faults))
        .collect();
    let id = id?;
    Some(CampaignSpec {
        name: name?.unwrap_or_else(|| id.as_str().to_owned()),
        id,
        client: client?,
        wall: wall?,
        priority: u8::try_from(priority?).ok()?,
        roles: roles.into_iter().collect::<Option<_>>()?,
    })
}

fn role(
    json: Json,
    campaign: Option<&Id>,
    at: &Path<'_>,
    named: &Named,
    faults: &mut Faults,
) -> Option<RoleSpec> {
    let mut fields = Fields::open(json, at, faults)?;
    let id: Option<Id> = fields.required("id", faults);
    let name: Option<Option<String>> = fields.optional("name", faults);
    let task_type = fields.required("task_type", faults);
    let text = fields.or("text", String::new(), faults);
    let heads: Option<Heads> = fields.required("heads", faults);
    let min_heads: Option<Heads> = fields.or("min_heads", Heads::default(), faults);
    let hours = fields.required("hours", faults);
    let pay = fields
        .required::<Json>("pay", faults)
        .and_then(|json| pay(json, &at.key("pay"), faults));
    let requires = match fields.take("requires") {
        Some(json) => Requirement::read(json, &at.key("requires"), named, faults),
        None => Some(Requirement::All(Vec::new())),
    };
    let wishes: Option<Vec<Json>> = fields.or("prefers", Vec::new(), faults);
    let score_weights = match fields.take("score_weights") {
        Some(json) => score_weights(json, &at.key("score_weights"), faults),
        None => Some(ScoreWeights::default()),
    };
    fields.finish(faults);
    let wishes_at = at.key("prefers");
    let prefers: Vec<Option<Preference>> = wishes?
        .into_iter()
        .enumerate()
        .map(|(idx, json)| preference(json, &wishes_at.index(idx), named, faults))
        .collect();
    if let (Some(min), Some(heads)) = (min_heads, heads)
        && min > heads
    {
        faults.add(
            &at.key("min_heads"),
            min,
            format!("at most `heads`, {heads}"),
        );
    }
    let id = id?;
    let full_id = format!("{}/{id}", campaign?);
    let Some(full_id) = Id::new(&full_id) else {
        faults.add(&at.key("id"), format!("{full_id:?} in full"), Id::EXPECTED);
        return None;
    };
    Some(RoleSpec {
        name: name?.unwrap_or_else(|| id.as_str().to_owned()),
        id: full_id,
        task_type: task_type?,
        text: text?,
        heads: heads?,
        min_heads: min_heads?,
        hours: hours?,
        pay: pay?,
        requires: requires?,
        prefers: prefers.into_iter().collect::<Option<_>>()?,
        score_weights: score_weights?,
    })
}

fn pay(json: Json, at: &Path<'_>, faults: &mut Faults) -> Option<Pay> {
    let mut fields = Fields::open(json, at, faults)?;
    let policy = fields.or("policy", PayPolicy::RoleFixed, faults);
    let target: Option<CentsPerHour> = fields.required("target_cents", faults);
    let cap: Option<Option<CentsPerHour>> = fields.optional("cap_cents", faults);
    fields.finish(faults);
    let (policy, target, cap) = (policy?, target?, cap?);
    match (policy, cap) {
        (PayPolicy::RoleFixed, Some(cap)) => {
            faults.add(
                &at.key("cap_cents"),
                cap,
                "no cap: everybody on a role_fixed role gets its target",
            );
        }
        (_, Some(cap)) if cap < target => {
            faults.add(
                &at.key("cap_cents"),
                cap,
                format!("at least target_cents, {target}"),
            );
        }
        _ => {}
    }
    let cap = cap.unwrap_or(match policy {
        PayPolicy::RoleFixed => target,
        PayPolicy::Individual => CentsPerHour::MAX,
    });
    Some(Pay {
        policy,
        target,
        cap,
    })
}

fn preference(json: Json, at: &Path<'_>, named: &Named, faults: &mut Faults) -> Option<Preference> {
    let mut fields = Fields::open(json, at, faults)?;
    let points = fields.required::<Json>("points", faults);
    let points = points.and_then(|json| within(1..=1000, json, &at.key("points"), faults));
    let wish = fields.required::<Json>("if", faults);
    let requirement = wish.and_then(|json| Requirement::read(json, &at.key("if"), named, faults));
    fields.finish(faults);
    Some(Preference {
        points: u16::try_from(points?).ok()?,
        requirement: requirement?,
    })
}

fn score_weights(json: Json, at: &Path<'_>, faults: &mut Faults) -> Option<ScoreWeights> {
    let mut fields = Fields::open(json, at, faults)?;
    let mut weight = |name| {
        let value = fields.take(name).map_or(Some(0), |json| {
            within(0..=1000, json, &at.key(name), faults)
        });
        value.and_then(|value| u16::try_from(value).ok())
    };
    let (text, skills, assessments) = (weight("text"), weight("skills"), weight("assessments"));
    let (reliability, preferences) = (weight("reliability"), weight("preferences"));
    fields.finish(faults);
    let weights = ScoreWeights {
        text: text?,
        skills: skills?,
        assessments: assessments?,
        reliability: reliability?,
        preferences: preferences?,
    };
    let all = [
        weights.text,
        weights.skills,
        weights.assessments,
        weights.reliability,
        weights.preferences,
    ];
    if all == [0; 5] {
        faults.add(at, "only zeros", "at least one positive weight");
        return None;
    }
    Some(weights)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r#"{
        "currency": "USD", "start": "2027-01-04", "exchange": {"EUR": [108, 100]},
        "requirements": {"python": {"skill": "local:python", "level": 3}},
        "campaigns": [{
            "id": "acme", "client": "acme", "priority": 3,
            "roles": [{
                "id": "ranker", "task_type": "preference_ranking", "heads": 40, "hours": 10,
                "pay": {"target_cents": 4500},
                "requires": {"all": [{"use": "python"}, {"country_not_in": ["KP"]}]},
                "prefers": [{"points": 10, "if": {"skill": "local:python", "level": 5}}]
            }]
        }]
    }"#;

    #[test]
    fn a_role_is_named_within_its_campaign() {
        let file = CampaignFile::read(FILE.as_bytes()).unwrap();
        let (_, role) = file.roles().next().unwrap();
        assert_eq!(role.id.as_str(), "acme/ranker");
        let level: Vec<u8> = role
            .wanted_skills()
            .values()
            .map(|level| level.get())
            .collect();
        assert_eq!(level, [5]);
    }

    #[test]
    fn other_currencies_convert_upwards_by_exact_fractions() {
        let file = CampaignFile::read(FILE.as_bytes()).unwrap();
        let rate = CentsPerHour::new(101).unwrap();
        let euro = Currency::new("EUR").unwrap();
        assert_eq!(
            file.in_plan_currency(rate, &euro),
            Some(Cents(110)),
            "109.08 rounded up"
        );
        assert_eq!(
            file.in_plan_currency(rate, &Currency::new("GBP").unwrap()),
            None
        );
    }

    #[test]
    fn faults_are_reported_together() {
        let spoilt = FILE
            .replace("\"heads\": 40", "\"heads\": -1")
            .replace("2027-01-04", "2027-01-05")
            .replace("\"use\": \"python\"", "\"use\": \"rust\"");
        let Err(CampaignFileError::Faults(faults)) = CampaignFile::read(spoilt.as_bytes()) else {
            panic!("the file has faults")
        };
        let places: Vec<&str> = faults
            .list()
            .iter()
            .map(|fault| fault.at.as_str())
            .collect();
        assert_eq!(
            places,
            [
                "/start",
                "/campaigns/0/roles/0/heads",
                "/campaigns/0/roles/0/requires/all/0/use"
            ]
        );
    }
}
