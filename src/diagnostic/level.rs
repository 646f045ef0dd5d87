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
    levels: BTreeMap<RuleId, Level>,
    locked: BTreeSet<RuleId>,
}

impl Levels {
    /// Sets the level of a rule.
    pub fn set(&mut self, rule: RuleId, level: Level) {
        self.levels.insert(rule, level);
    }

    /// The names of all rules.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.levels.keys().map(|rule| rule.as_str())
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
        self.levels.get(&rule).copied().unwrap_or(Level::Deny)
    }

    /// Whether no waiver can reach the rule of this name.
    pub fn locked_name(&self, name: &str) -> bool {
        self.locked.iter().any(|rule| rule.as_str() == name)
    }

    /// Whether no waiver can reach a finding.
    pub fn is_locked(&self, diagnostic: &Diagnostic) -> bool {
        self.locked.contains(&diagnostic.rule)
    }
}
