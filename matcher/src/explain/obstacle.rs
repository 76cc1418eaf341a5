//! What keeps a person from covering a role in a week.

use serde::Serialize;

/// Why somebody does not cover a role in a week, in the order in which it is asked: the first that applies
/// is the cause, so every person has one.
///
/// Up to [`Obstacle::Onboarding`] the question is whether some legal stint of theirs on the role covers the
/// week and fits beside what they hold in the plan; a stint of theirs on the role that it would contain
/// counts as made longer. From then on it is what keeps the stint that comes furthest from being added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Obstacle {
    /// No pair says they may hold the role, or they hold no roles at all (`max_roles` 0).
    NotEligible,
    /// A veto.
    Vetoed,
    /// The pair's weeks do not hold this one.
    OutsideSpan,
    /// Fewer hours in this week than the role takes, but not in all weeks; or every stint would need more
    /// leave than `max_leave`.
    OnLeave,
    /// Never as many hours as the role takes.
    TooFewHours,
    /// One more role would be allowed, but beside those they hold the hours do not suffice.
    TooFewHoursLeft,
    /// They hold as many other roles as they may, in this week or in others of every stint.
    Busy,
    /// They serve another client behind the same wall.
    BehindWall,
    /// They serve a role that is kept apart from this one.
    Apart,
    /// No legal stint covers the week: what is left between span, leave and weeks that want nobody is
    /// shorter than `min_stint`, or a stint of theirs on the role is in the way.
    MinStint,
    /// They hold the role and do not cover it yet, or could not have done their onboarding before.
    Onboarding,
    /// What is left of the budget does not pay the cheapest stint.
    OverBudget,
    /// One more head would break a ratio.
    Ratio,
    /// The stint would break a quota.
    Quota,
    /// Every stint would overfill another week of the role.
    SeatsFullElsewhere,
    /// The change limit leaves no room for one more change.
    ChangeLimit,
    /// The best stint costs at least what it and the filled seats are worth.
    NotWorthCost,
    /// None of these: adding the person would improve the plan.
    CouldBeAdded,
}

impl Obstacle {
    /// How many there are.
    pub const N: usize = 18;

    /// All of them, in order.
    pub const ALL: [Self; Self::N] = [
        Self::NotEligible,
        Self::Vetoed,
        Self::OutsideSpan,
        Self::OnLeave,
        Self::TooFewHours,
        Self::TooFewHoursLeft,
        Self::Busy,
        Self::BehindWall,
        Self::Apart,
        Self::MinStint,
        Self::Onboarding,
        Self::OverBudget,
        Self::Ratio,
        Self::Quota,
        Self::SeatsFullElsewhere,
        Self::ChangeLimit,
        Self::NotWorthCost,
        Self::CouldBeAdded,
    ];

    /// Whether it is about being allowed at all, before any plan.
    pub const fn is_about_eligibility(self) -> bool {
        matches!(self, Self::NotEligible | Self::Vetoed)
    }

    /// Whether other roles hold the person in the week.
    pub const fn is_about_other_roles(self) -> bool {
        matches!(self, Self::TooFewHoursLeft | Self::Busy)
    }

    /// What is said of so many people, after their number; where it is about other roles, their names follow.
    pub const fn words(self) -> &'static str {
        match self {
            Self::NotEligible => "not eligible",
            Self::Vetoed => "vetoed",
            Self::OutsideSpan => "not available in these weeks",
            Self::OnLeave => "on leave",
            Self::TooFewHours => "with too few hours",
            Self::TooFewHoursLeft => "with too few hours left beside",
            Self::Busy => "busy in",
            Self::BehindWall => "behind a wall",
            Self::Apart => "in a role kept apart",
            Self::MinStint => "with no room for a whole stint",
            Self::Onboarding => "still onboarding",
            Self::OverBudget => "too dear for what is left of the budget",
            Self::Ratio => "held off by a ratio",
            Self::Quota => "held off by a quota",
            Self::SeatsFullElsewhere => "only for stints whose other weeks are full",
            Self::ChangeLimit => "held off by the change limit",
            Self::NotWorthCost => "worth less than their cost",
            Self::CouldBeAdded => "who could be added",
        }
    }
}
