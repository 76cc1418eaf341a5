//! `muster flow`: DIMACS files and the exit codes of their answers.

use crate::desk::{Desk, gzip, utf16};

const TINY: &str = "c tiny\np min 3 3\nn 1 4\nn 3 -4\na 1 2 0 3 1\na 2 3 0 4 1\na 1 3 0 2 5\n";

#[test]
fn a_flow_is_the_same_however_its_file_comes() {
    let desk = Desk::new();
    let crlf = TINY.replace('\n', "\r\n");
    let solution = "s 11\nf 1 2 3\nf 2 3 3\nf 1 3 1\n";
    for bytes in [TINY.as_bytes(), crlf.as_bytes(), &gzip(TINY.as_bytes())] {
        desk.write("net.min", bytes);
        assert_eq!(desk.muster("flow net.min").ends(0).out, "s 11\n");
        assert_eq!(desk.muster("flow net.min --flow").ends(0).out, solution);
        assert_eq!(
            desk.run(&["flow", "-", "--flow"], bytes).ends(0).out,
            solution
        );
    }
    desk.muster("flow net.min --flow -o solution").ends(0);
    assert_eq!(desk.text("solution"), solution);
    let said = desk.muster("flow net.min --time").ends(0);
    assert!(
        said.out == "s 11\n" && said.err.starts_with("read "),
        "{said:?}"
    );
}

#[test]
fn networks_without_nodes_or_arcs_are_solved() {
    let desk = Desk::new();
    for text in ["p min 0 0\n", "p min 1 0", "c caf\u{e9}\np min 2 0\n"] {
        desk.write("net.min", text);
        assert_eq!(desk.muster("flow net.min").ends(0).out, "s 0\n", "{text}");
    }
}

#[test]
fn other_answers_and_faulty_files_have_their_exit_codes_and_leave_the_output_alone() {
    let arc = |line: &str| format!("p min 2 1\nn 1 4\nn 2 -4\n{line}\n");
    for (text, code, fragment) in [
        (
            arc("a 1 2 0 3 1"),
            1,
            "no feasible flow: 1 node (1) supply 4, but the arcs out carry at most 3",
        ),
        (
            arc("a 1 2 0 9 1").replace("-4", "-3"),
            3,
            "the supplies sum to 1, not to zero",
        ),
        (
            arc("a 1 2 0 3"),
            2,
            "line 4: 5 fields in 'a 1 2 0 3'; expected 'a TAIL HEAD LOWER CAPACITY COST'",
        ),
        (
            arc("x 1 2"),
            2,
            "line 4: unknown line type 'x'; expected c, p, n or a",
        ),
        (
            arc("a 1 2 0 3.5 1"),
            2,
            "line 4: CAPACITY '3.5' is not an integer",
        ),
        (
            arc("a 1 2 0 NaN 1"),
            2,
            "line 4: CAPACITY 'NaN' is not an integer",
        ),
        (
            arc("a 1 2 0 -3 1"),
            2,
            "line 4: lower bound 0 exceeds capacity -3",
        ),
        (arc("a 1 2 -1 3 1"), 2, "line 4: lower bound -1 is negative"),
        (arc("a 1 3 0 9 1"), 4, "line 4: "),
        (
            arc("a 1 2 0 9 1\na 1 2 0 9 1"),
            2,
            "line 5: 2 arcs; the problem line says 1",
        ),
        (
            arc("a 1 2 0 9 99999999999999999999"),
            4,
            "line 4: COST 99999999999999999999 is out of range",
        ),
        (arc("c no arcs"), 2, "0 arcs; the problem line says 1"),
        (
            "p min 2 0\nn 3 4\n".to_owned(),
            4,
            "line 2: NODE 3 is out of range; expected 1 to 2",
        ),
        (
            "p min 2 0\nn 0 4\n".to_owned(),
            4,
            "line 2: NODE 0 is out of range",
        ),
        (
            "p min 2 0\nn 1 4\nn 1 4\n".to_owned(),
            2,
            "line 3: a second line for node 1",
        ),
        (
            "p min 99999999999 0\n".to_owned(),
            4,
            "line 1: NODES 99999999999 is out of range",
        ),
        (
            "p min 4000000000 0\n".to_owned(),
            4,
            "line 1: NODES 4000000000 is out of range",
        ),
        (
            "p min -1 0\n".to_owned(),
            4,
            "line 1: NODES -1 is out of range",
        ),
        (
            "p max 1 0\n".to_owned(),
            2,
            "line 1: problem type 'max'; expected 'min'",
        ),
        (
            "p min 1 0\np min 1 0\n".to_owned(),
            2,
            "line 2: a second problem line; the first is line 1",
        ),
        (
            "n 1 4\n".to_owned(),
            2,
            "line 1: 'n 1 4' before the problem line",
        ),
        (
            "c nothing\n".to_owned(),
            2,
            "no problem line; expected 'p min NODES ARCS'",
        ),
        (
            String::new(),
            2,
            "no problem line; expected 'p min NODES ARCS'",
        ),
        (
            "\u{feff}p min 1 0\n".to_owned(),
            2,
            "line 1: a byte order mark",
        ),
        (
            format!("p min 1 0\n{}", "a".repeat(1 << 20)),
            2,
            "line 2: unknown line type 'aaa",
        ),
    ] {
        let desk = Desk::new();
        desk.write("net.min", text);
        desk.write("solution", "what was there");
        desk.refused("flow net.min -o solution", code, fragment);
        desk.refused("flow net.min", code, "muster: net.min: ");
    }
}

#[test]
fn cycles_of_negative_cost_without_capacity_are_unbounded() {
    let desk = Desk::new();
    let none = i64::MAX;
    desk.write(
        "net.min",
        format!("p min 2 2\na 1 2 0 {none} -1\na 2 1 0 {none} 0\n"),
    );
    desk.refused("flow net.min", 1, "net.min: ");
}

#[test]
fn bytes_that_are_no_text_are_refused() {
    let whole = gzip(TINY.as_bytes());
    for (bytes, fragment) in [
        (utf16(TINY), "line 1: a byte order mark"),
        (
            b"p min 1 0\n\xe9\n".to_vec(),
            "line 2: bytes that are not UTF-8",
        ),
        (whole[..40].to_vec(), "the gzip stream ends early"),
        (b"\0\x01\x02\xff".to_vec(), "line 1: "),
    ] {
        let desk = Desk::new();
        desk.write("net.min", bytes);
        desk.refused("flow net.min", 2, fragment);
    }
    let desk = Desk::new();
    desk.folder("net.min");
    desk.refused(
        "flow net.min",
        2,
        "cannot read net.min: it is a folder, expected a file",
    );
    desk.refused("flow no.min", 2, "cannot open no.min: No such file");
}
