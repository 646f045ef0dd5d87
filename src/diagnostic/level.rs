//! How grave a finding is, and who may change that.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::Diagnostic;

/// The name of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId(&'static str);

impl RuleId {
    /// The rule with this name; a test holds every name against the list of rules.
    pub const fn new(name: &'static str) -> Self {
        Self(name)
    }

    /// The name.
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for RuleId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0)
    }
}

/// How grave a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Not shown.
    Allow,
    /// Shown; the gate stays open.
    Warn,
    /// Shown; the gate is closed.
    Deny,
}

impl Level {
    /// The level as documents and reports write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Warn => "warn",
            Self::Deny => "deny",
        }
    }
}

/// The levels in force: the rules' defaults, then a gateway's, then the policies'.
#[derive(Clone, Debug, Default)]
pub struct Levels {
    of_rules: BTreeMap<RuleId, Level>,
    locked: BTreeSet<RuleId>,
    decided: BTreeSet<RuleId>,
    clauses: BTreeMap<String, Option<Level>>,
    locked_clauses: BTreeSet<String>,
}

impl Levels {
    /// Sets the level of a rule.
    pub fn set(&mut self, rule: RuleId, level: Level) {
        self.of_rules.insert(rule, level);
    }

    /// Sets the level of a rule as a policy says it, which holds for all of the rule's findings.
    pub fn decide(&mut self, rule: RuleId, level: Level) {
        self.of_rules.insert(rule, level);
        self.decided.insert(rule);
    }

    /// Whether a policy has set the level of a rule.
    pub fn is_decided(&self, rule: RuleId) -> bool {
        self.decided.contains(&rule)
    }

    /// Makes a policy's own rule known by the name of its clause.
    pub fn add_clause(&mut self, id: impl Into<String>) {
        self.clauses.entry(id.into()).or_default();
    }

    /// Sets the level of a policy's own rule.
    pub fn decide_clause(&mut self, id: impl Into<String>, level: Level) {
        self.clauses.insert(id.into(), Some(level));
    }

    /// The level that a policy's own rule is given by its name, beside the one it was written with.
    pub fn of_clause(&self, id: &str) -> Option<Level> {
        self.clauses.get(id).copied().flatten()
    }

    /// Puts a policy's own rule beyond the reach of waivers.
    pub fn lock_clause(&mut self, id: impl Into<String>) {
        self.locked_clauses.insert(id.into());
    }

    /// The names of all rules, those of policies last.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let clauses = self.clauses.keys().map(String::as_str);
        self.of_rules.keys().map(|rule| rule.as_str()).chain(clauses)
    }

    /// Whether there is a rule of this name.
    pub fn knows(&self, name: &str) -> bool {
        self.names().any(|known| known == name)
    }

    /// Puts a rule beyond the reach of waivers.
    pub fn lock(&mut self, rule: RuleId) {
        self.locked.insert(rule);
    }

    /// The level of a rule; an unknown rule denies, so that nothing is lost.
    pub fn of(&self, rule: RuleId) -> Level {
        self.of_rules.get(&rule).copied().unwrap_or(Level::Deny)
    }

    /// Whether no waiver can reach the rule of this name.
    pub fn locked_name(&self, name: &str) -> bool {
        self.locked.iter().any(|rule| rule.as_str() == name) || self.locked_clauses.contains(name)
    }

    /// Whether no waiver can reach a finding.
    pub fn is_locked(&self, diagnostic: &Diagnostic) -> bool {
        let clause = diagnostic.clause.as_ref();
        self.locked.contains(&diagnostic.rule) || clause.is_some_and(|clause| self.locked_clauses.contains(clause))
    }
}
