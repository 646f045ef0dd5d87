//! The block for a change ticket, rendered from a verified artifact: a convenience, for the attachment is the evidence.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::artifact::verify::Signer;
use crate::artifact::{Artifact, Verified};
use crate::diff::{Aspect, Difference, Judged, Monthly, Side, Subject, Way, monthly};

use super::difference::{change_line, counted, short};
use super::escape::{markdown, markdown_words, word};
use super::summary::count;

/// How many changes are listed.
const CHANGES: usize = 40;

/// What a ticket says.
#[derive(Debug)]
pub struct Ticket<'a> {
    /// The artifact.
    pub artifact: &'a Verified<Artifact>,
    /// The table in it.
    pub table: Side<'a>,
    /// What changed since the artifact that it replaces, if that is at hand.
    pub since: Option<Since<'a>>,
    /// The words of the command that checks it.
    pub check: Vec<String>,
}

/// What changed since the artifact that another one replaces.
#[derive(Debug)]
pub struct Since<'a> {
    /// The table of the replaced artifact.
    pub table: Side<'a>,
    /// What changed.
    pub difference: &'a Difference,
    /// What the versions say of it.
    pub judged: Option<Judged>,
}

/// How many routes changed, came and went.
struct Routes {
    changed: usize,
    added: usize,
    removed: usize,
}

impl Ticket<'_> {
    /// For a ticket or a pull request. What the table or its builder wrote is text and nothing else.
    pub fn markdown(&self) -> String {
        let artifact = self.artifact;
        let replaces = artifact
            .replaces()
            .map_or_else(|| "the first".to_owned(), |old| format!("replaces {} seq {}", old.version, old.sequence));
        let mut out = format!(
            "### Route table {} (sequence {}, {replaces})\n| | |\n|---|---|\n",
            super::escape::code(&artifact.identity()),
            artifact.sequence()
        );
        let mut row = |name: &str, value: &str| {
            let _ = writeln!(out, "| {name} | {value} |");
        };
        row("Payload sha256", &format!("`{}`", artifact.payload_sha256()));
        row("Table sha256", &format!("`{}`", artifact.table_sha256()));
        row("Source", &self.source());
        row("Verdict", &self.verdict());
        row("Signed by", &self.signers());
        row("Cost", &self.cost());
        row("Routes", &self.routes());
        if let Some(since) = &self.since {
            row("Version", &version(since));
        }
        if let Some(since) = &self.since {
            for unknown in &since.difference.unknown {
                let _ = writeln!(out, "\nNot compared: {}", markdown_words(unknown));
            }
            let changes = &since.difference.changes;
            if !changes.is_empty() {
                let _ = writeln!(out, "\n{} ({}):\n", count(changes.len(), "change"), counted(changes));
            }
            for change in changes.iter().take(CHANGES) {
                let _ = writeln!(out, "- {}", change_line(change));
            }
            let more = changes.len().saturating_sub(CHANGES);
            if more > 0 {
                let _ = writeln!(out, "- and {more} more");
            }
        }
        let command: Vec<String> = self.check.iter().map(|text| word(text)).collect();
        let _ = writeln!(out, "\nCheck: {}", super::escape::code(&command.join(" ")));
        out
    }

    /// For scripts.
    pub fn json(&self) -> String {
        super::escape::json(&format!("{:#}\n", self.value()))
    }

    fn value(&self) -> Value {
        let artifact = self.artifact;
        let signer = |Signer { key_id, owner }: &Signer| json!({"keyid": key_id.as_str(), "owner": owner});
        let waivers: Vec<Value> = artifact
            .waivers()
            .iter()
            .map(|waiver| {
                json!({
                    "id": waiver.id,
                    "policy": waiver.policy,
                    "scope": waiver.scope,
                    "approver": waiver.approver,
                    "ticket": waiver.ticket,
                    "expires": waiver.expires.to_string(),
                })
            })
            .collect();
        let (errors, warnings) = self.lint();
        json!({
            "routeTableVersion": artifact.identity(),
            "table": artifact.name(),
            "version": artifact.version().to_string(),
            "sequence": artifact.sequence(),
            "replaces": artifact.replaces().map(|old| json!({
                "version": old.version.to_string(),
                "sequence": old.sequence,
                "payloadSha256": old.payload_sha256,
            })),
            "payloadSha256": artifact.payload_sha256(),
            "tableSha256": artifact.table_sha256(),
            "commit": artifact.source().commit,
            "dirty": artifact.source().dirty,
            "createdAt": artifact.created_at().to_string(),
            "catalogueAsOf": artifact.catalogue_as_of().map(|day| day.to_string()),
            "notAfter": artifact.not_after().to_string(),
            "verdict": artifact.verdict().as_str(),
            "lint": {"errors": errors, "warnings": warnings},
            "waivers": waivers,
            "signers": artifact.signers().iter().map(signer).collect::<Vec<_>>(),
            "trust": artifact.trust().map(|trust| json!({"name": trust.name, "version": trust.version})),
            "monthly": said(&monthly(&self.table)),
            "since": self.since.as_ref().map(|since| json!({
                "requires": since.difference.bump().map(|bump| bump.to_string()),
                "follows": since.judged.as_ref().map(|judged| judged.follows),
                "least": since.judged.as_ref().map(|judged| judged.least.to_string()),
                "monthly": said(&monthly(&since.table)),
                "notCompared": since.difference.unknown,
                "changes": since.difference.changes.iter().map(short).collect::<Vec<_>>(),
            })),
            "check": self.check,
        })
    }

    fn source(&self) -> String {
        let artifact = self.artifact;
        let commit = artifact.source().commit.as_deref().map_or_else(
            || "no commit".to_owned(),
            |commit| format!("`{}`", commit.chars().filter(char::is_ascii_hexdigit).take(8).collect::<String>()),
        );
        let state = if artifact.source().dirty { "**with uncommitted changes**" } else { "clean" };
        let catalogue = artifact
            .catalogue_as_of()
            .map_or_else(|| "catalogue without a date".to_owned(), |day| format!("catalogue {day}"));
        format!(
            "{commit} {state}, created {}, {catalogue}, **valid until {}**",
            artifact.created_at(),
            artifact.not_after()
        )
    }

    /// The findings that denied and those that warned, as the builder counted them.
    fn lint(&self) -> (Option<u64>, Option<u64>) {
        let number = |what: &str| self.artifact.payload().pointer(&format!("/predicate/lint/{what}"))?.as_u64();
        (number("errors"), number("warnings"))
    }

    fn verdict(&self) -> String {
        let said = |number: Option<u64>, word: &str| match number {
            Some(1) => format!("1 {word}"),
            Some(number) => format!("{number} {word}s"),
            None => format!("? {word}s"),
        };
        let (errors, warnings) = self.lint();
        let mut text = format!(
            "{}: lint {} {}",
            self.artifact.verdict().as_str(),
            said(errors, "error"),
            said(warnings, "warning")
        );
        let policies = self.artifact.policies();
        let mut verdicts: Vec<&str> = policies.iter().map(|policy| policy.verdict.as_str()).collect();
        verdicts.sort_unstable();
        verdicts.dedup();
        for verdict in verdicts {
            let number = policies.iter().filter(|policy| policy.verdict == verdict).count();
            let _ = write!(text, "; {} {}", number_of(number), markdown(verdict));
        }
        for waiver in self.artifact.waivers() {
            let _ = write!(
                text,
                "; waived {} at {}, ends {}",
                markdown(&waiver.policy),
                markdown(&waiver.scope),
                waiver.expires
            );
            for part in [&waiver.ticket, &waiver.approver].into_iter().flatten() {
                let _ = write!(text, ", {}", markdown(part));
            }
        }
        text
    }

    fn signers(&self) -> String {
        let signed: Vec<String> = self
            .artifact
            .signers()
            .iter()
            .map(|Signer { key_id, owner }| {
                let owner = owner.as_deref().map_or_else(String::new, |owner| format!("{} ", markdown(owner)));
                format!("{owner}`{key_id}`")
            })
            .collect();
        let by = match self.artifact.trust() {
            Some(trust) => format!(" (all that {} version {} asks for)", markdown(&trust.name), trust.version),
            None => " (all that were asked for)".to_owned(),
        };
        format!("{}{by}", signed.join("; "))
    }

    fn cost(&self) -> String {
        let now = monthly(&self.table);
        let Some(since) = &self.since else { return markdown_words(&said(&now)) };
        let before = monthly(&since.table);
        let change = match (&before, &now) {
            (Monthly::Known(before), Monthly::Known(now)) => before.change_to(*now),
            (Monthly::Unknown(_), _) | (_, Monthly::Unknown(_)) => None,
        };
        let change = change.map_or_else(String::new, |change| format!(" ({change})"));
        format!("{} -&gt; {}{change}", markdown_words(&said(&before)), markdown_words(&said(&now)))
    }

    fn routes(&self) -> String {
        let Some(since) = &self.since else {
            return format!("{} in all", self.table.table.routes.len());
        };
        let Routes { changed, added, removed } = Routes::of(since.difference);
        format!("{changed} changed, {added} added, {removed} removed")
    }
}

