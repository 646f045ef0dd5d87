//! Names and references, each a type of its own.

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de;

use super::text::text;

/// The name of a thing a table defines.
///
/// In routec's own documents: lower-case letters, digits, `.`, `_` and `-`, at most 128 bytes. A table read from a
/// gateway's file keeps the names that gateway allows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(String);

impl Name {
    /// What a name in routec's own documents looks like, as a regular expression.
    pub const PATTERN: &'static str = "^[a-z0-9][a-z0-9._-]{0,127}$";

    /// A name by the rules of routec's own documents.
    pub fn native(text: &str) -> Option<Self> {
        let mut bytes = text.bytes();
        let first = bytes.next()?;
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let fits =
            text.len() <= 128 && plain(first) && bytes.all(|byte| plain(byte) || matches!(byte, b'.' | b'_' | b'-'));
        fits.then(|| Self(text.to_owned()))
    }

    /// A name as a gateway's own file has it.
    pub fn verbatim(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl<'de> de::Deserialize<'de> for Name {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text(deserializer, "a name", Self::native)
    }
}

impl JsonSchema for Name {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Name".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "title": "a name",
            "description": "a name: lower-case letters, digits, `.`, `_` and `-`, at most 128 bytes",
            "pattern": Self::PATTERN,
        })
    }
}

/// A name of something in a table of any gateway: gateways allow what routec's own documents do not.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ForeignName(String);

impl ForeignName {
    /// What it looks like.
    pub const PATTERN: &'static str = "^.{1,256}$";

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ForeignName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl<'de> de::Deserialize<'de> for ForeignName {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text(deserializer, "a name", |text| {
            let fits = (1..=256).contains(&text.chars().count()) && !text.contains(['\n', '\r']);
            fits.then(|| Self(text.to_owned()))
        })
    }
}

impl JsonSchema for ForeignName {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ForeignName".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "title": "a name",
            "description": "a name as the table has it, whatever its gateway allows: one line of at most 256 characters",
            "pattern": Self::PATTERN,
        })
    }
}

/// A SHA-256 as 64 hexadecimal digits in lower case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sha256(String);

impl Sha256 {
    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> de::Deserialize<'de> for Sha256 {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        text(deserializer, "a SHA-256", |text| {
            (text.len() == 64 && text.bytes().all(is_digit)).then(|| Self(text.to_owned()))
        })
    }
}

impl JsonSchema for Sha256 {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Sha256".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "title": "a SHA-256",
            "description": "a SHA-256 as 64 hexadecimal digits in lower case, as `sha256sum` prints it",
            "pattern": "^[0-9a-f]{64}$",
        })
    }
}

/// The id of a model, as its vendor or the gateway writes it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModelId(String);

impl ModelId {
    /// What a model id in routec's own documents looks like.
    pub const PATTERN: &'static str = r"^[A-Za-z0-9@][A-Za-z0-9._:/@+-]{0,255}$";

    /// What stands in the place of a model that every request names for itself.
    pub const AS_REQUESTED: &str = "(as requested)";

    /// Whether requests name the model, and the table does not.
    pub fn is_as_requested(&self) -> bool {
        self.0.ends_with(Self::AS_REQUESTED)
    }

    /// A model id as a gateway's own file has it.
    pub fn verbatim(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The id.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A model id by the rules of routec's own documents.
    pub fn native(text: &str) -> Option<Self> {
        let mut bytes = text.bytes();
        let first = bytes.next()?;
        let fits = text.len() <= 256
            && (first.is_ascii_alphanumeric() || first == b'@')
            && bytes.all(|byte| byte.is_ascii_alphanumeric() || b"._:/@+-".contains(&byte));
        fits.then(|| Self(text.to_owned()))
    }
}

impl fmt::Display for ModelId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl<'de> de::Deserialize<'de> for ModelId {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text(deserializer, "a model id", Self::native)
    }
}

impl JsonSchema for ModelId {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ModelId".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "title": "a model id",
            "description": "a model id as its vendor or gateway writes it, usually `vendor/model`",
            "pattern": Self::PATTERN,
            "examples": ["anthropic/claude-sonnet-4-6"],
        })
    }
}

/// Where a secret is kept. Never the secret: a literal is remembered only as such.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum SecretRef {
    /// A reference (`env:NAME`, `vault:path#field`, …).
    Reference(String),
    /// A value that is no reference: most likely the secret itself. Not kept, only compared through a digest.
    Literal(u64),
}

impl SecretRef {
    /// The kinds of reference and what follows the colon.
    pub const KINDS: [(&'static str, &'static str); 7] = [
        ("env", "NAME"),
        ("file", "path"),
        ("vault", "path#field"),
        ("k8s", "namespace/name#key"),
        ("aws-sm", "id"),
        ("gcp-sm", "id"),
        ("azure-kv", "id"),
    ];

    /// Reads a reference; whatever is none is a literal.
    pub fn new(text: &str) -> Self {
        let is_reference = text
            .split_once(':')
            .is_some_and(|(kind, rest)| !rest.is_empty() && Self::KINDS.iter().any(|(known, _)| *known == kind));
        if is_reference { Self::Reference(text.to_owned()) } else { Self::literal(text) }
    }

    /// A secret that stands in the file itself.
    pub fn literal(text: &str) -> Self {
        // FNV-1a: only tells two literals of one run apart; it never leaves the process.
        let digest = text
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        Self::Literal(digest)
    }

    /// The reference, if it is one.
    pub fn reference(&self) -> Option<&str> {
        match self {
            Self::Reference(text) => Some(text),
            Self::Literal(_) => None,
        }
    }
}

impl fmt::Debug for SecretRef {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.reference().unwrap_or("(a literal, not shown)"))
    }
}

impl<'de> de::Deserialize<'de> for SecretRef {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text(deserializer, "a text", |text| Some(Self::new(text)))
    }
}

impl JsonSchema for SecretRef {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "SecretRef".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let forms: Vec<String> = Self::KINDS.iter().map(|(kind, rest)| format!("`{kind}:{rest}`")).collect();
        json_schema!({
            "type": "string",
            "title": "a reference to a secret",
            "description": format!("where the secret is kept, never the secret itself: {}", forms.join(", ")),
            "examples": ["env:ANTHROPIC_API_KEY_A", "vault:llm/anthropic#key"],
        })
    }
}

/// Whether a URL carries a user and a password before its host.
pub fn url_has_password(text: &str) -> bool {
    let rest = text.split_once("//").map_or(text, |(_, rest)| rest);
    let user =
        rest.split(['/', '?', '#']).next().and_then(|authority| authority.rsplit_once('@')).map(|(user, _)| user);
    user.and_then(|user| user.split_once(':'))
        .is_some_and(|(_, password)| !password.is_empty() && !password.starts_with(['$', '{']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_literal_secret_is_never_shown() {
        let secret = SecretRef::new("sk-live-0123456789");
        assert_eq!(format!("{secret:?}"), "(a literal, not shown)");
        assert_eq!(SecretRef::new("env:KEY").reference(), Some("env:KEY"));
        assert!(SecretRef::new("env:").reference().is_none());
    }

    #[test]
    fn a_password_stands_before_the_host() {
        assert!(url_has_password("postgresql://u:pw@db/x"));
        assert!(url_has_password("gw:pw@proxy:3128"));
        for plain in ["http://gateway@proxy", "https://a.example/x:y@z", "env:NAME", "http://u:${PW}@db"] {
            assert!(!url_has_password(plain), "{plain}");
        }
    }
}
