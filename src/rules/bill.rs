//! How findings about money name a clause, its largest terms, and the failure that causes them.

use std::fmt::Write;

use crate::contingency::{Event, Failure, Limited, Network, Outage, Overload, WHOLE, percentage, percentages};
use crate::diagnostic::{Label, quote};
use crate::model::{Percent, Period, RouteId, Table};
use crate::policy::{Amount, BudgetClause};
use crate::source::Span;

/// How many terms of a sum are shown.
const TERMS: usize = 5;

/// The largest terms of a sum, each at the route that spends it.
pub(super) fn terms(table: &Table, amount: &Amount) -> Vec<Label> {
    let mut labels: Vec<Label> = amount
        .terms
        .iter()
        .take(TERMS)
        .map(|term| {
            let route = &table.routes[term.route];
            let target = &table.targets[term.target];
            let span = route.doc.traffic.as_ref().map_or(route.name.span(), crate::source::Spanned::span);
            Label {
                span,
                text: format!(
                    "{} for {} at {}",
                    term.amount,
                    quote(route.name.value.as_str()),
                    quote(target.name.value.as_str())
                ),
            }
        })
        .collect();
    let more = amount.terms.len().saturating_sub(TERMS);
    if let Some(last) = labels.last_mut().filter(|_| more > 0) {
        let _ = write!(last.text, ", and {more} smaller ones");
    }
    labels
}

/// Over how long a clause counts.
pub(super) fn per(clause: &BudgetClause) -> &'static str {
    match clause.per {
        Period::Day => "a day",
        Period::Month => "a month",
        Period::Request => "a request",
    }
}

/// A failure in words.
pub(super) fn failure(table: &Table, failure: &Failure) -> String {
    format!("{} {} fails with {}", failure.element.word(), quote(failure.element.name(table)), failure.symptom.as_str())
}

/// What fails in an outage, in words.
pub(super) fn failures(table: &Table, outage: &Outage) -> String {
    outage.failures.iter().map(|what| failure(table, what)).collect::<Vec<_>>().join(" and ")
}

/// A load in requests and tokens per minute, of which only what is limited is said.
pub(super) fn load(overload: &Overload, headroom: Percent) -> String {
    let over = |load: u64, limit: Option<u64>| limit.filter(|limit| load > *limit);
    let said = |unit: &str, load: u64, limit: u64, written: Option<u64>| {
        let less = match written.filter(|_| headroom.0 > 0) {
            Some(written) => format!(", its limit of {written} less {headroom}"),
            None => String::new(),
        };
        format!("{} {unit} a minute, and lets {} through{less}", load.div_ceil(1000), limit / 1000)
    };
    let (load, written) = (overload.load, overload.written);
    match (over(load.requests, overload.requests), over(load.tokens, overload.tokens)) {
        (Some(limit), _) => said("requests", load.requests, limit, written.requests),
        (None, Some(limit)) => said("tokens", load.tokens, limit, written.tokens),
        (None, None) => format!("{} requests a minute", load.requests.div_ceil(1000)),
    }
}

/// Where a limit is written: at its key, or at the first key that shares the quota.
pub(super) fn written_at(table: &Table, limited: &Limited) -> Option<Span> {
    match limited {
        Limited::Key(key) => Some(table.keys[*key].name.span()),
        Limited::Quota(name) => table
            .keys
            .values()
            .filter_map(|key| key.doc.quota.as_ref())
            .find(|quota| quota.value.as_str() == name)
            .map(crate::source::Spanned::span),
    }
}

/// A part of something, in percent, rounded up so that nothing lost looks like nothing.
pub(super) fn percent(share: u64) -> String {
    if share >= WHOLE { "all".to_owned() } else { percentage(share, 0) }
}

/// Failures of which the first few are said, and the others are counted.
#[derive(Debug, Default)]
pub(super) struct Others {
    first: Vec<String>,
    more: usize,
}

