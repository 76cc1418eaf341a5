//! Pieces put together to a query.

use std::ops::Range;

use super::lex::{Token, tokens};
use super::{
    Form, MAX_CHARS, MAX_DEPTH, Parsed, Query, QueryError, QueryFault, SkillNames, Weeks, Word,
    condition,
};
use crate::model::Count;

/// What a text asks for; [the module](super) has the grammar. An empty text asks for nothing.
/// Time and memory are linear in the text.
///
/// # Errors
/// Every place that is not understood, with what was expected there.
///
/// ```
/// use muster_matcher::query::{self, SkillNames};
///
/// let skills = |name: &str| Err(format!("a skill; none is called {name:?}"));
/// let error = query::parse("heart doctor lang:de>=X1", &skills).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "character 23: found \"X1\", expected a level: A1, A2, B1, B2, C1, C2, native"
/// );
/// ```
pub fn parse(text: &str, skills: &dyn SkillNames) -> Result<Parsed, QueryError> {
    let mut faults = Vec::new();
    let n_chars = text.chars().count();
    if n_chars > MAX_CHARS {
        let at = text.char_indices().nth(MAX_CHARS).map_or(0, |(at, _)| at);
        faults.push(QueryFault {
            at: at..text.len(),
            found: format!("a text of {n_chars} characters"),
            expected: format!("at most {MAX_CHARS}"),
        });
        return Err(QueryError {
            text: text.to_owned(),
            faults,
        });
    }
    let tokens = tokens(text, &mut faults);
    let is_cut = !faults.is_empty();
    let mut parser = Parser {
        tokens: tokens.into_iter().peekable(),
        end: text.len(),
        skills,
        faults,
        weeks: None,
        closed: 0,
        is_cut,
    };
    let query = match parser.tokens.peek() {
        Some(_) => parser.alternatives(0),
        None => Some(Query::All(Vec::new())),
    };
    if let Some((_, at)) = parser.tokens.peek().cloned() {
        let found = text[at.clone()].to_owned();
        parser.fault(at, found, "an opening parenthesis before it");
    }
    let Parser {
        mut faults, weeks, ..
    } = parser;
    match query {
        Some(query) if faults.is_empty() => Ok(Parsed {
            query,
            weeks: weeks.map(|(weeks, _)| weeks),
        }),
        _ => {
            faults.sort_by_key(|fault| fault.at.start);
            Err(QueryError {
                text: text.to_owned(),
                faults,
            })
        }
    }
}

struct Parser<'a> {
    tokens: std::iter::Peekable<std::vec::IntoIter<(Token, Range<usize>)>>,
    end: usize,
    skills: &'a dyn SkillNames,
    faults: Vec<QueryFault>,
    /// The weeks named so far, and where.
    weeks: Option<(Weeks, Range<usize>)>,
    /// How many `NOT`, `OR` or `N of` we are inside of: weeks cannot be named there.
    closed: usize,
    /// Whether something could not be cut into pieces, so that places only look empty.
    is_cut: bool,
}

