//! The tree of a config: groups with a strategy, targets, and what targets inherit from the groups around them.

use std::collections::BTreeMap;

use crate::source::{Place, Span, Spanned};
use crate::syntax::{Scalar, Shape, Value};

use super::status::Retry;

/// How a group chooses among its targets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// The first alone.
    Single,
    /// One by weight.
    LoadBalance,
    /// One after the other.
    Fallback,
    /// The one that a condition names.
    Conditional,
}

impl Mode {
    /// The modes by the words for them.
    pub(super) const ALL: [(&'static str, Self); 4] = [
        ("single", Self::Single),
        ("loadbalance", Self::LoadBalance),
        ("fallback", Self::Fallback),
        ("conditional", Self::Conditional),
    ];

    fn of(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == word).map(|(_, mode)| *mode)
    }
}

/// A node of the tree: a target, or a group of them.
#[derive(Debug)]
pub(super) struct Node<'t> {
    /// As written.
    pub(super) value: Value<'t>,
    /// Where it stands in the config, such as `targets[0].targets[1]`; empty for the root.
    pub(super) path: String,
    /// How reports call it: by its name where no other has it, else by its place in the config.
    pub(super) label: String,
    /// How it chooses, if it is a group.
    pub(super) group: Option<Group<'t>>,
    /// The retries that hold for it.
    pub(super) retry: Retry,
    /// Where these are written.
    pub(super) retry_place: Option<Place>,
    /// Milliseconds that each call may take.
    pub(super) timeout: Option<Spanned<u64>>,
    /// The model that replaces the request's own.
    pub(super) model: Option<Spanned<String>>,
    /// The host that is called instead of the provider's.
    pub(super) host: Option<Spanned<String>>,
}

/// A group: how it chooses, and among what.
#[derive(Debug)]
pub(super) struct Group<'t> {
    /// How it chooses.
    pub(super) mode: Mode,
    /// The settings of it.
    pub(super) strategy: Option<Value<'t>>,
    /// The statuses that make it go on, if it names any.
    pub(super) codes: Option<Vec<i64>>,
    /// What it chooses from.
    pub(super) targets: Vec<Node<'t>>,
}

/// The value of a key, in either of the spellings that the gateway takes: it turns `a_b` into `aB`.
pub(super) fn entry<'t>(value: Value<'t>, key: &str) -> Option<(Value<'t>, Value<'t>)> {
    value.get_entry(key).or_else(|| value.get_entry(&camel(key))).filter(|(_, value)| !value.is_null())
}

/// The value of a key, in either spelling.
pub(super) fn get<'t>(value: Value<'t>, key: &str) -> Option<Value<'t>> {
    entry(value, key).map(|(_, value)| value)
}

/// A key in the gateway's own spelling.
pub(super) fn snake(key: &str) -> String {
    let mut out = String::with_capacity(key.len());
    for letter in key.chars() {
        if letter.is_ascii_uppercase() && !out.is_empty() && !out.ends_with('_') {
            out.push('_');
        }
        out.push(letter.to_ascii_lowercase());
    }
    out
}

fn camel(key: &str) -> String {
    let mut out = String::with_capacity(key.len());
    let mut is_start = false;
    for letter in key.chars() {
        match letter {
            '_' => is_start = true,
            letter if is_start => {
                out.push(letter.to_ascii_uppercase());
                is_start = false;
            }
            letter => out.push(letter),
        }
    }
    out
}

/// A whole number.
pub(super) fn whole(value: Value<'_>) -> Option<i64> {
    match value.shape() {
        Shape::Scalar(Scalar::Integer(digits)) => digits.parse().ok(),
        Shape::Scalar(_) | Shape::Sequence | Shape::Mapping | Shape::Missing => None,
    }
}

/// The statuses of a list, if it is one.
pub(super) fn codes(holder: Value<'_>) -> Option<Vec<i64>> {
    let list = get(holder, "on_status_codes").filter(|list| list.is_sequence())?;
    Some(list.items().filter_map(whole).collect())
}

impl<'t> Node<'t> {
    /// The tree of a config.
    pub(super) fn root(value: Value<'t>) -> Self {
        let mut root = Self::read(value, String::new(), None);
        let mut taken: BTreeMap<String, usize> = BTreeMap::new();
        for node in root.all() {
            for name in [node.name(), Some(node.label.as_str())].into_iter().flatten() {
                *taken.entry(name.to_owned()).or_insert(0) += 1;
            }
        }
        root.call_by_name(&taken);
        root
    }

    /// Calls every node by its name, where that is the name of nothing else.
    fn call_by_name(&mut self, taken: &BTreeMap<String, usize>) {
        if let Some(name) = self.name().filter(|name| taken.get(*name) == Some(&1)) {
            name.clone_into(&mut self.label);
        }
        for target in self.group.iter_mut().flat_map(|group| &mut group.targets) {
            target.call_by_name(taken);
        }
    }

