//! Compares what the layers of one path, and the paths of one table, make of each variable that the table needs.

use crate::diagnostic::{Diagnostic, Label, Level, RuleId, Sink, quote};
use crate::environment::{Environment, Setting, Variable};

use super::Context;
use super::injected::needed;
use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("conflicting-env"),
    group: Group::Secrets,
    level: Level::Deny,
    locked: false,
    page: include_str!("conflicting_env.md"),
    run: Some(run),
    silence: Silence::WithoutSurroundings("how it is deployed"),
};

fn run(context: &Context<'_>, sink: &mut Sink) {
    for (name, needs) in needed(context) {
        let mut first: Option<(&Environment, &Variable)> = None;
        for path in context.environments {
            if let Some(both) = hidden(path, &name) {
                sink.report(within(path, &name, both, &needs));
            }
            let Some(wins) = path.of(&name).next().filter(|wins| matches!(wins.setting, Setting::Value(_))) else {
                continue;
            };
            match first {
                None => first = Some((path, wins)),
                // Paths that read the same file agree.
                Some((_, known)) if known.setting == wins.setting => {}
                Some((other, known)) => sink.report(across((other, known), (path, wins), &name, &needs)),
            }
        }
    }
}

/// The first two settings of a name in one path that have different values: the one that wins, and one that does not.
fn hidden<'e>(path: &'e Environment, name: &'e str) -> Option<(&'e Variable, &'e Variable)> {
    let mut values = path.of(name).filter(|variable| matches!(variable.setting, Setting::Value(_)));
    let wins = path.of(name).next()?;
    let first = values.next().filter(|first| first.span == wins.span)?;
    values.find(|other| other.setting != first.setting).map(|other| (first, other))
}

fn within(path: &Environment, name: &str, (wins, loses): (&Variable, &Variable), needs: &Label) -> Diagnostic {
    let message = format!(
        "two layers of the path {} set {} to different values, and nobody sees which one is in force",
        quote(path.name.value.as_str()),
        quote(name)
    );
    Diagnostic::new("conflicting-env", wins.span, "this one wins", message)
        .related(loses.span, "this one is never read")
        .related(path.name.span(), "on this path")
        .related(needs.span, needs.text.clone())
        .help("whoever changes the one that loses changes nothing: keep one of them")
        .about(format!("paths.{}", path.name.value))
}

fn across(
    (first, known): (&Environment, &Variable),
    (second, other): (&Environment, &Variable),
    name: &str,
    needs: &Label,
) -> Diagnostic {
    let message = format!(
        "{} has one value on the path {} and another on {}",
        quote(name),
        quote(first.name.value.as_str()),
        quote(second.name.value.as_str())
    );
    Diagnostic::new("conflicting-env", second.name.place, "resolves it differently", message)
        .related(known.span, format!("set here on {}", quote(first.name.value.as_str())))
        .related(other.span, format!("set here on {}", quote(second.name.value.as_str())))
        .related(needs.span, needs.text.clone())
        .help("the table says one key and one account, and who pays depends on how it was started: let both read one value, or give each a key of its own")
        .about(format!("paths.{}", second.name.value))
}
