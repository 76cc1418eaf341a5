//! The staffing problem: its vocabulary, its readers, its solvers and its checker.
//!
//! Experts `e` hold roles `r` in weeks `t` of a horizon. With `x(e, r, t) = 1` where `e` holds `r`,
//! `c ≤ x` where that week covers the role, `n(r, t) = Σ_e c(e, r, t)` heads, and weights in cents:
//!
//! ```text
//! maximise    Σ c · score · point  −  Σ working weeks · hours · rate
//!           − Σ_(r,t) priority · [ missing_min · (min − n)⁺ + missing_target · (target − max(n, min))⁺ ]
//!           − points below means  −  starts  −  changes against an incumbent
//! subject to  eligibility, capacity, the shape of stints, n ≤ target, walls, budgets, ratios,
//!             quotas, pins, and a limit on changes
//! ```
//!
//! Everything is an integer, and every claim about a plan can be checked by [`check`] from the problem and
//! the plan alone: the objective, and the bound that the plan's prices prove.
//!
//! Start with [`plan::plan`]: the way from a pool to a checked plan on one screen.
//!
//! # Example
//!
//! ```
//! use muster_matcher::{check::check, model::problem, solve::solve};
//!
//! let text = r#"{
//!     "horizon": { "start": "2027-03-01", "weeks": 1 },
//!     "campaigns": [{ "id": "atlas" }],
//!     "roles": [{ "id": "atlas/annotator", "campaign": "atlas", "hours": 10, "target": 1 }],
//!     "experts": [{ "id": "ana", "hours": 20 }, { "id": "ben", "hours": 20 }],
//!     "pairs": [
//!         { "expert": "ana", "role": "atlas/annotator", "score": 900, "rate_cents": 4000 },
//!         { "expert": "ben", "role": "atlas/annotator", "score": 700, "rate_cents": 3000 }
//!     ]
//! }"#;
//! let problem = problem::read(text.as_bytes())?;
//! let plan = solve(&problem);
//! assert_eq!(plan.stints.iter().flatten().count(), 1);
//! assert_eq!(plan.objective, Some(50_000), "ana: 900 points at a dollar, less 10 hours at 40");
//! assert!(check(&problem, &plan).holds());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Nothing here does I/O, reads a clock, or depends on chance.

pub mod availability;
pub mod calibration;
pub mod candidates;
pub mod check;
mod conflict;
pub mod eligibility;
pub mod explain;
pub mod flow;
mod incumbent;
pub mod json;
mod lp;
pub mod model;
pub mod one_shot;
pub mod plan;
pub mod query;
pub mod schedule;
pub mod score;
pub mod solve;
mod stint;
pub mod stop;
