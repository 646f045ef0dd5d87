//! Grants: who may reach what. Default deny, and one grant must allow all of a call.

use crate::diagnostic::{Sink, quote};
use crate::model::{Allow, Grant, Policy, Principals, RouteNode};
use crate::source::Span;

use super::known::{self, Dead, Known, Listed};
use super::offer::Offer;
use super::pattern::{self, Glob};

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

/// Every member of a route's audience: each team and user, in each environment. One that says nothing has none.
pub fn members(route: &RouteNode) -> Vec<Member<'_>> {
    let audience = route.doc.audience.as_ref().map(|audience| &audience.value);
    let Some(audience) = audience.filter(|audience| !audience.is_empty()) else { return Vec::new() };
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
    /// What it is about.
    pub what: Listed,
    /// What the call has; `None` where the table does not say.
    pub has: Option<String>,
    /// The globs of the grant.
    pub allowed: String,
}

impl Lack {
    /// Whether it is about who calls, not about what is called.
    pub fn is_about_caller(&self) -> bool {
        matches!(self.what, Listed::Team | Listed::User | Listed::Environment)
    }
}

/// The grant that comes closest to a call which no grant allows.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// Its name.
    pub id: String,
    /// Where it stands.
    pub span: Span,
    /// What of the call it does not allow.
    pub lacks: Vec<Lack>,
    /// Whether any grant at all is for this caller.
    pub has_grant: bool,
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
    teams: Vec<Glob>,
    users: Vec<Glob>,
    environments: Vec<Glob>,
    lists: Vec<List>,
}

/// One list of a grant: what it is about, as written, and as globs.
#[derive(Clone, Debug)]
struct List {
    what: Listed,
    globs: Vec<Glob>,
}

impl List {
    /// The first of some names that the list does not let through.
    fn refused<'n>(&self, names: &[&'n str]) -> Option<&'n str> {
        names.iter().find(|name| !pattern::any(&self.globs, name)).copied()
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

    /// Whether a grant lets a caller reach a target with a class of data; without grants none is needed.
    pub fn allow(&self, member: &Member<'_>, data: Option<&str>, offer: &Offer<'_>) -> bool {
        let allows = |clause: &GrantClause| clause.is_for(member) && clause.lacks(data, offer).is_empty();
        !self.in_force() || self.clauses.iter().any(allows)
    }

    /// The grant that comes closest to letting a caller reach a target with a class of data; `None` if one does. Of
    /// several that lack as much, one that is for the caller.
    pub fn refuse(&self, member: &Member<'_>, data: Option<&str>, offer: &Offer<'_>) -> Option<Refusal> {
        if self.allow(member, data, offer) {
            return None;
        }
        let all = self.clauses.iter().map(|clause| {
            let mut lacks = clause.lacks_of_caller(member);
            let of_caller = lacks.len();
            lacks.extend(clause.lacks(data, offer));
            (clause, of_caller, lacks)
        });
        let (clause, _, lacks) = all.min_by_key(|(_, of_caller, lacks)| (lacks.len(), *of_caller))?;
        let has_grant = self.clauses.iter().any(|clause| clause.is_for(member));
        Some(Refusal { id: clause.id.clone(), span: clause.span, lacks, has_grant })
    }

    /// The grant that lets a caller reach a target with a class of data; of several, the first by name.
    pub fn allowing(&self, member: &Member<'_>, data: Option<&str>, offer: &Offer<'_>) -> Option<&str> {
        let fitting = self.clauses.iter().filter(|clause| clause.is_for(member));
        fitting.filter(|clause| clause.lacks(data, offer).is_empty()).map(|clause| clause.id.as_str()).min()
    }

    /// Whether any grant asks which data a call carries.
    pub fn ask_for_data(&self) -> bool {
        self.clauses.iter().any(|clause| clause.lists.iter().any(|list| list.what == Listed::Data))
    }

    /// Whether any grant lets anybody reach a target, with whatever data.
    pub fn allow_anybody(&self, offer: &Offer<'_>) -> bool {
        self.clauses.iter().any(|clause| clause.lacks(None, offer).is_empty())
    }

    /// The grants that are for no caller of these routes, or allow none of these targets.
    pub fn unmatched<'t, M, O>(&self, members: impl Fn() -> M, offers: impl Fn() -> O) -> Vec<(&str, Span)>
    where
        M: Iterator<Item = Member<'t>>,
        O: Iterator<Item = Offer<'t>>,
    {
        let idle = self.clauses.iter().filter(|clause| {
            !members().any(|member| clause.is_for(&member))
                || !offers().any(|offer| clause.lacks(None, &offer).is_empty())
        });
        idle.map(|clause| (clause.id.as_str(), clause.span)).collect()
    }

    /// The globs of all grants that match no known name.
    pub fn dead<'c>(&'c self, known: &Known<'_>) -> Vec<Dead<'c>> {
        self.clauses.iter().flat_map(|clause| clause.dead(known)).collect()
    }
}

