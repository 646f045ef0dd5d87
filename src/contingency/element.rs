//! What can fail, with which symptom, and which calls that hits.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::nearest;
use crate::graph::Call;
use crate::model::{AccountId, EgressId, KeyId, ModelIndex, ProviderId, Survive, Symptom, Table, TargetId, TargetNode};

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
    /// A model, wherever it is served: that of this target, the first in source order that serves it. Two spellings of
    /// one entry of the catalogue are one model.
    Model(TargetId),
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
        let named = |element: &&Self| element.name(table) == name || element.is_also_called(table, name);
        if let Some(found) = known.iter().find(named) {
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
            "model" => models(table).into_values().collect::<BTreeSet<_>>().into_iter().map(Self::Model).collect(),
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
            Self::Model(id) => table.targets[*id].doc.model.value.as_str(),
            Self::Region(name) | Self::Quota(name) => name,
        }
    }

    /// Whether a model has a name besides the one its first target uses.
    fn is_also_called(&self, table: &Table, name: &str) -> bool {
        let Self::Model(id) = self else { return false };
        let alias = |alias: &crate::source::Spanned<crate::model::ModelId>| alias.value.as_str() == name;
        let spelt = |target: &TargetNode| {
            target.doc.model.value.as_str() == name && Served::by(target) == Served::by(&table.targets[*id])
        };
        table.targets[*id].facts.aliases.iter().any(alias) || table.targets.values().any(spelt)
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
            Self::Model(id) => Served::by(target) == Served::by(&table.targets[*id]),
            Self::Target(id) => call.target == *id,
        }
    }

    /// Every element that would make a call fail.
    pub(super) fn of_call<'t>(table: &'t Table, models: &BTreeMap<Served<'t>, TargetId>, call: &Call) -> Vec<Self> {
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
            models.get(&Served::by(target)).copied().map(Self::Model),
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

impl Failure {
    /// Where a call meets the failure: the network path, the region's network and the provider come first, then what
    /// the provider looks at: the key, its account, their quota, the model and at last the deployment. Of two
    /// symptoms of one thing, `timeout` comes first, because then nothing else is heard.
    fn layer(&self) -> (u8, bool, Symptom) {
        let layer = match self.element {
            Element::Egress(_) => 0,
            Element::Region(_) => 1,
            Element::Provider(_) => 2,
            Element::Key(_) => 3,
            Element::Account(_) => 4,
            Element::Quota(_) => 5,
            Element::Model(_) => 6,
            Element::Target(_) => 7,
        };
        (layer, self.symptom != Symptom::Timeout, self.symptom)
    }
}

/// The symptom that a call shows while all of these fail, in whatever order they are given: that of the failure it
/// meets first on its way: egress, region, provider, key, account, quota, model, target. `None` if none of them hits it.
pub fn shown(table: &Table, failures: &[Failure], call: &Call) -> Option<Symptom> {
    let hitting = failures.iter().filter(|failure| failure.element.hits(table, call));
    hitting.min_by_key(|failure| failure.layer()).map(|failure| failure.symptom)
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

/// What makes two targets serve the same model: one entry of the catalogue or, where it has none, one spelling.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Served<'t> {
    Known(ModelIndex),
    Spelt(&'t str),
}

impl<'t> Served<'t> {
    fn by(target: &'t TargetNode) -> Self {
        target.model.map_or(Self::Spelt(target.doc.model.value.as_str()), Self::Known)
    }
}

/// The first target that serves each model.
pub(super) fn models(table: &Table) -> BTreeMap<Served<'_>, TargetId> {
    let mut first = BTreeMap::new();
    for (id, target) in table.targets.iter() {
        first.entry(Served::by(target)).or_insert(id);
    }
    first
}
