//! Reading problem files: strict, streaming, every fault at once.
//!
//! The lists of a problem may hold millions of entries, so they are read element by element; only
//! one element's tree exists at a time.

use std::io::{BufRead as _, BufReader, Read};

use jiff::civil::Date;
use serde::Deserialize as _;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::{
    Campaign, Draft, Expert, IncumbentStint, Ongoing, Pair, Pin, Problem, Quota, Ratio, Role,
    Share, Veto, Weights,
};
use crate::json::{Faults, Fields, FromJson, Json, JsonError, Path, within};
use crate::model::{Cents, CentsPerHour, Count, Heads, Hours, Name, Points, Week, Weekly};

/// Why a text is no problem.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The text is no JSON document.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// The document breaks the contract in these places.
    #[error("{0}")]
    Faults(Faults),
}

/// Reads a problem file. Memory is that of the problem; time is linear in the text.
///
/// # Errors
/// [`ReadError::Json`] for text that is no JSON, with line and column; otherwise every fault of the
/// document, the first 1,000 in full, each with the JSON pointer to the value.
pub fn read(mut text: impl Read) -> Result<Problem, ReadError> {
    let mut start = Vec::new();
    text.by_ref()
        .take(3)
        .read_to_end(&mut start)
        .map_err(JsonError::Io)?;
    if start == b"\xef\xbb\xbf" {
        return Err(JsonError::ByteOrderMark.into());
    }
    // The parser takes byte by byte: a buffer of a known type makes that cheap.
    let mut text = BufReader::with_capacity(1 << 16, start.as_slice().chain(text));
    let start = text.fill_buf().map_err(JsonError::Io)?;
    let first = start.iter().find(|byte| !byte.is_ascii_whitespace());
    let no_object = first.copied().and_then(what_is_no_object);
    let mut reader = Reader::new();
    let mut json = serde_json::Deserializer::from_reader(text);
    match no_object {
        Some(what) => {
            IgnoredAny::deserialize(&mut json).map_err(JsonError::from)?;
            reader.faults.add(&Path::ROOT, what, "an object");
        }
        None => {
            Deserializer::deserialize_any(&mut json, Document(&mut reader))
                .map_err(JsonError::from)?;
        }
    }
    json.end().map_err(JsonError::from)?;
    match no_object {
        Some(_) => Err(ReadError::Faults(reader.faults)),
        None => reader.finish(),
    }
}

/// What a document is that begins with this byte, if it is no object.
fn what_is_no_object(first: u8) -> Option<&'static str> {
    match first {
        b'[' => Some("an array"),
        b'"' => Some("a string"),
        b'n' => Some("null"),
        b't' | b'f' => Some("true or false"),
        b'-' | b'0'..=b'9' => Some("a number"),
        _ => None,
    }
}

/// What was read so far. A faulty value is replaced by one that causes no further fault.
struct Reader {
    draft: Draft,
    faults: Faults,
    seen: Vec<String>,
    /// Pairs without `to`: they end with the horizon, which may stand behind them in the file.
    open_ended: Vec<usize>,
}

/// The lists of a problem file, but for the incumbent, of which none is not the empty one.
pub const LISTS: [&str; 10] = [
    "campaigns",
    "roles",
    "experts",
    "pairs",
    "ongoing",
    "apart",
    "ratios",
    "quotas",
    "pins",
    "vetoes",
];
const REQUIRED: [&str; 5] = ["horizon", "campaigns", "roles", "experts", "pairs"];
const OTHERS: [&str; 5] = ["format", "horizon", "incumbent", "max_changes", "weights"];

const ANY_MONDAY: Date = jiff::civil::date(2024, 1, 1);

impl Reader {
    fn new() -> Self {
        Self {
            draft: Draft::new(ANY_MONDAY, 0),
            faults: Faults::default(),
            seen: Vec::new(),
            open_ended: Vec::new(),
        }
    }

