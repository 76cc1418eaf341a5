//! A query cut into pieces.

use std::ops::Range;

use super::{Form, QueryFault, Section};

/// Names of conditions.
pub(super) const FIELDS: [&str; 15] = [
    "skill",
    "lang",
    "country",
    "authorised",
    "rate",
    "hours",
    "sensitive",
    "years",
    "free",
    "credential",
    "tag",
    "consent",
    "employer",
    "cooloff",
    "assessed",
];
/// The condition whose value holds colons.
pub(super) const OVERLAP: &str = "overlap";

/// A piece of text and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) text: String,
    pub(super) at: Range<usize>,
}

/// `name:subject@context>=bound`, as written; nothing is checked yet but the name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Condition {
    pub(super) name: &'static str,
    pub(super) at: Range<usize>,
    /// Whether `!=` stands before the subject.
    pub(super) is_not: bool,
    pub(super) subject: Option<Piece>,
    pub(super) context: Option<Piece>,
    /// `>=` or `<=`, or what stands in their place.
    pub(super) bound: Option<(Piece, Piece)>,
}

/// A piece of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    Open,
    Close,
    Comma,
    Or,
    And,
    /// `NOT`, or a hyphen before something.
    Not,
    /// `3 of (` without its parenthesis.
    Of(Piece),
    Word {
        text: String,
        form: Form,
        section: Option<Section>,
    },
    Condition(Condition),
}

/// Cuts a text; what cannot be a piece becomes a fault and is left out.
pub(super) fn tokens(text: &str, faults: &mut Vec<QueryFault>) -> Vec<(Token, Range<usize>)> {
    let mut lexer = Lexer {
        text,
        at: 0,
        faults,
    };
    let mut tokens = Vec::new();
    loop {
        lexer.skip_spaces();
        let start = lexer.at;
        if start >= text.len() {
            return tokens;
        }
        if let Some(token) = lexer.token() {
            tokens.push((token, start..lexer.at));
        }
    }
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    faults: &'a mut Vec<QueryFault>,
}

/// What ends a bare word.
fn ends_word(c: char) -> bool {
    c.is_whitespace() || is_quote(c) || matches!(c, '(' | ')' | ',' | '|')
}

/// What ends a bare value.
fn ends_value(c: char) -> bool {
    ends_word(c) || matches!(c, '<' | '>' | '=' | '!' | '@')
}

fn is_quote(c: char) -> bool {
    matches!(c, '"' | '“' | '”' | '„' | '«' | '»')
}

