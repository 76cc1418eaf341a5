//! Generated campaigns: one domain each, two to four roles, sized against what the pool has.
//!
//! First every campaign is drafted from the seed and its number. Then the roles share out the people
//! of a sample who could take them: how many of them the pay attracts, and how large a part of these
//! is asked for, is what makes a [`Family`].

use std::sync::Arc;

use jiff::civil::time;
use muster_matcher::availability::Calendar;
use muster_matcher::eligibility::{self, Person, Step, first_failed};
use muster_matcher::model::campaign::{
    CampaignFile, CampaignSpec, Demand, MinHeads, Pay, Preference, RoleSpec,
};
use muster_matcher::model::profile::Profile;
use muster_matcher::model::requirement::{Leaf, Requirement};
use muster_matcher::model::words::{Cefr, Country, PayPolicy, TaskType, TimeZoneName};
use muster_matcher::model::{CentsPerHour, Count, Heads, Hours, Id, Level, Points};

use super::clients::{CLIENTS, Client};
use super::person::START;
use super::rng::{Rng, Stream, running_sums};
use super::world::{KnownSkill, Profession};
use super::{Family, Generator, Settings};

/// The people that supply is estimated from: the first ones of the pool.
const SAMPLE: u32 = 10_000;

/// The numbers of a family.
struct Terms {
    /// Heads asked for, in percent of the people that a role can count on.
    demand_percent: u32,
    /// The share of the otherwise eligible that the pay attracts, in percent.
    pay_percentile: usize,
    /// Campaigns behind a wall, among a thousand.
    walled_per_mille: u32,
    /// Roles with rules on employers and past clients, among a thousand.
    tied_per_mille: u32,
    /// Skills asked for together.
    n_skills_asked: u32,
    /// Skills these are chosen from.
    n_skills_named: usize,
}

const fn terms(family: Family) -> Terms {
    let plain = Terms {
        demand_percent: 20,
        pay_percentile: 75,
        walled_per_mille: 300,
        tied_per_mille: 300,
        n_skills_asked: 1,
        n_skills_named: 6,
    };
    match family {
        Family::Plenty => plain,
        Family::Scarce => Terms {
            demand_percent: 110,
            ..plain
        },
        Family::TightRates => Terms {
            demand_percent: 60,
            pay_percentile: 20,
            ..plain
        },
        Family::Conflicts => Terms {
            demand_percent: 70,
            walled_per_mille: 1000,
            tied_per_mille: 1000,
            ..plain
        },
        Family::Niche => Terms {
            demand_percent: 90,
            n_skills_asked: 2,
            n_skills_named: 3,
            ..plain
        },
    }
}

pub(super) fn file(generator: &Generator) -> CampaignFile {
    let settings = &generator.settings;
    let (campaigns, base_rates): (Vec<_>, Vec<_>) = (0..settings.campaigns)
        .map(|number| draft(generator, number))
        .unzip();
    let currency = generator.world.currency.clone();
    let planning_tz = TimeZoneName::new("UTC").expect("UTC is a zone");
    let mut file = CampaignFile {
        campaigns,
        ..CampaignFile::new(currency, planning_tz, START, 1)
    };
    let sample: Vec<_> = (0..settings.experts.min(SAMPLE))
        .map(|number| generator.expert(number))
        .collect();
    let able = able(&file, &sample);
    let mut roles: Vec<_> = file
        .campaigns
        .iter_mut()
        .flat_map(|campaign| &mut campaign.roles)
        .collect();
    let takers: Vec<_> = roles
        .iter_mut()
        .zip(base_rates.into_iter().flatten())
        .zip(able)
        .map(|((role, base_rate), able)| price(settings.family, role, base_rate, able, &sample))
        .collect();
    let shares = fair_shares(&takers, sample.len());
    for (role, thousandths) in roles.into_iter().zip(shares) {
        size(settings, role, thousandths, sample.len());
    }
    file
}