fn number_of(number: usize) -> String {
    if number == 1 { "1 policy".to_owned() } else { format!("{number} policies") }
}

/// What a month of planned traffic costs, in words.
fn said(cost: &Monthly) -> String {
    match cost {
        Monthly::Known(sum) => format!("{sum} a month as planned"),
        Monthly::Unknown(why) => format!("unknown: {why}"),
    }
}

fn version(since: &Since<'_>) -> String {
    let required =
        since.difference.bump().map_or_else(|| "nothing changed".to_owned(), |bump| format!("requires {bump}"));
    match &since.judged {
        Some(judged) if judged.follows => format!("{required}: {} to {}", judged.old, judged.new),
        Some(judged) => {
            format!("**{required}: {} to {} does not tell it, at least {}**", judged.old, judged.new, judged.least)
        }
        None => required,
    }
}

impl Routes {
    fn of(difference: &Difference) -> Self {
        let mut routes = Self { changed: 0, added: 0, removed: 0 };
        let mut names: Vec<&str> = Vec::new();
        for change in &difference.changes {
            let Subject::Route(name) = &change.subject else { continue };
            names.push(name);
            if change.kind.aspect == Aspect::Route {
                match change.kind.way {
                    Way::More => routes.added += 1,
                    Way::Less => routes.removed += 1,
                    Way::Other => {}
                }
            }
        }
        names.sort_unstable();
        names.dedup();
        routes.changed = names.len().saturating_sub(routes.added + routes.removed);
        routes
    }
}
