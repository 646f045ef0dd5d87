//! What a consumer remembers between artifacts, so that nobody can bring back an old one: the state file.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::json;

use super::json::{MAX_INTEGER, SealError, is_sha256, parse_strict};
use super::read::Artifact;
use super::verify::Verified;

/// What was accepted before: per table the highest sequence, and per trust file the highest version.
///
/// It only ever grows. A state that cannot be read is an error and never an empty one: otherwise whoever can spoil the
/// file could bring back any old table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct State {
    tables: BTreeMap<String, Seen>,
    trust: BTreeMap<String, u32>,
}

/// The latest artifact of a table that was accepted.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Seen {
    /// Its sequence.
    pub sequence: u64,
    /// The SHA-256 of its payload, as hex.
    pub payload_sha256: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct StateFile {
    schema_version: u32,
    tables: BTreeMap<String, Seen>,
    trust: BTreeMap<String, u32>,
}

impl State {
    /// The state of a consumer that has accepted nothing yet.
    pub fn empty() -> Self {
        Self::default()
    }

    /// Reads a state file.
    ///
    /// # Errors
    /// Where it is anything but what [`State::to_bytes`] writes.
    pub fn read(bytes: &[u8]) -> Result<Self, SealError> {
        let json = parse_strict(bytes)?;
        let file = StateFile::deserialize(&json).map_err(|error| SealError::new(error.to_string()))?;
        if file.schema_version != 1 {
            return Err(SealError::new(format!(
                "`/schemaVersion` is {}, and only 1 is known here",
                file.schema_version
            )));
        }
        let unfit = |seen: &Seen| seen.sequence == 0 || seen.sequence > MAX_INTEGER || !is_sha256(&seen.payload_sha256);
        if let Some((table, _)) = file.tables.iter().find(|(_, seen)| unfit(seen)) {
            return Err(SealError::new(format!("`/tables/{}` is not a sequence and a digest", table.escape_debug())));
        }
        Ok(Self { tables: file.tables, trust: file.trust })
    }

    /// The state file: JSON with sorted members and one line feed.
    pub fn to_bytes(&self) -> Vec<u8> {
        let table = |(name, seen): (&String, &Seen)| {
            (name.clone(), json!({"payloadSha256": seen.payload_sha256, "sequence": seen.sequence}))
        };
        let tables: serde_json::Map<_, _> = self.tables.iter().map(table).collect();
        let file = json!({"schemaVersion": 1, "tables": tables, "trust": self.trust});
        format!("{file}\n").into_bytes()
    }

    /// The latest artifact of a table that was accepted.
    pub fn seen(&self, table: &str) -> Option<&Seen> {
        self.tables.get(table)
    }

    /// The highest version of the trust file of that name that was used.
    pub fn trust_version(&self, name: &str) -> Option<u32> {
        self.trust.get(name).copied()
    }

    /// The state after an artifact was accepted; nothing in it is ever lower than before.
    #[must_use]
    pub fn after(&self, verified: &Verified<Artifact>) -> Self {
        let mut state = self.clone();
        let newer = |seen: &Seen| seen.sequence < verified.sequence();
        if state.seen(verified.name()).is_none_or(newer) {
            let seen = Seen { sequence: verified.sequence(), payload_sha256: verified.payload_sha256().to_owned() };
            state.tables.insert(verified.name().to_owned(), seen);
        }
        if let Some(file) = verified.trust() {
            let highest = state.trust_version(&file.name).unwrap_or(0).max(file.version);
            state.trust.insert(file.name.clone(), highest);
        }
        state
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "{\"schemaVersion\":1,\"tables\":{\"chat\":{\"payloadSha256\":\"0000000000000000000000000000000000000000000000000000000000000000\",\"sequence\":17}},\"trust\":{\"prod\":3}}\n";

    #[test]
    fn a_state_has_one_form() {
        let state = State::read(GOOD.as_bytes()).unwrap();
        assert_eq!(String::from_utf8(state.to_bytes()).unwrap(), GOOD);
        assert_eq!(state.seen("chat").map(|seen| seen.sequence), Some(17));
        assert_eq!((state.seen("mail"), state.trust_version("prod")), (None, Some(3)));
        assert_eq!(State::read(&State::empty().to_bytes()).unwrap(), State::empty());
    }

    #[test]
    fn a_spoiled_state_is_never_an_empty_one() {
        for (from, to) in [
            (GOOD, ""),
            (GOOD, "{}"),
            (GOOD, "null"),
            ("\n", "\nx"),
            ("\"schemaVersion\":1", "\"schemaVersion\":2"),
            ("\"tables\"", "\"Tables\""),
            ("\"trust\"", "\"trusted\":{},\"trust\""),
            ("\"sequence\":17", "\"sequence\":17,\"sequence\":1"),
            ("17", "0"),
            ("17", "-1"),
            ("17", "1.5"),
            ("17", "9007199254740992"),
            ("0000", "000"),
            ("0000", "000G"),
            ("3}", "\"3\"}"),
        ] {
            assert!(GOOD.contains(from), "{from}");
            assert!(State::read(GOOD.replacen(from, to, 1).as_bytes()).is_err(), "{from} -> {to}");
        }
    }
}