impl Others {
    /// Adds one.
    pub(super) fn push(&mut self, failure: &str) {
        if self.first.len() < 3 { self.first.push(failure.to_owned()) } else { self.more += 1 }
    }

    /// In words; `None` where there are none.
    pub(super) fn said(&self) -> Option<String> {
        let rest = if self.more > 0 { format!(", or {} other failures", self.more) } else { String::new() };
        (!self.first.is_empty()).then(|| format!("{}{rest}", self.first.join(", or ")))
    }
}

/// How many moves of load a chain shows.
const MOVES: usize = 6;

/// The chain of events of an outage, in order.
pub(super) fn chain(table: &Table, network: &Network<'_>, outage: &Outage) -> Vec<Label> {
    told(table, network, network.events(outage))
}

/// The chain of events of an outage as far as one route goes.
pub(super) fn chain_of(table: &Table, network: &Network<'_>, outage: &Outage, route: RouteId) -> Vec<Label> {
    told(table, network, network.events_of(outage, route))
}

fn told(table: &Table, network: &Network<'_>, events: Vec<Event>) -> Vec<Label> {
    let mut labels = Vec::new();
    let mut moves = 0;
    for event in events {
        match event {
            Event::Fails(what) => {
                if let Some(span) = span_of(table, &what) {
                    labels.push(Label { span, text: failure(table, &what) });
                }
            }
            Event::Exceeded(overload) => {
                if let Some(span) = written_at(table, &overload.of) {
                    let load = load(&overload, network.headroom);
                    labels.push(Label { span, text: format!("{} is asked for {load}", network.name_of(&overload.of)) });
                }
            }
            Event::Moves(moved) if moves < MOVES => {
                moves += 1;
                let mut parts: Vec<String> = Vec::new();
                let shares: Vec<u64> = moved.answers.iter().map(|answer| answer.share).collect();
                let (answered, lost) = percentages(&shares, moved.lost, 0);
                let all = |part: &str| if part == "100%" { "all".to_owned() } else { part.to_owned() };
                for (answer, part) in moved.answers.iter().zip(answered) {
                    let name = quote(table.targets[answer.target].name.value.as_str());
                    let key = answer.key.map(|key| quote(table.keys[key].name.value.as_str()));
                    let with = key.map_or_else(String::new, |key| format!(" with key {key}"));
                    parts.push(format!("{} to {name}{with}", all(&part)));
                }
                if moved.lost > 0 {
                    parts.push(format!("{} to nobody", all(&lost)));
                }
                let route = &table.routes[moved.route];
                let text = format!(
                    "{}, usually at {}: {}",
                    quote(route.name.value.as_str()),
                    quote(table.targets[moved.from].name.value.as_str()),
                    parts.join(", ")
                );
                labels.push(Label { span: route.name.span(), text });
            }
            Event::Moves(_) => {}
        }
    }
    labels
}

/// Where the thing that fails is written.
fn span_of(table: &Table, failure: &Failure) -> Option<Span> {
    use crate::contingency::Element;
    let target = |fits: &dyn Fn(&crate::model::TargetNode) -> Option<Span>| table.targets.values().find_map(fits);
    Some(match &failure.element {
        Element::Provider(id) => table.providers[*id].name.span(),
        Element::Account(id) => table.accounts[*id].name.span(),
        Element::Key(id) => table.keys[*id].name.span(),
        Element::Egress(id) => table.egress[*id].name.span(),
        Element::Target(id) => table.targets[*id].name.span(),
        Element::Quota(name) => return written_at(table, &Limited::Quota(name.clone())),
        Element::Region(name) => {
            return target(&|target| {
                target
                    .doc
                    .region
                    .as_ref()
                    .filter(|region| region.value.as_str() == name)
                    .map(crate::source::Spanned::span)
            });
        }
        Element::Model(id) => table.targets[*id].doc.model.span(),
    })
}
