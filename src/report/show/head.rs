//! The first part: identity, validity, inputs, verdicts and waivers.

use std::fmt::Write;

use crate::artifact::Unverified;
use crate::artifact::predicate::{Predicate, WaiverRef};

use super::super::escape;
use super::{entry, or_none};

pub(super) fn head(artifact: &Unverified) -> String {
    let predicate = &artifact.predicate;
    let mut out = format!("{}\n", escape::line(&artifact.identity()));
    let mut say = |word: &str, text: &str| entry(&mut out, word, text);
    say("signed by", &signers(artifact));
    say("sequence", &sequence(predicate));
    say("created", &format!("{} ({})", predicate.created_at, predicate.created_at_source));
    say("valid until", &predicate.not_after);
    say("built by", &format!("{} {}", predicate.compiler.name, predicate.compiler.version));
    say("source", &source(predicate));
    let lint = &predicate.lint;
    let found = format!(
        "{}: {}, {}",
        predicate.verdict,
        or_none(usize::try_from(lint.errors).unwrap_or(usize::MAX), "error"),
        or_none(usize::try_from(lint.warnings).unwrap_or(usize::MAX), "warning")
    );
    say("verdict", &found);
    say("catalogue", &format!("as of {}, prices in {}", predicate.catalogue.as_of, predicate.catalogue.currency));
    if !predicate.requires.is_empty() {
        say("requires", &predicate.requires.join(", "));
    }
    // Digests are wider than the column for what a line says.
    for (what, digest) in [("payload", &artifact.payload_sha256), ("table", &artifact.table_sha256)] {
        let _ = writeln!(out, "  sha256 of the {what}\n    {digest}");
    }
    let _ = writeln!(out, "\npolicies");
    for policy in &predicate.policies {
        let version = policy.version.as_ref().map_or_else(String::new, |version| format!(" {version}"));
        let findings = or_none(usize::try_from(policy.findings).unwrap_or(usize::MAX), "finding");
        entry(&mut out, &policy.verdict, &format!("{}{version}, {findings}", policy.id));
    }
    if predicate.policies.is_empty() {
        out.push_str("  none was in force\n");
    }
    if !predicate.waivers.is_empty() {
        let _ = writeln!(out, "\nwaivers");
    }
    for waiver in &predicate.waivers {
        entry(&mut out, &waiver.id, &waived(waiver));
    }
    let _ = writeln!(out, "\ninputs, with the beginning of their sha256");
    for input in &predicate.inputs {
        let digest: String = input.digest.sha256.chars().take(12).collect();
        entry(&mut out, &input.role, &format!("{digest}  {}, {} bytes", input.name, input.size));
    }
    out
}

fn signers(artifact: &Unverified) -> String {
    if artifact.signers.is_empty() {
        return "nobody yet".to_owned();
    }
    format!("{} (not verified here; run `routec verify`)", artifact.signers.join(", "))
}

fn sequence(predicate: &Predicate) -> String {
    let reference = &predicate.route_table;
    match &reference.previous {
        None => format!("{}, the first", reference.sequence),
        Some(previous) => {
            let digest: String = previous.payload_sha256.chars().take(12).collect();
            format!(
                "{}, in the place of {} (sequence {}, payload {digest}…)",
                reference.sequence, previous.version, previous.sequence
            )
        }
    }
}

fn source(predicate: &Predicate) -> String {
    let source = &predicate.source;
    let from = source.uri.as_ref().map_or_else(String::new, |uri| format!(" of {uri}"));
    match (&source.commit, source.dirty) {
        (Some(commit), false) => format!("commit {commit}{from}"),
        (Some(commit), true) => format!("commit {commit}{from}, with files that differ from it"),
        (None, _) => format!("no commit{from}"),
    }
}

fn waived(waiver: &WaiverRef) -> String {
    let ticket = waiver.ticket.as_ref().map_or_else(String::new, |ticket| format!(" ({ticket})"));
    let by = waiver.approver.as_ref().map_or_else(String::new, |approver| format!(", agreed by {approver}"));
    format!("{} at {} until {}{by}{ticket}: {}", waiver.policy, waiver.scope, waiver.expires, waiver.reason)
}
