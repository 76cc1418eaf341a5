//! Reading the rules between roles and people: ratios, quotas, roles kept apart, pins and vetoes.

use jiff::civil::Date;

use super::{week_of, weeks_between};
use crate::json::{Faults, Fields, FromJson, Json, Path, within};
use crate::model::campaign::{CampaignSpec, PinSpec, QuotaSpec};
use crate::model::problem::{Ratio, Share, Veto};
use crate::model::protected::refuse_protected;
use crate::model::{Id, Week};

/// The rules of a file.
#[derive(Default)]
pub(super) struct Rules {
    pub(super) ratios: Vec<Ratio<Id>>,
    pub(super) quotas: Vec<QuotaSpec>,
    pub(super) apart: Vec<Box<[Id]>>,
    pub(super) pins: Vec<PinSpec>,
    pub(super) vetoes: Vec<Veto<Id, Id>>,
}

/// The lists of a file as they are written.
pub(super) struct Lists {
    ratios: Vec<Json>,
    quotas: Vec<Json>,
    apart: Vec<Json>,
    pins: Vec<Json>,
    vetoes: Vec<Json>,
}

impl Lists {
    /// Takes the lists of a file; each may be absent.
    pub(super) fn take(fields: &mut Fields<'_>, faults: &mut Faults) -> Self {
        let mut list = |name| fields.or(name, Vec::new(), faults).unwrap_or_default();
        Self {
            ratios: list("ratios"),
            quotas: list("quotas"),
            apart: list("apart"),
            pins: list("pins"),
            vetoes: list("vetoes"),
        }
    }

    /// Reads the rules about the roles of `campaigns`, of which some could not be read. Rules with faults are noted
    /// and left out.
    pub(super) fn read(
        self,
        horizon: Option<(Date, u16)>,
        campaigns: &[Option<CampaignSpec>],
        faults: &mut Faults,
    ) -> Rules {
        let mut reader = Reader {
            horizon,
            campaigns,
            faults,
        };
        Rules {
            ratios: reader.each("ratios", self.ratios, Reader::ratio),
            quotas: reader.each("quotas", self.quotas, Reader::quota),
            apart: reader.each("apart", self.apart, Reader::apart),
            pins: reader.each("pins", self.pins, Reader::pin),
            vetoes: reader.each("vetoes", self.vetoes, Reader::veto),
        }
    }
}

struct Reader<'a> {
    horizon: Option<(Date, u16)>,
    campaigns: &'a [Option<CampaignSpec>],
    faults: &'a mut Faults,
}