impl GrantClause {
    fn new(grant: &Grant, span: Span, sink: &mut Sink) -> Self {
        let Principals { teams, users, environments } = &grant.to;
        let Allow { models, providers, regions, accounts, data, tools } = &grant.allow;
        let mut lists = Vec::new();
        let all = [
            (Listed::Model, models),
            (Listed::Provider, providers),
            (Listed::Region, regions),
            (Listed::Account, accounts),
            (Listed::Data, data),
            (Listed::Tool, tools),
        ];
        for (what, globs) in all {
            lists.extend(globs.as_ref().map(|globs| List { what, globs: pattern::names(globs, sink) }));
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

    fn dead<'c>(&'c self, known: &Known<'_>) -> Vec<Dead<'c>> {
        let whom =
            [(Listed::Team, &self.teams), (Listed::User, &self.users), (Listed::Environment, &self.environments)];
        let what = self.lists.iter().map(|list| (list.what, &list.globs));
        let lists = whom.into_iter().chain(what);
        lists.flat_map(|(what, globs)| known::dead(&self.id, self.span, what, globs, known)).collect()
    }

    /// Whether the grant is for a caller. One that names neither teams nor users is for everybody.
    fn is_for(&self, member: &Member<'_>) -> bool {
        let is_open = self.teams.is_empty() && self.users.is_empty();
        let is_known = is_open || fits(&self.teams, member.team) || fits(&self.users, member.user);
        is_known && (self.environments.is_empty() || fits(&self.environments, member.environment))
    }

    /// Why the grant is not for a caller.
    fn lacks_of_caller(&self, member: &Member<'_>) -> Vec<Lack> {
        let mut lacks = Vec::new();
        let is_open = self.teams.is_empty() && self.users.is_empty();
        if !(is_open || fits(&self.teams, member.team) || fits(&self.users, member.user)) {
            let teams = self.teams.iter().map(|team| format!("team {}", quote(&team.written)));
            let users = self.users.iter().map(|user| format!("user {}", quote(&user.written)));
            let allowed: Vec<String> = teams.chain(users).collect();
            let what = if member.user.is_some() { Listed::User } else { Listed::Team };
            let has = member.team.or(member.user).map(str::to_owned);
            lacks.push(Lack { what, has, allowed: allowed.join(", ") });
        }
        if !(self.environments.is_empty() || fits(&self.environments, member.environment)) {
            let has = member.environment.map(str::to_owned);
            lacks.push(Lack { what: Listed::Environment, has, allowed: written(&self.environments) });
        }
        lacks
    }

    fn lacks(&self, data: Option<&str>, offer: &Offer<'_>) -> Vec<Lack> {
        let mut lacks = Vec::new();
        for list in &self.lists {
            let lack = match list.what {
                // Either spelling of the model will do.
                Listed::Model => {
                    let known = offer.models.iter().any(|name| pattern::any(&list.globs, name));
                    (!known).then(|| offer.models.first().copied())
                }
                Listed::Provider => list.refused(&[offer.provider]).map(Some),
                Listed::Region => match offer.region {
                    Some(region) => list.refused(&[region]).map(Some),
                    // A target that does not say where it is cannot be shown to be where the grant wants it.
                    None => (!pattern::any(&list.globs, "")).then_some(None),
                },
                // Nor can one without a key be shown to be paid by the right account.
                Listed::Account if offer.accounts.is_empty() => (!pattern::any(&list.globs, "")).then_some(None),
                Listed::Account => list.refused(&offer.accounts).map(Some),
                Listed::Tool => list.refused(&offer.tools).map(Some),
                Listed::Data => data.and_then(|data| list.refused(&[data])).map(Some),
                Listed::Team | Listed::User | Listed::Environment => None,
            };
            if let Some(has) = lack {
                lacks.push(Lack { what: list.what, has: has.map(str::to_owned), allowed: written(&list.globs) });
            }
        }
        lacks
    }
}

/// Whether a name that may be missing fits a list.
fn fits(globs: &[Glob], name: Option<&str>) -> bool {
    name.is_some_and(|name| pattern::any(globs, name))
}

/// A list as a finding shows it.
fn written(globs: &[Glob]) -> String {
    let words: Vec<String> = globs.iter().map(|glob| quote(&glob.written)).collect();
    if words.is_empty() { "none".to_owned() } else { words.join(", ") }
}
