//! Asks every path whose layers are all known for the variables that keys of reachable targets are read from.

use crate::diagnostic::{Diagnostic, Level, RuleId, Sink, nearest, or_list, quote};
use crate::environment::{Environment, Setting};

use super::Context;
use super::injected::needed_by_keys;
use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("missing-env"),
    group: Group::Secrets,
    level: Level::Deny,
    locked: false,
    page: include_str!("missing_env.md"),
    run: Some(run),
    silence: Silence::WithoutSurroundings("how it is deployed"),
};

fn run(context: &Context<'_>, sink: &mut Sink) {
    let needed = needed_by_keys(context);
    for path in context.environments.iter().filter(|path| !path.layers.is_empty()) {
        for (name, needs) in &needed {
            // One that is empty and hides another is `empty-env`.
            let mut settings = path.of(name).map(|variable| &variable.setting);
            if settings.any(|setting| *setting != Setting::Empty) {
                continue;
            }
            let empty = path.of(name).next();
            let (what, label) = match empty {
                Some(_) => ("sets it to nothing", "sets it to nothing"),
                None => ("does not set it", "does not inject what a key needs"),
            };
            let message =
                format!("a key is read from {}, and the path {} {what}", quote(name), quote(path.name.value.as_str()));
            let mut finding = Diagnostic::new("missing-env", path.name.place, label, message)
                .related(needs.span, needs.text.clone())
                .help(help(path, name))
                .about(format!("paths.{}", path.name.value));
            if let Some(empty) = empty {
                finding = finding.related(empty.span, "empty");
            }
            sink.report(finding);
        }
    }
}

fn help(path: &Environment, name: &str) -> String {
    let set = path.layers.iter().flat_map(|layer| &layer.variables).map(|variable| variable.name.as_str());
    match nearest(name, set) {
        Some(near) if near != name => format!("did you mean {}, which this path sets?", quote(near)),
        _ => {
            let layers = or_list(path.layers.iter().map(|layer| layer.what.as_str()), 4);
            format!(
                "set it in {layers}, or name the file that sets it under `env`; the call fails with `auth` until then"
            )
        }
    }
}