/// For every role, in file order, who of the sample could take it if the pay was right.
fn able(file: &CampaignFile, sample: &[Profile]) -> Vec<Vec<usize>> {
    let calendar = Arc::new(Calendar::of(file));
    let people: Vec<_> = sample
        .iter()
        .map(|profile| Person::new(profile, &calendar))
        .collect();
    let could = |person: &Person<'_>, terms: &eligibility::Terms<'_>| {
        matches!(first_failed(person, terms), None | Some(Step::Affordable))
    };
    eligibility::Terms::of_file(file, &calendar)
        .iter()
        .map(|terms| {
            let places = (0..people.len()).filter(|&place| could(&people[place], terms));
            places.collect()
        })
        .collect()
}

/// A role before it has an id.
struct RoleDraft {
    slug: &'static str,
    task_type: TaskType,
    text: String,
    hours: u16,
    requires: Vec<Requirement>,
    prefers: Vec<Preference>,
    base_rate: u32,
}

/// A campaign whose roles have no size and no pay yet, and what the profession of each role asks for
/// in the middle.
fn draft(generator: &Generator, number: u32) -> (CampaignSpec, Vec<u32>) {
    let mut rng = Rng::of(generator.settings.seed, Stream::Campaign, u64::from(number));
    let rng = &mut rng;
    let terms = terms(generator.settings.family);
    let client = CLIENTS[rng.index(CLIENTS.len())];
    let main = anchor(generator, None, rng);
    let domain = main.domain;
    let mut roles = vec![
        producer("producer", main, &terms, rng),
        reviewer(main, &terms, rng),
    ];
    let n_roles = 2 + rng.below(3);
    if n_roles > 2 {
        let second = anchor(generator, Some(domain), rng);
        roles.push(producer("second-producer", second, &terms, rng));
    }
    if n_roles > 3 {
        roles.push(match rng.chance(500) {
            true => red_team(main, rng),
            false => locale(generator, main, rng),
        });
    }
    let id = format!("c{number:04}-{}-{domain}", client.id);
    let base_rates = roles.iter().map(|role| role.base_rate).collect();
    let tied = rng.chance(terms.tied_per_mille);
    let specs = roles
        .into_iter()
        .map(|role| spec(role, &id, client, tied, rng));
    let spec = CampaignSpec {
        name: format!("{}: {}", client.name, main.occupation.label),
        roles: specs.collect(),
        wall: rng
            .chance(terms.walled_per_mille)
            .then(|| id_of(client.wall)),
        priority: [1, 1, 2, 3, 5][rng.index(5)],
        ..CampaignSpec::new(id_of(&id), id_of(client.id))
    };
    (spec, base_rates)
}

/// The profession a role is about: as common as in the pool, or, in the niche, one of the rarer
/// half of them.
fn anchor<'a>(generator: &'a Generator, domain: Option<&str>, rng: &mut Rng) -> &'a Profession {
    let world = &generator.world;
    let weights = world.professions.iter().map(|profession| {
        let fits = domain.is_none_or(|domain| domain == profession.domain);
        match generator.settings.family {
            _ if !fits => 0,
            Family::Niche => u32::from(profession.weight < world.median_weight),
            _ => profession.weight,
        }
    });
    &world.professions[rng.weighted(&running_sums(weights))]
}

const PRODUCING: [(TaskType, &str); 7] = [
    (
        TaskType::PreferenceRanking,
        "Rank pairs of model answers and say why",
    ),
    (TaskType::ResponseEvaluation, "Grade single model answers"),
    (TaskType::SftDemonstration, "Write model answers"),
    (
        TaskType::RubricWriting,
        "Write rubrics that answers are graded by",
    ),
    (TaskType::RubricGrading, "Grade answers by a rubric"),
    (
        TaskType::PromptAuthoring,
        "Write hard prompts with reference answers",
    ),
    (
        TaskType::FactChecking,
        "Check claims in model answers against sources",
    ),
];

