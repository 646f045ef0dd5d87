//! An outage in words and as JSON: who is lost, what is over its limit, who answers now, and in which order it happened.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::contingency::{Failure, Moved, Network, Outage, Overload, WHOLE};
use crate::model::Table;

/// What one outage costs, where a price and a forecast say so.
#[derive(Clone, Debug, Default)]
pub struct Bill {
    /// An hour of planned traffic when nothing fails.
    pub usual: Option<String>,
    /// An hour of it during the outage.
    pub during: Option<String>,
}

/// A failure as it is typed.
fn typed(table: &Table, failure: &Failure) -> String {
    format!("{} fails with {}", failure.element.typed(table), failure.symptom.as_str())
}

fn title(table: &Table, outage: &Outage) -> String {
    let words: Vec<String> = outage.failures.iter().map(|failure| typed(table, failure)).collect();
    if words.is_empty() { "nothing fails".to_owned() } else { words.join(" and ") }
}

fn percent(share: u64) -> String {
    let tenths = (u128::from(share) * 1000).div_ceil(u128::from(WHOLE));
    if tenths.is_multiple_of(10) { format!("{}%", tenths / 10) } else { format!("{}.{}%", tenths / 10, tenths % 10) }
}

/// One outage for people.
pub fn outage_text(table: &Table, network: &Network<'_>, outage: &Outage, calm: &Outage, bill: &Bill) -> String {
    let mut out = format!("{}\n", title(table, outage));
    let moved = outage.moved(network);
    let mut lost: Vec<&Moved> = Vec::new();
    let mut answered: Vec<&Moved> = Vec::new();
    for each in &moved {
        if each.lost > 0 { lost.push(each) } else { answered.push(each) }
    }
    if moved.is_empty() {
        out.push_str("  no route notices\n");
    }
    for (heading, list) in [("lost", &lost), ("goes on", &answered)] {
        if list.is_empty() {
            continue;
        }
        let _ = writeln!(out, "  {heading}:");
        for each in list {
            let _ = writeln!(out, "    {}", goes(table, each));
        }
    }
    let over: Vec<&Overload> = outage.overloads_beyond(calm).collect();
    if !over.is_empty() {
        out.push_str("  over their limits, in this order:\n");
        for overload in over {
            let _ = writeln!(out, "    {}", exceeded(network, overload));
        }
    }
    let reached = outage.newly_reached(network, calm);
    if !reached.is_empty() {
        out.push_str("  answers now and not before:\n");
        for (route, target) in reached {
            let (route, target) = (&table.routes[route], &table.targets[target]);
            let _ = writeln!(out, "    {} for {} ({})", target.name.value, route.name.value, target.doc.model.value);
        }
    }
    if let (Some(usual), Some(during)) = (&bill.usual, &bill.during) {
        let _ = writeln!(out, "  an hour costs {during} instead of {usual}");
    }
    out
}

fn goes(table: &Table, moved: &Moved) -> String {
    let route = &table.routes[moved.route].name.value;
    let part = if moved.share < WHOLE { format!(" ({} of it)", percent(moved.share)) } else { String::new() };
    let mut to: Vec<String> = moved
        .answers
        .iter()
        .map(|answer| {
            let key = answer.key.map_or_else(String::new, |key| format!(" with {}", table.keys[key].name.value));
            format!("{} by {}{key}", percent(answer.share), table.targets[answer.target].name.value)
        })
        .collect();
    if moved.lost > 0 {
        to.push(format!("{} by nobody", percent(moved.lost)));
    }
    format!("{route}{part}: {}", to.join(", "))
}

fn exceeded(network: &Network<'_>, overload: &Overload) -> String {
    let over = |load: u64, limit: Option<u64>| limit.filter(|limit| load > *limit).map(|limit| (load, limit));
    let said = match (over(overload.load.requests, overload.requests), over(overload.load.tokens, overload.tokens)) {
        (Some((load, limit)), _) => format!("{} requests a minute, limit {}", load.div_ceil(1000), limit / 1000),
        (None, Some((load, limit))) => format!("{} tokens a minute, limit {}", load.div_ceil(1000), limit / 1000),
        (None, None) => "at its limit".to_owned(),
    };
    format!("{}: {said}", network.name_of(&overload.of).replace('`', ""))
}

