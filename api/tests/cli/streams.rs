//! Output that nobody reads to its end, or that cannot be written.

use std::io::Read as _;
use std::process::Stdio;

use crate::desk::{Desk, example};

/// A desk with something for every command that writes to standard output.
fn desk() -> (Desk, Vec<&'static str>) {
    let desk = Desk::new();
    desk.muster("generate --experts 100 --campaigns 2 --out g")
        .ends(0);
    desk.muster("index g/pool.jsonl --out index").ends(0);
    desk.write("problem.json", example("one-week"));
    desk.muster("solve problem.json -o plan.json").ends(0);
    desk.write("net.min", "p min 2 1\nn 1 4\nn 2 -4\na 1 2 0 9 1\n");
    let lines = vec![
        "plan --pool index --campaigns g/campaigns.json --work-limit 20",
        "plan --pool index --campaigns g/campaigns.json --work-limit 20 --json",
        "search --index index --limit 100 --json",
        "search --index index --limit 100",
        "check problem.json plan.json --json",
        "solve problem.json",
        "import g/pool.jsonl --pool g/pool.jsonl --json",
        "flow net.min --flow",
        "--help",
        "plan --help",
    ];
    (desk, lines)
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let (desk, lines) = desk();
    for line in lines {
        let args: Vec<&str> = line.split(' ').collect();
        let mut child = desk
            .command(&args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let mut said = String::new();
        child
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut said)
            .unwrap();
        let status = child.wait().unwrap();
        assert_eq!(status.code(), Some(0), "{line}: {said}");
        assert!(!said.contains("panicked"), "{line}: {said}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_device_is_a_failure() {
    let (desk, lines) = desk();
    for line in lines.into_iter().filter(|line| !line.contains("--help")) {
        let args: Vec<&str> = line.split(' ').collect();
        let full = std::fs::OpenOptions::new()
            .write(true)
            .open("/dev/full")
            .unwrap();
        let output = desk.command(&args).stdout(full).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{line}: {said}");
        assert!(
            said.contains("cannot write to standard output: "),
            "{line}: {said}"
        );
    }
}

#[test]
fn usage_is_an_error_on_standard_error_and_help_is_a_result() {
    let desk = Desk::new();
    for line in [
        "",
        "nope",
        "plan",
        "solve",
        "solve a b",
        "check",
        "flow",
        "index a",
    ] {
        desk.refused(line, 2, "Usage: muster");
    }
    desk.refused("check a", 2, "expected a problem file and a plan file");
    for line in ["--help", "help", "help plan", "search --help"] {
        let said = desk.muster(line).ends(0).says("Usage: muster");
        assert_eq!(said.err, "");
    }
    desk.muster("--version").ends(0).says("muster ");
}

#[cfg(target_os = "linux")]
#[test]
fn links_and_devices_are_written_through() {
    let desk = Desk::new();
    desk.write("problem.json", example("one-week"));
    desk.write("plan.json", "what was there");
    let link = |to: &str, name: &str| std::os::unix::fs::symlink(to, desk.path(name)).unwrap();
    link("plan.json", "link");
    desk.muster("solve problem.json -o link").ends(0);
    assert!(desk.path("link").is_symlink());
    assert_eq!(desk.json("plan.json")["status"], "optimal");
    link("/dev/full", "full");
    let said = desk.muster("solve problem.json -o full").ends(2);
    assert!(
        said.err.contains("cannot write full: No space left"),
        "{said:?}"
    );
    assert!(desk.path("full").is_symlink());
}