fn producer(
    slug: &'static str,
    profession: &Profession,
    terms: &Terms,
    rng: &mut Rng,
) -> RoleDraft {
    let (task_type, what) = rng.pick(&PRODUCING);
    let level = rng.between(2, 3);
    let skills = named_skills(profession, terms.n_skills_named, rng);
    let mut requires = vec![
        at_least_of(terms.n_skills_asked, &skills, level),
        english(Cefr::B2),
    ];
    if rng.chance(600) {
        requires.push(Requirement::Leaf(Leaf::Consent(id_of("nda"))));
    }
    if rng.chance(300) {
        requires.push(years(rng.between(2, 4)));
    }
    if rng.chance(100) {
        requires.push(country_in(&["US", "CA", "GB", "IE", "AU", "NZ"]));
    }
    if rng.chance(100) {
        requires.push(afternoon_in_utc());
    }
    RoleDraft {
        slug,
        task_type,
        text: text(what, profession, &skills),
        hours: rng.pick(&[5, 8, 10, 10, 15, 20]),
        requires,
        prefers: vec![
            wish(20, skill(skills[0], 4)),
            wish(10, tag("seniority:senior")),
        ],
        base_rate: profession.rate_cents,
    }
}

/// Fewer and more senior people, with a licence or a test behind them.
fn reviewer(profession: &Profession, terms: &Terms, rng: &mut Rng) -> RoleDraft {
    let skills = named_skills(profession, terms.n_skills_named, rng);
    let tested = |task_type, score| {
        Requirement::Leaf(Leaf::Assessment {
            task_type,
            skill: None,
            score: Points::new(score).expect("at most 1000"),
        })
    };
    let mut proofs = vec![
        tested(TaskType::Review, 480),
        tested(TaskType::ResponseEvaluation, 520),
    ];
    if let Some(rule) = &profession.credential {
        proofs.push(Requirement::Leaf(Leaf::Credential {
            kind: rule.kind.clone(),
            jurisdiction: None,
        }));
    }
    let requires = vec![
        at_least_of(1, &skills, 3),
        english(Cefr::B2),
        years(rng.between(5, 9)),
        Requirement::Any(proofs),
    ];
    RoleDraft {
        slug: "reviewer",
        task_type: TaskType::Review,
        text: text(
            "Review the work of others and give feedback",
            profession,
            &skills,
        ),
        hours: rng.pick(&[5, 10]),
        requires,
        prefers: vec![wish(20, skill(skills[0], 5))],
        base_rate: profession.rate_cents * 5 / 4,
    }
}

fn red_team(profession: &Profession, rng: &mut Rng) -> RoleDraft {
    let skills = named_skills(profession, 10, rng);
    RoleDraft {
        slug: "red-team",
        task_type: TaskType::RedTeaming,
        text: text("Find answers that do harm", profession, &skills),
        hours: rng.pick(&[5, 10]),
        requires: vec![
            Requirement::Leaf(Leaf::Consent(id_of("sensitive_content"))),
            at_least_of(1, &skills, 2),
            english(Cefr::B2),
        ],
        prefers: Vec::new(),
        base_rate: profession.rate_cents,
    }
}

fn locale(generator: &Generator, profession: &Profession, rng: &mut Rng) -> RoleDraft {
    let languages = &generator.world.learnt_languages;
    let language = &languages[rng.index(languages.len())];
    RoleDraft {
        slug: "locale",
        task_type: TaskType::TranscriptionLocale,
        text: format!(
            "Transcribe and correct recordings ({language}) about the work of: {}.",
            profession.occupation.label
        ),
        hours: rng.pick(&[5, 8, 10]),
        requires: vec![
            Requirement::Leaf(Leaf::Language {
                tag: language.clone(),
                cefr: Cefr::C1,
            }),
            Requirement::Leaf(Leaf::Tag(profession.domain_tag.clone())),
        ],
        prefers: Vec::new(),
        base_rate: profession.rate_cents,
    }
}

