//! Settings that are read as they are written, and do something else than they seem to: triggers, balances, retries.

use crate::diagnostic::{Diagnostic, Level, Sink, or_list, quote};
use crate::model::Symptom;
use crate::source::Place;
use crate::syntax::Value;

use super::plan::{plans, weights};
use super::spots::Spots;
use super::status::{RETRIED, TIMED_OUT, UNREACHABLE, worth_another};
use super::tree::{Group, Mode, Node, entry, get};

/// The statuses of a provider that cannot cope.
const SERVER: [i64; 4] = [UNREACHABLE, 502, 503, 504];

/// From how many seconds of waiting between retries a request is told of.
const LONG: u64 = 30;

/// From how many calls of one request.
const MANY: u64 = 10;

/// Reports what triggers, balances and retries come to.
pub(super) fn check(root: &Node<'_>, is_hosted: bool, sink: &mut Sink) {
    look(root, &mut Vec::new(), is_hosted, sink);
    retries(root, sink);
}

/// A node, and the fallbacks around it that have a further target to go on to.
fn look<'n, 't>(node: &'n Node<'t>, around: &mut Vec<&'n Group<'t>>, is_hosted: bool, sink: &mut Sink) {
    no_retry(node, sink);
    let Some(group) = &node.group else { return };
    match group.mode {
        Mode::Fallback => {
            trigger(group, around, sink);
            alone(node, group, sink);
            twice(group, sink);
        }
        Mode::LoadBalance => {
            balance(node, group, around, sink);
            untriggered(group, "a load balance never goes on to another target", is_hosted, sink);
        }
        Mode::Conditional => {
            untriggered(group, "a condition chooses once, and nothing goes on from there", is_hosted, sink);
        }
        Mode::Single => untriggered(group, "a single target is not followed by another", is_hosted, sink),
    }
    for (number, target) in group.targets.iter().enumerate() {
        let goes_on = group.mode == Mode::Fallback && number + 1 < group.targets.len();
        if goes_on {
            around.push(group);
        }
        look(target, around, is_hosted, sink);
        if goes_on {
            around.pop();
        }
    }
}

/// The statuses of a fallback, where it lists any.
fn trigger(group: &Group<'_>, around: &[&Group<'_>], sink: &mut Sink) {
    let Some((key, list)) = group.strategy.and_then(|strategy| entry(strategy, "on_status_codes")) else { return };
    let (Some(codes), [_, second, ..]) = (&group.codes, group.targets.as_slice()) else { return };
    if list.items().next().is_none() {
        let message = format!("no status makes this fallback go on, so {} is never called", quote(&second.label));
        sink.report(
            Diagnostic::new("portkey-dead-fallback", key.place(), "an empty list", message)
                .related(second.span(), "never called")
                .help(format!(
                    "remove `on_status_codes` to go on at any failure, or list the statuses: `{}`",
                    worth_another()
                )),
        );
        return;
    }
    let paid: Vec<i64> = codes.iter().copied().filter(|code| (200..300).contains(code)).collect();
    if let Some(code) = paid.first() {
        let place = list.items().find(|item| item.raw_text().is_some_and(|text| text == code.to_string()));
        let message = format!(
            "{code} is a success: an answer with it is thrown away, and {} is called too",
            quote(&second.label)
        );
        sink.report(
            Diagnostic::new("portkey-success-fallback", place.unwrap_or(list).place(), "a success", message)
                .related(second.span(), "called although the first one answered")
                .help(format!("take {code} out of the list: each answer is paid for twice")),
        );
    }
    if !codes.iter().any(|code| (200..600).contains(code)) {
        let message = format!("no response has any of these statuses, so {} is never called", quote(&second.label));
        sink.report(
            Diagnostic::new("portkey-dead-fallback", key.place(), "no such status", message)
                .related(second.span(), "never called")
                .help(format!("list the statuses of failures: `{}`", worth_another())),
        );
        return;
    }
    uncovered(group, codes, (key.place(), second), around, sink);
}

