//! A plan: stints, what they are worth, and prices that prove how good they are.
//!
//! A plan may come from anywhere, so it refers to people and roles by id and claims nothing that
//! [`crate::check`] does not verify.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

/// An expert holds a role in every week `from ..= to`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stint {
    /// Who.
    pub expert: String,
    /// On what.
    pub role: String,
    /// First week.
    pub from: i64,
    /// Last week.
    pub to: i64,
}

/// What is known of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// The objective equals a proved bound.
    Optimal,
    /// A plan that keeps every rule.
    Feasible,
    /// No plan keeps every pin and the change limit.
    Infeasible,
    /// No plan was found within the limits, although pins or a change limit may allow one.
    Unknown,
}

/// What a bound rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Proof {
    /// The stated prices alone.
    Prices,
    /// A search tree, every leaf's bound recomputed in integers.
    Branching,
    /// A floating-point solver's claim, loosened by its tolerance.
    Mip,
}

impl Proof {
    /// The word in plan files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Prices => "prices",
            Self::Branching => "branching",
            Self::Mip => "mip",
        }
    }
}

/// Prices of the rules, in millionths of a cent; what is absent is 0.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prices {
    /// By role id: what one more head covering it is worth, week by week.
    #[serde(
        default,
        skip_serializing_if = "BTreeMap::is_empty",
        deserialize_with = "each_id_once"
    )]
    pub heads: BTreeMap<String, Vec<i128>>,
    /// By campaign id: per cent of pay.
    #[serde(
        default,
        skip_serializing_if = "BTreeMap::is_empty",
        deserialize_with = "each_id_once"
    )]
    pub budget: BTreeMap<String, i128>,
    /// By campaign id: per point below the mean.
    #[serde(
        default,
        skip_serializing_if = "BTreeMap::is_empty",
        deserialize_with = "each_id_once"
    )]
    pub mean: BTreeMap<String, i128>,
    /// By ratio: week by week, per unit of q·of − p·to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ratios: Vec<Vec<i128>>,
    /// By quota: per unit of its slack.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub quotas: Vec<i128>,
    /// Per changed expert.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub change: i128,
}

/// A map by id that refuses an id stated twice: which of the two prices would count?
fn each_id_once<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, T>, D::Error> {
    struct Once<T>(PhantomData<T>);
    impl<'de, T: Deserialize<'de>> Visitor<'de> for Once<T> {
        type Value = BTreeMap<String, T>;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object by id")
        }
        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut entries = BTreeMap::new();
            while let Some((id, value)) = map.next_entry::<String, T>()? {
                if entries.contains_key(&id) {
                    return Err(A::Error::custom(format_args!(
                        "{id:?} twice, expected each id once"
                    )));
                }
                entries.insert(id, value);
            }
            Ok(entries)
        }
    }
    deserializer.deserialize_map(Once(PhantomData))
}

fn is_zero(price: &i128) -> bool {
    *price == 0
}

/// Millionths of a cent in a cent.
pub const MICRO: i128 = 1_000_000;

/// The rules of the contract, numbered as there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// 1: every stint's pair exists, is not vetoed, and is open in the stint's weeks.
    Eligible,
    /// 2: hours and number of roles held, week by week.
    Capacity,
    /// 3: length, leave, first and last week of a stint.
    Stint,
    /// 4: at most `target` heads.
    Headcount,
    /// 5: one client behind each wall.
    Wall,
    /// 5: at most one role of an `apart` list.
    Apart,
    /// 6: a campaign's pay.
    Budget,
    /// 7: heads of some roles to heads of others.
    Ratio,
    /// 8: shares of seat-weeks.
    Quota,
    /// 9: pinned weeks are held.
    Pin,
    /// 10: changed experts.
    ChangeLimit,
}

/// A rule that clashes with pins or the change limit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConflictRule {
    /// Which rule.
    pub rule: Rule,
    /// JSON pointer to what states it, or to the field a default stands for.
    pub at: String,
    /// The week, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub week: Option<u16>,
}

/// Pins, forced changes and rules that no plan keeps together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conflict {
    /// Positions in `pins`.
    pub pins: Vec<usize>,
    /// Experts whose change is forced.
    pub changes: Vec<String>,
    /// The rules they clash with.
    pub rules: Vec<ConflictRule>,
}

/// A plan as its file says it. Amounts are cents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// What is known of it.
    pub status: Status,
    /// What it is worth; absent without a plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub objective: Option<i128>,
    /// The best upper bound proved by any means.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bound: Option<i128>,
    /// At least what `prices` prove by themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price_bound: Option<i128>,
    /// What `bound` rests on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof: Option<Proof>,
    /// Who works where and when; absent without a plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stints: Option<Vec<Stint>>,
    /// Prices that prove `price_bound`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prices: Option<Prices>,
    /// Why there is no plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conflict: Option<Conflict>,
    /// Whatever else its maker found useful; not read back.
    #[serde(skip_deserializing, skip_serializing_if = "serde_json::Map::is_empty")]
    pub report: serde_json::Map<String, serde_json::Value>,
}

impl Plan {
    /// A plan that says nothing but its status.
    pub fn without_stints(status: Status) -> Self {
        Self {
            status,
            objective: None,
            bound: None,
            price_bound: None,
            proof: None,
            stints: None,
            prices: None,
            conflict: None,
            report: serde_json::Map::new(),
        }
    }
}
