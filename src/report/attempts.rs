//! A request to LiteLLM in words and as JSON: every name that is asked for and why, and every call.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::contingency::Lists;
use crate::litellm::{
    Assumption, By, Call, Chain, Ending, Event, Fault, Hop, LONGEST_REQUEST, List, Release, Request, Resolved, Routing,
    Skip,
};
use crate::source::Span;

use super::Places;
use super::fold::folded;
use super::journey::place;
use super::summary::{count, time};

/// A request to LiteLLM, and what it was followed with.
#[derive(Clone, Copy, Debug)]
pub struct Attempts<'a> {
    /// The lists that were walked.
    pub lists: &'a Lists<'a>,
    /// The release that is assumed.
    pub release: Release,
    /// The name that was asked for.
    pub name: &'a str,
    /// The request.
    pub request: &'a Request,
}

impl Attempts<'_> {
    fn routing(&self) -> &Routing {
        self.lists.routing()
    }

    /// The name of a deployment: that of its target.
    fn deployment(&self, at: usize) -> String {
        let target = self.lists.target(at).map(|id| self.lists.table.targets[id].name.value.to_string());
        let model = || self.routing().deployments.get(at).map(|one| one.model.value.clone());
        target.or_else(model).unwrap_or_default()
    }

    fn written(&self, at: usize) -> Option<Span> {
        self.routing().deployments.get(at).map(|one| one.model.span())
    }

    fn group(&self, at: usize) -> &str {
        self.routing().deployments.get(at).map_or("", |one| one.group.value.as_str())
    }

    /// The number of a deployment in its group, from 1.
    fn number(&self, at: usize) -> usize {
        let group = self.group(at);
        let before = self.routing().deployments.iter().take(at).filter(|one| one.group.value == group);
        before.count() + 1
    }

    fn chain(&self, by: &By) -> Option<(&Chain, usize, bool)> {
        let By::Listed { list, entry, target, resumed } = by else { return None };
        Some((self.lists.router.directory().chain(*list, *entry)?, *target, *resumed))
    }
}

/// A request for people, in lines of at most 80 columns as far as names allow.
pub fn attempts_text(attempts: &Attempts<'_>, places: &mut Places<'_>) -> String {
    let mut out = folded(&format!("LiteLLM {}, which {}", attempts.release, era_in_words(attempts.release)));
    let mut number = 0;
    let mut asked: Option<&Hop> = None;
    // What is passed over is said before what comes instead, and not at all where nothing comes any more.
    let mut passed: Vec<&str> = Vec::new();
    for event in &attempts.request.events {
        let line = match event {
            Event::Skips(target, _) => {
                if !passed.contains(&target.name.as_str()) {
                    passed.push(&target.name);
                }
                continue;
            }
            Event::Asks(hop) => {
                let failed = asked.replace(hop).map(|hop| hop.name.as_str());
                asks(attempts, hop, failed, places)
            }
            Event::Calls(call) => {
                number += 1;
                format!("  {number}. {}", called(attempts, call, places))
            }
            Event::Stays(fault) => format!("  -  nobody is called: {}", stays(*fault)),
            Event::TooDeep(name) => format!(
                "  -  the list of {name} is not walked: lists are nested as deep as `max_fallbacks` ({}) allows",
                attempts.routing().settings.max_fallbacks
            ),
        };
        if !passed.is_empty() {
            out.push_str(&folded(&format!("  -  passes over {}: tried before", passed.join(", "))));
            passed.clear();
        }
        out.push_str(&folded(&line));
    }
    out.push_str(&folded(&ending(attempts)));
    for assumption in &attempts.routing().assumptions {
        let place = at(places, assumption.setting.span());
        let setting = &assumption.setting.value;
        out.push_str(&folded(&format!("note: `{setting}` ({place}) is followed {}", assumption.scope)));
    }
    for setting in &attempts.routing().unfollowed {
        let place = at(places, setting.span());
        out.push_str(&folded(&format!("note: `{}` ({place}) can change this, and is not followed", setting.value)));
    }
    if attempts.request.calls().any(|call| call.among.len() > 1) {
        out.push_str(&folded("note: of equal deployments LiteLLM picks at random; `--from` says which, in turn"));
    }
    out
}

