//! Every clause in force, read once: globs compiled, contradictions reported.

use crate::diagnostic::{Diagnostic, Level, Levels, Sink, nearest, or_list, quote};
use crate::model::{LevelWord, Percent, Policy, Survive};
use crate::source::{SourceMap, Span, Spanned};

use super::allow::Grants;
use super::budget::BudgetClause;
use super::custom::CustomClause;
use super::deny::Denials;
use super::selector::Selector;

/// The policies in force.
#[derive(Debug, Default)]
pub struct Law {
    /// Who may reach what.
    pub grants: Grants,
    /// What nobody may do.
    pub denials: Denials,
    /// What may be spent.
    pub budgets: Vec<BudgetClause>,
    /// What routes must survive.
    pub resilience: Vec<ResilienceClause>,
    /// What waivers must have.
    pub waivers: WaiverLaw,
    /// Rules of the organisation.
    pub rules: Vec<CustomClause>,
}

/// Which failures some routes must survive.
#[derive(Clone, Debug)]
pub struct ResilienceClause {
    /// The name of the clause.
    pub id: String,
    /// Where it stands.
    pub span: Span,
    /// Which routes.
    pub routes: Selector,
    /// What may fail, one at a time.
    pub survive: Vec<Survive>,
    /// What must remain free of every limit.
    pub headroom: Percent,
}

/// What waivers must have, the strictest of all policies.
#[derive(Clone, Debug, Default)]
pub struct WaiverLaw {
    /// The most days a waiver may still last.
    pub max_days: Option<(u32, Span)>,
    /// The keys it must have.
    pub require: Vec<(String, Span)>,
}

/// The keys of a waiver that terms can require.
const WAIVER_KEYS: [&str; 3] = ["ticket", "reason", "approvedBy"];

fn no_such_key(key: &Spanned<String>) -> Diagnostic {
    let message = format!("a waiver has no key {}", quote(&key.value));
    let help = nearest(&key.value, WAIVER_KEYS)
        .map_or_else(|| format!("one of {}", or_list(WAIVER_KEYS, 3)), |near| format!("did you mean {}?", quote(near)));
    Diagnostic::new("bad-value", key.place, "no such key", message).help(help)
}

impl Law {
    /// The same law, its own rules at the levels that policies give them by name.
    #[must_use]
    pub fn with_levels(mut self, levels: &Levels) -> Self {
        for clause in &mut self.rules {
            clause.level = match levels.of_clause(&clause.id) {
                Some(Level::Deny) => LevelWord::Deny,
                Some(Level::Warn) => LevelWord::Warn,
                Some(Level::Allow) => LevelWord::Allow,
                None => clause.level,
            };
        }
        self
    }

    /// The law of some policies, in their order.
    pub fn new(policies: &[Policy], sources: &SourceMap, sink: &mut Sink) -> Self {
        let mut law = Self {
            grants: Grants::new(policies, sink),
            denials: Denials::new(policies, sink),
            budgets: BudgetClause::all(policies, sink),
            rules: CustomClause::all(policies, sources, sink),
            ..Self::default()
        };
        for policy in policies {
            law.resilience.extend(policy.resilience.iter().map(|clause| ResilienceClause {
                id: clause.value.id.value.to_string(),
                span: clause.span(),
                routes: Selector::new(&clause.value.routes, sink),
                survive: clause.value.survive.iter().copied().collect(),
                headroom: clause.value.headroom.unwrap_or(Percent(0)),
            }));
            let Some(terms) = &policy.waiver_terms else { continue };
            if let Some(days) = &terms.max_days
                && law.waivers.max_days.is_none_or(|(most, _)| days.value.get() < most)
            {
                law.waivers.max_days = Some((days.value.get(), days.span()));
            }
            for key in &terms.require {
                if WAIVER_KEYS.contains(&key.value.as_str()) {
                    law.waivers.require.push((key.value.clone(), key.span()));
                } else {
                    sink.report(no_such_key(key));
                }
            }
        }
        law
    }
}
