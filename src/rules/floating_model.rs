//! Looks for ids that say `latest`, and for those the catalogue calls floating.

use crate::diagnostic::{Diagnostic, Level, RuleId, Sink, quote};

use super::Context;
use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("floating-model"),
    group: Group::Catalogue,
    level: Level::Warn,
    locked: false,
    page: include_str!("floating_model.md"),
    run: Some(run),
    silence: Silence::Never,
};

fn run(context: &Context<'_>, sink: &mut Sink) {
    for target in context.table.targets.values() {
        let id = target.doc.model.value.as_str();
        let says_latest = id.rsplit(['-', ':', '/', '@']).next().is_some_and(|last| last == "latest");
        let is_floating = (says_latest && !target.doc.self_hosted) || target.facts.floating == Some(true);
        if !is_floating {
            continue;
        }
        let message = format!("the vendor can point {} at another model at any time", quote(id));
        sink.report(
            Diagnostic::new("floating-model", target.doc.model.place, "not pinned", message)
                .help("name a dated or numbered model, so that a change of behaviour is a change of this file")
                .shared_by(target.name.value.as_str(), "")
                .about(format!("targets.{}", target.name.value)),
        );
    }
}
