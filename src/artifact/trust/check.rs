//! Makes trust of a trust file or of keys: everything that could make it mean less than it says is refused.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::artifact::json::{is_sha256, parse_strict, sha256_hex};
use crate::artifact::keys::{KeyId, VerifyingKey};
use crate::artifact::read::Verdict;
use crate::artifact::sign::PREDICATE_TYPE;
use crate::artifact::state::State;
use crate::model::Moment;
use crate::policy::Pattern;
use crate::shape;

use super::file::{KeyEntry, RoleEntry, RuleEntry};
use super::{Role, Rule, Trust, TrustError, TrustFile, TrustVersion, TrustedKey, shortfalls};

/// The role that keys have which are given one by one.
const REQUIRED: &str = "required";

impl Trust {
    /// Reads a trust file that is in force now and no older than what the state remembers of it.
    pub fn read(bytes: &[u8], now: Moment, state: &State) -> Result<Self, TrustError> {
        let whole = |message: String| TrustError::new("", message, "write it by `schema/trust.schema.json`");
        let json = parse_strict(bytes).map_err(|error| whole(format!("the trust file is not strict JSON: {error}")))?;
        if let Some(refusal) = shape::refusal(&shape::generate::<TrustFile>(), &json) {
            return Err(TrustError::new(refusal.pointer, refusal.message, refusal.help));
        }
        let file = TrustFile::deserialize(&json).map_err(|error| whole(error.to_string()))?;
        if file.schema_version != 1 {
            let message = format!("is {}, and only 1 is known here", file.schema_version);
            return Err(TrustError::new("/schemaVersion", message, "write `1`, or use a later routec"));
        }
        let version = file.version.get();
        plain(&file.name, "/name")?;
        if let Some(seen) = state.trust_version(&file.name).filter(|seen| *seen > version) {
            let message = format!("is {version}, and version {seen} of `{}` was used before", file.name);
            return Err(TrustError::new(
                "/version",
                message,
                "install the later trust file; its version never goes down",
            ));
        }
        let expires = moment(&file.expires, "/expires")?;
        if expires <= now {
            let message = format!("is {expires}, and now is {now}: the trust file is over");
            return Err(TrustError::new("/expires", message, "install a current trust file"));
        }
        let keys = keys(&file.keys)?;
        let revoked =
            each_once(&file.revoked, "/revoked", is_fingerprint, "fingerprint (`SHA256:` and 43 characters)")?;
        let allow_payloads = each_once(&file.allow_payloads, "/allowPayloads", is_sha256, "SHA-256 in lower-case hex")?;
        let roles = roles(&file.roles, &keys)?;
        let rules = rules(&file.rules, &roles)?;
        let found = TrustVersion { name: file.name, version, sha256: sha256_hex(bytes) };
        let trust = Self { file: Some(found), expires: Some(expires), keys, revoked, allow_payloads, roles, rules };
        trust.can_be_met()?;
        Ok(trust)
    }

    /// Trust in these keys alone, all of which must sign any table; at least one, and none of them twice.
    pub fn of_keys(required: impl IntoIterator<Item = VerifyingKey>) -> Result<Self, TrustError> {
        let mut keys = BTreeMap::new();
        for key in required {
            let id = key.id().clone();
            if keys.insert(id.clone(), TrustedKey { key, owner: None, not_before: None, not_after: None }).is_some() {
                let message = format!("key `{id}` is required twice, and one key counts once");
                return Err(TrustError::new("", message, "name each key once"));
            }
        }
        if keys.is_empty() {
            return Err(TrustError::new("", "no key is required, so nothing can be proven", "name at least one key"));
        }
        let role = Role { keys: keys.keys().cloned().collect(), threshold: keys.len() };
        let any = Pattern::of_names("*").map_err(|why| TrustError::new("", why, "use a trust file"))?;
        let rule = Rule {
            tables: vec![any],
            roles: BTreeSet::from([REQUIRED.to_owned()]),
            predicate_types: BTreeSet::from([PREDICATE_TYPE.to_owned()]),
            verdicts: BTreeSet::from([Verdict::Pass, Verdict::PassWithWaivers]),
            allow_dirty: false,
            max_age_days: None,
            max_catalogue_age_days: None,
        };
        Ok(Self {
            file: None,
            expires: None,
            keys,
            revoked: BTreeSet::new(),
            allow_payloads: BTreeSet::new(),
            roles: BTreeMap::from([(REQUIRED.to_owned(), role)]),
            rules: vec![rule],
        })
    }