    fn finish(mut self) -> Result<Problem, ReadError> {
        let root = Path::ROOT;
        for name in REQUIRED {
            if !self.seen.iter().any(|seen| seen == name) {
                self.faults
                    .add(&root.key(name), "nothing", "a value: the field is required");
            }
        }
        let last = Week::new(self.draft.weeks.saturating_sub(1)).unwrap_or_default();
        for idx in self.open_ended {
            let pair = &mut self.draft.pairs[idx];
            if pair.from > last && self.draft.weeks > 0 {
                let list = root.key("pairs");
                let expected = format!("a week from 0 to {last}");
                self.faults
                    .add(&list.index(idx).key("from"), pair.from, expected);
                pair.from = Week::default();
            }
            pair.to = last.max(pair.from);
        }
        Problem::build(self.draft, self.faults).map_err(ReadError::Faults)
    }

    fn name(&mut self, text: Option<String>) -> Name {
        text.map_or(Name::UNREADABLE, |text| self.draft.names.intern(&text))
    }

    /// One whole field that is no list.
    fn field(&mut self, name: &str, json: Json) {
        let root = Path::ROOT;
        let at = root.key(name);
        match name {
            "format" => {
                if json != Json::Int(1) {
                    self.faults.add(&at, json, "1, the only format there is");
                }
            }
            "horizon" => self.horizon(json, &at),
            "max_changes" => {
                self.draft.max_changes = Count::from_json(json, &at, &mut self.faults);
            }
            "weights" => self.weights(json, &at),
            _ => self.faults.add(&at, json, "an array"),
        }
    }

    /// One element of a list.
    fn element(&mut self, list: &str, idx: usize, json: Json) {
        let root = Path::ROOT;
        let section = root.key(list);
        let at = section.index(idx);
        match list {
            "campaigns" => self.campaign(json, &at),
            "roles" => self.role(json, &at),
            "experts" => self.expert(json, &at),
            "pairs" => self.pair(json, &at),
            "ongoing" => self.ongoing(idx, json, &at),
            "apart" => {
                let roles = Vec::from_json(json, &at, &mut self.faults);
                let roles = self.names(roles);
                self.draft.apart.push(roles);
            }
            "ratios" => self.ratio(json, &at),
            "quotas" => self.quota(json, &at),
            "pins" => self.pin(json, &at),
            "vetoes" => self.veto(json, &at),
            "incumbent" => self.incumbent(json, &at),
            other => unreachable!("{other} is no list of a problem file"),
        }
    }

    fn names(&mut self, texts: Option<Vec<String>>) -> Box<[Name]> {
        let texts = texts.unwrap_or_default();
        texts
            .iter()
            .map(|text| self.draft.names.intern(text))
            .collect()
    }

    fn horizon(&mut self, json: Json, at: &Path<'_>) {
        let faults = &mut self.faults;
        let Some(mut fields) = Fields::open(json, at, faults) else {
            return;
        };
        if let Some(text) = fields.required::<String>("start", faults) {
            match text.parse::<Date>() {
                Ok(date) if text.len() == 10 => self.draft.start = date,
                _ => faults.add(&at.key("start"), Json::Text(text), "a date as YYYY-MM-DD"),
            }
        }
        let weeks = fields
            .required::<Json>("weeks", faults)
            .and_then(|json| within(1..=520, json, &at.key("weeks"), faults));
        self.draft.weeks = weeks
            .and_then(|weeks| u16::try_from(weeks).ok())
            .unwrap_or(0);
        fields.finish(faults);
    }

    fn weights(&mut self, json: Json, at: &Path<'_>) {
        let faults = &mut self.faults;
        let Some(mut fields) = Fields::open(json, at, faults) else {
            return;
        };
        let default = Weights::default();
        let mut weight = |name, default: Cents, neutral: Cents| match fields.take(name) {
            Some(json) => Weights::read_one(json, &at.key(name), faults).unwrap_or(neutral),
            None => default,
        };
        let weights = Weights {
            missing_min: weight("missing_min_cents", default.missing_min, Cents(i128::MAX)),
            missing_target: weight("missing_target_cents", default.missing_target, Cents::ZERO),
            point: weight("point_cents", default.point, Cents::ZERO),
            below_mean: weight("below_mean_cents", default.below_mean, Cents::ZERO),
            change: weight("change_cents", default.change, Cents::ZERO),
            start: weight("start_cents", default.start, Cents::ZERO),
        };
        self.draft.weights = weights;
        fields.finish(faults);
    }

