//! What a chain does at run time that its lines do not show.

use crate::diagnostic::{Diagnostic, Label, Level, Sink, or_list, quote};
use crate::openclaw::NEWEST;
use crate::source::{Span, Spanned};

use super::bundled;
use super::chains::{Chain, Chains, Link, is_placeholder};
use super::env::is_template;
use super::ladders::{Limit, seconds_of_rate_limits};
use super::merged::{Kind, Node};
use super::refs::Refs;
use super::supply::{Home, is_reachable};

/// The smallest window OpenClaw calls a model with, in tokens.
const SMALLEST: u64 = 4000;

/// Reports it.
pub(super) fn check(root: &Node, chains: &Chains, refs: &Refs, limit: Option<Limit>, sink: &mut Sink) {
    drops_fallbacks(chains, sink);
    for chain in &chains.chains {
        one_domain(root, chain, refs, sink);
        if let Some(limit) = limit.filter(|_| chain.is_limited()) {
            too_slow(chain, refs, limit, sink);
        }
        undescribed(chain, refs, sink);
    }
    allowed(root, chains, refs, sink);
    rows(chains, refs, sink);
}

/// Agents with a model of their own, which cuts them off from the list of the defaults.
fn drops_fallbacks(chains: &Chains, sink: &mut Sink) {
    let Some((shared, list)) = &chains.shared else { return };
    let lost = or_list(list.iter().map(|model| model.value.as_str()), 3).replace(" or ", " and ");
    for chain in chains.chains.iter().filter(|chain| chain.is_strict && chain.slot.list == "general") {
        let Some(agent) = &chain.slot.agent else { continue };
        let model = quote(&chain.first.written.value);
        let message =
            format!("the agent {} has a model of its own and so no fallback: it does not inherit {lost}", quote(agent));
        let trace = vec![
            Label { span: chain.slot.key, text: format!("a request for {} is answered by {model}", quote(agent)) },
            Label {
                span: chain.first.written.span(),
                text: format!("{model} fails: no list here, and a model given alone means an empty one"),
            },
            Label { span: *shared, text: "this list is only for agents without a model of their own".to_owned() },
        ];
        sink.report(
            Diagnostic::new(
                "openclaw-drops-fallbacks",
                chain.slot.choice.span,
                "no `fallbacks` beside the model",
                message,
            )
            .trace(trace)
            .help(format!(
                "write `model: {{primary: \"{}\", fallbacks: [\u{2026}]}}`, or `fallbacks: []` if it is meant",
                chain.first.written.value
            ))
            .shared_anywhere_by(agent.as_str(), "")
            .about(format!("routes.{}", chain.slot.name)),
        );
    }
}

/// Chains whose models are all at one provider, or behind one server.
fn one_domain(root: &Node, chain: &Chain, refs: &Refs, sink: &mut Sink) {
    let candidates = chain.candidates();
    let [first, .., last] = candidates.as_slice() else { return };
    let homes: Vec<(Home, &Link)> = candidates
        .iter()
        .map(|link| {
            (
                Home::of(&link.model, refs.provider(&link.model.provider), refs.row(&link.model).map(|row| &row.node)),
                *link,
            )
        })
        .collect();
    let Some((home, link)) = homes.first() else { return };
    let domain = home.domain(&link.model);
    if homes
        .iter()
        .any(|(home, link)| home.domain(&link.model) != domain || is_vague(link) || !refs.knows(&link.model.provider))
    {
        return;
    }
    let profiles = root.at(&["auth", "profiles"]).map(Node::entries).unwrap_or_default();
    let profiles =
        profiles.iter().filter(|(_, node)| node.get("provider").and_then(Node::text) == Some(&link.model.provider));
    let (why, help) = if home.is_own_server {
        ("when the server is down, so are all of them", "add a model of another server or provider")
    } else if profiles.count() > 1 {
        ("when the provider is down, so are all of them", "add a model of another provider")
    } else {
        (
            "a refused key or an empty account takes the provider out, and the others are passed over without a call",
            "add a model of another provider, or a second profile for this one",
        )
    };
    let message = format!("every model of {} is at {}: {why}", quote(&chain.slot.name), quote(domain));
    let trace = candidates.iter().enumerate().map(|(at, link)| {
        let text = if at == 0 {
            format!("asks {} first", quote(&link.model.name()))
        } else {
            format!("then {}, at the same place", quote(&link.model.name()))
        };
        Label { span: link.written.span(), text }
    });
    sink.report(
        Diagnostic::new("openclaw-single-fault-domain", last.written.place, "fails together with the first", message)
            .related(first.written.span(), "the first")
            .trace(trace.collect())
            .help(help)
            .shared_anywhere_by(chain.slot.name.as_str(), domain)
            .about(format!("routes.{}", chain.slot.name)),
    );
}

