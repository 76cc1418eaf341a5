//! The DIMACS format for minimum-cost flow: read strictly, written plainly.
//!
//! ```text
//! c a comment
//! p min NODES ARCS
//! n NODE SUPPLY                          (nodes without such a line have supply 0)
//! a TAIL HEAD LOWER CAPACITY COST
//! ```
//!
//! Nodes count from 1. Fields are separated by blanks or tabs; lines may end with CR LF; empty
//! lines are skipped. Node and arc lines may come in any order after the problem line. All numbers
//! are integers of 64 bits. A capacity of 9223372036854775807, the largest of them, means that
//! there is none; a negative one is an error (some dialects write −1 for that).
//!
//! A solution is `s COST`, then a line `f TAIL HEAD FLOW` for each arc that carries flow, in the
//! order of the file.

use std::io::{self, BufRead, Write};

use super::{Network, NetworkError, NodeIdx, Solution};

/// A file that is not a minimum-cost flow problem, and where that shows.
#[derive(Debug, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct DimacsError {
    /// The line, counted from 1; at the end of the file, the last one.
    pub line: u64,
    /// What is wrong there.
    pub problem: DimacsProblem,
}

/// What can be wrong with a DIMACS file.
#[derive(Debug, thiserror::Error)]
pub enum DimacsProblem {
    /// The bytes could not be read.
    #[error("failed to read: {0}")]
    Io(#[from] io::Error),
    /// The file begins with a byte order mark.
    #[error("a byte order mark; expected plain text without one")]
    ByteOrderMark,
    /// A line other than a comment holds bytes that are not text.
    #[error("bytes that are not UTF-8 in '{text}'")]
    NotText {
        /// The line, with replacement characters.
        text: String,
    },
    /// The line begins with none of `c`, `p`, `n`, `a`.
    #[error("unknown line type '{text}'; expected c, p, n or a")]
    UnknownLine {
        /// The first field.
        text: String,
    },
    /// A node or arc line stands before the problem line.
    #[error("'{text}' before the problem line; expected 'p min NODES ARCS' first")]
    BeforeProblemLine {
        /// The line.
        text: String,
    },
    /// There is no problem line.
    #[error("no problem line; expected 'p min NODES ARCS'")]
    NoProblemLine,
    /// There are two problem lines.
    #[error("a second problem line; the first is line {first}")]
    SecondProblemLine {
        /// The line of the first.
        first: u64,
    },
    /// The problem is of another kind, such as `max` or `asn`.
    #[error("problem type '{text}'; expected 'min'")]
    WrongType {
        /// What stands in the place of `min`.
        text: String,
    },
    /// The line has too few or too many fields.
    #[error("{found} fields in '{text}'; expected '{expected}'")]
    WrongFieldCount {
        /// The line.
        text: String,
        /// The number of its fields.
        found: usize,
        /// The form it should have.
        expected: &'static str,
    },
    /// A field is not an integer.
    #[error("{field} '{text}' is not an integer")]
    NotAnInteger {
        /// The field's name.
        field: &'static str,
        /// Its text.
        text: String,
    },
    /// An integer is outside its range.
    #[error("{field} {text} is out of range; expected {min} to {max}")]
    OutOfRange {
        /// The field's name.
        field: &'static str,
        /// Its text.
        text: String,
        /// The least value allowed.
        min: i64,
        /// The largest value allowed.
        max: i64,
    },
    /// A node has two node lines.
    #[error("a second line for node {node}")]
    SecondNodeLine {
        /// The node, counted from 1.
        node: i64,
    },
    /// The arc or node cannot be part of a network.
    #[error("{0}")]
    Refused(#[from] NetworkError),
    /// The file has more arcs than its problem line says, or fewer.
    #[error("{found} arcs; the problem line says {expected}")]
    WrongArcCount {
        /// The number of arc lines (up to this one, where they are too many).
        found: u64,
        /// The number in the problem line.
        expected: u64,
    },
}

/// Reads a network.
///
/// # Errors
///
/// The first [`DimacsError`] of the file.
///
/// # Complexity
///
/// One pass; besides the network, one line and a bit for each node are held.
///
/// # Example
///
/// ```
/// use muster_matcher::flow::{dimacs, network_simplex};
///
/// let file = "p min 2 1\nn 1 5\nn 2 -5\na 1 2 0 10 3\n";
/// let network = dimacs::read(file.as_bytes())?;
/// assert_eq!(network_simplex::solve(&network)?.cost, 15);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn read(mut input: impl BufRead) -> Result<Network, DimacsError> {
    let mut reader = Reader::default();
    let mut line = Vec::new();
    loop {
        line.clear();
        let n_bytes = input
            .read_until(b'\n', &mut line)
            .map_err(|error| reader.error(error.into()))?;
        if n_bytes == 0 {
            break;
        }
        reader.line += 1;
        reader
            .take(&line)
            .map_err(|problem| reader.error(problem))?;
    }
    reader.finish()
}

/// Writes a network as a file that [`read`] understands. Costs beyond 64 bits are written, but not
/// read again.
///
/// # Errors
///
/// Those of `output`.
pub fn write(network: &Network, mut output: impl Write) -> io::Result<()> {
    write!(output, "{network:?}")
}

/// Writes the line `s COST` of a solution.
///
/// # Errors
///
/// Those of `output`.
pub fn write_cost(solution: &Solution, mut output: impl Write) -> io::Result<()> {
    writeln!(output, "s {}", solution.cost)
}

/// Writes a line `f TAIL HEAD FLOW` for each arc that carries flow, in the order of the arcs.
///
/// # Errors
///
/// Those of `output`.
pub fn write_flow(
    network: &Network,
    solution: &Solution,
    mut output: impl Write,
) -> io::Result<()> {
    for (arc, flow) in network
        .arcs()
        .zip(&solution.flow)
        .filter(|&(_, &flow)| flow != 0)
    {
        let (tail, head) = (network.tail(arc).index() + 1, network.head(arc).index() + 1);
        writeln!(output, "f {tail} {head} {flow}")?;
    }
    Ok(())
}

/// The most nodes of a file. Its first line claims them before anything shows that they are there, and each
/// takes memory.
const MAX_NODES: i64 = 1 << 27;

const PROBLEM_FORM: &str = "p min NODES ARCS";
const NODE_FORM: &str = "n NODE SUPPLY";
const ARC_FORM: &str = "a TAIL HEAD LOWER CAPACITY COST";

/// The file so far.
#[derive(Default)]
struct Reader {
    line: u64,
    problem_line: Option<u64>,
    n_arcs: u64,
    network: Network,
    has_node_line: Vec<bool>,
}

impl Reader {
    fn error(&self, problem: DimacsProblem) -> DimacsError {
        DimacsError {
            line: self.line,
            problem,
        }
    }

