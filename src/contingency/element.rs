//! What can fail, with which symptom, and which calls that hits.

use std::collections::BTreeSet;

use crate::diagnostic::nearest;
use crate::graph::Call;
use crate::model::{AccountId, EgressId, KeyId, ProviderId, Survive, Symptom, Table, TargetId};

/// Something that can fail as a whole.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Element {
    /// A provider, in all its regions.
    Provider(ProviderId),
    /// A region, at every provider that calls one by this name.
    Region(String),
    /// A billing account, with all its keys.
    Account(AccountId),
    /// One key.
    Key(KeyId),
    /// A quota, with all keys that share it.
    Quota(String),
    /// A network path.
    Egress(EgressId),
    /// A model, wherever it is served.
    Model(String),
    /// One target.
    Target(TargetId),
}

/// The kinds of element by the word that is typed for them.
const WORDS: [&str; 8] = ["provider", "region", "account", "key", "quota", "egress", "model", "target"];

impl Element {
    /// The element that a text such as `provider:anthropic` names; else a sentence that says why there is none.
    pub fn parse(table: &Table, text: &str) -> Result<Self, String> {
        let Some((word, name)) = text.split_once(':') else {
            return Err(format!("`{text}` names nothing that can fail: write for example `provider:{text}`"));
        };
        let known = Self::all_of(table, word);
        let Some(known) = known else {
            let near = nearest(word, WORDS).map_or_else(
                || format!("known kinds: {}", WORDS.join(", ")),
                |near| format!("did you mean `{near}:{name}`?"),
            );
            return Err(format!("`{word}` is no kind of thing that can fail; {near}"));
        };
        if let Some(found) = known.iter().find(|element| element.name(table) == name) {
            return Ok(found.clone());
        }
        let hint = match nearest(name, known.iter().map(|element| element.name(table))) {
            Some(near) => format!("did you mean `{word}:{near}`?"),
            None if known.is_empty() => format!("no target uses any {word}"),
            None => {
                let names: Vec<&str> = known.iter().take(8).map(|element| element.name(table)).collect();
                format!("known: {}", names.join(", "))
            }
        };
        Err(format!("the table has no {word} `{name}`; {hint}"))
    }

    /// Every element of a kind that a target uses, in source order; `None` where there is no such kind.
    fn all_of(table: &Table, word: &str) -> Option<Vec<Self>> {
        Some(match word {
            "provider" => table.providers.iter().map(|(id, _)| Self::Provider(id)).collect(),
            "account" => table.accounts.iter().map(|(id, _)| Self::Account(id)).collect(),
            "key" => table.keys.iter().map(|(id, _)| Self::Key(id)).collect(),
            "egress" => table.egress.iter().map(|(id, _)| Self::Egress(id)).collect(),
            "target" => table.targets.iter().map(|(id, _)| Self::Target(id)).collect(),
            "region" => regions(table).into_iter().map(Self::Region).collect(),
            "quota" => quotas(table).into_iter().map(Self::Quota).collect(),
            "model" => models(table).into_iter().map(Self::Model).collect(),
            _ => return None,
        })
    }

    /// Every element of a kind.
    pub fn all(table: &Table, kind: Survive) -> Vec<Self> {
        Self::all_of(table, kind.as_str()).unwrap_or_default()
    }

