//! How well somebody's documents show that they know a subject.