fn era_in_words(release: Release) -> String {
    let era = release.era();
    let how = match era {
        crate::litellm::Era::Paths => "walks a list wherever it comes to it, up to `max_fallbacks` deep",
        crate::litellm::Era::Once => "tries no target twice",
        crate::litellm::Era::Resuming => "tries no target twice and resumes the list of the group asked for",
    };
    let unseen = if release.is_unseen() { " (as far as is known: the newest seen is 1.109)" } else { "" };
    format!("{how}{unseen}")
}

fn asks(attempts: &Attempts<'_>, hop: &Hop, failed: Option<&str>, places: &mut Places<'_>) -> String {
    let name = &hop.name;
    let mut text = match &hop.by {
        By::Request => format!("asks for {name}"),
        By::Order => {
            format!("goes on with order {} of {name}", hop.order.as_ref().map(ToString::to_string).unwrap_or_default())
        }
        By::Failover => format!("goes on with the other deployments of {name}"),
        By::Listed { list, .. } => match attempts.chain(&hop.by) {
            Some((chain, target, resumed)) => {
                let from = match (resumed, failed) {
                    (true, Some(failed)) => format!("{failed} has no list of its own: "),
                    (true | false, _) => String::new(),
                };
                format!("{from}falls back to {name}, {}", listed(*list, chain, target))
            }
            None => format!("falls back to {name}"),
        },
    };
    if let Some(span) = attempts.lists.router.directory().place_of(hop) {
        let _ = write!(text, " ({})", at(places, span));
    }
    let group = hop.resolved.deployments().first().map_or("", |at| attempts.group(*at));
    match &hop.resolved {
        Resolved::Group(_) | Resolved::Nobody => {}
        Resolved::Id(_) => text.push_str(", a deployment's id"),
        Resolved::Alias(_) => {
            let _ = write!(text, ", an alias of {group}");
        }
        Resolved::Set(_) => text.push_str(", which joins groups"),
        Resolved::Wildcard(_) => {
            let _ = write!(text, ", which {group} answers");
        }
        Resolved::Model(_) => {
            let _ = write!(text, ", a model of {group}");
        }
        Resolved::Default(_) => {
            let _ = write!(text, ", which nothing answers to: {group}, the first default, stands in");
        }
    }
    text
}

/// `2nd of the fallbacks of chat`.
fn listed(list: List, chain: &Chain, target: usize) -> String {
    let setting = if chain.is_default { "default_fallbacks" } else { list.setting() };
    let of = match (chain.is_default, chain.key.value.as_str()) {
        (true, _) => String::new(),
        (false, key) => format!(" of {key}"),
    };
    format!("number {} of `{setting}`{of}", target + 1)
}

fn called(attempts: &Attempts<'_>, call: &Call, places: &mut Places<'_>) -> String {
    let mut text = match (call.by_client, call.retry) {
        (0, 0) => String::new(),
        (0, retry) => format!("retry {retry}: "),
        (again, _) => format!("again by the client, {again}: "),
    };
    text.push_str(&attempts.deployment(call.deployment));
    if call.among.len() > 1 {
        let _ = write!(text, " (one of {})", call.among.len());
    }
    match call.failure {
        Some(failure) => {
            let _ = write!(text, " fails: {failure}");
        }
        None => text.push_str(" answers"),
    }
    if let Some(span) = attempts.written(call.deployment) {
        let _ = write!(text, " ({})", at(places, span));
    }
    text
}

fn stays(fault: Fault) -> &'static str {
    match fault {
        Fault::UnknownName => "nothing answers to the name",
        Fault::NoneLeft => "every deployment is cooling down, blocked or of another order",
        Fault::Spent => "`num_retries_per_request` is used up",
        Fault::NoTag => "no deployment has the tags of the request",
        Fault::NoBudget => "the budgets of all its providers lack a limit",
        Fault::Answer(_) => "the call failed",
    }
}

fn ending(attempts: &Attempts<'_>) -> String {
    let calls = count(attempts.request.calls().count(), "call");
    let most = time(attempts.lists.most(attempts.request));
    let calls = format!("{calls}, at most {most}");
    match attempts.request.ending {
        Ending::Answered(at) => format!("answered by {} of {}; {calls}", attempts.deployment(at), attempts.group(at)),
        Ending::Failed(fault) => format!("fails: the caller gets {}; {calls}", fault.seen()),
        Ending::Longer => format!("goes on: not followed for more than {LONGEST_REQUEST} calls or 200 lists deep"),
    }
}

