//! Conditions that bare words state: `nurse in Germany` asks for `country:DE`.

use muster_datasets::places::stated;
use muster_matcher::query::{Form, Query, Word};

use super::{LINKER, MOST_WORDS, Understood};

/// Replaces words of a query that state a condition by that condition, and says which. Nothing else of the query changes:
/// phrases, `begin*`, words of a section, and words under `NOT` and `of` mean themselves.
pub fn read_stated(query: &mut Query) -> Vec<Understood> {
    let mut understood = Vec::new();
    read(query, &mut understood);
    understood
}

fn read(query: &mut Query, understood: &mut Vec<Understood>) {
    match query {
        Query::All(nodes) | Query::Any(nodes) => {
            nodes.iter_mut().for_each(|node| read(node, understood));
        }
        Query::Words(words) => {
            if let Some(instead) = run(words, understood) {
                *query = instead;
            }
        }
        Query::None(_) | Query::AtLeast { .. } | Query::Leaf(_) => {}
    }
}

/// What a run asks for that states something; `None` if it does not.
fn run(words: &[Word], understood: &mut Vec<Understood>) -> Option<Query> {
    let is_bare = |word: &Word| word.form == Form::Word && word.section.is_none();
    // Another word is empty: no phrase reaches across it.
    let text = |word: &Word| {
        if is_bare(word) {
            word.text.clone()
        } else {
            String::new()
        }
    };
    let texts: Vec<String> = words.iter().take(MOST_WORDS).map(text).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let found = stated(&texts, &|word| LINKER.knows(word));
    if found.is_empty() {
        return None;
    }
    let n_before = understood.len();
    let mut is_left = vec![true; words.len()];
    let mut all = Vec::new();
    for it in found {
        it.words.iter().for_each(|at| is_left[*at] = false);
        let said: Vec<&str> = it.words.iter().map(|at| texts[*at]).collect();
        understood.push(Understood {
            text: said.join(" "),
            skills: Vec::new(),
            condition: Some(it.condition.to_string()),
            synonyms: Vec::new(),
        });
        if it.condition != Query::All(Vec::new()) {
            all.push(it.condition);
        }
    }
    let left = words.iter().zip(is_left).filter(|(_, is_left)| *is_left);
    let left: Vec<Word> = left.map(|(word, _)| word.clone()).collect();
    match (left.is_empty(), all.is_empty()) {
        // Nothing but `remote` is a word to be looked for.
        (true, true) => {
            understood.truncate(n_before);
            return None;
        }
        (true, false) => {}
        (false, _) => all.insert(0, Query::Words(left)),
    }
    Some(Query::All(all))
}

#[cfg(test)]
mod tests {
    use muster_matcher::query;

    use super::*;
    use crate::labels::Labels;

    fn check(text: &str, expected: &str) {
        let mut query = query::parse(text, &Labels).unwrap().query;
        let before = query.clone();
        let understood = read_stated(&mut query);
        assert_eq!(query.to_string(), expected, "{text}");
        assert_eq!(understood.is_empty(), query == before, "{text}");
        // What is understood can be typed.
        assert!(query::parse(&query.to_string(), &Labels).is_ok(), "{text}");
    }

    #[test]
    fn words_that_state_a_condition_become_it() {
        check("cardiologist in Germany", "cardiologist AND country:DE");
        check(
            "cardiologist in Germny rate<=90",
            "(cardiologist AND country:DE) AND rate<=90.00",
        );
        check("german speaking nurse", "nurse AND lang:de>=B2");
        check(
            "python developer india",
            "(python developer) AND country:IN",
        );
        check("Germany", "country:DE");
        check(
            "nurse in Austria OR doctor in Spain",
            "(nurse AND country:AT) OR (doctor AND country:ES)",
        );
        check("5 years experience java", "java AND years>=5");
        check("remote java developer", "java developer");
    }

    #[test]
    fn what_is_said_outright_stays() {
        for text in [
            "\"in Germany\"",
            "nurse NOT germany",
            "country:DE nurse",
            "2 of (germany, nurse, doctor)",
            "bio:germany nurse",
            "germany* nurse",
            "java developer",
            "remote",
            "remote sensing",
            "turkish coffee",
            "angora knitter",
        ] {
            let query = query::parse(text, &Labels).unwrap().query;
            check(text, &query.to_string());
        }
    }
}