impl Lexer<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn eat(&mut self, text: &str) -> bool {
        let is_there = self.rest().starts_with(text);
        if is_there {
            self.at += text.len();
        }
        is_there
    }

    fn skip_spaces(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    /// Everything up to a character that ends it.
    fn until(&mut self, ends: impl Fn(char) -> bool) -> Piece {
        let rest = self.rest();
        let len = rest.find(ends).unwrap_or(rest.len());
        let piece = Piece {
            text: rest[..len].to_owned(),
            at: self.at..self.at + len,
        };
        self.at += len;
        piece
    }

    fn fault(&mut self, at: Range<usize>, found: impl Into<String>, expected: impl Into<String>) {
        let (found, expected) = (found.into(), expected.into());
        self.faults.push(QueryFault {
            at,
            found,
            expected,
        });
    }

    fn token(&mut self) -> Option<Token> {
        for (mark, token) in [
            ("(", Token::Open),
            (")", Token::Close),
            (",", Token::Comma),
            ("|", Token::Or),
        ] {
            if self.eat(mark) {
                return Some(token);
            }
        }
        if self.rest().starts_with('-') {
            let next = self.rest()[1..].chars().next();
            if next.is_some_and(|c| !c.is_whitespace() && c != ')') {
                self.at += 1;
                return Some(Token::Not);
            }
        }
        // "R&D" is a word.
        let behind = self.rest().strip_prefix('&');
        if behind.is_some_and(|rest| rest.chars().next().is_none_or(ends_word)) {
            self.at += 1;
            return Some(Token::And);
        }
        let start = self.at;
        let section = [
            ("headline:", Section::Headline),
            ("bio:", Section::Bio),
            ("documents:", Section::Documents),
        ];
        let section = section.into_iter().find(|(name, _)| self.eat(name));
        let section = section.map(|(_, section)| section);
        if self.peek().is_some_and(is_quote) {
            let text = self.quoted()?.text;
            let form = Form::Phrase;
            return Some(Token::Word {
                text,
                form,
                section,
            });
        }
        if section.is_none() {
            if let Some(token) = self.keyword() {
                return Some(token);
            }
            if let Some(name) = self.field() {
                return self.condition(name, start).map(Token::Condition);
            }
        }
        let piece = self.until(ends_word);
        let (text, form) = match piece.text.strip_suffix(['*', '~']) {
            Some(text) if piece.text.ends_with('*') => (text, Form::Prefix),
            Some(text) => (text, Form::Typos),
            None => (piece.text.as_str(), Form::Word),
        };
        if form != Form::Word && text.chars().count() < 2 {
            let found = format!("{:?}", piece.text);
            self.fault(
                start..self.at,
                found,
                "at least two characters before * or ~",
            );
            return None;
        }
        if text.is_empty() {
            self.fault(
                start..self.at,
                "nothing",
                "a word or a \"phrase\" behind the colon",
            );
            return None;
        }
        let text = text.to_owned();
        Some(Token::Word {
            text,
            form,
            section,
        })
    }

    /// `AND`, `OR`, `NOT`, `3 of (`.
    fn keyword(&mut self) -> Option<Token> {
        let start = self.at;
        let piece = self.until(ends_word);
        let token = match piece.text.as_str() {
            "AND" => Some(Token::And),
            "OR" => Some(Token::Or),
            "NOT" => Some(Token::Not),
            digits if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                self.skip_spaces();
                let is_of = self.eat("of") && {
                    self.skip_spaces();
                    self.peek() == Some('(')
                };
                is_of.then_some(Token::Of(piece))
            }
            _ => None,
        };
        if token.is_none() {
            self.at = start;
        }
        token
    }

    /// The name of a condition, if one begins here.
    fn field(&mut self) -> Option<&'static str> {
        let rest = self.rest();
        let len = rest.find(|c: char| !c.is_ascii_alphabetic() && c != '_')?;
        let (name, behind) = rest.split_at(len);
        let is_marked = [":", ">=", "<=", "!=", "=", "<", ">"];
        let mark = is_marked.iter().find(|mark| behind.starts_with(**mark))?;
        let known = FIELDS.iter().chain(&[OVERLAP]);
        if let Some(field) = known
            .copied()
            .find(|field| field.eq_ignore_ascii_case(name))
        {
            self.at += len;
            return Some(field);
        }
        // "Wanted: doctors" and "http://…" are texts; "langauge:de" is not.
        let value = &behind[mark.len()..];
        let is_text = name.is_empty()
            || value.starts_with("//")
            || value.is_empty()
            || value.starts_with(|c: char| c.is_whitespace() || matches!(c, ')' | ',' | '|'));
        if !is_text {
            let at = self.at..self.at + len;
            let expected = format!(
                "one of the fields {}, {OVERLAP}, headline, bio, documents (or quotation marks round a text)",
                FIELDS.join(", ")
            );
            let found = format!("the field {name:?}");
            self.fault(at, found, expected);
        }
        None
    }

    /// What stands behind the name of a condition.
    fn condition(&mut self, name: &'static str, start: usize) -> Option<Condition> {
        let is_not = self.eat("!=");
        let has_subject = is_not || self.eat(":") || (!self.is_bound() && self.eat("="));
        let mut condition = Condition {
            name,
            at: start..self.at,
            is_not,
            subject: None,
            context: None,
            bound: None,
        };
        if has_subject {
            let mut subject = self.value()?;
            while name == "country" && self.rest().starts_with(',') && self.goes_on() {
                self.at += 1;
                let more = self.until(ends_value);
                subject.text = format!("{},{}", subject.text, more.text);
                subject.at.end = more.at.end;
            }
            condition.subject = Some(subject);
        }
        if self.eat("@") {
            condition.context = Some(self.value()?);
        }
        let mark = self.until(|c| !matches!(c, '<' | '>' | '=' | '!'));
        if !mark.text.is_empty() {
            condition.bound = Some((mark, self.value()?));
        }
        condition.at = start..self.at;
        Some(condition)
    }

    /// Whether a value goes on behind the comma that stands here.
    fn goes_on(&self) -> bool {
        self.rest()[1..].starts_with(|c: char| !ends_value(c))
    }

    fn is_bound(&self) -> bool {
        ["<", ">"].iter().any(|mark| self.rest().starts_with(mark))
    }

    fn value(&mut self) -> Option<Piece> {
        if self.peek().is_some_and(is_quote) {
            return self.quoted();
        }
        let piece = self.until(ends_value);
        if piece.text.is_empty() {
            self.fault(
                piece.at.clone(),
                "nothing",
                "a value, in quotation marks if it has spaces or marks",
            );
            return None;
        }
        Some(piece)
    }

    /// A text between quotation marks; `\"` and `\\` stand for themselves.
    fn quoted(&mut self) -> Option<Piece> {
        let start = self.at;
        let mut text = String::new();
        let mut chars = self.rest().char_indices().skip(1);
        while let Some((at, c)) = chars.next() {
            match c {
                '\\' => match chars.next() {
                    Some((_, escaped @ ('"' | '\\'))) => text.push(escaped),
                    Some((_, other)) => text.extend(['\\', other]),
                    None => text.push('\\'),
                },
                c if is_quote(c) => {
                    self.at = start + at + c.len_utf8();
                    let at = start..self.at;
                    return Some(Piece { text, at });
                }
                c => text.push(c),
            }
        }
        self.at = self.text.len();
        self.fault(
            start..self.at,
            "a quotation mark that is not closed",
            "another one behind it",
        );
        None
    }
}