    fn campaign(&mut self, json: Json, at: &Path<'_>) {
        let mut fields = Fields::open_or_empty(json, at, &mut self.faults);
        let id = fields.required("id", &mut self.faults);
        let client = fields.optional("client", &mut self.faults);
        let client_is_faulty = client.is_none();
        let wall = fields.optional("wall", &mut self.faults).flatten();
        let priority = fields.take("priority").map_or(Some(1), |json| {
            within(1..=10, json, &at.key("priority"), &mut self.faults)
        });
        let budget = fields.take("budget_cents").and_then(|json| {
            within(
                0..=1_000_000_000_000_000,
                json,
                &at.key("budget_cents"),
                &mut self.faults,
            )
        });
        let mean_score = fields.optional("mean_score", &mut self.faults).flatten();
        fields.finish(&mut self.faults);
        let campaign = Campaign {
            client: client
                .flatten()
                .map(|client: String| self.draft.names.intern(&client)),
            wall: wall
                .filter(|_| !client_is_faulty)
                .map(|wall: String| self.draft.names.intern(&wall)),
            priority: priority.and_then(|it| u8::try_from(it).ok()).unwrap_or(1),
            budget: budget.map(|cents| Cents(i128::from(cents))),
            mean_score,
            id: self.name(id),
        };
        self.draft.campaigns.push(campaign);
    }

    fn role(&mut self, json: Json, at: &Path<'_>) {
        let faults = &mut self.faults;
        let mut fields = Fields::open_or_empty(json, at, faults);
        let id = fields.required("id", faults);
        let campaign = fields.required("campaign", faults);
        let hours = fields.required("hours", faults).unwrap_or_default();
        let min = fields.or("min", Weekly::Same(Heads::default()), faults);
        let target = fields.required("target", faults);
        let min_stint = fields.or("min_stint", Count::new(1).unwrap_or_default(), faults);
        let onboarding = fields.or("onboarding", Count::default(), faults);
        let max_leave = fields.or("max_leave", Count::default(), faults);
        fields.finish(faults);
        let (id, campaign) = (self.name(id), self.name(campaign));
        self.draft.roles.push(Role {
            id,
            campaign,
            hours,
            min: min.unwrap_or(Weekly::Same(Heads::default())),
            target: target.unwrap_or(Weekly::Same(Heads::MAX)),
            min_stint: min_stint.unwrap_or_default(),
            onboarding: onboarding.unwrap_or_default(),
            max_leave: max_leave.unwrap_or_default(),
        });
    }

    fn expert(&mut self, json: Json, at: &Path<'_>) {
        let faults = &mut self.faults;
        let mut fields = Fields::open_or_empty(json, at, faults);
        let id = fields.required("id", faults);
        let hours = fields
            .required("hours", faults)
            .unwrap_or(Weekly::Same(Hours::default()));
        let max_roles = fields.or("max_roles", Count::new(1).unwrap_or_default(), faults);
        let tags = fields.or("tags", Vec::new(), faults);
        fields.finish(faults);
        let tags = self.names(tags);
        let id = self.name(id);
        let max_roles = max_roles.unwrap_or_default();
        self.draft.experts.push(Expert {
            id,
            hours,
            max_roles,
            tags,
        });
    }

    fn pair(&mut self, json: Json, at: &Path<'_>) {
        let faults = &mut self.faults;
        let mut fields = Fields::open_or_empty(json, at, faults);
        let expert = fields.required("expert", faults);
        let role = fields.required("role", faults);
        let score: Option<Points> = fields.required("score", faults);
        let rate: Option<CentsPerHour> = fields.required("rate_cents", faults);
        let from = fields.or("from", Week::default(), faults);
        let to: Option<Option<Week>> = fields.optional("to", faults);
        fields.finish(faults);
        let (expert, role) = (self.name(expert), self.name(role));
        let from = from.unwrap_or_default();
        match to {
            Some(Some(_)) => {}
            _ => self.open_ended.push(self.draft.pairs.len()),
        }
        self.draft.pairs.push(Pair {
            expert,
            role,
            score: score.unwrap_or_default(),
            rate: rate.unwrap_or_default(),
            from,
            to: to.flatten().unwrap_or(from),
        });
    }

