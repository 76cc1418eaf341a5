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
    /// A campaign: a campaign file with one campaign, and where it stands.
    Campaign "Campaign" "campaign.schema.json";
}

/// Some object: a document, or the fields of it that were asked for.
#[derive(Debug)]
pub struct AnyObject;

impl PartialSchema for AnyObject {
    fn schema() -> RefOr<Schema> {
        utoipa::openapi::Object::new().into()
    }
}

impl ToSchema for AnyObject {
    fn name() -> std::borrow::Cow<'static, str> {
        "AnyObject".into()
    }
}

/// References of a schema are to its own definitions, wherever it is put.
fn put(name: &str, text: &str, document: &mut Value) {
    let text = text.replace("#/$defs/", &format!("#/components/schemas/{name}/$defs/"));
    let mut schema: Value = serde_json::from_str(&text).unwrap_or_default();
    if let Some(fields) = schema.as_object_mut() {
        fields.remove("$schema");
    }
    if name == "Campaign" {
        let status = [
            "draft",
            "tentative",
            "confirmed",
            "running",
            "paused",
            "closed",
        ];
        schema["title"] = "Campaign".into();
        schema["properties"]["status"] = serde_json::json!({"enum": status, "default": "draft"});
        schema["properties"]["campaigns"]["minItems"] = 1.into();
        schema["properties"]["campaigns"]["maxItems"] = 1.into();
    }
    document["components"]["schemas"][name] = schema;
}
