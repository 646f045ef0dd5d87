//! The fallback lists as written, in whatever shape: what LiteLLM refuses or misreads is reported.

use crate::diagnostic::{Diagnostic, Sink, quote};
use crate::litellm::Release;
use crate::source::{Place, Spanned};
use crate::syntax::Value;

use super::{Sections, misread};

/// One entry of a list: a source and its targets.
pub(super) struct Entry {
    pub(super) source: Spanned<String>,
    pub(super) targets: Vec<Spanned<String>>,
    /// The text that stands where a list is wanted.
    pub(super) text: Option<Spanned<String>>,
    pub(super) written: Written,
}

/// How the targets of an entry are written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Written {
    /// As a list of names.
    List,
    /// As one text, with which LiteLLM refuses to start: read as it was meant.
    Text,
    /// As one text of which LiteLLM takes each letter for a name: few lead anywhere, and of the others nothing is said.
    Letters,
}

/// Every list of the file.
pub(super) struct Lists {
    pub(super) general: Vec<Entry>,
    pub(super) context_window: Vec<Entry>,
    pub(super) content_policy: Vec<Entry>,
    pub(super) default: Vec<Spanned<String>>,
    /// Where `context_window_fallbacks` and `content_policy_fallbacks` stand, if they hold anything.
    pub(super) context_key: Option<Place>,
    pub(super) content_key: Option<Place>,
}

impl Lists {
    pub(super) fn read(sections: &Sections<'_>, sink: &mut Sink) -> Self {
        let mut list = |name: &str| {
            sections
                .setting(name)
                .map_or_else(Vec::new, |(key, value)| entries(name, (key, value), sections.release, sink))
        };
        let general = list("fallbacks");
        let context_window = list("context_window_fallbacks");
        let content_policy = list("content_policy_fallbacks");
        let place = |name: &str, list: &[Entry]| {
            sections.setting(name).filter(|_| !list.is_empty()).map(|(key, _)| key.place())
        };
        let mut default =
            sections.setting("default_fallbacks").map_or_else(Vec::new, |(key, value)| defaults(key, value, sink));
        let stars: Vec<&Entry> = general.iter().filter(|entry| entry.source.value == "*").collect();
        let defaults_win = !default.is_empty();
        if let Some(last) = stars.last().filter(|_| !defaults_win) {
            default.clone_from(&last.targets);
        }
        let winner = if defaults_win {
            sections.setting("default_fallbacks").map(|(key, _)| key.place())
        } else {
            stars.last().map(|last| last.source.place)
        };
        for (star, winner) in stars.iter().filter_map(|star| Some((star, winner?))) {
            if star.source.place != winner {
                shadowed(star, winner, defaults_win, sink);
            }
        }
        Self {
            context_key: place("context_window_fallbacks", &context_window),
            content_key: place("content_policy_fallbacks", &content_policy),
            general,
            context_window,
            content_policy,
            default,
        }
    }
}

/// An entry for every group that another one replaces.
fn shadowed(star: &Entry, winner: Place, defaults_win: bool, sink: &mut Sink) {
    let message = if defaults_win {
        "`default_fallbacks` is the list of every group without one, and this entry is never used"
    } else {
        "`*` has two entries in one list; LiteLLM reads the last"
    };
    sink.report(
        Diagnostic::new("shadowed-setting", star.source.place, "never used", message)
            .related(winner.span(), "this one wins")
            .help("keep one of the two"),
    );
}

const SHAPE: &str = "write a list of entries with one key each: `- {group: [other-group, third-group]}`";

fn entries(list: &str, (key, value): (Value<'_>, Value<'_>), release: Release, sink: &mut Sink) -> Vec<Entry> {
    // The context list is not checked when LiteLLM starts; the other two are.
    let (rule, fate) = if list == "context_window_fallbacks" {
        ("dead-setting", "LiteLLM starts and does not use it")
    } else {
        ("bad-value", "LiteLLM refuses to start")
    };
    let mut found = Vec::new();
    if value.is_mapping() {
        let message = format!("{} is a mapping where a list is wanted; {fate}", quote(list));
        sink.report(misread(rule, key, "a list is wanted here", message, SHAPE));
        for (source, targets) in value.entries() {
            push(list, (source, targets), (rule, fate), release, sink, &mut found);
        }
        return found;
    }
    if !value.is_sequence() {
        let message = format!("{} is a single value where a list is wanted; {fate}", quote(list));
        sink.report(misread(rule, key, "a list is wanted here", message, SHAPE));
        return found;
    }
    for item in value.items() {
        let pairs = item.entries();
        if !item.is_mapping() {
            let written = item.raw_text().map_or_else(|| "this".to_owned(), quote);
            let message = format!("{written} stands in {} without the group it is a fallback of; {fate}", quote(list));
            sink.report(misread(rule, item, "an entry `{group: [targets]}` is wanted here", message, SHAPE));
            continue;
        }
        if pairs.len() != 1 {
            let place = pairs.first().map_or(item, |(key, _)| *key);
            let fate = if list == "context_window_fallbacks" { "LiteLLM reads only the first" } else { fate };
            let message = format!("an entry of {} has {} keys where one is wanted; {fate}", quote(list), pairs.len());
            sink.report(misread(rule, place, "one key is wanted here: the group", message, SHAPE));
            if let Some((source, targets)) = meant(item) {
                push(list, (source, targets), (rule, fate), release, &mut Sink::new(), &mut found);
                continue;
            }
        }
        for (source, targets) in pairs {
            push(list, (source, targets), (rule, fate), release, sink, &mut found);
        }
    }
    found
}

