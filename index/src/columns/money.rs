//! What a segment's people cost at least, in the currency of a campaign file.

use std::collections::BTreeMap;
use std::sync::Arc;

use muster_matcher::model::CentsPerHour;
use muster_matcher::model::campaign::{CampaignFile, ExchangeRate};
use muster_matcher::model::words::{Country, Currency};

use super::remembered::Remembered;
use super::{Bitmap, Columns};

/// A rate that is not known in the file's currency, or more than any.
pub(crate) const UNKNOWN: u32 = u32::MAX;

/// What people cost at least.
pub(crate) struct Money {
    /// The least rate in the file's currency.
    pub(crate) minimum: Vec<u32>,
    /// The least pay in the person's country; empty where no country has one.
    pub(crate) floor: Vec<u32>,
    /// For the rates asked for last, who asks for no more.
    at_most: Remembered<CentsPerHour, Bitmap>,
}

/// What that depends on beside the people.
#[derive(PartialEq, Eq, Hash)]
struct Rules {
    currency: Currency,
    exchange: BTreeMap<Currency, ExchangeRate>,
    pay_floors: BTreeMap<Country, CentsPerHour>,
}

/// The money of a segment's people, by the rules asked for last.
#[derive(Default)]
pub(crate) struct MoneyOf {
    known: Remembered<Rules, Money>,
}

impl MoneyOf {
    /// By the rules of a file.
    pub(crate) fn get(&self, columns: &Columns, file: &CampaignFile) -> Arc<Money> {
        let rules = Rules {
            currency: file.currency.clone(),
            exchange: file.exchange.clone(),
            pay_floors: file.pay_floors.clone(),
        };
        self.known.get(rules, || Money::new(columns, file))
    }
}

impl Money {
    /// # Complexity
    /// O(documents).
    fn new(columns: &Columns, file: &CampaignFile) -> Self {
        let n_docs = columns.n_docs() as usize;
        let mut minimum = vec![UNKNOWN; n_docs];
        for (currency, list) in &columns.currency {
            let Some(currency) = Currency::new(currency) else {
                continue;
            };
            for doc in &list.docs {
                let doc = *doc as usize;
                let rate = CentsPerHour::new(columns.rate[doc]);
                let known = rate.and_then(|rate| file.in_plan_currency(rate, &currency));
                let known = known.and_then(|cents| u32::try_from(cents.0).ok());
                minimum[doc] = known.unwrap_or(UNKNOWN);
            }
        }
        let mut floor = Vec::new();
        for (country, least) in &file.pay_floors {
            floor.resize(n_docs, 0);
            let there = columns.country.get(country.as_str());
            for doc in there.iter().flat_map(|list| &list.docs) {
                floor[*doc as usize] = least.get();
            }
        }
        Self {
            minimum,
            floor,
            at_most: Remembered::default(),
        }
    }

    /// Everybody whose least rate is at most so much.
    pub(crate) fn at_most(&self, most: CentsPerHour) -> Arc<Bitmap> {
        let n_docs = u32::try_from(self.minimum.len()).unwrap_or(u32::MAX);
        let is_at_most = |doc: usize| self.minimum[doc] <= most.get();
        self.at_most.get(most, || Bitmap::of(n_docs, is_at_most))
    }
}