impl Reader<'_> {
    fn each<T>(
        &mut self,
        name: &str,
        list: Vec<Json>,
        read: impl Fn(&mut Self, Json, &Path<'_>) -> Option<T>,
    ) -> Vec<T> {
        let root = Path::ROOT;
        let at = root.key(name);
        list.into_iter()
            .enumerate()
            .filter_map(|(idx, json)| read(self, json, &at.index(idx)))
            .collect()
    }

    fn ratio(&mut self, json: Json, at: &Path<'_>) -> Option<Ratio<Id>> {
        let mut fields = Fields::open(json, at, self.faults)?;
        let of = fields.required("of", self.faults);
        let to = fields.required("to", self.faults);
        let at_least = fields.required("at_least", self.faults);
        fields.finish(self.faults);
        let of = of.and_then(|of| self.roles(of, 1, &at.key("of")));
        let to = to.and_then(|to| self.roles(to, 1, &at.key("to")));
        let at_least = at_least
            .and_then(|json| <Ratio>::read_at_least(json, &at.key("at_least"), self.faults));
        let (p, q) = at_least?;
        Some(Ratio {
            of: of?,
            to: to?,
            p,
            q,
        })
    }

    fn quota(&mut self, json: Json, at: &Path<'_>) -> Option<QuotaSpec> {
        let mut fields = Fields::open(json, at, self.faults)?;
        let roles = fields.required("roles", self.faults);
        let tag: Option<Id> = fields.required("tag", self.faults);
        let mut percent = |name| {
            let json = fields.take(name)?;
            Some(within(0..=100, json, &at.key(name), self.faults))
        };
        let shares = (percent("max_percent"), percent("min_percent"));
        fields.finish(self.faults);
        let roles = roles.and_then(|roles| self.roles(roles, 1, &at.key("roles")));
        let tag = tag.and_then(|tag| refuse_protected(tag, &at.key("tag"), self.faults));
        let share = match shares {
            (Some(percent), None) => Share::AtMost(u8::try_from(percent?).ok()?),
            (None, Some(percent)) => Share::AtLeast(u8::try_from(percent?).ok()?),
            (found, _) => {
                let found = if found.is_some() { "both" } else { "neither" };
                self.faults
                    .add(at, found, "either max_percent or min_percent");
                return None;
            }
        };
        Some(QuotaSpec {
            roles: roles?,
            tag: tag?,
            share,
        })
    }

    fn apart(&mut self, json: Json, at: &Path<'_>) -> Option<Box<[Id]>> {
        self.roles(json, 2, at)
    }

    fn pin(&mut self, json: Json, at: &Path<'_>) -> Option<PinSpec> {
        let mut fields = Fields::open(json, at, self.faults)?;
        let expert = fields.required("expert", self.faults);
        let role: Option<Id> = fields.required("role", self.faults);
        let from: Option<Option<Date>> = fields.optional("from", self.faults);
        let to: Option<Option<Date>> = fields.optional("to", self.faults);
        fields.finish(self.faults);
        let role = role.filter(|role| self.is_known(role, &at.key("role")));
        let (expert, role, from, to) = (expert?, role?, from?, to?);
        self.pinned_days(&role, from, to, at);
        Some(PinSpec {
            expert,
            role,
            from,
            to,
        })
    }

    /// The days of a pin are in the weeks of its campaign, and in order.
    fn pinned_days(&mut self, role: &Id, from: Option<Date>, to: Option<Date>, at: &Path<'_>) {
        let mut campaigns = self.campaigns.iter().flatten();
        let campaign = campaigns.find(|it| it.roles.iter().any(|it| it.id == *role));
        let (Some(campaign), Some(horizon)) = (campaign, self.horizon) else {
            return;
        };
        // What is wrong with the campaign's own days was noted there.
        let mut noted = Faults::default();
        let days = (campaign.start, campaign.end);
        let Some(span) = weeks_between(days, horizon, at, &mut noted) else {
            return;
        };
        let mut week = |name, day: Option<Date>, default: Week| {
            let Some(day) = day else { return Some(default) };
            let week = week_of(day, horizon, &at.key(name), self.faults)?;
            if (span.0..=span.1).contains(&week) {
                return Some(week);
            }
            let expected = format!(
                "a day of the weeks of {:?}, {} to {}",
                campaign.id.as_str(),
                span.0,
                span.1
            );
            let found = format!("{day}, in week {week}");
            self.faults.add(&at.key(name), found, expected);
            None
        };
        let (first, last) = (week("from", from, span.0), week("to", to, span.1));
        let days_in_order = from.zip(to).is_none_or(|(from, to)| from <= to);
        if let (Some(first), Some(last)) = (first, last)
            && (first > last || !days_in_order)
        {
            let found = from.map_or_else(|| format!("week {first}"), |day| day.to_string());
            let expected = match to {
                Some(to) => format!("a day up to `to`, {to}"),
                None => format!("a day up to week {last}"),
            };
            self.faults.add(&at.key("from"), found, expected);
        }
    }

    fn veto(&mut self, json: Json, at: &Path<'_>) -> Option<Veto<Id, Id>> {
        let mut fields = Fields::open(json, at, self.faults)?;
        let expert = fields.required("expert", self.faults);
        let role: Option<Id> = fields.required("role", self.faults);
        fields.finish(self.faults);
        let role = role.filter(|role| self.is_known(role, &at.key("role")));
        Some(Veto {
            expert: expert?,
            role: role?,
        })
    }

    /// A list of at least `fewest` different roles.
    fn roles(&mut self, json: Json, fewest: usize, at: &Path<'_>) -> Option<Box<[Id]>> {
        let list: Vec<Id> = Vec::from_json(json, at, self.faults)?;
        let mut roles: Vec<Id> = Vec::with_capacity(list.len());
        let mut are_known = true;
        for (idx, role) in list.into_iter().enumerate() {
            are_known &= self.is_known(&role, &at.index(idx));
            if !roles.contains(&role) {
                roles.push(role);
            }
        }
        if roles.len() < fewest {
            let expected = match fewest {
                1 => "at least one role".to_owned(),
                _ => format!("at least {fewest} different roles"),
            };
            self.faults
                .add(at, format!("{} roles", roles.len()), expected);
            return None;
        }
        are_known.then(|| roles.into_boxed_slice())
    }

    /// Whether there is such a role; a fault if not. With campaigns that could not be read there may be.
    fn is_known(&mut self, role: &Id, at: &Path<'_>) -> bool {
        let mut known = self.campaigns.iter().map(|campaign| {
            let campaign = campaign.as_ref();
            campaign.is_none_or(|it| it.roles.iter().any(|it| it.id == *role))
        });
        let is_known = known.any(|is_known| is_known);
        if !is_known {
            let found = format!("{:?}", role.as_str());
            let expected = "the id of a role of this file, <campaign>/<role>";
            self.faults.add(at, found, expected);
        }
        is_known
    }
}