/// Whether what a link stands for is not yet decided, or reported already.
fn is_vague(link: &Link) -> bool {
    link.model.is_bare() || is_placeholder(&link.written.value)
}

/// Candidates whose turn comes after the run has ended.
fn too_slow(chain: &Chain, refs: &Refs, limit: Limit, sink: &mut Sink) {
    let each = seconds_of_rate_limits();
    let candidates: Vec<&Link> = chain.candidates().into_iter().filter(|link| is_reachable(link, refs)).collect();
    let late = (0u64..).zip(&candidates).find(|(before, _)| before * each >= limit.seconds && *before > 0);
    let Some((before, link)) = late else { return };
    let called = quote(&link.model.name());
    let message = format!(
        "{} reaches {called} after about {} s of rate limits, and the run ends after {} s",
        quote(&chain.slot.name),
        before * each,
        limit.seconds
    );
    let mut trace: Vec<Label> = Vec::new();
    for (at, link) in (0u64..=before).zip(&candidates) {
        let text = format!("{} is asked from second {} on", quote(&link.model.name()), at * each);
        trace.push(Label { span: link.written.span(), text });
    }
    let mut finding = Diagnostic::new("openclaw-slow-failover", link.written.place, "its turn never comes", message)
        .trace(trace)
        .help(format!("OpenClaw {NEWEST} calls a model that answers 429 ten times before the next, about {each} s, and no key of this file changes that: raise `agents.defaults.timeoutSeconds`, or shorten the list"))
        .about(format!("routes.{}", chain.slot.name))
        .shared_by(chain.slot.name.as_str(), "");
    if let Some(span) = limit.written {
        finding = finding.related(span, "the run ends then");
    }
    sink.report(finding);
}

/// Models that their own provider's list lacks: a slip in the name is sent as it is.
fn undescribed(chain: &Chain, refs: &Refs, sink: &mut Sink) {
    for link in chain.links() {
        let Some(provider) = refs.provider(&link.model.provider).filter(|provider| !provider.rows.is_empty()) else {
            continue;
        };
        if link.model.is_bare()
            || bundled::is_known(&link.model.provider)
            || refs.row(&link.model).is_some()
            || is_template(&link.written.value)
        {
            continue;
        }
        let message = format!(
            "the provider {} describes no model {}; OpenClaw sends the name as it is",
            quote(&provider.name),
            quote(&link.model.model)
        );
        let near = crate::diagnostic::nearest(&link.model.model, provider.rows.iter().map(|row| row.id.as_str()));
        let help = near.map_or_else(
            || {
                "add it to `models` of the provider, so that its window, prices and inputs are known, or mend the name"
                    .to_owned()
            },
            |near| format!("did you mean {}?", quote(near)),
        );
        sink.report(
            Diagnostic::new("unknown-reference", link.written.place, "not among its models", message)
                .at_most(Level::Warn)
                .related(provider.span, "its models are listed here")
                .help(help)
                .shared_by(chain.slot.name.as_str(), ""),
        );
    }
}