/// Statuses that a list leaves out, though they stand for the failures it seems to be about.
fn uncovered(
    group: &Group<'_>,
    codes: &[i64],
    (place, second): (Place, &Node<'_>),
    around: &[&Group<'_>],
    sink: &mut Sink,
) {
    let is_taken = |status: i64| {
        codes.contains(&status)
            || around.iter().any(|outer| outer.codes.as_ref().is_none_or(|codes| codes.contains(&status)))
    };
    let others = group.targets.split_last().map(|(_, others)| others).unwrap_or_default();
    let timeout = others.iter().flat_map(Node::leaves).find_map(|leaf| leaf.timeout.as_ref());
    let mut missing: Vec<(i64, String)> = Vec::new();
    if let Some(timeout) = timeout.filter(|_| !is_taken(TIMED_OUT)) {
        missing.push((TIMED_OUT, format!("calls that outlast the {} ms of `request_timeout`", timeout.value)));
    }
    if !is_taken(UNREACHABLE) {
        missing.push((UNREACHABLE, "providers that cannot be reached".to_owned()));
    }
    let has_server = SERVER.iter().any(|status| codes.contains(status));
    for status in SERVER.into_iter().filter(|status| has_server && *status != UNREACHABLE && !is_taken(*status)) {
        missing.push((status, "gateways and proxies in between".to_owned()));
    }
    let Some((first, what)) = missing.first() else { return };
    if *first != TIMED_OUT && *first != UNREACHABLE {
        return;
    }
    let list = missing.iter().map(|(status, _)| status.to_string()).collect::<Vec<_>>().join(", ");
    let second_reason = missing.get(1).filter(|(status, _)| *status == UNREACHABLE);
    let (statuses, what) = match second_reason {
        Some((status, other)) => (format!("{first} and {status}"), format!("{what}, and for {other}")),
        None => (first.to_string(), what.clone()),
    };
    let message = format!("{statuses} end the request: the gateway has them for {what}");
    let message = if second_reason.is_some() {
        message
    } else {
        message.replacen("end the", "ends the", 1).replacen("has them", "has it", 1)
    };
    let finding = Diagnostic::new("portkey-uncovered-failure", place, "not in the list", message)
        .related(second.span(), "not called then")
        .help(format!("add {list} to the list, or remove it to go on at any failure"));
    let finding = match timeout.filter(|_| *first == TIMED_OUT) {
        Some(timeout) => finding.related(timeout.span(), "what times out here stays without an answer"),
        None => finding,
    };
    sink.report(finding);
}

/// A fallback with one target.
fn alone(node: &Node<'_>, group: &Group<'_>, sink: &mut Sink) {
    if let [only] = group.targets.as_slice() {
        let message = format!("a fallback with one target: when {} fails, there is no other", quote(&only.label));
        sink.report(
            Diagnostic::new("portkey-dead-fallback", node.place(), "nothing to fall back to", message)
                .at_most(Level::Warn)
                .help("add a second target, or use `\"mode\": \"single\"`, which says so"),
        );
    }
}

/// Targets of a fallback that are written twice.
fn twice(group: &Group<'_>, sink: &mut Sink) {
    let written: Vec<(serde_json::Value, &Node<'_>)> =
        group.targets.iter().map(|target| (target.value.to_json(), target)).collect();
    for (number, (own, target)) in written.iter().enumerate() {
        let is_same = |(other, _): &&(serde_json::Value, &Node<'_>)| other == own;
        let Some((_, first)) = written.iter().take(number).find(is_same) else { continue };
        let message = format!("{} is {} again, which has just failed", quote(&target.label), quote(&first.label));
        sink.report(
            Diagnostic::new("duplicate-hop", target.place(), "asked again", message)
                .at_most(Level::Warn)
                .related(first.span(), "already failed here")
                .help(
                    "nothing between the two could make it succeed: name another target, or use `retry`, which waits",
                ),
        );
    }
}

/// Statuses where nothing goes on.
fn untriggered(group: &Group<'_>, why: &str, is_hosted: bool, sink: &mut Sink) {
    let Some((key, _)) = group.strategy.and_then(|strategy| entry(strategy, "on_status_codes")) else { return };
    let finding =
        Diagnostic::new("dead-setting", key.place(), "has no effect", format!("`on_status_codes` is for fallbacks: {why}"))
            .help("put the group into a fallback: `{\"strategy\": {\"mode\": \"fallback\", \"on_status_codes\": [\u{2026}]}, \"targets\": [THIS, ANOTHER]}`");
    sink.report(if is_hosted { finding.at_most(Level::Warn) } else { finding });
}

/// Weights, and what happens when the chosen target fails.
fn balance(node: &Node<'_>, group: &Group<'_>, around: &[&Group<'_>], sink: &mut Sink) {
    let weights = weights(group);
    let place =
        |target: &Node<'_>| entry(target.value, "weight").map_or_else(|| target.place(), |(_, weight)| weight.place());
    let is_below = |target: &Node<'_>| target.weight().is_some_and(|weight| weight.starts_with('-'));
    for target in group.targets.iter().filter(|target| is_below(target)) {
        let message =
            format!("{} has a weight below zero, which shifts the shares of the others", quote(&target.label));
        sink.report(
            Diagnostic::new("bad-value", place(target), "below zero", message)
                .help("write 0 to send it nothing, or a share above zero"),
        );
    }
    if !group.targets.is_empty() && weights.iter().all(|weight| *weight == 0) {
        let message = "no target has a weight above zero, so every request fails with 500";
        let first = group.targets.first().map_or_else(|| node.place(), place);
        sink.report(
            Diagnostic::new("bad-value", first, "nothing is chosen", message)
                .help("give at least one target a weight above zero, or leave `weight` out for equal shares"),
        );
        return;
    }
    for (target, _) in group.targets.iter().zip(&weights).filter(|(target, weight)| **weight == 0 && !is_below(target))
    {
        let message =
            format!("{} has no share of the load, so it is never called, also when others fail", quote(&target.label));
        sink.report(
            Diagnostic::new("dead-setting", place(target), "never called", message)
                .at_most(Level::Warn)
                .help("give it a weight above zero; for a stand-in, put the balance and it into a fallback"),
        );
    }
    let bare = group.targets.iter().zip(&weights).find(|(target, weight)| **weight > 0 && target.group.is_none());
    let Some((bare, _)) = bare.filter(|_| around.is_empty() && group.targets.len() > 1) else { return };
    let message = format!(
        "when {} is chosen and fails, the request fails: a load balance does not try the others",
        quote(&bare.label)
    );
    let place = group
        .strategy
        .and_then(|strategy| strategy.get_entry("mode"))
        .map_or_else(|| node.place(), |(_, mode)| mode.place());
    sink.report(
        Diagnostic::new("portkey-unshielded-balance", place, "nothing to fall back to", message)
            .related(bare.span(), "its failures reach the caller")
            .help("put it into a fallback with another target behind it: `{\"strategy\": {\"mode\": \"fallback\"}, \"targets\": [THIS, ANOTHER]}`"),
    );
}

/// Retries with an empty list of statuses.
fn no_retry(node: &Node<'_>, sink: &mut Sink) {
    let Some(retry) = get(node.value, "retry").filter(|retry| retry.is_mapping()) else { return };
    let Some((key, list)) = entry(retry, "on_status_codes").filter(|(_, list)| list.is_sequence()) else { return };
    if list.items().next().is_none() && get(retry, "attempts").and_then(Value::raw_text) != Some("0") {
        let message = "an empty `on_status_codes` retries no status, whatever `attempts` says";
        sink.report(Diagnostic::new("dead-setting", key.place(), "nothing is retried", message).help(format!(
                "remove it to retry {}, or list the statuses",
                or_list(RETRIED.map(|code| code.to_string()).iter().map(String::as_str), 5)
                    .replace('`', "")
                    .replace(" or ", " and ")
            )));
    }
}

/// What the retries of one request come to, at its worst.
fn retries(root: &Node<'_>, sink: &mut Sink) {
    let sums = plans(root).into_iter().map(|choice| {
        let spots = Spots::of(&choice.plan);
        let worst = Symptom::CONCRETE
            .into_iter()
            .map(|symptom| walk(&spots, symptom))
            .max_by_key(|sum| (sum.seconds, sum.calls));
        (worst.unwrap_or_default(), choice.taken.join("/"))
    });
    let Some((sum, branch)) = sums.max_by_key(|(sum, _)| (sum.seconds, sum.calls)) else { return };
    if sum.seconds == 0 || (sum.seconds < LONG && sum.calls < MANY) {
        return;
    }
    let place = root.all().into_iter().find_map(|node| entry(node.value, "retry").map(|(key, _)| key.place()));
    let Some(place) = place else { return };
    let of = if branch.is_empty() { String::new() } else { format!(" by {}", quote(&branch)) };
    let message = format!(
        "a request that keeps failing{of} makes {} calls and waits {} s between them, on top of the calls themselves",
        sum.calls, sum.seconds
    );
    sink.report(
        Diagnostic::new("portkey-slow-retry", place, format!("{} s of waiting", sum.seconds), message)
            .help("waits double from 1 s, and each target retries before the next is asked: fewer `attempts`, or `\"retry\": {\"attempts\": 0}` in targets that have another behind them"),
    );
}

#[derive(Clone, Copy, Default)]
struct Sum {
    calls: u64,
    seconds: u64,
}

/// A request on which every call shows the same symptom.
fn walk(spots: &Spots<'_, '_>, symptom: Symptom) -> Sum {
    let mut sum = Sum::default();
    let mut at = Some(0);
    while let Some(spot) = at.and_then(|at| spots.all.get(at)) {
        let fate = spots.fate(spot, symptom);
        let retry = spot.members.first().map(|(target, _)| &target.retry).filter(|_| fate.repeats);
        sum.calls += 1 + retry.map_or(0, |retry| u64::from(retry.attempts));
        sum.seconds = sum.seconds.saturating_add(retry.map_or(0, super::status::Retry::seconds));
        at = fate.next;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::super::status::triggers;
    use super::*;

    #[test]
    fn the_statuses_to_list_cover_what_every_route_should_survive() {
        assert!(Symptom::CORE.into_iter().all(|symptom| triggers(
            Some(&[408, 429, 500, 502, 503, 504]),
            symptom,
            true
        )));
    }
}
