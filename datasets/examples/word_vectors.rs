//! Makes `datasets/skills/word_vectors.tsv.gz`: `cargo run --release -p muster-datasets --example word_vectors`.
//!
//! Latent semantic analysis (Deerwester and others, 1990): words are alike if they stand in texts that
//! are alike. Texts are ESCO's skills and occupations and O*NET's occupations and tasks, without what the
//! relevance benchmark holds out (`skills::held_out`), so that it may use the vectors. With the matrix X of
//! texts by words, each text a unit vector of (1 + ln times) · rarity, subspace iteration finds an
//! orthonormal basis Q of the best-fitting 64 dimensions of texts; the rows of Xᵀ · Q are the words.

use std::io::Write;

use flate2::write::GzEncoder;
use flate2::{Compression, GzBuilder};
use muster_datasets::skills::held_out;
use muster_datasets::{esco, onet, skills};
use muster_text::number::{exact, ln, rarity};
use muster_text::words::{Vocabulary, WordId};

const N_DIMENSIONS: usize = 64;
const N_ROUNDS: usize = 12;

/// A row of X: words with weights.
type Row = Vec<(usize, f64)>;

fn main() -> std::io::Result<()> {
    let mut vocabulary = Vocabulary::default();
    let texts: Vec<Vec<WordId>> = texts().iter().map(|text| vocabulary.learn(text)).collect();
    let (rows, words) = matrix(&texts, vocabulary.len());
    let vectors = vectors(&rows, words.len());
    let mut table = String::from("word\tvector\n");
    for (&word, vector) in words.iter().zip(vectors.chunks_exact(N_DIMENSIONS)) {
        let length = vector.iter().map(|x| x * x).sum::<f64>().sqrt().max(1e-12);
        let letters = vector.iter().map(|x| skills::letter_of(x / length));
        table.push_str(vocabulary.word(word));
        table.push('\t');
        table.extend(letters);
        table.push('\n');
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/skills/word_vectors.tsv.gz");
    let file = std::fs::File::create(path)?;
    let mut packed: GzEncoder<_> = GzBuilder::new().mtime(0).write(file, Compression::best());
    packed.write_all(table.as_bytes())?;
    packed.finish()?;
    Ok(())
}

fn texts() -> Vec<String> {
    let esco = esco::taxonomy();
    let free = |text: &&str| !held_out::is_held_out(text);
    let mut texts = Vec::new();
    let descriptions = esco::skill_descriptions();
    for (skill, description) in esco.skills.iter().zip(descriptions) {
        let mut text = format!("{} {description}", skill.label);
        if !held_out::is_held_out_skill(skill) {
            for label in skill.alternatives.iter().copied().filter(free) {
                text.push_str(&format!(" {label}"));
            }
        }
        texts.push(text);
    }
    for (occupation, description) in esco.occupations.iter().zip(esco::occupation_descriptions()) {
        let mut text = format!("{} {description}", occupation.label);
        for title in occupation.alternatives.iter().copied().filter(free) {
            text.push_str(&format!(" {title}"));
        }
        for &skill in &occupation.essential {
            text.push_str(&format!(" {}", esco.skills[skill].label));
        }
        texts.push(text);
    }
    for occupation in onet::occupations() {
        let mut text = format!("{} {}", occupation.title, occupation.description);
        for title in occupation.alternate.iter().copied().filter(free) {
            text.push_str(&format!(" {title}"));
        }
        texts.push(text);
        let tasks: Vec<&str> = occupation.tasks.iter().copied().filter(free).collect();
        texts.push(format!("{} {}", occupation.title, tasks.join(" ")));
        for task in tasks {
            texts.push(format!("{} {task}", occupation.title));
        }
    }
    texts
}

/// X, and which word each column is: those of at least three texts.
fn matrix(texts: &[Vec<WordId>], n_words: usize) -> (Vec<Row>, Vec<WordId>) {
    let mut n_with = vec![0_usize; n_words];
    let counted: Vec<Vec<(WordId, usize)>> = texts
        .iter()
        .map(|text| {
            let mut words = text.clone();
            words.sort_unstable();
            let runs = words.chunk_by(|a, b| a == b);
            runs.map(|run| (run[0], run.len())).collect()
        })
        .collect();
    for &(word, _) in counted.iter().flatten() {
        n_with[word as usize] += 1;
    }
    let mut column = vec![usize::MAX; n_words];
    let mut words = Vec::new();
    for (word, _) in (0..).zip(&n_with).filter(|(_, n)| **n >= 3) {
        column[word as usize] = words.len();
        words.push(word);
    }
    let rows = counted.iter().map(|text| {
        let mut row: Row = text
            .iter()
            .filter(|(word, _)| column[*word as usize] != usize::MAX)
            .map(|&(word, times)| {
                let weight = (1.0 + ln(exact(times))) * rarity(texts.len(), n_with[word as usize]);
                (column[word as usize], weight)
            })
            .collect();
        let length = row
            .iter()
            .map(|(_, x)| x * x)
            .sum::<f64>()
            .sqrt()
            .max(1e-12);
        for entry in &mut row {
            entry.1 /= length;
        }
        row
    });
    (rows.collect(), words)
}

/// The rows of Xᵀ · Q, one after the other.
fn vectors(rows: &[Row], n_words: usize) -> Vec<f64> {
    let mut q: Vec<f64> = (0..rows.len() * N_DIMENSIONS).map(random).collect();
    orthonormalise(&mut q);
    for _ in 0..N_ROUNDS {
        let words = transposed_times(rows, &q, n_words);
        q = times(rows, &words);
        orthonormalise(&mut q);
    }
    transposed_times(rows, &q, n_words)
}

fn times(rows: &[Row], words: &[f64]) -> Vec<f64> {
    let mut product = vec![0.0; rows.len() * N_DIMENSIONS];
    for (row, out) in rows.iter().zip(product.chunks_exact_mut(N_DIMENSIONS)) {
        for &(column, x) in row {
            let word = &words[column * N_DIMENSIONS..][..N_DIMENSIONS];
            out.iter_mut()
                .zip(word)
                .for_each(|(out, word)| *out += x * word);
        }
    }
    product
}

fn transposed_times(rows: &[Row], q: &[f64], n_words: usize) -> Vec<f64> {
    let mut product = vec![0.0; n_words * N_DIMENSIONS];
    for (row, text) in rows.iter().zip(q.chunks_exact(N_DIMENSIONS)) {
        for &(column, x) in row {
            let out = &mut product[column * N_DIMENSIONS..][..N_DIMENSIONS];
            out.iter_mut()
                .zip(text)
                .for_each(|(out, text)| *out += x * text);
        }
    }
    product
}

/// Modified Gram–Schmidt on the columns.
fn orthonormalise(q: &mut [f64]) {
    for column in 0..N_DIMENSIONS {
        for earlier in 0..column {
            let dot: f64 = q
                .chunks_exact(N_DIMENSIONS)
                .map(|row| row[column] * row[earlier])
                .sum();
            for row in q.chunks_exact_mut(N_DIMENSIONS) {
                row[column] -= dot * row[earlier];
            }
        }
        let length = q
            .chunks_exact(N_DIMENSIONS)
            .map(|row| row[column] * row[column])
            .sum::<f64>();
        for row in q.chunks_exact_mut(N_DIMENSIONS) {
            row[column] /= length.sqrt();
        }
    }
}

/// ±1 by SplitMix64.
fn random(number: usize) -> f64 {
    let mut z = (number as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    if (z >> 63) == 0 { 1.0 } else { -1.0 }
}
