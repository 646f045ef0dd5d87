//! Denials: what nobody may do. A denial beats every grant.

use crate::diagnostic::{Sink, or_list, quote};
use crate::model::{Denial, Policy};
use crate::source::Span;

use super::offer::Offer;
use super::pattern::{self, Pattern};

/// What a denial says about a call.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Forbidden {
    /// The name of the clause.
    pub id: String,
    /// Where it stands.
    pub span: Span,
    /// Why there is such a clause.
    pub reason: String,
    /// The class of data it protects; `None` if all.
    pub data: Option<String>,
    /// What about the target it forbids.
    pub because: String,
    /// Whether the table does not say what the clause asks, so that nobody can tell.
    pub unknown: bool,
}

/// Every denial in force.
#[derive(Clone, Debug, Default)]
pub struct Denials {
    clauses: Vec<DenialClause>,
}

#[derive(Clone, Debug)]
struct DenialClause {
    id: String,
    span: Span,
    reason: String,
    data: Option<Vec<String>>,
    forbids_nothing_named: bool,
    trains: bool,
    retention_over: Option<u64>,
    models: Vec<Pattern>,
    providers: Vec<Pattern>,
    regions: Vec<Pattern>,
    jurisdictions: Vec<String>,
    exempt: Vec<Pattern>,
}

impl Denials {
    /// The denials of all policies.
    pub fn new<'p>(policies: impl IntoIterator<Item = &'p Policy>, sink: &mut Sink) -> Self {
        let denials = policies.into_iter().flat_map(|policy| &policy.denials);
        Self { clauses: denials.map(|denial| DenialClause::new(&denial.value, denial.span(), sink)).collect() }
    }

    /// Every denial that forbids a target to requests with these classes of data.
    pub fn forbid(&self, data: &[&str], offer: &Offer<'_>) -> Vec<Forbidden> {
        let asked = self.clauses.iter().filter_map(|clause| {
            let protected = match &clause.data {
                Some(classes) => Some(classes.iter().find(|class| data.contains(&class.as_str()))?),
                None => None,
            };
            let (because, unknown) = clause.objection(offer)?;
            Some(Forbidden {
                id: clause.id.clone(),
                span: clause.span,
                reason: clause.reason.clone(),
                data: protected.cloned(),
                because,
                unknown,
            })
        });
        asked.collect()
    }

    /// Whether any denial protects a class of data.
    pub fn ask_for_data(&self) -> bool {
        self.clauses.iter().any(|clause| clause.data.is_some())
    }

    /// Whether any denial is in force.
    pub fn in_force(&self) -> bool {
        !self.clauses.is_empty()
    }

    /// The denials that protect classes of data which no route carries.
    pub fn unmatched(&self, data: &[&str]) -> Vec<(&str, Span)> {
        let idle = self.clauses.iter().filter(|clause| {
            clause.data.as_ref().is_some_and(|classes| !classes.iter().any(|class| data.contains(&class.as_str())))
        });
        idle.map(|clause| (clause.id.as_str(), clause.span)).collect()
    }
}

impl DenialClause {
    fn new(denial: &Denial, span: Span, sink: &mut Sink) -> Self {
        let forbid = denial.forbid.as_ref();
        let unless = denial.unless.as_ref();
        let trains = forbid.and_then(|forbid| forbid.trains_on_data) == Some(true);
        let retention_over = forbid.and_then(|forbid| forbid.retention_days_over).map(|days| u64::from(days.get()));
        let mut clause = Self {
            id: denial.id.value.to_string(),
            span,
            reason: denial.reason.clone(),
            data: denial.data.as_ref().map(|data| data.iter().map(|class| class.value.to_string()).collect()),
            forbids_nothing_named: false,
            trains,
            retention_over,
            models: forbid.map(|forbid| pattern::names(&forbid.models, sink)).unwrap_or_default(),
            providers: forbid.map(|forbid| pattern::names(&forbid.providers, sink)).unwrap_or_default(),
            regions: forbid.map(|forbid| pattern::names(&forbid.regions, sink)).unwrap_or_default(),
            jurisdictions: unless
                .map(|unless| unless.jurisdictions.iter().map(|name| name.value.clone()).collect())
                .unwrap_or_default(),
            exempt: unless.map(|unless| pattern::names(&unless.providers, sink)).unwrap_or_default(),
        };
        clause.forbids_nothing_named = !trains
            && retention_over.is_none()
            && clause.models.is_empty()
            && clause.providers.is_empty()
            && clause.regions.is_empty();
        clause
    }

    /// What the clause has against a target, and whether that is only because the table does not say.
    fn objection(&self, offer: &Offer<'_>) -> Option<(String, bool)> {
        if pattern::any(&self.exempt, offer.provider)
            || offer.jurisdiction.is_some_and(|law| self.jurisdictions.iter().any(|allowed| allowed == law))
        {
            return None;
        }
        let provider = quote(offer.provider);
        if self.forbids_nothing_named {
            return Some(self.outside(offer));
        }
        if let Some(model) = offer.models.iter().find(|model| pattern::any(&self.models, model)) {
            return Some((format!("its model is {}", quote(model)), false));
        }
        if pattern::any(&self.providers, offer.provider) {
            return Some((format!("its provider is {provider}"), false));
        }
        if let Some(region) = offer.region.filter(|region| pattern::any(&self.regions, region)) {
            return Some((format!("its region is {}", quote(region)), false));
        }
        match offer.trains_on_data {
            Some(true) if self.trains => return Some((format!("{provider} trains on what it is sent"), false)),
            Some(_) | None => {}
        }
        match (self.retention_over, offer.retention_days) {
            (Some(most), Some(days)) if days > most => {
                let because = format!("{provider} keeps what it is sent for {days} days, more than {most}");
                return Some((because, false));
            }
            (_, _) => {}
        }
        let unsaid = (self.trains && offer.trains_on_data.is_none())
            .then_some("`trainsOnData`")
            .or_else(|| (self.retention_over.is_some() && offer.retention_days.is_none()).then_some("`retentionDays`"));
        unsaid.map(|key| (format!("the `terms` of {provider} do not say {key}"), true))
    }

    /// What a clause that forbids everything outside some places has against a target.
    fn outside(&self, offer: &Offer<'_>) -> (String, bool) {
        let wanted = or_list(self.jurisdictions.iter().map(String::as_str), 4);
        match (offer.jurisdiction, wanted.is_empty()) {
            (_, true) => ("nothing is exempt from it".to_owned(), false),
            (Some(law), false) => (format!("it is in {}, not in {wanted}", quote(law)), false),
            (None, false) => {
                let place = offer.region.map_or_else(
                    || "it has no region".to_owned(),
                    |region| format!("its region {} states no jurisdiction", quote(region)),
                );
                (format!("{place}, so that it cannot be shown to be in {wanted}"), false)
            }
        }
    }
}