    fn read(value: Value<'t>, path: String, parent: Option<&Self>) -> Self {
        let retry = get(value, "retry").filter(|retry| retry.is_mapping());
        let timeout = get(value, "request_timeout").and_then(|timeout| Some((whole(timeout)?, timeout)));
        let timeout = timeout.and_then(|(number, at)| Some(Spanned::new(u64::try_from(number).ok()?, at.place())));
        let text = |value: Value<'t>| Some(Spanned::new(value.text()?.to_owned(), value.place()));
        let model = get(value, "override_params").and_then(|params| params.get("model")).and_then(text);
        let mut node = Self {
            value,
            label: if path.is_empty() { "config".to_owned() } else { path.clone() },
            path,
            group: None,
            retry: retry.map_or_else(|| parent.map(|parent| parent.retry.clone()).unwrap_or_default(), read_retry),
            retry_place: retry.map(Value::place).or_else(|| parent.and_then(|parent| parent.retry_place)),
            timeout: timeout
                .filter(|timeout| timeout.value > 0)
                .or_else(|| parent.and_then(|parent| parent.timeout.clone())),
            model: model.or_else(|| parent.and_then(|parent| parent.model.clone())),
            host: get(value, "custom_host").and_then(text).or_else(|| parent.and_then(|parent| parent.host.clone())),
        };
        node.group = node.read_group();
        node
    }

    /// A node is a group where it has targets, or where its strategy says so.
    fn read_group(&self) -> Option<Group<'t>> {
        let strategy = get(self.value, "strategy");
        let word = strategy.and_then(|strategy| strategy.get("mode").or(Some(strategy))).and_then(Value::text);
        let list = get(self.value, "targets").filter(|targets| targets.is_sequence());
        if word.is_none() && list.is_none() {
            return None;
        }
        let items = list.into_iter().flat_map(Value::items).enumerate();
        let targets = items.map(|(number, item)| {
            let path = format!("targets[{number}]");
            let path = if self.path.is_empty() { path } else { format!("{}.{path}", self.path) };
            Self::read(item, path, Some(self))
        });
        Some(Group {
            mode: word.and_then(Mode::of).unwrap_or(Mode::Single),
            strategy: strategy.filter(|strategy| strategy.is_mapping()),
            codes: strategy.and_then(codes),
            targets: targets.collect(),
        })
    }

    /// The name that conditions call it by.
    pub(super) fn name(&self) -> Option<&'t str> {
        self.value.get("name").and_then(Value::text)
    }

    /// Where findings about it point: what says who it is, else its first key.
    pub(super) fn place(&self) -> Place {
        let keys: &[&str] = if self.group.is_some() { &["strategy", "targets"] } else { &["provider", "virtual_key"] };
        let found = keys.iter().find_map(|key| entry(self.value, key));
        let found = found.map(|(key, value)| if self.group.is_some() { key } else { value });
        let first = || self.value.entries().first().map(|(key, _)| *key);
        found.or_else(first).unwrap_or(self.value).place()
    }

    /// The same, as a span.
    pub(super) fn span(&self) -> Span {
        self.place().span()
    }

    /// The weight it has where a load is balanced; none where it is no number.
    pub(super) fn weight(&self) -> Option<&'t str> {
        match get(self.value, "weight")?.shape() {
            Shape::Scalar(Scalar::Integer(digits) | Scalar::Decimal(digits)) => Some(digits),
            Shape::Scalar(Scalar::Text(text)) => Some(text).filter(|text| text.parse::<f64>().is_ok()),
            Shape::Scalar(_) | Shape::Sequence | Shape::Mapping | Shape::Missing => None,
        }
    }

    /// The node and all within it, groups before what they hold.
    pub(super) fn all(&self) -> Vec<&Self> {
        let mut found = vec![self];
        let mut at = 0;
        while let Some(node) = found.get(at).copied() {
            let within = node.group.iter().flat_map(|group| &group.targets);
            let next = at + 1;
            found.splice(next..next, within);
            at = next;
        }
        found
    }

    /// Its targets, in the order of the text.
    pub(super) fn leaves(&self) -> Vec<&Self> {
        self.all().into_iter().filter(|node| node.group.is_none()).collect()
    }
}

/// What one `retry` says; it replaces the one of a group around it as a whole.
fn read_retry(retry: Value<'_>) -> Retry {
    let attempts = get(retry, "attempts").and_then(whole).unwrap_or(0);
    Retry { attempts: u16::try_from(attempts.clamp(0, 64)).unwrap_or(0), codes: codes(retry) }
}
