//! Schemas of documents whose format is written down in `docs/`, by name: handlers name them as bodies, and the
//! `OpenAPI` document holds what `docs/` says.

use serde_json::Value;
use utoipa::openapi::{Ref, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// Declares a schema: its name, and the file with what it says.
macro_rules! documents {
    ($($(#[$doc:meta])* $type:ident $name:literal $file:literal;)+) => {
        $($(#[$doc])* #[derive(Debug)] pub struct $type;

        impl PartialSchema for $type {
            fn schema() -> RefOr<Schema> { Ref::from_schema_name($name).into() }
        }

        impl ToSchema for $type {
            fn name() -> std::borrow::Cow<'static, str> { $name.into() }
        })+

        /// Puts the schemas into an `OpenAPI` document.
        pub(super) fn put_into(document: &mut Value) {
            $(put($name, include_str!(concat!("../../../docs/", $file)), document);)+
        }
    };
}

documents! {
    /// A person, as in a pool file.
    Profile "Profile" "profile.schema.json";
    /// A campaign file.
    CampaignFile "CampaignFile" "campaign.schema.json";
}

/// References of a schema are to its own definitions, wherever it is put.
fn put(name: &str, text: &str, document: &mut Value) {
    let text = text.replace("#/$defs/", &format!("#/components/schemas/{name}/$defs/"));
    let mut schema: Value = serde_json::from_str(&text).unwrap_or_default();
    if let Some(fields) = schema.as_object_mut() {
        fields.remove("$schema");
    }
    document["components"]["schemas"][name] = schema;
}