    fn take(&mut self, line: &[u8]) -> Result<(), DimacsProblem> {
        if self.line == 1
            && [&b"\xEF\xBB\xBF"[..], b"\xFF\xFE", b"\xFE\xFF"]
                .iter()
                .any(|mark| line.starts_with(mark))
        {
            return Err(DimacsProblem::ByteOrderMark);
        }
        let mut fields = fields(line);
        match fields.next() {
            None => Ok(()),
            Some(first) if first.starts_with(b"c") => Ok(()),
            Some(b"p") => self.problem_line(line),
            Some(b"n" | b"a") if self.problem_line.is_none() => {
                Err(DimacsProblem::BeforeProblemLine { text: text(line)? })
            }
            Some(b"n") => self.node_line(line),
            Some(b"a") => self.arc_line(line),
            Some(first) => Err(DimacsProblem::UnknownLine { text: text(first)? }),
        }
    }

    fn problem_line(&mut self, line: &[u8]) -> Result<(), DimacsProblem> {
        if let Some(first) = self.problem_line {
            return Err(DimacsProblem::SecondProblemLine { first });
        }
        if let Some(kind) = fields(line).nth(1).filter(|&kind| kind != b"min") {
            return Err(DimacsProblem::WrongType { text: text(kind)? });
        }
        let [_, n_nodes, n_arcs] = exactly(line, PROBLEM_FORM)?;
        const MAX_SIZE: i64 = Network::MAX_SIZE as i64;
        let n_nodes = integer("NODES", n_nodes, 0, MAX_NODES)?;
        let n_arcs = integer("ARCS", n_arcs, 0, MAX_SIZE - n_nodes)?;
        for _ in 0..n_nodes {
            self.network.add_node(0)?;
            self.has_node_line.push(false);
        }
        self.n_arcs = n_arcs.unsigned_abs();
        self.problem_line = Some(self.line);
        Ok(())
    }

