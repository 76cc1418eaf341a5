use muster_matcher::{
    check::check,
    model::problem,
    solve::{Options, solve_within},
    stop::Stop,
};
use std::io::Read;
use std::time::{Duration, Instant};
struct Clock(Instant, Duration);
impl Stop for Clock {
    fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
    fn remaining(&self) -> Option<Duration> {
        Some(self.1.saturating_sub(self.0.elapsed()))
    }
    fn is_cancelled(&self) -> bool {
        false
    }
}
fn main() {
    let path = std::env::args().nth(1).unwrap();
    let secs: f64 = std::env::args().nth(2).map_or(60.0, |s| s.parse().unwrap());
    let mut bytes = Vec::new();
    std::fs::File::open(&path)
        .unwrap()
        .read_to_end(&mut bytes)
        .unwrap();
    let p = problem::read(&bytes[..]).unwrap();
    drop(bytes);
    let threads = std::env::var("T").ok().map_or(2, |t| t.parse().unwrap());
    let gap_ppm = std::env::var("GAP").ok().map_or(0, |t| t.parse().unwrap());
    let clock = Clock(Instant::now(), Duration::from_secs_f64(secs));
    let mut last = String::new();
    let plan = solve_within(
        &p,
        &Options {
            threads,
            gap_ppm,
            ..Options::default()
        },
        &clock,
        &mut |it| {
            let gap = it.objective.zip(it.bound).map(|(o, b)| b - o);
            let line = format!(
                "{} {:?} {:?} gap {:?} {:.5}% {:.2} sw",
                it.phase,
                it.objective,
                it.bound,
                gap,
                gap.zip(it.score_value)
                    .map_or(f64::NAN, |(g, s)| 100.0 * g as f64 / s as f64),
                gap.map_or(f64::NAN, |g| g as f64 / p.weights.missing_target.0 as f64)
            );
            if line != last {
                println!("{:8.3} {line}", it.elapsed.as_secs_f64());
                last = line;
            }
        },
    );
    println!(
        "{:8.3} done {:?} {:?} {:?}",
        clock.elapsed().as_secs_f64(),
        plan.status,
        plan.objective,
        plan.bound
    );
    let t = Instant::now();
    let report = check(&p, &plan);
    println!(
        "check holds {} {:?} {:?} in {:?}",
        report.holds(),
        report.broken(),
        report.unverified,
        t.elapsed()
    );
    if std::env::var("OUT").is_ok() {
        std::fs::write(
            std::env::var("OUT").unwrap(),
            serde_json::to_vec(&plan).unwrap(),
        )
        .unwrap();
    }
}
