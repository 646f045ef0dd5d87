//! Follows the steps from each target of the pool, and compares what each hop draws on with what was tried before it.

use crate::diagnostic::{Diagnostic, Label, Level, RuleId, Sink, quote};
use crate::graph::{Call, Move, further_keys};
use crate::model::{KeyId, KeyNode, Leg, RouteNode, Symptom, Table, TargetId};
use crate::source::{Place, Span};

use super::Context;
use super::ladder::way_to;
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
    for (id, route) in table.routes.iter() {
        for kind in [Drawn::Quota, Drawn::Account] {
            let Some(rung) = route.rungs.iter().find(|rung| rung.symptom == kind.symptom()) else { continue };
            // What ran out for one target of the pool may be full for another; only what helps none of them is no help.
            let mut ways: Vec<Way<'_>> = route.preferred().map(|member| Way::new(table, member.target, kind)).collect();
            for step in rung.taken() {
                if let Some((leg, place)) = &step.leg
                    && let Some(what) = same(table, leg, &ways)
                {
                    sink.report(finding(route, kind, what, *place).trace(way_to(table, id, rung, *place)));
                }
                for way in &mut ways {
                    way.take(&Move::of(step));
                }
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
}

/// A request that began at one target of the pool: the call it made last, and every key it has tried.
struct Way<'t> {
    table: &'t Table,
    kind: Drawn,
    call: Call,
    tried: Vec<KeyId>,
}

impl<'t> Way<'t> {
    fn new(table: &'t Table, target: TargetId, kind: Drawn) -> Self {
        let call = Call::first(table, target);
        Self { table, kind, call, tried: call.key_of(table).into_iter().collect() }
    }

    /// Takes a step, whose calls all fail.
    fn take(&mut self, step: &Move<'_>) {
        match step {
            Move::NextKeys(times) => {
                for _ in 0..further_keys(*times, self.call.spare_keys(self.table)) {
                    self.call.key += 1;
                    self.tried.extend(self.call.key_of(self.table));
                }
            }
            Move::Hop(Leg::Target(target)) => {
                self.call = Call::first(self.table, *target);
                self.tried.extend(self.call.key_of(self.table));
            }
            // Which keys a visit of another route tries is decided there.
            Move::Hop(Leg::Route(_) | Leg::Nowhere(_))
            | Move::Repeat(_)
            | Move::Again
            | Move::Longer(_)
            | Move::Through(_)
            | Move::Control
            | Move::Stop => {}
        }
    }

    /// What a key draws on that has run out.
    fn ran_out(&self, key: KeyId) -> Option<RanOut> {
        let node = |key: KeyId| &self.table.keys[key];
        let quota = |key: KeyId| node(key).doc.quota.as_ref().map(|quota| quota.value.as_str());
        let first =
            |same: &dyn Fn(KeyId) -> bool| self.tried.iter().find(|tried| same(**tried)).map(|tried| node(*tried));
        let ran_out = |what: String, tried: &KeyNode, span: Span| RanOut {
            what,
            tried: Label { span, text: format!("{} was tried before", quote(tried.name.value.as_str())) },
        };
        match self.kind {
            Drawn::Account => {
                let account = node(key).account?;
                let tried = first(&|tried| node(tried).account == Some(account))?;
                let what = format!("account {}", quote(self.table.accounts[account].name.value.as_str()));
                Some(ran_out(what, tried, tried.doc.account.span()))
            }
            Drawn::Quota => {
                let own = quota(key);
                let same = own.and_then(|own| first(&|tried| quota(tried) == Some(own)));
                if let Some(tried) = same
                    && let Some(quota) = &tried.doc.quota
                {
                    return Some(ran_out(format!("quota {}", quote(quota.value.as_str())), tried, quota.span()));
                }
                // One key is one quota, whether or not it is named.
                let tried = first(&|tried| tried == key)?;
                Some(ran_out(format!("key {}", quote(tried.name.value.as_str())), tried, tried.name.span()))
            }
        }
    }
}

/// What has run out, in words, and the key that was tried with it.
struct RanOut {
    what: String,
    tried: Label,
}

/// What a hop draws on that has just run out, if every call it can lead to does.
fn same(table: &Table, leg: &Leg, ways: &[Way<'_>]) -> Option<RanOut> {
    let reached: Vec<TargetId> = match leg {
        Leg::Target(target) => vec![*target],
        Leg::Route(to) => table.routes[*to].pool.iter().map(|member| member.target).collect(),
        Leg::Nowhere(_) => return None,
    };
    let mut first = None;
    for way in ways {
        for target in &reached {
            let what = way.ran_out(Call::first(table, *target).key_of(table)?)?;
            first.get_or_insert(what);
        }
    }
    first
}

fn finding(route: &RouteNode, kind: Drawn, ran_out: RanOut, place: Place) -> Diagnostic {
    let what = &ran_out.what;
    let message = format!(
        "on {} {} goes on with the {what} that has just run out",
        kind.symptom().as_str(),
        quote(route.name.value.as_str()),
    );
    let help = match kind {
        Drawn::Account => {
            "an account without credit pays for no other model either: fall back to another account, or `check` and `stop`"
        }
        Drawn::Quota => "fall back to a target whose first key draws on another `quota`, or wait with `backoff`",
    };
    let word = what.split(' ').next().unwrap_or_default();
    Diagnostic::new("same-quota-fallback", place, format!("the same {word}"), message)
        .related(ran_out.tried.span, ran_out.tried.text)
        .help(help)
        .shared_by(route.name.value.as_str(), word)
        .about(route.subject())
}
