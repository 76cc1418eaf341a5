//! The fields of an expert in the index, and the one function that fills them.
//!
//! They are for words alone; conditions are answered by columns.

use muster_matcher::model::profile::Profile;
use tantivy::TantivyDocument;
use tantivy::schema::{
    FAST, Field, IndexRecordOption, STORED, STRING, Schema, TextFieldIndexing, TextOptions,
};

use crate::text::words::TOKENIZER;
use crate::text::{Lengths, Section};

/// Handles of the fields.
#[derive(Clone, Debug)]
pub(crate) struct Fields {
    pub(crate) id: Field,
    /// Text with positions, by [`crate::text::Section::idx`].
    pub(crate) sections: [Field; 3],
    /// Words of the sections of one text.
    pub(crate) lengths: [Field; 2],
    /// Of each document the places of title and text, and its different words.
    pub(crate) shapes: Field,
    /// The whole profile, packed.
    pub(crate) profile: Field,
}

/// Names of the fast fields that are read by name.
pub(crate) const LENGTHS: [&str; 2] = ["headline_words", "bio_words"];
pub(crate) const SHAPES: &str = "document_shapes";

/// The schema and its fields.
pub(crate) fn schema() -> (Schema, Fields) {
    let mut builder = Schema::builder();
    let words = TextOptions::default().set_indexing_options(
        TextFieldIndexing::default()
            .set_tokenizer(TOKENIZER)
            .set_fieldnorms(false)
            .set_index_option(IndexRecordOption::WithFreqsAndPositions),
    );
    let fields = Fields {
        id: builder.add_text_field("id", STRING | FAST),
        sections: ["headline", "bio", "documents"]
            .map(|name| builder.add_text_field(name, words.clone())),
        lengths: LENGTHS.map(|name| builder.add_u64_field(name, FAST)),
        shapes: builder.add_u64_field(SHAPES, FAST),
        profile: builder.add_bytes_field("profile", STORED),
    };
    (builder.build(), fields)
}

impl Fields {
    /// A profile as a document. `packed` is the profile as it is stored.
    pub(crate) fn document(
        &self,
        profile: &Profile,
        packed: &[u8],
        lengths: &Lengths,
    ) -> TantivyDocument {
        let mut doc = TantivyDocument::with_capacity(packed.len() + 1024);
        doc.add_text(self.id, profile.id.as_str());
        for section in Section::ALL {
            for text in section.texts(profile) {
                doc.add_text(self.sections[section.idx()], text);
            }
        }
        for (field, length) in self.lengths.iter().zip(lengths.sections) {
            doc.add_u64(*field, u64::from(length));
        }
        for shape in &lengths.documents {
            for number in [shape.title, shape.text, shape.distinct] {
                doc.add_u64(self.shapes, u64::from(number));
            }
        }
        doc.add_bytes(self.profile, packed);
        doc
    }
}

/// Days from the first of January 1970.
pub(crate) fn days_from_1970(day: jiff::civil::Date) -> i64 {
    let first = jiff::civil::date(1970, 1, 1);
    i64::from((day - first).get_days())
}