    fn node_line(&mut self, line: &[u8]) -> Result<(), DimacsProblem> {
        let [node, supply] = exactly(line, NODE_FORM)?;
        let node = self.node("NODE", node)?;
        if self.has_node_line[node.index()] {
            return Err(DimacsProblem::SecondNodeLine {
                node: i64::from(node.0) + 1,
            });
        }
        self.has_node_line[node.index()] = true;
        self.network
            .set_supply(node, any_integer("SUPPLY", supply)?);
        Ok(())
    }

    fn arc_line(&mut self, line: &[u8]) -> Result<(), DimacsProblem> {
        let [tail, head, lower, capacity, cost] = exactly(line, ARC_FORM)?;
        let tail = self.node("TAIL", tail)?;
        let head = self.node("HEAD", head)?;
        let lower = any_integer("LOWER", lower)?;
        let capacity = any_integer("CAPACITY", capacity)?;
        let cost = any_integer("COST", cost)?;
        let found = self.network.n_arcs() as u64 + 1;
        if found > self.n_arcs {
            return Err(DimacsProblem::WrongArcCount {
                found,
                expected: self.n_arcs,
            });
        }
        self.network
            .add_arc(tail, head, lower, capacity, cost.into())?;
        Ok(())
    }

    fn node(&self, field: &'static str, digits: &[u8]) -> Result<NodeIdx, DimacsProblem> {
        let n_nodes =
            i64::try_from(self.network.n_nodes()).expect("a network counts its nodes in 32 bits");
        let number = integer(field, digits, 1, n_nodes)?;
        Ok(NodeIdx(
            u32::try_from(number - 1).expect("a network counts its nodes in 32 bits"),
        ))
    }

    fn finish(self) -> Result<Network, DimacsError> {
        if self.problem_line.is_none() {
            return Err(self.error(DimacsProblem::NoProblemLine));
        }
        let found = self.network.n_arcs() as u64;
        if found < self.n_arcs {
            return Err(self.error(DimacsProblem::WrongArcCount {
                found,
                expected: self.n_arcs,
            }));
        }
        Ok(self.network)
    }
}

/// The fields of a line, whatever the white space around them.
fn fields(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.split(u8::is_ascii_whitespace)
        .filter(|field| !field.is_empty())
}

/// The fields of a line after its letter, if there are as many as its form says.
fn exactly<'a, const N: usize>(
    line: &'a [u8],
    form: &'static str,
) -> Result<[&'a [u8]; N], DimacsProblem> {
    let mut values = [&b""[..]; N];
    let n_spaces = form.bytes().filter(|&byte| byte == b' ').count();
    let n_fields_before = n_spaces + 1 - N;
    let mut rest = fields(line).skip(n_fields_before);
    for value in &mut values {
        *value = rest.next().unwrap_or_default();
    }
    let is_complete = values.iter().all(|value| !value.is_empty());
    if is_complete && rest.next().is_none() {
        Ok(values)
    } else {
        Err(DimacsProblem::WrongFieldCount {
            text: text(line)?,
            found: fields(line).count(),
            expected: form,
        })
    }
}

fn any_integer(field: &'static str, digits: &[u8]) -> Result<i64, DimacsProblem> {
    integer(field, digits, i64::MIN, i64::MAX)
}

