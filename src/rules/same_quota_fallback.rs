//! Compares the quota, on `billing` the account, of the pool with that of each hop of the same ladder.

use crate::diagnostic::{Diagnostic, Level, RuleId, Sink, quote};
use crate::graph::{Call, Move};
use crate::model::{KeyId, Leg, RouteNode, Symptom, Table, TargetId};
use crate::source::Place;

use super::Context;
use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("same-quota-fallback"),
    group: Group::Ladder,
    level: Level::Deny,
    locked: false,
    page: include_str!("same_quota_fallback.md"),
    run: Some(run),
    silence: Silence::OnGatewayFiles("its steps one by one"),
};

fn run(context: &Context<'_>, sink: &mut Sink) {
    let table = context.table;
    for route in table.routes.values() {
        for kind in [Drawn::Quota, Drawn::Account] {
            let Some(rung) = route.rungs.iter().find(|rung| rung.symptom == kind.symptom()) else { continue };
            let mut tried_keys = false;
            for step in rung.taken() {
                tried_keys |= matches!(Move::of(step), Move::NextKeys(_));
                let Some((leg, place)) = &step.leg else { continue };
                let Some(what) = same(table, route, leg, kind, tried_keys) else { continue };
                sink.report(finding(route, kind, &what, *place));
            }
        }
    }
}

/// What runs out.
#[derive(Clone, Copy)]
enum Drawn {
    Quota,
    Account,
}

impl Drawn {
    fn symptom(self) -> Symptom {
        match self {
            Self::Quota => Symptom::RateLimit,
            Self::Account => Symptom::Billing,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Quota => "quota",
            Self::Account => "account",
        }
    }

    /// What the first call of a target draws on.
    fn by(self, table: &Table, target: TargetId) -> Option<&str> {
        self.of(table, Call::first(table, target).key_of(table)?)
    }

    /// What a key draws on.
    fn of(self, table: &Table, key: KeyId) -> Option<&str> {
        let key = &table.keys[key];
        match self {
            Self::Account => key.account.map(|account| table.accounts[account].name.value.as_str()),
            Self::Quota => key.doc.quota.as_ref().map(|quota| quota.value.as_str()),
        }
    }
}

/// What a hop draws on that has just run out, if every call it can lead to does.
fn same(table: &Table, route: &RouteNode, leg: &Leg, kind: Drawn, tried_keys: bool) -> Option<String> {
    let reached: Vec<TargetId> = match leg {
        Leg::Target(target) => vec![*target],
        Leg::Route(to) => table.routes[*to].pool.iter().map(|member| member.target).collect(),
        Leg::Nowhere(_) => return None,
    };
    let drawn: Vec<&str> = reached.into_iter().map(|target| kind.by(table, target)).collect::<Option<_>>()?;
    // What ran out for one target of the pool may be full for another; only what helps none of them is no help.
    let ran_out = |target: TargetId| -> Option<Vec<&str>> {
        let keys = table.targets[target].keys.iter().filter(|_| tried_keys);
        let mut names: Vec<&str> = keys.filter_map(|key| kind.of(table, *key)).collect();
        names.push(kind.by(table, target)?);
        Some(names)
    };
    let pool: Vec<Vec<&str>> = route.preferred().map(|member| ran_out(member.target)).collect::<Option<_>>()?;
    let first = drawn.first().copied()?;
    let helps_none = !pool.is_empty() && pool.iter().all(|names| drawn.iter().all(|name| names.contains(name)));
    helps_none.then(|| first.to_owned())
}

fn finding(route: &RouteNode, kind: Drawn, what: &str, place: Place) -> Diagnostic {
    let word = kind.word();
    let message = format!(
        "on {} {} goes on with the {word} {} that has just run out",
        kind.symptom().as_str(),
        quote(route.name.value.as_str()),
        quote(what)
    );
    let help = match kind {
        Drawn::Account => {
            "an account without credit pays for no other model either: fall back to another account, or `check` and `stop`"
        }
        Drawn::Quota => "fall back to a target whose first key draws on another `quota`, or wait with `backoff`",
    };
    Diagnostic::new("same-quota-fallback", place, format!("the same {word}"), message)
        .help(help)
        .shared_by(route.name.value.as_str(), kind.word())
        .about(route.subject())
}
