//! Steps and targets in words that say everything that a request meets of them, and nothing of where they were written.

use crate::model::{
    Announce, Backoff, CircuitPer, Duration, Hosting, KeyLimits, Leg, PinTo, ResolvedStep, ShardBy, Step, Table,
    TargetNode, Tokens,
};

use super::fact::whole;

/// A step with everything that it does; what its label admits is a fact of its own.
pub(super) fn step(table: &Table, resolved: &ResolvedStep) -> String {
    match &resolved.step {
        Step::Backoff(wait) => backoff(wait),
        Step::NextKey(None) => "next-key".to_owned(),
        Step::NextKey(Some(times)) => format!("next-key {times} times"),
        Step::LowerConcurrency(share) => format!("lower-concurrency to {share}"),
        Step::RaiseTimeout(None) => "raise-timeout".to_owned(),
        Step::RaiseTimeout(Some(to)) => format!("raise-timeout to {to}"),
        Step::SwitchEgress(name) => format!("switch-egress to {}", whole(name.value.as_str())),
        Step::Fallback(fallback) => {
            let to = match resolved.leg.as_ref().map(|(leg, _)| leg) {
                Some(Leg::Target(id)) => format!("target {}", whole(table.targets[*id].name.value.as_str())),
                Some(Leg::Route(id)) => format!("route {}", whole(table.routes[*id].name.value.as_str())),
                Some(Leg::Nowhere(name)) => format!("{}, which nothing defines", whole(name.as_str())),
                None => "nothing".to_owned(),
            };
            let lasting = fallback.lasting.map_or_else(String::new, |lasting| format!(" for {lasting}"));
            format!("fallback to {to}{lasting}")
        }
        Step::CountPerKey(window) => format!("count-per-key over {window}"),
        Step::OpenCircuit { per, after, lasting } => {
            let per = match per {
                CircuitPer::Key => "key",
                CircuitPer::Target => "target",
                CircuitPer::Provider => "provider",
                CircuitPer::Region => "region",
            };
            format!("open-circuit per {per} after {after} for {lasting}")
        }
        Step::PinSession(to) => {
            let to = match to {
                PinTo::Key => "key",
                PinTo::Target => "target",
                PinTo::Region => "region",
            };
            format!("pin-session to {to}")
        }
        Step::ShardGateway(by) => {
            let by = match by {
                ShardBy::Session => "session",
                ShardBy::Team => "team",
                ShardBy::Key => "key",
            };
            format!("shard-gateway by {by}")
        }
        Step::Check { .. } => "check".to_owned(),
        Step::Stop => "stop".to_owned(),
    }
}

fn backoff(wait: &Backoff) -> String {
    let attempts = u64::from(wait.attempts.get());
    // What differs only as it is written waits alike: the waits themselves are what counts.
    let waits: Vec<String> = (0..attempts.min(4)).map(|number| Duration(wait.wait(number)).said()).collect();
    let more =
        if attempts > 4 { format!(", … {} in all", Duration(wait.total_wait()).said()) } else { String::new() };
    let times = if attempts == 1 { "once".to_owned() } else { format!("{attempts} times") };
    format!("backoff {times} ({}{more})", waits.join(", "))
}

/// How callers learn that another model answered: the word, and how little that tells them.
pub(super) fn announced(how: Option<Announce>) -> (u64, &'static str) {
    match how {
        Some(Announce::Header) => (0, "a header"),
        Some(Announce::ReviewQueue) => (1, "a review queue"),
        Some(Announce::Log) => (2, "a log only"),
        None => (3, "nothing"),
    }
}

/// Where a target runs, in a word.
pub(super) fn hosted(hosting: Hosting) -> &'static str {
    match hosting {
        Hosting::Own => "self",
        Hosting::Confidential => "confidential",
        Hosting::Vendor => "vendor",
    }
}

/// Everything that a call of a target depends on, apart from what it serves and where.
pub(super) fn target(table: &Table, node: &TargetNode) -> String {
    let mut said = Vec::new();
    said.push(match &node.doc.timeout {
        Some(timeout) => format!("timeout {}", timeout.value),
        None => "no timeout".to_owned(),
    });
    if let Some(most) = node.doc.concurrency {
        said.push(format!("concurrency {}", most.get()));
    }
    let keys: Vec<String> = node.keys.iter().map(|key| self::key(table, *key)).collect();
    if !keys.is_empty() {
        said.push(format!("keys {}", keys.join(", ")));
    }
    let egress: Vec<String> = node
        .egress
        .iter()
        .map(|path| {
            let path = &table.egress[*path];
            let proxy =
                path.value.proxy.as_ref().map_or_else(String::new, |proxy| format!(" by {}", whole(&proxy.value)));
            format!("{}{proxy}", whole(path.name.value.as_str()))
        })
        .collect();
    if !egress.is_empty() {
        said.push(format!("egress {}", egress.join(", ")));
    }
    said.join("; ")
}

/// A key with its limits. A secret is named by its reference, and a literal one not at all.
fn key(table: &Table, key: crate::model::KeyId) -> String {
    let node = &table.keys[key];
    let limit = |word: &str, of: fn(&KeyLimits) -> Option<Tokens>| {
        let number = node.doc.limits.as_ref().and_then(of)?;
        Some(format!("{word} {}", number.get()))
    };
    let details: Vec<String> = [
        node.doc.secret.value.reference().map(whole),
        node.doc.quota.as_ref().map(|quota| format!("quota {}", whole(quota.value.as_str()))),
        limit("requests", |limits| limits.requests_per_minute),
        limit("tokens", |limits| limits.tokens_per_minute),
        limit("concurrency", |limits| limits.concurrency),
        node.doc.expires.as_ref().map(|date| format!("until {}", date.value)),
    ]
    .into_iter()
    .flatten()
    .collect();
    format!("{} ({})", whole(node.name.value.as_str()), details.join(", "))
}
