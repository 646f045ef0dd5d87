//! Looks for paths that reload while they run from a mount that nobody can write.

use crate::diagnostic::{Diagnostic, Level, RuleId, Sink, quote};
use crate::model::Reload;

use super::Context;
use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("read-only-reload"),
    group: Group::Secrets,
    level: Level::Warn,
    locked: false,
    page: include_str!("read_only_reload.md"),
    run: Some(run),
    silence: Silence::OnGatewayFiles("how it is deployed"),
};

fn run(context: &Context<'_>, sink: &mut Sink) {
    for path in &context.table.paths {
        let Some(reload) = path.value.reload.as_ref().filter(|reload| reload.value == Reload::Hot) else { continue };
        if path.value.read_only != Some(true) {
            continue;
        }
        let name = path.name.value.as_str();
        let message =
            format!("{} is expected to reload while it runs, from a configuration mounted read-only", quote(name));
        sink.report(
            Diagnostic::new("read-only-reload", reload.place, "the gateway cannot write there", message)
                .help("write `reload: restart`, or mount the configuration so that it can be replaced")
                .about(format!("paths.{name}")),
        );
    }
}