fn integer(field: &'static str, digits: &[u8], min: i64, max: i64) -> Result<i64, DimacsProblem> {
    let (is_negative, magnitude) = match digits {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    if magnitude.is_empty() || !magnitude.iter().all(u8::is_ascii_digit) {
        return Err(DimacsProblem::NotAnInteger {
            field,
            text: text(digits)?,
        });
    }
    let mut value = Some(0_i64);
    for digit in magnitude {
        let digit = i64::from(digit - b'0');
        value = value.and_then(|value| {
            let shifted = value.checked_mul(10)?;
            if is_negative {
                shifted.checked_sub(digit)
            } else {
                shifted.checked_add(digit)
            }
        });
    }
    match value {
        Some(value) if (min..=max).contains(&value) => Ok(value),
        _ => Err(DimacsProblem::OutOfRange {
            field,
            text: text(digits)?,
            min,
            max,
        }),
    }
}

/// A piece of the file for a message, cut if it is long.
fn text(bytes: &[u8]) -> Result<String, DimacsProblem> {
    const LONGEST: usize = 80;
    let trimmed = bytes.trim_ascii();
    let text = String::from_utf8_lossy(trimmed);
    let mut shown: String = text.chars().take(LONGEST).collect();
    if text.chars().nth(LONGEST).is_some() {
        shown.push('…');
    }
    let is_text = std::str::from_utf8(trimmed).is_ok();
    if is_text {
        Ok(shown)
    } else {
        Err(DimacsProblem::NotText { text: shown })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &str = "c small\n\np min 3 4\nn 1 5\nn 3 -5\na 1 2 0 4 2\na 2 3 0 4 2\na 1 3 1 9223372036854775807 5\na 1 1 0 0 -7\n";

    fn message(file: impl AsRef<[u8]>) -> String {
        read(file.as_ref())
            .expect_err("the file is malformed")
            .to_string()
    }

    #[test]
    fn what_is_written_is_read_again() {
        let network = read(SMALL.as_bytes()).unwrap();
        assert_eq!((network.n_nodes(), network.n_arcs()), (3, 4));
        let mut written = Vec::new();
        write(&network, &mut written).unwrap();
        assert_eq!(read(&written[..]).unwrap(), network);
    }

    #[test]
    fn line_ends_tabs_signs_and_a_missing_last_line_end_do_not_matter() {
        let plain = read(SMALL.as_bytes()).unwrap();
        assert_eq!(read(SMALL.replace('\n', "\r\n").as_bytes()).unwrap(), plain);
        assert_eq!(read(SMALL.replace(' ', " \t").as_bytes()).unwrap(), plain);
        assert_eq!(
            read(SMALL.replace("n 1 5", "  n 1 +5  ").as_bytes()).unwrap(),
            plain
        );
        assert_eq!(read(SMALL.trim_end().as_bytes()).unwrap(), plain);
        assert_eq!(
            read(&[&b"c caf\xE9\n"[..], SMALL.as_bytes()].concat()[..]).unwrap(),
            plain
        );
    }

    #[test]
    fn a_solution_lists_the_arcs_that_carry_flow() {
        let network = read(SMALL.as_bytes()).unwrap();
        let solution = crate::flow::network_simplex::solve(&network).unwrap();
        let mut written = Vec::new();
        write_cost(&solution, &mut written).unwrap();
        write_flow(&network, &solution, &mut written).unwrap();
        assert_eq!(
            String::from_utf8(written).unwrap(),
            "s 21\nf 1 2 4\nf 2 3 4\nf 1 3 1\n"
        );
    }

    #[test]
    fn malformed_files_are_refused_with_line_text_and_expectation() {
        for (file, expected) in [
            ("", "line 0: no problem line; expected 'p min NODES ARCS'"),
            (
                "c only\n",
                "line 1: no problem line; expected 'p min NODES ARCS'",
            ),
            (
                "n 1 5\np min 1 0\n",
                "line 1: 'n 1 5' before the problem line; expected 'p min NODES ARCS' first",
            ),
            (
                "a 1 1 0 1 1\n",
                "line 1: 'a 1 1 0 1 1' before the problem line; expected 'p min NODES ARCS' first",
            ),
            (
                "p min 1 0\np min 1 0\n",
                "line 2: a second problem line; the first is line 1",
            ),
            ("p max 2 1\n", "line 1: problem type 'max'; expected 'min'"),
            (
                "p min 2\n",
                "line 1: 3 fields in 'p min 2'; expected 'p min NODES ARCS'",
            ),
            (
                "p min 2 1 1\n",
                "line 1: 5 fields in 'p min 2 1 1'; expected 'p min NODES ARCS'",
            ),
            (
                "p\n",
                "line 1: 1 fields in 'p'; expected 'p min NODES ARCS'",
            ),
            (
                "p min -2 1\n",
                "line 1: NODES -2 is out of range; expected 0 to 134217728",
            ),
            (
                "p min 4294967295 0\n",
                "line 1: NODES 4294967295 is out of range; expected 0 to 134217728",
            ),
            ("p min 2 1\n", "line 1: 0 arcs; the problem line says 1"),
            (
                "p min 2 1\na 1 2 0 1 1\na 1 2 0 1 1\n",
                "line 3: 2 arcs; the problem line says 1",
            ),
            (
                "p min 2 1\na 1 3 0 1 1\n",
                "line 2: HEAD 3 is out of range; expected 1 to 2",
            ),
            (
                "p min 2 1\na 0 1 0 1 1\n",
                "line 2: TAIL 0 is out of range; expected 1 to 2",
            ),
            (
                "p min 2 1\nn 1 1\nn 1 1\n",
                "line 3: a second line for node 1",
            ),
            (
                "p min 2 1\nn 5 1\n",
                "line 2: NODE 5 is out of range; expected 1 to 2",
            ),
            (
                "p min 2 1\na 1 2 3 2 1\n",
                "line 2: lower bound 3 exceeds capacity 2",
            ),
            (
                "p min 2 1\na 1 2 0 -1 1\n",
                "line 2: lower bound 0 exceeds capacity -1",
            ),
            (
                "p min 2 1\na 1 2 -1 1 1\n",
                "line 2: lower bound -1 is negative",
            ),
            (
                "p min 2 1\na 1 2 0 1 1.5\n",
                "line 2: COST '1.5' is not an integer",
            ),
            (
                "p min 2 1\na 1 2 0 1 NaN\n",
                "line 2: COST 'NaN' is not an integer",
            ),
            (
                "p min 2 1\na 1 2 0 1e3 1\n",
                "line 2: CAPACITY '1e3' is not an integer",
            ),
            (
                "p min 2 1\na 1 2 0 1 -\n",
                "line 2: COST '-' is not an integer",
            ),
            (
                "p min 2 1\na 1 2 0 1 9223372036854775808\n",
                "line 2: COST 9223372036854775808 is out of range; expected -9223372036854775808 to 9223372036854775807",
            ),
            (
                "p min 2 1\na 1 2 0 1\n",
                "line 2: 5 fields in 'a 1 2 0 1'; expected 'a TAIL HEAD LOWER CAPACITY COST'",
            ),
            (
                "p min 2 1\na 1 2 0 1 1 x\n",
                "line 2: 7 fields in 'a 1 2 0 1 1 x'; expected 'a TAIL HEAD LOWER CAPACITY COST'",
            ),
            (
                "p min 2 1\nx 1 2\n",
                "line 2: unknown line type 'x'; expected c, p, n or a",
            ),
            (
                "\u{feff}p min 1 0\n",
                "line 1: a byte order mark; expected plain text without one",
            ),
        ] {
            assert_eq!(message(file), expected, "{file:?}");
        }
        assert_eq!(
            message(b"p min 1 0\nn 1 \xFF\n"),
            "line 2: bytes that are not UTF-8 in '\u{fffd}'"
        );
        assert_eq!(
            message(b"\xFF\xFEp\0"),
            "line 1: a byte order mark; expected plain text without one"
        );
    }

    #[test]
    fn the_smallest_and_the_largest_number_are_read() {
        let file = "p min 1 1\nn 1 -9223372036854775808\na 1 1 0 9223372036854775807 -9223372036854775808\n";
        let network = read(file.as_bytes()).unwrap();
        let (node, arc) = (
            network.nodes().next().unwrap(),
            network.arcs().next().unwrap(),
        );
        assert_eq!(network.supply(node), i64::MIN);
        assert!(network.is_unbounded(arc));
        assert_eq!(network.cost(arc), i64::MIN.into());
    }
}