/// Models of a chain that the list of allowed models leaves out.
fn allowed(root: &Node, chains: &Chains, refs: &Refs, sink: &mut Sink) {
    let Some(defaults) = root.at(&["agents", "defaults"]) else { return };
    let policy = defaults.entry("modelPolicy");
    let list = policy.and_then(|(_, policy)| policy.get("allow")).filter(|allow| !allow.items().is_empty());
    let map = defaults.entry("models").filter(|(_, map)| !map.entries().is_empty());
    let is_migrated = matches!(
        root.at(&["meta", "migrations", "modelPolicyAllowlist"]).map(|node| &node.kind),
        Some(Kind::Bool(true))
    );
    let (span, patterns): (Span, Vec<String>) = match (list, policy, map) {
        (Some(list), _, _) => {
            (list.span, list.items().iter().filter_map(Node::text).map(|item| pattern(item, refs)).collect())
        }
        (None, None, Some((key, map))) if !is_migrated => {
            (key.span(), map.entries().iter().map(|(key, _)| pattern(&key.value, refs)).collect())
        }
        (None, Some(_) | None, _) => return,
    };
    let (starts, names): (Vec<&String>, Vec<&String>) = patterns.iter().partition(|pattern| pattern.ends_with('*'));
    let names: std::collections::BTreeSet<&str> = names.into_iter().map(String::as_str).collect();
    let is_allowed = |name: &str| {
        let name = name.to_lowercase();
        names.contains(name.as_str()) || starts.iter().any(|start| name.starts_with(start.trim_end_matches('*')))
    };
    for chain in &chains.chains {
        for link in chain.candidates() {
            let name = link.model.name();
            if !matches!(chain.slot.list, "general" | "subagent")
                || is_allowed(&name)
                || is_vague(link)
                || !refs.knows(&link.model.provider)
            {
                continue;
            }
            let (message, help) = if list.is_some() {
                (
                    format!(
                        "`modelPolicy.allow` leaves {} out, and {} answers with it all the same",
                        quote(&name),
                        quote(&chain.slot.name)
                    ),
                    "the list binds only people who choose a model: take it out of the chain if it must not answer, else allow it",
                )
            } else {
                (
                    format!(
                        "{} is not in `agents.defaults.models`, whose keys are the allow-list while there is no `modelPolicy`",
                        quote(&name)
                    ),
                    "nobody can choose it with `/model`, and a job that names it is refused: add its key, or write `modelPolicy: {}` to allow any",
                )
            };
            sink.report(
                Diagnostic::new("allowlist-mismatch", link.written.place, "not on the list", message)
                    .related(span, "the list")
                    .help(help)
                    .shared_anywhere_by(chain.slot.name.as_str(), name),
            );
        }
    }
}

/// An entry of a list of allowed models as the name it stands for, in lower case.
fn pattern(text: &str, refs: &Refs) -> String {
    if text.ends_with('*') {
        return text.trim().to_lowercase();
    }
    refs.primary(text).map_or_else(|| text.to_lowercase(), |model| model.name().to_lowercase())
}

/// What the rows of reachable models leave out or get wrong.
fn rows(chains: &Chains, refs: &Refs, sink: &mut Sink) {
    let mut seen = std::collections::BTreeSet::new();
    for link in chains.chains.iter().flat_map(Chain::candidates) {
        let Some(row) = refs.row(&link.model).filter(|_| seen.insert(link.model.name())) else { continue };
        let provider = refs.provider(&link.model.provider);
        let home = Home::of(&link.model, provider, Some(&row.node));
        let name = link.model.name();
        let is_unknown = home.host.as_deref().is_some_and(is_template);
        let is_free = home.is_own_machine
            || is_unknown
            || link.model.model.ends_with(":free")
            || bundled::is_known(&link.model.provider);
        if row.node.get("cost").is_none() && !is_free {
            let message = format!("{} has no `cost`, so OpenClaw counts every call of it as free", quote(&name));
            sink.report(
                Diagnostic::new("openclaw-implicit-zero-cost", row.span, "no `cost` beside this", message)
                    .help("write `cost: {input: \u{2026}, output: \u{2026}}`, in dollars for a million tokens")
                    .shared_anywhere_by(name.as_str(), "")
                    .about(format!("targets.{name}")),
            );
        }
        for (key, value) in row.node.get("cost").map(Node::entries).unwrap_or_default() {
            if value.number().is_some_and(|digits| digits.starts_with('-')) {
                below_zero(key, value, &name, sink);
            }
        }
        let window =
            row.node.get("contextWindow").and_then(|node| Some((node.number()?.parse::<u64>().ok()?, node.span)));
        if let Some((tokens, span)) = window.filter(|(tokens, _)| *tokens < SMALLEST) {
            let message = format!(
                "OpenClaw calls no model with a window below {SMALLEST} tokens, so {} always fails",
                quote(&name)
            );
            sink.report(
                Diagnostic::new("bad-value", span, format!("{tokens} is too small"), message)
                    .help("write the window the model really has"),
            );
        }
    }
}

fn below_zero(key: &Spanned<String>, value: &Node, name: &str, sink: &mut Sink) {
    let message = format!(
        "{} of {} is below zero, and OpenClaw takes it off the bill",
        quote(&format!("cost.{}", key.value)),
        quote(name)
    );
    sink.report(
        Diagnostic::new("bad-value", value.span, "below zero", message).help("write dollars for a million tokens"),
    );
}