fn spec(role: RoleDraft, campaign: &str, client: Client, tied: bool, rng: &mut Rng) -> RoleSpec {
    let mut requires = role.requires;
    if tied {
        requires.push(Requirement::Leaf(Leaf::NotEmployedBy(id_of(client.id))));
        requires.push(Requirement::Leaf(Leaf::CoolOff {
            client: id_of(client.id),
            weeks: count(rng.pick(&[12, 26])),
        }));
    }
    let policy = match rng.chance(750) {
        true => PayPolicy::RoleFixed,
        false => PayPolicy::Individual,
    };
    let id = id_of(&format!("{campaign}/{}", role.slug));
    let hours = Hours::new(role.hours).expect("at most 20");
    let pay = Pay {
        policy,
        target: CentsPerHour::default(),
        cap: CentsPerHour::default(),
    };
    RoleSpec {
        name: role.slug.replace('-', " "),
        text: role.text,
        requires: Requirement::All(requires),
        prefers: role.prefers,
        ..RoleSpec::new(id, role.task_type, hours, pay)
    }
}

/// Sets a role's pay from the rates of the people who could take it, and gives back who of them
/// would at that pay; people are places in the sample.
fn price(
    family: Family,
    role: &mut RoleSpec,
    base_rate: u32,
    able: Vec<usize>,
    sample: &[Profile],
) -> Vec<usize> {
    let rate_of = |place: usize| sample[place].rate.min_cents.get();
    let mut rates: Vec<_> = able.iter().map(|&place| rate_of(place)).collect();
    rates.sort_unstable();
    let target = match rates.len() {
        ..5 => base_rate,
        n => rates[(n - 1) * terms(family).pay_percentile / 100],
    };
    let target = target.div_ceil(25) * 25;
    let cap = match role.pay.policy {
        PayPolicy::RoleFixed => target,
        PayPolicy::Individual => (target * 5 / 4).div_ceil(25) * 25,
    };
    role.pay.target = rate(target);
    role.pay.cap = rate(cap);
    match family {
        // Here demand is set against those who would take it if it paid more.
        Family::TightRates => able,
        _ => able
            .into_iter()
            .filter(|&place| rate_of(place) <= cap)
            .collect(),
    }
}

/// The people that each role can count on, in thousandths, if everybody is shared out evenly among
/// the roles they would take.
fn fair_shares(takers: &[Vec<usize>], n_sample: usize) -> Vec<u64> {
    let mut n_roles = vec![0_u64; n_sample];
    for &place in takers.iter().flatten() {
        n_roles[place] += 1;
    }
    takers
        .iter()
        .map(|places| places.iter().map(|&place| 1000 / n_roles[place]).sum())
        .collect()
}

/// Sets a role's heads from its share of the sample.
fn size(settings: &Settings, role: &mut RoleSpec, thousandths: u64, n_sample: usize) {
    let n_sample = u64::try_from(n_sample.max(1)).expect("at most the sample's size");
    let percent = u64::from(terms(settings.family).demand_percent);
    let in_pool = thousandths * u64::from(settings.experts) / n_sample;
    let heads = (in_pool * percent / 100 / 1000).clamp(1, 1_000_000);
    role.demand = Demand::Heads(Heads::new(heads).expect("clamped"));
    role.min = MinHeads::Heads(Heads::new(heads * 3 / 5).expect("less than heads"));
}

/// Different essential skills of a profession.
fn named_skills<'a>(profession: &'a Profession, n: usize, rng: &mut Rng) -> Vec<&'a KnownSkill> {
    let rows = rng.distinct(profession.essential.len(), n);
    rows.into_iter()
        .map(|row| &profession.essential[row])
        .collect()
}

fn text(what: &str, profession: &Profession, skills: &[&KnownSkill]) -> String {
    let topics: Vec<_> = skills.iter().take(3).map(|skill| skill.label).collect();
    format!(
        "{what}. Field: {}. Topics: {}.",
        profession.occupation.label,
        topics.join(", ")
    )
}

fn at_least_of(k: u32, skills: &[&KnownSkill], level: i32) -> Requirement {
    let leaves = skills.iter().map(|known| skill(known, level)).collect();
    match k {
        1 => Requirement::Any(leaves),
        _ => Requirement::AtLeast {
            k: Count::new(k).expect("a few"),
            of: leaves,
        },
    }
}