    fn ongoing(&mut self, idx: usize, json: Json, at: &Path<'_>) {
        let faults = &mut self.faults;
        let mut fields = Fields::open_or_empty(json, at, faults);
        let expert = fields.required("expert", faults);
        let role = fields.required("role", faults);
        let worked = fields.required("worked", faults).unwrap_or_default();
        let leave = fields.required("leave", faults).unwrap_or_default();
        fields.finish(faults);
        let (expert, role) = (self.name(expert), self.name(role));
        let entry = u32::try_from(idx).unwrap_or(u32::MAX);
        self.draft.ongoing.push(Ongoing {
            pair: (expert, role),
            worked,
            leave,
            entry,
        });
    }

    fn ratio(&mut self, json: Json, at: &Path<'_>) {
        let faults = &mut self.faults;
        let mut fields = Fields::open_or_empty(json, at, faults);
        let of = fields.required("of", faults);
        let to = fields.required("to", faults);
        let at_least = fields.required::<Json>("at_least", faults);
        let fraction =
            at_least.and_then(|json| <Ratio>::read_at_least(json, &at.key("at_least"), faults));
        fields.finish(faults);
        let (p, q) = fraction.unwrap_or((0, 1));
        let (of, to) = (self.names(of), self.names(to));
        self.draft.ratios.push(Ratio { of, to, p, q });
    }

    fn quota(&mut self, json: Json, at: &Path<'_>) {
        let faults = &mut self.faults;
        let mut fields = Fields::open_or_empty(json, at, faults);
        let roles = fields.required("roles", faults);
        let tag = fields.required("tag", faults);
        let (min, max) = (fields.take("min_percent"), fields.take("max_percent"));
        if fields.is_object() && min.is_some() == max.is_some() {
            let found = if min.is_some() { "both" } else { "neither" };
            faults.add(at, found, "exactly one of min_percent and max_percent");
        }
        let mut percent = |json: Option<Json>, name| {
            let value = within(0..=100, json?, &at.key(name), faults)?;
            u8::try_from(value).ok()
        };
        let (min, max) = (percent(min, "min_percent"), percent(max, "max_percent"));
        fields.finish(faults);
        let share = match (min, max) {
            (Some(min), _) => Share::AtLeast(min),
            (None, max) => Share::AtMost(max.unwrap_or(100)),
        };
        let roles = self.names(roles);
        let tag = self.name(tag);
        self.draft.quotas.push(Quota { roles, tag, share });
    }

    fn pin(&mut self, json: Json, at: &Path<'_>) {
        let faults = &mut self.faults;
        let mut fields = Fields::open_or_empty(json, at, faults);
        let expert = fields.required("expert", faults);
        let role = fields.required("role", faults);
        let from: Option<Week> = fields.required("from", faults);
        let to: Option<Week> = fields.required("to", faults);
        fields.finish(faults);
        let (expert, role) = (self.name(expert), self.name(role));
        let (from, to) = from.zip(to).unwrap_or_default();
        self.draft.pins.push(Pin {
            expert,
            role,
            from,
            to,
        });
    }

    fn veto(&mut self, json: Json, at: &Path<'_>) {
        let faults = &mut self.faults;
        let mut fields = Fields::open_or_empty(json, at, faults);
        let expert = fields.required("expert", faults);
        let role = fields.required("role", faults);
        fields.finish(faults);
        let (expert, role) = (self.name(expert), self.name(role));
        self.draft.vetoes.push(Veto { expert, role });
    }