    /// The kind in a word.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Provider(_) => "provider",
            Self::Region(_) => "region",
            Self::Account(_) => "account",
            Self::Key(_) => "key",
            Self::Quota(_) => "quota",
            Self::Egress(_) => "egress",
            Self::Model(_) => "model",
            Self::Target(_) => "target",
        }
    }

    /// Its name.
    pub fn name<'t>(&'t self, table: &'t Table) -> &'t str {
        match self {
            Self::Provider(id) => table.providers[*id].name.value.as_str(),
            Self::Account(id) => table.accounts[*id].name.value.as_str(),
            Self::Key(id) => table.keys[*id].name.value.as_str(),
            Self::Egress(id) => table.egress[*id].name.value.as_str(),
            Self::Target(id) => table.targets[*id].name.value.as_str(),
            Self::Region(name) | Self::Quota(name) | Self::Model(name) => name,
        }
    }

    /// As it is typed: `provider:anthropic`.
    pub fn typed(&self, table: &Table) -> String {
        format!("{}:{}", self.word(), self.name(table))
    }

    /// The symptoms that its failure shows. A provider that is down answers with errors or not at all.
    pub fn causes(&self) -> &'static [Symptom] {
        match self {
            Self::Provider(_) | Self::Target(_) => &[Symptom::Overloaded, Symptom::Timeout],
            Self::Region(_) | Self::Egress(_) => &[Symptom::Timeout],
            Self::Account(_) => &[Symptom::Billing],
            Self::Key(_) => &[Symptom::Auth],
            Self::Quota(_) => &[Symptom::RateLimit],
            Self::Model(_) => &[Symptom::NotEntitled],
        }
    }

    /// Whether a call fails when this does.
    pub fn hits(&self, table: &Table, call: &Call) -> bool {
        let target = &table.targets[call.target];
        let key = || call.key_of(table).map(|key| (key, &table.keys[key]));
        match self {
            Self::Provider(id) => target.provider == Some(*id),
            Self::Region(name) => target.doc.region.as_ref().is_some_and(|region| region.value.as_str() == name),
            Self::Account(id) => key().is_some_and(|(_, key)| key.account == Some(*id)),
            Self::Key(id) => key().is_some_and(|(key, _)| key == *id),
            Self::Quota(name) => {
                key().is_some_and(|(_, key)| key.doc.quota.as_ref().is_some_and(|quota| quota.value.as_str() == name))
            }
            Self::Egress(id) => call.egress == Some(*id),
            Self::Model(id) => target.doc.model.value.as_str() == id,
            Self::Target(id) => call.target == *id,
        }
    }

    /// Every element that would make a call fail.
    pub(super) fn of_call(table: &Table, call: &Call) -> Vec<Self> {
        let target = &table.targets[call.target];
        let key = call.key_of(table);
        let account = key.and_then(|key| table.keys[key].account);
        let quota = key.and_then(|key| table.keys[key].doc.quota.as_ref());
        let found = [
            target.provider.map(Self::Provider),
            target.doc.region.as_ref().map(|region| Self::Region(region.value.to_string())),
            account.map(Self::Account),
            key.map(Self::Key),
            quota.map(|quota| Self::Quota(quota.value.to_string())),
            call.egress.map(Self::Egress),
            Some(Self::Model(target.doc.model.value.to_string())),
            Some(Self::Target(call.target)),
        ];
        found.into_iter().flatten().collect()
    }
}

/// A failing element and the symptom it shows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Failure {
    /// What fails.
    pub element: Element,
    /// How.
    pub symptom: Symptom,
}

/// Every single failure: each element of each kind that a failure clause can name, with each symptom it causes.
pub fn single_failures(table: &Table) -> Vec<Failure> {
    let elements = Survive::ALL.into_iter().flat_map(|kind| Element::all(table, kind));
    elements
        .flat_map(|element| {
            let causes = element.causes();
            causes.iter().map(move |symptom| Failure { element: element.clone(), symptom: *symptom })
        })
        .collect()
}

fn regions(table: &Table) -> BTreeSet<String> {
    table.targets.values().filter_map(|target| Some(target.doc.region.as_ref()?.value.to_string())).collect()
}

fn quotas(table: &Table) -> BTreeSet<String> {
    table.keys.values().filter_map(|key| Some(key.doc.quota.as_ref()?.value.to_string())).collect()
}

fn models(table: &Table) -> BTreeSet<String> {
    table.targets.values().map(|target| target.doc.model.value.to_string()).collect()
}