fn at(places: &mut Places<'_>, span: Span) -> String {
    let region = places.region(span);
    format!("{}:{}", region.file, region.line)
}

/// A request for scripts.
pub fn attempts_json(attempts: &Attempts<'_>, places: &mut Places<'_>) -> Value {
    let mut steps = Vec::new();
    for event in &attempts.request.events {
        steps.push(match event {
            Event::Asks(hop) => asks_json(attempts, hop, places),
            Event::Calls(call) => {
                let among: Vec<String> = call.among.iter().map(|at| attempts.deployment(*at)).collect();
                json!({
                    "calls": attempts.deployment(call.deployment),
                    "id": id(attempts, call.deployment),
                    "group": attempts.group(call.deployment),
                    "number": attempts.number(call.deployment),
                    "retry": call.retry,
                    "byClient": call.by_client,
                    "mocked": attempts.routing().deployments.get(call.deployment).is_some_and(|one| one.mocked),
                    "among": among,
                    "amongNumbers": call.among.iter().map(|at| attempts.number(*at)).collect::<Vec<_>>(),
                    "amongIds": call.among.iter().map(|at| id(attempts, *at)).collect::<Vec<_>>(),
                    "fails": call.failure.map(|failure| failure.to_string()),
                    "at": attempts.written(call.deployment).map(|span| place(places, span)),
                })
            }
            Event::Stays(fault) => json!({"nobody": stays(*fault)}),
            Event::Skips(target, skip) => {
                let why = match skip {
                    Skip::Itself => "itself",
                    Skip::Tried => "tried",
                };
                json!({"skips": target.name, "because": why, "at": place(places, target.place.span())})
            }
            Event::TooDeep(name) => json!({"tooDeep": name}),
        });
    }
    let (ends, by) = match attempts.request.ending {
        Ending::Answered(at) => ("answered", Some(attempts.deployment(at))),
        Ending::Failed(fault) => ("failed", Some(fault.seen())),
        Ending::Longer => ("longer", None),
    };
    json!({
        "gateway": "LiteLLM",
        "release": attempts.release.to_string(),
        "era": attempts.release.era().releases(),
        "route": attempts.name,
        "steps": steps,
        "ends": ends,
        "by": by,
        "attempts": attempts.request.calls().count(),
        "assumes": attempts.routing().assumptions.iter().map(assumed).collect::<Vec<_>>(),
        "mostMs": attempts.lists.most(attempts.request),
        "notFollowed": attempts.routing().unfollowed.iter().map(|setting| &setting.value).collect::<Vec<_>>(),
    })
}

fn assumed(assumption: &Assumption) -> Value {
    json!({"setting": assumption.setting.value, "followed": assumption.scope})
}

fn id(attempts: &Attempts<'_>, at: usize) -> Option<String> {
    attempts.routing().deployments.get(at)?.id.clone()
}

fn asks_json(attempts: &Attempts<'_>, hop: &Hop, places: &mut Places<'_>) -> Value {
    let by = match hop.by {
        By::Request => "request",
        By::Order => "order",
        By::Failover => "failover",
        By::Listed { .. } => "list",
    };
    let answers = match &hop.resolved {
        Resolved::Id(_) => "id",
        Resolved::Group(_) => "group",
        Resolved::Alias(_) => "alias",
        Resolved::Set(_) => "routing group",
        Resolved::Wildcard(_) => "wildcard",
        Resolved::Model(_) => "model",
        Resolved::Default(_) => "default",
        Resolved::Nobody => "nobody",
    };
    let list = attempts.chain(&hop.by).map(|(chain, target, resumed)| {
        let By::Listed { list, .. } = hop.by else { return Value::Null };
        let setting = if chain.is_default { "default_fallbacks" } else { list.setting() };
        json!({"setting": setting, "of": chain.key.value, "number": target + 1, "resumed": resumed})
    });
    json!({
        "asks": hop.name,
        "by": by,
        "list": list,
        "order": hop.order.as_ref().map(ToString::to_string),
        "answeredAs": answers,
        "depth": hop.depth,
        "at": attempts.lists.router.directory().place_of(hop).map(|span| place(places, span)),
    })
}