/// One outage for scripts.
pub fn outage_json(table: &Table, network: &Network<'_>, outage: &Outage, calm: &Outage, bill: &Bill) -> Value {
    let share = |share: u64| json!(percent(share));
    let routes: Vec<Value> = outage
        .moved(network)
        .iter()
        .map(|moved| {
            let answers: Vec<Value> = moved
                .answers
                .iter()
                .map(|answer| {
                    json!({
                        "target": table.targets[answer.target].name.value.as_str(),
                        "key": answer.key.map(|key| table.keys[key].name.value.as_str()),
                        "share": share(answer.share),
                    })
                })
                .collect();
            json!({
                "route": table.routes[moved.route].name.value.as_str(),
                "from": table.targets[moved.from].name.value.as_str(),
                "share": share(moved.share),
                "answers": answers,
                "lost": share(moved.lost),
            })
        })
        .collect();
    let over: Vec<Value> = outage
        .overloads_beyond(calm)
        .map(|overload| {
            json!({
                "limit": network.name_of(&overload.of).replace('`', ""),
                "requestsPerMinute": overload.load.requests.div_ceil(1000),
                "requestsLimit": overload.requests.map(|limit| limit / 1000),
                "tokensPerMinute": overload.load.tokens.div_ceil(1000),
                "tokensLimit": overload.tokens.map(|limit| limit / 1000),
                "round": overload.round,
            })
        })
        .collect();
    let reached: Vec<Value> = outage
        .newly_reached(network, calm)
        .into_iter()
        .map(|(route, target)| {
            json!({
                "route": table.routes[route].name.value.as_str(),
                "target": table.targets[target].name.value.as_str(),
                "model": table.targets[target].doc.model.value.as_str(),
            })
        })
        .collect();
    let failures: Vec<Value> = outage
        .failures
        .iter()
        .map(|failure| json!({"fails": failure.element.typed(table), "with": failure.symptom.as_str()}))
        .collect();
    let lost: Vec<&str> =
        outage.lost(network).into_keys().map(|route| table.routes[route].name.value.as_str()).collect();
    json!({
        "failures": failures,
        "lost": lost,
        "routes": routes,
        "overLimit": over,
        "newlyReached": reached,
        "hourUsual": bill.usual,
        "hourDuring": bill.during,
    })
}

/// One line of the matrix of all failures.
pub fn outage_line(table: &Table, network: &Network<'_>, outage: &Outage, calm: &Outage) -> [String; 4] {
    let names = |list: Vec<&str>| match list.len() {
        0 => "-".to_owned(),
        1..=8 => list.join(", "),
        all => format!("{} and {} more", list.into_iter().take(7).collect::<Vec<_>>().join(", "), all - 7),
    };
    let failing: Vec<String> = outage
        .failures
        .iter()
        .map(|failure| format!("{} {}", failure.element.typed(table), failure.symptom.as_str()))
        .collect();
    let lost = outage.lost(network).into_keys().map(|route| table.routes[route].name.value.as_str()).collect();
    let over: Vec<String> =
        outage.overloads_beyond(calm).map(|overload| network.name_of(&overload.of).replace('`', "")).collect();
    let mut targets: Vec<&str> = outage
        .newly_reached(network, calm)
        .into_iter()
        .map(|(_, target)| table.targets[target].name.value.as_str())
        .collect();
    targets.sort_unstable();
    targets.dedup();
    let over = if over.is_empty() { "-".to_owned() } else { over.join(", ") };
    let reached = if targets.is_empty() { "-".to_owned() } else { targets.join(", ") };
    [failing.join(" + "), names(lost), over, reached]
}