    fn incumbent(&mut self, json: Json, at: &Path<'_>) {
        let faults = &mut self.faults;
        let mut fields = Fields::open_or_empty(json, at, faults);
        let expert = fields.required("expert", faults);
        let role = fields.required("role", faults);
        let mut week = |name| {
            let json = fields.required::<Json>(name, faults)?;
            let week = within(-1_000_000..=1_000_000, json, &at.key(name), faults)?;
            i32::try_from(week).ok()
        };
        let (from, to) = (week("from"), week("to"));
        if let (Some(from), Some(to)) = (from, to)
            && from > to
        {
            faults.add(&at.key("from"), from, format!("at most `to`, week {to}"));
        }
        fields.finish(faults);
        let (expert, role) = (self.name(expert), self.name(role));
        let (from, to) = (from.unwrap_or(0), to.unwrap_or(0));
        let stints = self.draft.incumbent.get_or_insert_default();
        stints.push(IncumbentStint {
            expert,
            role,
            from,
            to,
        });
    }
}

impl<T: FromJson> FromJson for Weekly<T> {
    fn from_json(json: Json, at: &Path<'_>, faults: &mut Faults) -> Option<Self> {
        match json {
            list @ Json::List(_) => {
                Vec::from_json(list, at, faults).map(|values| Self::Each(values.into_boxed_slice()))
            }
            one => T::from_json(one, at, faults).map(Self::Same),
        }
    }
}

impl FromJson for Week {
    /// Any week a horizon can have; whether this one has it is checked when the problem is built.
    fn from_json(json: Json, at: &Path<'_>, faults: &mut Faults) -> Option<Self> {
        match json {
            Json::Int(week) if (0..520).contains(&week) => Self::new(week),
            other => {
                faults.add(at, other, "a week of the horizon, counted from 0");
                None
            }
        }
    }
}

/// Visits the whole document.
struct Document<'a>(&'a mut Reader);

impl<'de> Visitor<'de> for Document<'_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object, the problem")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let reader = self.0;
        let root = Path::ROOT;
        while let Some(name) = map.next_key::<String>()? {
            let at = root.key(&name);
            let known = LISTS.contains(&name.as_str()) || OTHERS.contains(&name.as_str());
            if reader.seen.contains(&name) {
                reader
                    .faults
                    .add(&at, map.next_value::<Json>()?, "each field once");
            } else if !known {
                let value: Json = map.next_value()?;
                let known = format!(
                    "no such field; known here: {}, {}",
                    OTHERS.join(", "),
                    LISTS.join(", ")
                );
                reader.faults.add(&at, value, known);
            } else if LISTS.contains(&name.as_str()) || name == "incumbent" {
                if name == "incumbent" {
                    reader.draft.incumbent = Some(Vec::new());
                }
                map.next_value_seed(Elements {
                    reader,
                    list: &name,
                })?;
            } else {
                let value = map.next_value()?;
                reader.field(&name, value);
            }
            if known {
                reader.seen.push(name);
            }
        }
        Ok(())
    }
}

/// Visits one list of the document, element by element.
struct Elements<'a> {
    reader: &'a mut Reader,
    list: &'a str,
}

impl<'de> DeserializeSeed<'de> for Elements<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Elements<'_> {
    fn no_list(self, value: Json) {
        self.reader.field(self.list, value);
    }
}

impl<'de> Visitor<'de> for Elements<'_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let mut idx = 0;
        while let Some(element) = seq.next_element::<Json>()? {
            self.reader.element(self.list, idx, element);
            idx += 1;
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while map.next_entry::<String, Json>()?.is_some() {}
        self.no_list(Json::Object(Vec::new()));
        Ok(())
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        self.no_list(Json::Null);
        Ok(())
    }

    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<(), E> {
        self.no_list(Json::Bool(value));
        Ok(())
    }

    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<(), E> {
        self.no_list(Json::Int(value));
        Ok(())
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<(), E> {
        self.no_list(Json::from(value));
        Ok(())
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<(), E> {
        self.no_list(Json::from(value));
        Ok(())
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<(), E> {
        self.no_list(Json::Text(value.to_owned()));
        Ok(())
    }
}
