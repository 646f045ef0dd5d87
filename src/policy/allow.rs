//! Grants: who may reach what. Default deny, and one grant must allow all of a call.

use crate::diagnostic::{Sink, quote};
use crate::model::{Allow, Grant, Policy, Principals, RouteNode};
use crate::source::Span;

use super::offer::Offer;
use super::pattern::{self, Pattern};

/// One caller of a route, as grants see it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Member<'t> {
    /// The team, for callers that are known by their team.
    pub team: Option<&'t str>,
    /// The user or service account, for others.
    pub user: Option<&'t str>,
    /// The environment; `None` where the audience names none, so that it may be any.
    pub environment: Option<&'t str>,
}

impl std::fmt::Display for Member<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.team, self.user) {
            (Some(team), _) => write!(formatter, "team {}", quote(team))?,
            (None, Some(user)) => write!(formatter, "user {}", quote(user))?,
            (None, None) => formatter.write_str("everybody")?,
        }
        self.environment.map_or(Ok(()), |environment| write!(formatter, " in {}", quote(environment)))
    }
}

/// Every member of a route's audience: each team and user, in each environment.
pub fn members(route: &RouteNode) -> Vec<Member<'_>> {
    let Some(audience) = &route.doc.audience else { return Vec::new() };
    let audience = &audience.value;
    let teams = audience.teams.iter().map(|team| (Some(team.value.as_str()), None));
    let users = audience.users.iter().map(|user| (None, Some(user.value.as_str())));
    let mut callers: Vec<(Option<&str>, Option<&str>)> = teams.chain(users).collect();
    if callers.is_empty() {
        callers.push((None, None));
    }
    let mut places: Vec<Option<&str>> =
        audience.environments.iter().map(|environment| Some(environment.value.as_str())).collect();
    if places.is_empty() {
        places.push(None);
    }
    callers
        .into_iter()
        .flat_map(|(team, user)| places.iter().map(move |environment| Member { team, user, environment: *environment }))
        .collect()
}

/// What a grant lacks for a call.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lack {
    /// What it is about: `model`, `region`, …
    pub what: &'static str,
    /// What the call has; `None` where the table does not say.
    pub has: Option<String>,
    /// The globs of the grant.
    pub allowed: String,
}

/// Why no grant allows a call.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// The grant that comes closest: its name, its place, and what it lacks; `None` where none is for this caller.
    pub nearest: Option<(String, Span, Vec<Lack>)>,
}

/// Every grant in force.
#[derive(Clone, Debug, Default)]
pub struct Grants {
    clauses: Vec<GrantClause>,
}

#[derive(Clone, Debug)]
struct GrantClause {
    id: String,
    span: Span,
    teams: Vec<Pattern>,
    users: Vec<Pattern>,
    environments: Vec<Pattern>,
    lists: Vec<List>,
}

/// One list of a grant: what it is about, as written, and as globs.
#[derive(Clone, Debug)]
struct List {
    what: &'static str,
    written: String,
    patterns: Vec<Pattern>,
}

impl List {
    /// The first of some names that the list does not let through.
    fn refused<'n>(&self, names: &[&'n str]) -> Option<&'n str> {
        names.iter().find(|name| !pattern::any(&self.patterns, name)).copied()
    }
}

