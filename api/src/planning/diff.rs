//! What differs between two plans, by person and by role-week.

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan as _;
use jiff::civil::Date;
use serde::Serialize;

use super::Assignment;

/// What became of somebody from one plan to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Became {
    /// Has no stint before.
    Added,
    /// Has none after.
    Removed,
    /// Holds other roles.
    Moved,
    /// Holds the same roles in other weeks.
    Shifted,
}

/// Somebody holds a role from one day to another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, utoipa::ToSchema)]
pub struct Held {
    /// Monday of the first week.
    pub starts: String,
    /// Sunday of the last week.
    pub ends: String,
    /// On what.
    pub role: String,
}

/// Somebody whose stints differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct PersonChange {
    /// Who.
    pub expert: String,
    /// How.
    pub became: Became,
    /// Their stints in the first plan.
    pub before: Vec<Held>,
    /// Their stints in the second plan.
    pub after: Vec<Held>,
}

/// A role in a week that other people hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct RoleWeekChange {
    /// The role.
    pub role: String,
    /// Monday of the week.
    pub week: String,
    /// How many hold it in the first plan.
    pub before: usize,
    /// How many hold it in the second plan.
    pub after: usize,
    /// Who holds it only in the second plan.
    pub added: Vec<String>,
    /// Who holds it only in the first plan.
    pub removed: Vec<String>,
}

/// What differs between two plans. Weeks are compared by date.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Diff {
    /// People whose stints differ, in the order of ids.
    pub people: Vec<PersonChange>,
    /// People with the same stints in both.
    pub kept: usize,
    /// Role-weeks that other people hold, by role and week.
    pub role_weeks: Vec<RoleWeekChange>,
}

/// What differs from `before` to `after`. Linear in the weeks held, but for sorting.
pub fn diff(before: &[Assignment], after: &[Assignment]) -> Diff {
    let mut diff = Diff::default();
    let (old, new) = (by_expert(before), by_expert(after));
    let everybody: BTreeSet<&str> = old.keys().chain(new.keys()).copied().collect();
    for expert in everybody {
        let (before, after) = (old.get(expert), new.get(expert));
        if before == after {
            diff.kept += 1;
            continue;
        }
        let roles = |held: Option<&Vec<Held>>| -> BTreeSet<String> {
            held.into_iter()
                .flatten()
                .map(|it| it.role.clone())
                .collect()
        };
        let became = match (before, after) {
            (None, _) => Became::Added,
            (_, None) => Became::Removed,
            _ if roles(before) == roles(after) => Became::Shifted,
            _ => Became::Moved,
        };
        diff.people.push(PersonChange {
            expert: expert.to_owned(),
            became,
            before: before.cloned().unwrap_or_default(),
            after: after.cloned().unwrap_or_default(),
        });
    }
    diff.role_weeks = role_weeks(before, after);
    diff
}

fn by_expert(list: &[Assignment]) -> BTreeMap<&str, Vec<Held>> {
    let mut people: BTreeMap<&str, Vec<Held>> = BTreeMap::new();
    for it in list {
        people.entry(&it.expert).or_default().push(Held {
            starts: it.starts.clone(),
            ends: it.ends.clone(),
            role: it.role.clone(),
        });
    }
    for held in people.values_mut() {
        held.sort();
    }
    people
}

/// Who holds a role in a week, before and after.
type Holders<'a> = (BTreeSet<&'a str>, BTreeSet<&'a str>);

fn role_weeks(before: &[Assignment], after: &[Assignment]) -> Vec<RoleWeekChange> {
    let mut cells: BTreeMap<(&str, Date), Holders<'_>> = BTreeMap::new();
    for it in before {
        for week in mondays(it) {
            let cell = cells.entry((&it.role, week)).or_default();
            cell.0.insert(&it.expert);
        }
    }
    for it in after {
        for week in mondays(it) {
            let cell = cells.entry((&it.role, week)).or_default();
            cell.1.insert(&it.expert);
        }
    }
    let names = |set: Vec<&&str>| set.into_iter().map(|it| (*it).to_owned()).collect();
    let differing = cells.into_iter().filter(|(_, (old, new))| old != new);
    differing
        .map(|((role, week), (old, new))| RoleWeekChange {
            role: role.to_owned(),
            week: week.to_string(),
            before: old.len(),
            after: new.len(),
            added: names(new.difference(&old).collect()),
            removed: names(old.difference(&new).collect()),
        })
        .collect()
}

fn mondays(it: &Assignment) -> impl Iterator<Item = Date> + use<> {
    let first: Option<Date> = it.starts.parse().ok();
    let weeks = i64::from(it.to) - i64::from(it.from);
    let week = move |week: i64| first?.checked_add(week.weeks()).ok();
    (0..=weeks).filter_map(week)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(expert: &str, role: &str, from: u16, to: u16) -> Assignment {
        let day = |week: u16, day: i64| {
            let start = jiff::civil::date(2027, 1, 4);
            start
                .checked_add((i64::from(week) * 7 + day).days())
                .unwrap()
                .to_string()
        };
        Assignment {
            expert: expert.to_owned(),
            campaign: "c".to_owned(),
            role: role.to_owned(),
            from,
            to,
            starts: day(from, 0),
            ends: day(to, 6),
            hours: 10,
            working_weeks: 1,
            leave_weeks: 0,
            on_leave: Vec::new(),
            score: 1,
            rate_cents: 1,
            pay_cents: 1,
        }
    }

    #[test]
    fn people_are_added_removed_moved_shifted_or_kept() {
        let before = [
            held("a", "x", 0, 1),
            held("b", "x", 0, 0),
            held("c", "x", 0, 0),
            held("e", "x", 0, 0),
        ];
        let after = [
            held("a", "x", 1, 1),
            held("b", "y", 0, 0),
            held("d", "x", 0, 0),
            held("e", "x", 0, 0),
        ];
        let diff = diff(&before, &after);
        let people: Vec<_> = diff
            .people
            .iter()
            .map(|it| (it.expert.as_str(), it.became))
            .collect();
        assert_eq!(
            people,
            [
                ("a", Became::Shifted),
                ("b", Became::Moved),
                ("c", Became::Removed),
                ("d", Became::Added)
            ]
        );
        assert_eq!(diff.kept, 1);
        let cells: Vec<_> = diff
            .role_weeks
            .iter()
            .map(|it| (it.role.as_str(), it.before, it.after))
            .collect();
        assert_eq!(cells, [("x", 4, 2), ("y", 0, 1)]);
        assert_eq!(diff.role_weeks[0].added, ["d"]);
        assert_eq!(diff.role_weeks[0].removed, ["a", "b", "c"]);
    }
}
