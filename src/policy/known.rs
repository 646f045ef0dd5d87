//! Every name that tables and catalogues know, so that a glob which matches none of them can be found.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Catalogue, Table};
use crate::source::{Place, Span};

use super::pattern::Glob;

/// What the globs of a list are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Listed {
    /// Models, by their ids.
    Model,
    /// Providers.
    Provider,
    /// Regions.
    Region,
    /// Accounts.
    Account,
    /// Classes of data.
    Data,
    /// Tools that targets run.
    Tool,
    /// Teams of an audience.
    Team,
    /// Users of an audience.
    User,
    /// Environments.
    Environment,
}

impl Listed {
    /// One of them in words.
    pub fn word(self) -> &'static str {
        match self {
            Self::Model => "model",
            Self::Provider => "provider",
            Self::Region => "region",
            Self::Account => "account",
            Self::Data => "data",
            Self::Tool => "tool",
            Self::Team => "team",
            Self::User => "user",
            Self::Environment => "environment",
        }
    }
}

/// Every name that some tables and catalogues know.
#[derive(Debug, Default)]
pub struct Known<'t> {
    names: BTreeMap<Listed, BTreeSet<&'t str>>,
    /// Of what some route says nothing, so that it may be of any.
    unsaid: BTreeSet<Listed>,
}

impl<'t> Known<'t> {
    /// The names of some tables, and of a catalogue its models and who sells them.
    pub fn new(tables: &[&'t Table], catalogue: &'t Catalogue) -> Self {
        let mut known = Self::default();
        known.add(Listed::Model, catalogue.names());
        known.add(Listed::Provider, catalogue.names().filter_map(|id| Some(id.split_once('/')?.0)));
        known.add(Listed::Provider, catalogue.models().filter_map(|(_, entry)| entry.model.vendor.as_deref()));
        for table in tables {
            known.add(Listed::Model, table.targets.values().map(|target| target.doc.model.value.as_str()));
            for provider in table.providers.values() {
                known.add(Listed::Provider, [provider.name.value.as_str()]);
                known.add(Listed::Region, provider.value.regions.iter().map(|region| region.name.value.as_str()));
            }
            for account in table.accounts.values() {
                known.add(Listed::Account, [account.name.value.as_str()]);
                known.add(Listed::Environment, account.doc.environment.iter().map(|name| name.value.as_str()));
            }
            for target in table.targets.values() {
                known.add(Listed::Tool, target.doc.tools.iter().map(|tool| tool.value.as_str()));
                known.add(Listed::Provider, [target.doc.provider.value.as_str()]);
                known.add(Listed::Region, target.doc.region.iter().map(|region| region.value.as_str()));
            }
            for route in table.routes.values() {
                known.add(Listed::Data, route.doc.data.iter().map(|class| class.value.as_str()));
                if route.doc.data.is_empty() {
                    known.unsaid.insert(Listed::Data);
                }
                let Some(audience) = route.doc.audience.as_ref().map(|audience| &audience.value) else {
                    known.unsaid.extend([Listed::Team, Listed::User, Listed::Environment]);
                    continue;
                };
                known.add(Listed::Team, audience.teams.iter().map(|team| team.value.as_str()));
                known.add(Listed::User, audience.users.iter().map(|user| user.value.as_str()));
                known.add(Listed::Environment, audience.environments.iter().map(|name| name.value.as_str()));
            }
        }
        known
    }

    fn add(&mut self, what: Listed, names: impl IntoIterator<Item = &'t str>) {
        self.names.entry(what).or_default().extend(names);
    }

    /// The names of a kind, in order.
    pub fn names(&self, what: Listed) -> impl Iterator<Item = &'t str> {
        self.names.get(&what).into_iter().flatten().copied()
    }

    /// Whether a glob may match a name of a kind. One that matches the empty text is for what has no name, too.
    pub(super) fn has(&self, what: Listed, glob: &Glob) -> bool {
        glob.pattern.matches("")
            || self.unsaid.contains(&what)
            || self.names(what).any(|name| glob.pattern.matches(name))
    }
}

/// A glob of a clause that matches no known name.
#[derive(Clone, Debug)]
pub struct Dead<'c> {
    /// The clause.
    pub id: &'c str,
    /// Where the clause stands.
    pub clause: Span,
    /// What the glob is about.
    pub what: Listed,
    /// As written.
    pub written: &'c str,
    /// Where it stands.
    pub place: Place,
    glob: &'c Glob,
}

impl Dead<'_> {
    /// Whether it matches a name that is known elsewhere.
    pub fn is_alive(&self, elsewhere: &Known<'_>) -> bool {
        elsewhere.has(self.what, self.glob)
    }
}

/// The globs of a list that match no known name.
pub(super) fn dead<'c>(id: &'c str, clause: Span, what: Listed, globs: &'c [Glob], known: &Known<'_>) -> Vec<Dead<'c>> {
    let dead = globs.iter().filter(|glob| !known.has(what, glob));
    dead.map(|glob| Dead { id, clause, what, written: &glob.written, place: glob.place, glob }).collect()
}