impl Grants {
    /// The grants of all policies.
    pub fn new<'p>(policies: impl IntoIterator<Item = &'p Policy>, sink: &mut Sink) -> Self {
        let grants = policies.into_iter().flat_map(|policy| &policy.grants);
        Self { clauses: grants.map(|grant| GrantClause::new(&grant.value, grant.span(), sink)).collect() }
    }

    /// Whether any grant is in force, so that what none allows is refused.
    pub fn in_force(&self) -> bool {
        !self.clauses.is_empty()
    }

    /// Why no grant lets a caller reach a target with a class of data; `None` if one does.
    pub fn refuse(&self, member: &Member<'_>, data: Option<&str>, offer: &Offer<'_>) -> Option<Refusal> {
        let mut nearest: Option<(&GrantClause, Vec<Lack>)> = None;
        for clause in self.clauses.iter().filter(|clause| clause.is_for(member)) {
            let lacks = clause.lacks(data, offer);
            if lacks.is_empty() {
                return None;
            }
            if nearest.as_ref().is_none_or(|(_, least)| lacks.len() < least.len()) {
                nearest = Some((clause, lacks));
            }
        }
        Some(Refusal { nearest: nearest.map(|(clause, lacks)| (clause.id.clone(), clause.span, lacks)) })
    }

    /// The grant that lets a caller reach a target with a class of data; of several, the first by name.
    pub fn allowing(&self, member: &Member<'_>, data: Option<&str>, offer: &Offer<'_>) -> Option<&str> {
        let fitting = self.clauses.iter().filter(|clause| clause.is_for(member));
        fitting.filter(|clause| clause.lacks(data, offer).is_empty()).map(|clause| clause.id.as_str()).min()
    }

    /// Whether any grant asks which data a call carries.
    pub fn ask_for_data(&self) -> bool {
        self.clauses.iter().any(|clause| clause.lists.iter().any(|list| list.what == "data"))
    }

    /// Whether any grant lets anybody reach a target, with whatever data.
    pub fn allow_anybody(&self, offer: &Offer<'_>) -> bool {
        self.clauses.iter().any(|clause| clause.lacks(None, offer).is_empty())
    }

    /// The grants that are for no caller of these routes, or allow none of these targets.
    pub fn unmatched(&self, members: &[Member<'_>], offers: &[Offer<'_>]) -> Vec<(&str, Span)> {
        let idle = self.clauses.iter().filter(|clause| {
            !members.iter().any(|member| clause.is_for(member))
                || !offers.iter().any(|offer| clause.lacks(None, offer).is_empty())
        });
        idle.map(|clause| (clause.id.as_str(), clause.span)).collect()
    }
}

impl GrantClause {
    fn new(grant: &Grant, span: Span, sink: &mut Sink) -> Self {
        let Principals { teams, users, environments } = &grant.to;
        let Allow { models, providers, regions, accounts, data, tools } = &grant.allow;
        let mut lists = Vec::new();
        let all = [
            ("model", models),
            ("provider", providers),
            ("region", regions),
            ("account", accounts),
            ("data", data),
            ("tool", tools),
        ];
        for (what, globs) in all {
            let Some(globs) = globs else { continue };
            let words: Vec<String> = globs.iter().map(|glob| quote(&glob.value)).collect();
            let written = if words.is_empty() { "none".to_owned() } else { words.join(", ") };
            lists.push(List { what, written, patterns: pattern::names(globs, sink) });
        }
        Self {
            id: grant.id.value.to_string(),
            span,
            teams: pattern::names(teams, sink),
            users: pattern::names(users, sink),
            environments: pattern::names(environments, sink),
            lists,
        }
    }

    /// Whether the grant is for a caller. One that names neither teams nor users is for everybody.
    fn is_for(&self, member: &Member<'_>) -> bool {
        let is_open = self.teams.is_empty() && self.users.is_empty();
        let fits = |patterns: &[Pattern], name: Option<&str>| name.is_some_and(|name| pattern::any(patterns, name));
        (is_open || fits(&self.teams, member.team) || fits(&self.users, member.user))
            && (self.environments.is_empty() || fits(&self.environments, member.environment))
    }

    fn lacks(&self, data: Option<&str>, offer: &Offer<'_>) -> Vec<Lack> {
        let mut lacks = Vec::new();
        for list in &self.lists {
            let lack = match list.what {
                // Either spelling of the model will do.
                "model" => {
                    let known = offer.models.iter().any(|name| pattern::any(&list.patterns, name));
                    (!known).then(|| offer.models.first().copied())
                }
                "provider" => list.refused(&[offer.provider]).map(Some),
                "region" => match offer.region {
                    Some(region) => list.refused(&[region]).map(Some),
                    // A target that does not say where it is cannot be shown to be where the grant wants it.
                    None => (!pattern::any(&list.patterns, "")).then_some(None),
                },
                // Nor can one without a key be shown to be paid by the right account.
                "account" if offer.accounts.is_empty() => (!pattern::any(&list.patterns, "")).then_some(None),
                "account" => list.refused(&offer.accounts).map(Some),
                "tool" => list.refused(&offer.tools).map(Some),
                _ => data.and_then(|data| list.refused(&[data])).map(Some),
            };
            if let Some(has) = lack {
                lacks.push(Lack { what: list.what, has: has.map(str::to_owned), allowed: list.written.clone() });
            }
        }
        lacks
    }
}
