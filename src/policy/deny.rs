//! Denials: what nobody may do. A denial beats every grant.

use crate::diagnostic::{Diagnostic, Sink, or_list, quote};
use crate::model::{Denial, Policy, Tokens};
use crate::source::{Span, Spanned};

use super::known::{self, Dead, Known, Listed};
use super::offer::Offer;
use super::pattern::{self, Glob};

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
    data: Option<Vec<Glob>>,
    /// Whether it has only exemptions.
    forbids_everything: bool,
    trains: bool,
    retention_over: Option<u64>,
    models: Vec<Glob>,
    providers: Vec<Glob>,
    regions: Vec<Glob>,
    jurisdictions: Vec<String>,
    exempt: Vec<Glob>,
}

impl Denials {
    /// The denials of all policies.
    pub fn new<'p>(policies: impl IntoIterator<Item = &'p Policy>, sink: &mut Sink) -> Self {
        let denials = policies.into_iter().flat_map(|policy| &policy.denials);
        Self { clauses: denials.filter_map(|denial| DenialClause::new(&denial.value, denial.span(), sink)).collect() }
    }

    /// Every denial that forbids a target to requests with these classes of data.
    pub fn forbid(&self, data: &[&str], offer: &Offer<'_>) -> Vec<Forbidden> {
        let asked = self.clauses.iter().filter_map(|clause| {
            let protected = match &clause.data {
                Some(classes) => Some(&classes.iter().find(|class| data.contains(&class.written.as_str()))?.written),
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

    /// The denials that protect only classes of data which no route carries, and those that forbid only what has no
    /// known name.
    pub fn unmatched(&self, known: &Known<'_>) -> Vec<(&str, Span, &'static str)> {
        let idle = self.clauses.iter().filter_map(|clause| {
            let carried = |class: &Glob| known.names(Listed::Data).any(|name| name == class.written);
            let why = if clause.data.as_ref().is_some_and(|classes| !classes.iter().any(carried)) {
                "no route carries such data"
            } else if clause.forbids_only_names() && clause.forbidden().all(|(what, glob)| !known.has(what, glob)) {
                "no table and no catalogue names what it forbids"
            } else {
                return None;
            };
            Some((clause.id.as_str(), clause.span, why))
        });
        idle.collect()
    }

    /// The classes of data and the globs under `forbid` that match no known name. What `unless` exempts may name more
    /// than there is.
    pub fn dead<'c>(&'c self, known: &Known<'_>) -> Vec<Dead<'c>> {
        self.clauses.iter().flat_map(|clause| clause.dead(known)).collect()
    }
}

impl DenialClause {
    /// A clause; none where a part of it could not be read, since what is left might forbid more than was meant.
    fn new(denial: &Denial, span: Span, sink: &mut Sink) -> Option<Self> {
        let forbid = denial.forbid.as_ref();
        let unless = denial.unless.as_ref();
        let trains = forbid.and_then(|forbid| forbid.trains_on_data.as_ref());
        let mut globs = |list: Option<&Vec<Spanned<String>>>| -> Option<Vec<Glob>> {
            let written = list.map_or(&[][..], Vec::as_slice);
            Some(pattern::names(written, sink)).filter(|read| read.len() == written.len())
        };
        let models = globs(forbid.map(|forbid| &forbid.models));
        let providers = globs(forbid.map(|forbid| &forbid.providers));
        let regions = globs(forbid.map(|forbid| &forbid.regions));
        let exempt = globs(unless.map(|unless| &unless.providers));
        if let Some(trains) = trains.filter(|trains| !trains.value) {
            let message = format!("{} forbids nothing with `trainsOnData: false`", quote(denial.id.value.as_str()));
            let help =
                "write `trainsOnData: true` to forbid providers that train on what they are sent, or remove the key";
            sink.report(Diagnostic::new("bad-value", trains.place, "forbids nothing", message).help(help));
            return None;
        }
        let clause = Self {
            id: denial.id.value.to_string(),
            span,
            reason: denial.reason.clone(),
            data: denial.data.as_ref().map(|data| {
                let classes: Vec<_> = data.iter().map(|class| class.clone().map(|name| name.to_string())).collect();
                pattern::names(&classes, sink)
            }),
            forbids_everything: forbid.is_none(),
            trains: trains.is_some(),
            retention_over: forbid.and_then(|forbid| forbid.retention_days_over).map(Tokens::get),
            models: models?,
            providers: providers?,
            regions: regions?,
            jurisdictions: unless
                .map(|unless| unless.jurisdictions.iter().map(|name| name.value.clone()).collect())
                .unwrap_or_default(),
            exempt: exempt?,
        };
        if forbid.is_some() && clause.forbids_nothing() {
            let message = format!("{} has nothing under `forbid`", quote(denial.id.value.as_str()));
            let help = "say what is forbidden, or leave `forbid` out to forbid everything but what `unless` exempts";
            sink.report(Diagnostic::new("bad-value", denial.id.place, "forbids nothing", message).help(help));
            return None;
        }
        Some(clause)
    }

    fn forbids_nothing(&self) -> bool {
        !self.trains && self.retention_over.is_none() && self.forbidden().next().is_none()
    }

    /// Whether it forbids things by their names, and by nothing else.
    fn forbids_only_names(&self) -> bool {
        !self.forbids_everything && !self.trains && self.retention_over.is_none()
    }

    fn dead<'c>(&'c self, known: &Known<'_>) -> Vec<Dead<'c>> {
        let lists = [
            (Listed::Data, self.data.as_deref().unwrap_or_default()),
            (Listed::Model, &self.models),
            (Listed::Provider, &self.providers),
            (Listed::Region, &self.regions),
        ];
        lists.into_iter().flat_map(|(what, globs)| known::dead(&self.id, self.span, what, globs, known)).collect()
    }

    /// The globs under `forbid`.
    fn forbidden(&self) -> impl Iterator<Item = (Listed, &Glob)> {
        let models = self.models.iter().map(|glob| (Listed::Model, glob));
        let providers = self.providers.iter().map(|glob| (Listed::Provider, glob));
        models.chain(providers).chain(self.regions.iter().map(|glob| (Listed::Region, glob)))
    }

    /// What the clause has against a target, and whether that is only because the table does not say.
    fn objection(&self, offer: &Offer<'_>) -> Option<(String, bool)> {
        if pattern::any(&self.exempt, offer.provider)
            || offer.jurisdiction.is_some_and(|law| self.jurisdictions.iter().any(|allowed| allowed == law))
        {
            return None;
        }
        let provider = || quote(offer.provider);
        if self.forbids_everything {
            return Some(self.outside(offer));
        }
        if let Some(model) = offer.models.iter().find(|model| pattern::any(&self.models, model)) {
            return Some((format!("its model is {}", quote(model)), false));
        }
        if pattern::any(&self.providers, offer.provider) {
            return Some((format!("its provider is {}", provider()), false));
        }
        if let Some(region) = offer.region.filter(|region| pattern::any(&self.regions, region)) {
            return Some((format!("its region is {}", quote(region)), false));
        }
        match offer.trains_on_data {
            Some(true) if self.trains => return Some((format!("{} trains on what it is sent", provider()), false)),
            Some(_) | None => {}
        }
        match (self.retention_over, offer.retention_days) {
            (Some(most), Some(days)) if days > most => {
                let because = match most {
                    0 => format!("{} keeps what it is sent, for {days} days", provider()),
                    most => format!("{} keeps what it is sent for {days} days, more than {most}", provider()),
                };
                return Some((because, false));
            }
            (_, _) => {}
        }
        self.unsaid(offer).map(|unsaid| (unsaid, true))
    }

    /// What the table does not say of a target, although the clause asks for it.
    fn unsaid(&self, offer: &Offer<'_>) -> Option<String> {
        let terms = |key: &str| Some(format!("the `terms` of {} do not say `{key}`", quote(offer.provider)));
        if self.trains && offer.trains_on_data.is_none() {
            return terms("trainsOnData");
        }
        if self.retention_over.is_some() && offer.retention_days.is_none() {
            return terms("retentionDays");
        }
        (!self.regions.is_empty() && offer.region.is_none()).then(|| "it has no `region`".to_owned())
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