    /// Whether each rule could be met if every key that is not revoked signed.
    fn can_be_met(&self) -> Result<(), TrustError> {
        let usable: Vec<&KeyId> = self.keys.keys().filter(|id| !self.revoked.contains(id.as_str())).collect();
        for (at, rule) in self.rules.iter().enumerate() {
            if let Some(short) = shortfalls(&self.roles_of(rule), &usable).first() {
                let message = format!(
                    "can never be met: role `{}` needs {} signatures of its own and {} keys that are not revoked are left for it",
                    short.role, short.needed, short.found
                );
                let help = "add keys to the role, or lower its threshold; one key counts for one role";
                return Err(TrustError::new(format!("/rules/{at}/requireRoles"), message, help));
            }
        }
        Ok(())
    }
}

fn keys(entries: &BTreeMap<String, KeyEntry>) -> Result<BTreeMap<KeyId, TrustedKey>, TrustError> {
    let mut keys = BTreeMap::new();
    for (key_id, entry) in entries {
        let pointer = format!("/keys/{}", escaped(key_id));
        let at = |member: &str| format!("{pointer}/{member}");
        let help = "write what `openssl pkey -pubout` prints, with `\\n` for each end of line";
        let key = VerifyingKey::from_pem(&entry.public_key_pem)
            .map_err(|error| TrustError::new(at("publicKeyPem"), format!("is refused: {error}"), help))?;
        let algorithm = key.algorithm();
        if entry.algorithm != algorithm.as_str() {
            let message = format!("is `{}`, and the key is of `{algorithm}`", entry.algorithm);
            return Err(TrustError::new(at("algorithm"), message, format!("write `{algorithm}`")));
        }
        if key.id().as_str() != key_id {
            let message = format!("is not the fingerprint of its key, which is `{}`", key.id());
            return Err(TrustError::new(pointer, message, "write the fingerprint that `ssh-keygen -l` prints"));
        }
        plain(&entry.owner, &at("owner"))?;
        let bound =
            |text: &Option<String>, member: &str| text.as_ref().map(|text| moment(text, &at(member))).transpose();
        let (not_before, not_after) = (bound(&entry.not_before, "notBefore")?, bound(&entry.not_after, "notAfter")?);
        if not_before.zip(not_after).is_some_and(|(start, end)| end <= start) {
            return Err(TrustError::new(
                at("notAfter"),
                "is not after `notBefore`: the key never counts",
                "write a later time",
            ));
        }
        keys.insert(key.id().clone(), TrustedKey { key, owner: Some(entry.owner.clone()), not_before, not_after });
    }
    Ok(keys)
}

fn roles(
    entries: &BTreeMap<String, RoleEntry>,
    keys: &BTreeMap<KeyId, TrustedKey>,
) -> Result<BTreeMap<String, Role>, TrustError> {
    let mut roles = BTreeMap::new();
    for (name, entry) in entries {
        let pointer = format!("/roles/{}", escaped(name));
        plain(name, &pointer)?;
        let mut of_role = BTreeSet::new();
        for (at, key_id) in entry.keyids.iter().enumerate() {
            let place = format!("{pointer}/keyids/{at}");
            let Some((id, _)) = keys.get_key_value(key_id.as_str()) else {
                let message = format!("is `{}`, which is not among the `keys`", key_id.escape_debug());
                return Err(TrustError::new(place, message, "add the key to `keys`, or remove it here"));
            };
            if !of_role.insert(id.clone()) {
                return Err(TrustError::new(place, format!("is `{id}` again"), "name each key of a role once"));
            }
        }
        let threshold = usize::from(entry.threshold.get());
        if threshold > of_role.len() {
            let message = format!("is {threshold}, and the role has {} keys", of_role.len());
            let help = "write a number from 1 to the number of its keys";
            return Err(TrustError::new(format!("{pointer}/threshold"), message, help));
        }
        roles.insert(name.clone(), Role { keys: of_role, threshold });
    }
    Ok(roles)
}

