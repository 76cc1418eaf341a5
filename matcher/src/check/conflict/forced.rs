//! What named pins force experts to do, by pricing their schedules.

use crate::check::best_schedule::{
    self, LocalRules, Person, PinOf, Question, Surroundings, Valuation, Worth,
};
use crate::check::price_bound::incumbent_weeks;
use crate::check::weeks::WeekSet;
use crate::model::problem::{CampaignIdx, ExpertIdx, Pair, Problem, RoleIdx, Share};

/// Named pins and the rules inside a schedule they are kept under.
pub(super) struct Forced<'a> {
    pub(super) around: &'a Surroundings<'a>,
    pub(super) rules: LocalRules,
    pub(super) pins: Vec<(ExpertIdx, Vec<PinOf>)>,
    /// Role-weeks that may not be covered.
    pub(super) zero_targets: Vec<(RoleIdx, usize)>,
}

impl Forced<'_> {
    /// Whether some expert cannot keep their pins; `None` if that is not decided.
    pub(super) fn someone_has_no_schedule(&self) -> Option<bool> {
        let mut is_clash = false;
        for (expert, pins) in &self.pins {
            is_clash |= self.most(*expert, pins, Measure::Nothing)?.is_none();
        }
        Some(is_clash)
    }

    /// How many experts cannot but cover the role in that week.
    pub(super) fn heads(&self, role: RoleIdx, week: usize) -> Option<u64> {
        let mut heads = 0;
        for (expert, pins) in &self.pins {
            let without = self.most(*expert, pins, Measure::NoCover(role, week))?;
            heads += u64::from(without.is_none());
        }
        Some(heads)
    }

    /// The least pay of a campaign, in cents.
    pub(super) fn pay(&self, campaign: CampaignIdx) -> Option<i128> {
        let mut pay = 0_i128;
        for (expert, pins) in &self.pins {
            let most = self.most(*expert, pins, Measure::Pay(campaign))?;
            pay = pay.checked_sub(most.unwrap_or(0))?;
        }
        Some(pay)
    }

    /// The largest slack of a ratio in a week, under all rules inside schedules.
    pub(super) fn most_ratio(&self, ratio: usize, week: usize) -> Option<i128> {
        self.most_of_all(Measure::Ratio(ratio, week))
    }

    /// The largest slack of a quota, under all rules inside schedules.
    pub(super) fn most_quota(&self, quota: usize) -> Option<i128> {
        self.most_of_all(Measure::Quota(quota))
    }

    /// How many of the experts have to change, by all rules inside a schedule and all their pins.
    pub(super) fn changes(&self, experts: impl Iterator<Item = ExpertIdx>) -> u64 {
        let mut experts: Vec<ExpertIdx> = experts.collect();
        experts.sort_unstable();
        experts.dedup();
        let must = |expert: &&ExpertIdx| self.may_stay(**expert) == Some(false);
        experts.iter().filter(must).count() as u64
    }

    /// Whether an expert's incumbent schedule is still a schedule.
    fn may_stay(&self, expert: ExpertIdx) -> Option<bool> {
        let Some(weeks_of) = incumbent_weeks(self.around, expert) else {
            return Some(false);
        };
        let (roles, weeks): (Vec<RoleIdx>, Vec<WeekSet>) = weeks_of.into_iter().unzip();
        let question = Question {
            expert,
            rules: LocalRules::ALL,
            pins: self.around.pins_of(expert),
        };
        let measure = self.measured(Measure::Nothing);
        let person = Person::on_roles(self.around, question, &roles, &measure).ok()?;
        Some(person.is_some_and(|person| person.worth_of(&weeks).is_some()))
    }

    fn most_of_all(&self, measure: Measure) -> Option<i128> {
        let problem = self.around.problem;
        let mut sum = 0_i128;
        for expert in (0..problem.experts.len()).map(ExpertIdx::from) {
            let idx = self.pins.binary_search_by_key(&expert, |it| it.0);
            let question = Question {
                expert,
                rules: LocalRules::ALL,
                pins: idx.map_or(&[], |idx| &self.pins[idx].1),
            };
            let person = Person::new(self.around, question, &self.measured(measure)).ok()?;
            // Somebody without any schedule clashes by their own rules already.
            sum = sum.checked_add(best_schedule::best(&person).unwrap_or(i128::MIN / 4))?;
        }
        Some(sum)
    }

    /// The most an expert's schedule measures, or that there is none; `None` if too large to say.
    fn most(&self, expert: ExpertIdx, pins: &[PinOf], measure: Measure) -> Option<Option<i128>> {
        let question = Question {
            expert,
            rules: self.rules,
            pins,
        };
        let person = Person::new(self.around, question, &self.measured(measure)).ok()?;
        Some(best_schedule::best(&person))
    }

    fn measured(&self, measure: Measure) -> Measured<'_> {
        Measured {
            problem: self.around.problem,
            measure,
            zero_targets: &self.zero_targets,
        }
    }
}

/// What a schedule is measured by.
#[derive(Clone, Copy)]
enum Measure {
    Nothing,
    NoCover(RoleIdx, usize),
    Pay(CampaignIdx),
    Ratio(usize, usize),
    Quota(usize),
}

struct Measured<'a> {
    problem: &'a Problem,
    measure: Measure,
    zero_targets: &'a [(RoleIdx, usize)],
}

/// A working week and a covering one, and the only week that counts, if there is one.
struct MeasuredLane {
    working: i128,
    covering: i128,
    only: Option<usize>,
}

impl Valuation for Measured<'_> {
    type Lane = MeasuredLane;

    fn lane(&self, expert: ExpertIdx, role: RoleIdx, pair: Option<&Pair>) -> Option<MeasuredLane> {
        let (mut working, mut covering, mut only) = (0, 0, None);
        match self.measure {
            Measure::Nothing | Measure::NoCover(..) => {}
            Measure::Pay(campaign) => {
                let role = self.problem.role(role);
                if role.campaign == campaign {
                    working = -pair.map_or(0, |pair| (pair.rate * role.hours).0);
                    covering = working;
                }
            }
            Measure::Ratio(ratio, week) => {
                let ratio = &self.problem.ratios[ratio];
                covering += i128::from(ratio.q) * i128::from(ratio.of.contains(&role));
                covering -= i128::from(ratio.p) * i128::from(ratio.to.contains(&role));
                only = Some(week);
            }
            Measure::Quota(quota) => {
                let quota = &self.problem.quotas[quota];
                let tags = &self.problem.expert(expert).tags;
                let tagged = 100 * i128::from(tags.binary_search(&quota.tag).is_ok());
                if quota.roles.contains(&role) {
                    covering = match quota.share {
                        Share::AtMost(percent) => i128::from(percent) - tagged,
                        Share::AtLeast(percent) => tagged - i128::from(percent),
                    };
                }
            }
        }
        Some(MeasuredLane {
            working,
            covering,
            only,
        })
    }

    fn week(&self, lane: &MeasuredLane, week: usize) -> Option<Worth> {
        let counts = lane.only.is_none_or(|only| only == week);
        Some(Worth {
            on_leave: 0,
            onboarding: if counts { lane.working } else { 0 },
            covering: if counts { lane.covering } else { 0 },
        })
    }

    fn start(&self) -> i128 {
        0
    }

    fn forbids_cover(&self, role: RoleIdx, week: usize) -> bool {
        let is_measured = matches!(self.measure, Measure::NoCover(r, w) if (r, w) == (role, week));
        is_measured || self.zero_targets.contains(&(role, week))
    }
}