impl Parser<'_> {
    fn fault(&mut self, at: Range<usize>, found: impl Into<String>, expected: impl Into<String>) {
        let (found, expected) = (found.into(), expected.into());
        self.faults.push(QueryFault {
            at,
            found,
            expected,
        });
    }

    fn next_is(&mut self, wanted: &Token) -> bool {
        self.tokens.next_if(|(token, _)| token == wanted).is_some()
    }

    fn here(&mut self) -> Range<usize> {
        self.tokens
            .peek()
            .map_or(self.end..self.end, |(_, at)| at.clone())
    }

    /// `run AND run OR …`
    fn alternatives(&mut self, depth: usize) -> Option<Query> {
        if depth > MAX_DEPTH {
            let at = self.here();
            self.fault(
                at,
                "parentheses below that",
                format!("at most {MAX_DEPTH} deep"),
            );
            // What follows cannot be understood; it is not gone through.
            while self.tokens.next().is_some() {}
            return None;
        }
        let n_weeks = self.weeks.is_some();
        let first = self.together(depth);
        if !matches!(self.tokens.peek(), Some((Token::Or, _))) {
            return first;
        }
        if let (false, Some((_, at))) = (n_weeks, self.weeks.clone()) {
            self.weeks_in_vain(at);
        }
        self.closed += 1;
        let mut any = vec![first];
        while self.next_is(&Token::Or) {
            any.push(self.together(depth));
        }
        self.closed -= 1;
        any.into_iter().collect::<Option<_>>().map(Query::Any)
    }

    fn together(&mut self, depth: usize) -> Option<Query> {
        let first = self.run(depth);
        if !matches!(self.tokens.peek(), Some((Token::And, _))) {
            return first;
        }
        let mut all = vec![first];
        while self.next_is(&Token::And) {
            all.push(self.run(depth));
        }
        let all: Vec<Query> = all.into_iter().collect::<Option<_>>()?;
        Some(Query::All(all))
    }

    /// Items side by side: the bare words are gathered, everything else must hold by itself.
    fn run(&mut self, depth: usize) -> Option<Query> {
        let mut words: Vec<Word> = Vec::new();
        let mut all: Vec<Option<Query>> = Vec::new();
        // Where the words stand among the rest.
        let mut words_at = None;
        while let Some((token, at)) = self.tokens.next_if(|(token, _)| {
            !matches!(token, Token::Or | Token::And | Token::Close | Token::Comma)
        }) {
            match token {
                Token::Word {
                    text,
                    form,
                    section,
                } if form != Form::Phrase => {
                    words_at.get_or_insert(all.len());
                    words.push(Word {
                        text,
                        form,
                        section,
                    });
                }
                token => all.push(self.item(token, at, depth)),
            }
        }
        if all.is_empty() && words.is_empty() {
            if !self.is_cut {
                let at = self.here();
                self.fault(at, "nothing", "words or a condition");
            }
            return None;
        }
        let mut all: Vec<Query> = all.into_iter().collect::<Option<_>>()?;
        if let Some(at) = words_at {
            all.insert(at, Query::Words(words));
        }
        Some(match <[Query; 1]>::try_from(all) {
            Ok([only]) => only,
            Err(all) => Query::All(all),
        })
    }

    fn item(&mut self, token: Token, at: Range<usize>, depth: usize) -> Option<Query> {
        match token {
            Token::Open => self.group(at, depth),
            Token::Not if depth >= MAX_DEPTH => {
                let expected = format!("at most {MAX_DEPTH} of NOT and parentheses in one another");
                self.fault(at, "NOT below that", expected);
                None
            }
            Token::Not => {
                self.closed += 1;
                let negated = match self.tokens.next() {
                    Some((
                        token @ (Token::Or | Token::And | Token::Close | Token::Comma),
                        next,
                    )) => {
                        self.fault(next, written(&token), "what must not hold");
                        None
                    }
                    Some((token, next)) => self.item(token, next, depth + 1),
                    None => {
                        self.fault(at, "NOT with nothing behind it", "what must not hold");
                        None
                    }
                };
                self.closed -= 1;
                Some(match negated? {
                    Query::Any(nodes) => Query::None(nodes),
                    node => Query::None(vec![node]),
                })
            }
            Token::Of(k) => self.at_least(k.text, at, depth),
            Token::Word {
                text,
                form,
                section,
            } => Some(Query::Words(vec![Word {
                text,
                form,
                section,
            }])),
            Token::Condition(written) => {
                let at = written.at.clone();
                let (leaf, weeks) = condition::read(&written, self.skills, &mut self.faults)?;
                if let Some(weeks) = weeks {
                    self.name_weeks(weeks, at)?;
                }
                Some(Query::Leaf(leaf))
            }
            Token::Close | Token::Comma | Token::Or | Token::And => {
                self.fault(at, written(&token), "words or a condition");
                None
            }
        }
    }

    /// What stands between parentheses, the opening one read.
    fn group(&mut self, at: Range<usize>, depth: usize) -> Option<Query> {
        if self.next_is(&Token::Close) {
            return Some(Query::All(Vec::new()));
        }
        let inner = self.alternatives(depth + 1);
        if !self.next_is(&Token::Close) {
            let next = self.here();
            if matches!(self.tokens.peek(), Some((Token::Comma, _))) {
                self.tokens.next();
                self.fault(
                    next,
                    "a comma",
                    "a closing parenthesis; commas stand in `2 of (…, …)`",
                );
                return None;
            }
            self.fault(
                at,
                "a parenthesis that is not closed",
                "a closing one behind it",
            );
            return None;
        }
        inner
    }

    /// `k of (a, b, …)`, its number read.
    fn at_least(&mut self, k: String, at: Range<usize>, depth: usize) -> Option<Query> {
        let open = self.here();
        self.next_is(&Token::Open);
        self.closed += 1;
        let mut of = Vec::new();
        while !matches!(self.tokens.peek(), Some((Token::Close, _))) || !of.is_empty() {
            of.push(self.alternatives(depth + 1));
            if !self.next_is(&Token::Comma) {
                break;
            }
        }
        self.closed -= 1;
        if !self.next_is(&Token::Close) {
            self.fault(
                open,
                "a parenthesis that is not closed",
                "a closing one behind it",
            );
            return None;
        }
        let Some(k) = k.parse::<u32>().ok().and_then(Count::new) else {
            let expected = format!("a number up to {}", Count::MAX);
            self.fault(at, k, expected);
            return None;
        };
        let of: Vec<Query> = of.into_iter().collect::<Option<_>>()?;
        Some(Query::AtLeast { k, of })
    }

    fn name_weeks(&mut self, weeks: Weeks, at: Range<usize>) -> Option<()> {
        if self.closed > 0 {
            self.weeks_in_vain(at);
            return None;
        }
        if let Some((first, _)) = &self.weeks
            && (first.monday, first.weeks) != (weeks.monday, weeks.weeks)
        {
            self.fault(at, "weeks once more", "the same weeks in every `free:`");
            return None;
        }
        self.weeks = Some((weeks, at));
        Some(())
    }

    /// Weeks belong to the whole search, so an `OR` cannot choose among them.
    fn weeks_in_vain(&mut self, at: Range<usize>) {
        self.fault(
            at,
            "weeks under OR, NOT or `N of`",
            "`free:` beside everything else; `hours>=20` may stand anywhere",
        );
    }
}

/// A mark as it is written.
fn written(token: &Token) -> &'static str {
    match token {
        Token::Or => "OR",
        Token::And => "AND",
        Token::Close => "a closing parenthesis",
        Token::Comma => "a comma",
        _ => "something else",
    }
}
