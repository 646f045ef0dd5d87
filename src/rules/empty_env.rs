//! Looks, in the layers of each path, for an empty value that wins over a later one that is not.

use crate::diagnostic::{Diagnostic, Level, RuleId, Sink, quote};
use crate::environment::Setting;

use super::Context;
use super::injected::needed;
use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("empty-env"),
    group: Group::Secrets,
    level: Level::Warn,
    locked: false,
    page: include_str!("empty_env.md"),
    run: Some(run),
    silence: Silence::WithoutSurroundings("how it is deployed"),
};

fn run(context: &Context<'_>, sink: &mut Sink) {
    for (name, needs) in needed(context) {
        for path in context.environments {
            let mut settings = path.of(&name);
            let Some(wins) = settings.next().filter(|wins| wins.setting.may_be_empty()) else { continue };
            let Some(hidden) = settings.find(|other| !other.setting.may_be_empty()) else { continue };
            let when = match &wins.setting {
                Setting::EmptyUnless(variable) => format!("wherever {} is not set", quote(variable)),
                Setting::Empty | Setting::Value(_) | Setting::Unknown => "always".to_owned(),
            };
            let message = format!(
                "on the path {} an empty {} wins over the value of a later layer, {when}",
                quote(path.name.value.as_str()),
                quote(&name)
            );
            sink.report(
                Diagnostic::new("empty-env", wins.span, "empty, and so it counts as set", message)
                    .related(hidden.span, "never read")
                    .related(path.name.span(), "on this path")
                    .related(needs.span, needs.text.clone())
                    .help("leave the name out where it has no value: an empty one hides every layer behind it")
                    .about(format!("paths.{}", path.name.value)),
            );
        }
    }
}