/// What an entry in words (`{model: a, fallbacks: [b]}`) was meant to be.
fn meant(item: Value<'_>) -> Option<(Value<'_>, Value<'_>)> {
    let first = |names: &[&str]| names.iter().find_map(|name| item.get(name));
    let source = first(&["model", "model_name", "model_group", "primary", "from"])
        .filter(|source| source.raw_text().is_some())?;
    let targets = first(&["fallbacks", "fallback", "fallback_models", "to", "models"])?;
    (targets.is_sequence() || targets.raw_text().is_some()).then_some((source, targets))
}

fn push(
    list: &str,
    (source, targets): (Value<'_>, Value<'_>),
    (rule, fate): (&'static str, &str),
    release: Release,
    sink: &mut Sink,
    found: &mut Vec<Entry>,
) {
    let Some(name) = source.raw_text() else { return };
    let mut names = Vec::new();
    let mut written = Written::List;
    if targets.is_sequence() {
        names.extend(targets.items().filter_map(target_name));
    } else if let Some(text) = targets.text() {
        let is_checked = list != "context_window_fallbacks";
        written = if is_checked && release.refuses_text() { Written::Text } else { Written::Letters };
        let (rule, fate) = match (is_checked, written) {
            (false, _) => (rule, "LiteLLM takes each letter for a model".to_owned()),
            (true, Written::Letters) => (
                "dead-setting",
                format!("LiteLLM {release} takes each letter for a model, and refuses to start from 1.109 on"),
            ),
            (true, _) => (
                rule,
                format!("LiteLLM {release} refuses to start, and releases before 1.109 take each letter for a model"),
            ),
        };
        let message = format!(
            "the targets of {} in {} are a single value where a list is wanted; {fate}",
            quote(name),
            quote(list)
        );
        sink.report(misread(rule, targets, "a list is wanted here", message, SHAPE));
        if written == Written::Letters {
            // A letter that comes again leads nowhere new.
            let is_new = |(at, letter): &(usize, char)| text.find(*letter) == Some(*at);
            let letters = text.char_indices().filter(is_new);
            names.extend(letters.map(|(_, letter)| Spanned::new(letter.to_string(), targets.place())));
        } else {
            names.push(Spanned::new(text.to_owned(), targets.place()));
        }
    } else {
        let message = format!("the targets of {} in {} are no list; {fate}", quote(name), quote(list));
        sink.report(misread(rule, source, "a list of groups is wanted here", message, SHAPE));
        return;
    }
    let text = targets.text().map(|text| Spanned::new(text.to_owned(), targets.place()));
    found.push(Entry { source: Spanned::new(name.to_owned(), source.place()), targets: names, text, written });
}

/// A target: a name, or a mapping with a `model` and parameters for the request.
fn target_name(item: Value<'_>) -> Option<Spanned<String>> {
    let value = if item.is_mapping() {
        item.get("model").unwrap_or_else(|| item.entries().first().map_or(item, |(key, _)| *key))
    } else {
        item
    };
    Some(Spanned::new(value.raw_text()?.to_owned(), value.place()))
}

fn defaults(key: Value<'_>, value: Value<'_>, sink: &mut Sink) -> Vec<Spanned<String>> {
    if let Some(text) = value.raw_text() {
        let message =
            "`default_fallbacks` is a single value where a list is wanted; LiteLLM refuses to start".to_owned();
        sink.report(misread(
            "bad-value",
            value,
            "a list is wanted here",
            message,
            "write `default_fallbacks: [group]`",
        ));
        return vec![Spanned::new(text.to_owned(), value.place())];
    }
    let items: Vec<Value<'_>> = value.items().collect();
    if value.is_mapping() || (!items.is_empty() && items.iter().all(|item| item.is_mapping())) {
        let message = "`default_fallbacks` holds entries with a source where plain names are wanted; they lead nowhere"
            .to_owned();
        sink.report(misread(
            "dead-setting",
            key,
            "a list of names is wanted here",
            message,
            "write `default_fallbacks: [group]`",
        ));
        return Vec::new();
    }
    items.into_iter().filter_map(target_name).collect()
}