fn rules(entries: &[RuleEntry], roles: &BTreeMap<String, Role>) -> Result<Vec<Rule>, TrustError> {
    let mut rules = Vec::new();
    let mut globs: Vec<&str> = Vec::new();
    for (at, entry) in entries.iter().enumerate() {
        let mut tables = Vec::new();
        let before = globs.len();
        for (item, glob) in entry.tables.iter().enumerate() {
            let pointer = format!("/rules/{at}/tables/{item}");
            let pattern = Pattern::of_names(glob).map_err(|why| {
                let message = format!("is `{}`, which is no glob: {why}", glob.escape_debug());
                TrustError::new(&pointer, message, "write a name, with `*` for any text")
            })?;
            if let Some(first) = globs.iter().take(before).find(|first| covers(first, glob)) {
                let message = format!("is never reached: `{first}` of an earlier rule names all of `{glob}`");
                return Err(TrustError::new(pointer, message, "move the narrower rule before the wider one"));
            }
            tables.push(pattern);
            globs.push(glob);
        }
        for (item, role) in entry.require_roles.iter().enumerate() {
            if !roles.contains_key(role) {
                let pointer = format!("/rules/{at}/requireRoles/{item}");
                let message = format!("is `{}`, which is not among the `roles`", role.escape_debug());
                return Err(TrustError::new(pointer, message, "add the role to `roles`, or name one that is there"));
            }
        }
        let pointer = |member: &str| format!("/rules/{at}/{member}");
        rules.push(Rule {
            tables,
            roles: each_once(&entry.require_roles, &pointer("requireRoles"), |_| true, "role")?,
            predicate_types: each_once(&entry.predicate_types, &pointer("predicateTypes"), |_| true, "type")?,
            verdicts: entry.verdicts.iter().copied().collect(),
            allow_dirty: entry.allow_dirty,
            max_age_days: entry.max_age_days,
            max_catalogue_age_days: entry.max_catalogue_age_days,
        });
    }
    Ok(rules)
}

/// Whether every name that the second glob can fit is certain to fit the first: they are the same, or the first is a
/// beginning and `*`, and the second begins so.
fn covers(first: &str, second: &str) -> bool {
    let is_special = |letter: char| "*?[]{}!\\".contains(letter);
    let beginning = first.strip_suffix('*').filter(|beginning| !beginning.contains(is_special));
    let certain = second.split(is_special).next().unwrap_or_default();
    first == second || beginning.is_some_and(|beginning| certain.starts_with(beginning))
}

fn each_once(
    texts: &[String],
    pointer: &str,
    is_valid: impl Fn(&str) -> bool,
    wanted: &str,
) -> Result<BTreeSet<String>, TrustError> {
    let mut set = BTreeSet::new();
    for (at, text) in texts.iter().enumerate() {
        let place = format!("{pointer}/{at}");
        if !is_valid(text) {
            let message = format!("is `{}`, not a {wanted}", text.escape_debug());
            return Err(TrustError::new(place, message, format!("write a {wanted}")));
        }
        if !set.insert(text.clone()) {
            let message = format!("is `{}` again", text.escape_debug());
            return Err(TrustError::new(place, message, format!("name each {wanted} once")));
        }
    }
    Ok(set)
}

/// Whether a text is the OpenSSH fingerprint of some key.
fn is_fingerprint(text: &str) -> bool {
    let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    text.strip_prefix("SHA256:").is_some_and(|digest| digest.len() == 43 && digest.bytes().all(is_base64))
}

fn moment(text: &str, pointer: &str) -> Result<Moment, TrustError> {
    text.parse().map_err(|_| {
        let message = format!("is `{}`, not a time in UTC", text.escape_debug());
        TrustError::new(pointer, message, "write a time like `2027-06-30T00:00:00Z`")
    })
}

/// A text that is shown to people: something, and no characters that steer a terminal.
fn plain(text: &str, pointer: &str) -> Result<(), TrustError> {
    if text.trim().is_empty() || text.chars().any(char::is_control) {
        let message = format!("is `{}`, which nobody can read", text.escape_debug());
        return Err(TrustError::new(pointer, message, "write a word or two"));
    }
    Ok(())
}

/// A member name as a part of a JSON pointer (RFC 6901).
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
