//! An artifact for people: what it says of itself, how it routes and who may reach what.

mod head;
mod plan;

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::json;

use crate::artifact::Unverified;
use crate::artifact::compiled::{CompiledEntitlement, CompiledRoute};

use super::escape;
use super::fold::folded;
use super::summary::{count, time};

/// An artifact in lines of at most 80 columns as far as names allow, the text of the table escaped.
pub fn artifact_text(artifact: &Unverified) -> String {
    let table = &artifact.predicate.table;
    let mut out = head::head(artifact);
    let _ = writeln!(out, "\nroutes, each with its pool and what happens on every symptom");
    let models: BTreeMap<&str, &str> =
        table.targets.iter().map(|target| (target.name.as_str(), target.model.as_str())).collect();
    for route in &table.routes {
        self::route(&mut out, &models, route);
    }
    let silent =
        if table.grants_in_force { "" } else { "; no grant was in force, so all is allowed that nothing denies" };
    out.push_str(&said(&format!("\nwho may reach what, whatever fails{silent}")));
    for entry in &table.entitlements {
        entitlement(&mut out, entry);
    }
    escape::terminal(&out)
}

/// An artifact as JSON.
pub fn artifact_json(artifact: &Unverified) -> String {
    let answer = json!({
        "verified": false,
        "routeTableVersion": artifact.identity(),
        "payloadSha256": artifact.payload_sha256,
        "tableSha256": artifact.table_sha256,
        "signers": artifact.signers,
        "predicate": artifact.payload.get("predicate"),
    });
    escape::json(&format!("{answer:#}\n"))
}

/// A sentence, folded; what stands in it for a line break is shown as such.
fn said(sentence: &str) -> String {
    match sentence.strip_prefix('\n') {
        Some(rest) => format!("\n{}", folded(&escape::line(rest))),
        None => folded(&escape::line(sentence)),
    }
}

/// A line under a word: `  word         what it is`, folded below itself.
fn entry(out: &mut String, word: &str, text: &str) {
    const BEGINS: usize = 18;
    let mut body = String::new();
    super::fold::wrap(&mut body, &escape::line(text), &" ".repeat(BEGINS), super::fold::COLUMNS);
    let word = escape::line(word);
    match body.get(BEGINS..) {
        Some(body) if word.chars().count() < BEGINS - 2 => {
            let _ = write!(out, "  {word:<15} {body}");
        }
        Some(_) | None => {
            super::fold::wrap(out, &word, "  ", super::fold::COLUMNS);
            out.push_str(&body);
        }
    }
}

fn route(out: &mut String, models: &BTreeMap<&str, &str>, route: &CompiledRoute) {
    let _ = writeln!(out, "\n{}", escape::line(&route.name));
    let mut promises: Vec<String> = route.tier.map(word).into_iter().collect();
    promises.extend(route.deadline_ms.map(|deadline| format!("ends within {}", time(deadline))));
    if !promises.is_empty() {
        entry(out, "promises", &promises.join(", "));
    }
    if !route.data.is_empty() {
        entry(out, "carries", &route.data.join(", "));
    }
    let serves = |target: &str| models.get(target).map_or_else(String::new, |model| format!(" ({model})"));
    let several = route.pool.len() > 1;
    let pool = route.pool.iter().map(|member| {
        let weight = if several { format!(", weight {}", member.weight) } else { String::new() };
        let order = if member.order > 1 { format!(", order {}", member.order) } else { String::new() };
        format!("{}{}{weight}{order}", member.target, serves(&member.target))
    });
    entry(out, "pool", &pool.collect::<Vec<_>>().join("; "));
    for (symptoms, steps) in plan::grouped(route) {
        entry(out, &symptoms, &steps);
    }
}

fn entitlement(out: &mut String, entry: &CompiledEntitlement) {
    let who = match (&entry.team, &entry.user) {
        (Some(team), _) => format!("team {team}"),
        (None, Some(user)) => format!("user {user}"),
        (None, None) => "everybody".to_owned(),
    };
    let place = entry.environment.as_ref().map_or_else(String::new, |environment| format!(" in {environment}"));
    let data = entry.data.as_ref().map_or_else(String::new, |data| format!(", with {data}"));
    let mut parts: Vec<String> = entry
        .allowed
        .iter()
        .map(|allowed| {
            let by = allowed.grant.as_ref().map_or_else(String::new, |grant| format!(" (grant {grant})"));
            format!("{}{by}", allowed.targets.join(", "))
        })
        .collect();
    if !entry.refused.is_empty() {
        parts.push(format!("refused: {}", entry.refused.join(", ")));
    }
    let reaches = if parts.is_empty() { "nothing".to_owned() } else { parts.join("; ") };
    out.push_str(&said(&format!("  {}: {who}{place}{data}: {reaches}", entry.route)));
}

/// A word of the language.
fn word(word: impl serde::Serialize) -> String {
    serde_json::to_value(word).ok().and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default()
}

/// How many of something, or none of it.
fn or_none(number: usize, word: &str) -> String {
    if number == 0 { format!("no {word}s") } else { count(number, word) }
}