fn skill(known: &KnownSkill, level: i32) -> Requirement {
    Requirement::Leaf(Leaf::Skill {
        skill: known.id.clone(),
        level: Level::new(level).expect("1 to 5"),
    })
}

fn english(cefr: Cefr) -> Requirement {
    let tag = muster_matcher::model::words::LanguageTag::new("en").expect("a tag");
    Requirement::Leaf(Leaf::Language { tag, cefr })
}

fn years(n: i32) -> Requirement {
    Requirement::Leaf(Leaf::YearsAtLeast(count(n)))
}

fn tag(text: &str) -> Requirement {
    Requirement::Leaf(Leaf::Tag(id_of(text)))
}

fn country_in(codes: &[&str]) -> Requirement {
    let countries = codes.iter().map(|code| Country::new(code));
    let countries: Option<Vec<_>> = countries.collect();
    Requirement::Leaf(Leaf::CountryIn(countries.expect("codes have two letters")))
}

fn afternoon_in_utc() -> Requirement {
    Requirement::Leaf(Leaf::Overlap {
        time_zone: TimeZoneName::new("UTC").expect("UTC is a zone"),
        start: time(13, 0, 0, 0),
        end: time(19, 0, 0, 0),
        hours: Hours::new(2).expect("two hours"),
    })
}

fn wish(points: u16, requirement: Requirement) -> Preference {
    Preference {
        points,
        requirement,
    }
}

fn rate(cents: u32) -> CentsPerHour {
    CentsPerHour::new(cents).expect("rates here are far below the largest")
}

fn count(n: i32) -> Count {
    Count::new(n).expect("small and not negative")
}

fn id_of(text: &str) -> Id {
    Id::new(text).expect("ids made here have no spaces")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn generator(family: Family, campaigns: u32) -> Generator {
        Generator::new(Settings {
            experts: 5000,
            campaigns,
            seed: 5,
            family,
        })
    }

    #[test]
    fn the_text_of_every_family_reads_as_the_same_file() {
        for family in Family::ALL {
            let generator = generator(family, 12);
            let file = generator.campaigns();
            assert_eq!(file.campaigns.len(), 12);
            let n_roles = |campaign: &CampaignSpec| (2..=4).contains(&campaign.roles.len());
            assert!(file.campaigns.iter().all(n_roles));
            let read = CampaignFile::read(generator.campaign_text().as_bytes());
            assert_eq!(read.unwrap(), file);
        }
    }

    #[test]
    fn scarce_campaigns_ask_for_more_than_there_is_and_plenty_for_far_less() {
        let heads = |family| generator(family, 12).campaigns().seats();
        let (plenty, scarce) = (heads(Family::Plenty), heads(Family::Scarce));
        assert!(scarce > 4 * plenty, "{scarce} {plenty}");
    }

    #[test]
    fn tight_rates_pay_less_than_most_ask_for() {
        let target = |family| {
            let file = generator(family, 12).campaigns();
            let targets = file.roles().map(|(_, role)| role.pay.target.get());
            targets.sum::<u32>()
        };
        assert!(2 * target(Family::TightRates) < target(Family::Plenty));
    }

    #[test]
    fn a_campaign_of_a_number_is_the_same_whatever_comes_after_it_but_for_its_size() {
        let few = generator(Family::Plenty, 3).campaigns();
        let many = generator(Family::Plenty, 9).campaigns();
        for (one, other) in few.roles().zip(many.roles()) {
            assert_eq!(one.1.id, other.1.id);
            assert_eq!(one.1.requires, other.1.requires);
            assert_eq!(one.1.pay, other.1.pay);
        }
    }

    #[test]
    fn people_are_shared_out_among_the_roles_they_would_take() {
        let shares = fair_shares(&[vec![0, 1], vec![1, 2], vec![]], 4);
        assert_eq!(shares, [1500, 1500, 0]);
    }
}
