//! Variables in values: `${NAME}` is replaced by what the files around the configuration set, and by what it sets itself.

use crate::environment::{Hidden, LayersAround, Setting, Winner};
use crate::frontend::secrets::{begins_like_key, looks_real};
use crate::openclaw::{configuration_may_set, names_secret};

use super::merged::{Kind, Node};
use super::slots;

/// What is known of the environment: the files around the configuration, and what the configuration says itself,
/// `env.vars` and flat keys of `env`, which older releases read.
pub(super) struct Env {
    pub(super) around: LayersAround,
    own: Vec<(String, Setting)>,
    /// Whether OpenClaw asks the user's shell for what nothing else sets.
    pub(super) asks_shell: bool,
}

/// What stands for a variable.
#[derive(Clone, Copy, Debug)]
pub(super) enum Found<'e> {
    /// A value from a file of variables.
    Around(&'e Hidden),
    /// A value of the configuration.
    Own(&'e Hidden),
    /// Something that only the machine knows.
    Unknown,
    /// Nothing, so the text stays.
    Nothing,
}

impl Env {
    pub(super) fn new(root: &Node, around: LayersAround) -> Self {
        let env = root.get("env");
        let flat = env.into_iter().flat_map(Node::entries).filter(|(key, _)| key.value != "vars");
        let vars = env.and_then(|env| env.get("vars")).into_iter().flat_map(Node::entries);
        // A value that itself holds a variable is passed over, and so is an empty one. Of the two ways the flat one wins.
        let own = vars.chain(flat).filter_map(|(key, value)| {
            let is_taken = |text: &&str| !text.trim().is_empty() && names_in(text).next().is_none();
            let value = value.text().filter(is_taken).filter(|_| configuration_may_set(&key.value))?;
            Some((key.value.clone(), Setting::of(value.to_owned())))
        });
        let own = own.collect();
        let shell = root.at(&["env", "shellEnv", "enabled"]);
        let asks_shell = shell.is_some_and(|enabled| matches!(enabled.kind, Kind::Bool(true)));
        Self { around, own, asks_shell }
    }

    /// What the configuration itself sets a variable to.
    pub(super) fn own(&self, name: &str) -> Option<&Setting> {
        self.own.iter().rev().find(|(known, _)| known == name).map(|(_, setting)| setting)
    }

    /// What stands for a variable.
    pub(super) fn find<'e>(&'e self, name: &'e str) -> Found<'e> {
        let own = self.own(name);
        match (self.around.winner(name, own.is_some()), own) {
            (Winner::Layer(Setting::Value(value)), _) => Found::Around(value),
            (Winner::Layer(Setting::Unknown | Setting::EmptyUnless(_)), _) => Found::Unknown,
            (Winner::Configuration, Some(Setting::Value(value))) => Found::Own(value),
            // OpenClaw knows this one by two names.
            (Winner::Layer(Setting::Empty) | Winner::Configuration | Winner::Nobody, _) if name == "ZAI_API_KEY" => {
                self.find("Z_AI_API_KEY")
            }
            (Winner::Layer(Setting::Empty) | Winner::Configuration | Winner::Nobody, _) => Found::Nothing,
        }
    }

    /// A text as OpenClaw reads it: `$${NAME}` is `${NAME}`, and a variable that nothing sets stays as it is written. So
    /// does one that a file of variables sets, where the text may be a secret or the variable holds one.
    fn substitute(&self, text: &str, place: Place) -> String {
        let mut out = String::with_capacity(text.len());
        for token in Tokens(text) {
            let name = match token {
                Token::Text(text) => {
                    out.push_str(text);
                    continue;
                }
                Token::Escaped(name) => name,
                Token::Variable(name) => match self.find(name) {
                    Found::Own(value) => {
                        out.push_str(value.reveal());
                        continue;
                    }
                    Found::Around(value) if place == Place::Shown && !is_secret(name, value) => {
                        out.push_str(value.reveal());
                        continue;
                    }
                    Found::Around(_) | Found::Unknown | Found::Nothing => name,
                },
            };
            out.push_str("${");
            out.push_str(name);
            out.push('}');
        }
        out
    }

    /// Replaces the variables in every text of the configuration.
    pub(super) fn apply(&self, root: &mut Node) {
        self.apply_at(root, Place::Root);
    }

    fn apply_at(&self, node: &mut Node, place: Place) {
        match &mut node.kind {
            Kind::Text(text) if text.contains("${") => *text = self.substitute(text, place),
            Kind::Text(_) | Kind::Null | Kind::Bool(_) | Kind::Number(_) => {}
            Kind::List(items) => items.iter_mut().for_each(|item| self.apply_at(item, place)),
            Kind::Map(entries) => {
                for (key, value) in entries {
                    self.apply_at(value, place.below(&key.value));
                }
            }
        }
    }
}

/// Where in the configuration a value stands: only what chooses a model, names one or says where it runs is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Root,
    /// Among what agents, channels, hooks and tools are set to.
    Settings,
    Models,
    Providers,
    Provider,
    /// Among the models of a provider.
    Rows,
    /// Below a key whose values are models, names of them or addresses.
    Shown,
    /// Anywhere else, such as in a key or a header.
    Other,
}

impl Place {
    fn below(self, key: &str) -> Self {
        match (self, key) {
            (Self::Root, "models") => Self::Models,
            (Self::Models, "providers") => Self::Providers,
            (Self::Providers, _) => Self::Provider,
            (Self::Provider, "models") => Self::Rows,
            (Self::Provider | Self::Rows, "baseUrl") | (Self::Rows, "id") | (Self::Shown, _) => Self::Shown,
            (Self::Settings, key) if slots::holds_models(key) || matches!(key, "alias" | "allow") => Self::Shown,
            (Self::Settings, _) | (Self::Root, "agents" | "agent" | "channels" | "hooks" | "tools" | "tts") => {
                Self::Settings
            }
            (Self::Root | Self::Models | Self::Provider | Self::Rows | Self::Other, _) => Self::Other,
        }
    }
}

/// The longest word in the name of a model; what is longer and mixes letters and digits was drawn at random.
const LONGEST_WORD: usize = 16;

/// Whether a value is taken for a secret wherever it is put.
fn is_secret(name: &str, value: &Hidden) -> bool {
    let text = value.reveal();
    let mut words = text.split(|letter: char| !letter.is_ascii_alphanumeric());
    let is_random = looks_real(text) && words.any(|word| word.len() > LONGEST_WORD);
    names_secret(name) || begins_like_key(text) || is_random
}

/// The variables that a text asks for, in order.
pub(super) fn names_in(text: &str) -> impl Iterator<Item = &str> {
    Tokens(text).filter_map(|token| if let Token::Variable(name) = token { Some(name) } else { None })
}

/// A piece of a text.
enum Token<'t> {
    Text(&'t str),
    /// `$${NAME}`, which is no variable.
    Escaped(&'t str),
    Variable(&'t str),
}

/// The pieces of a text from its beginning.
struct Tokens<'t>(&'t str);

impl<'t> Iterator for Tokens<'t> {
    type Item = Token<'t>;

    fn next(&mut self) -> Option<Token<'t>> {
        let text = self.0;
        if let Some((name, rest)) = text.strip_prefix("$${").and_then(variable) {
            self.0 = rest;
            return Some(Token::Escaped(name));
        }
        if let Some((name, rest)) = text.strip_prefix("${").and_then(variable) {
            self.0 = rest;
            return Some(Token::Variable(name));
        }
        // Up to the next sign that may begin one; the first letter does not.
        let first = text.chars().next()?.len_utf8();
        let end = text.get(first..).and_then(|rest| rest.find('$')).map_or(text.len(), |at| first + at);
        let (piece, rest) = text.split_at_checked(end)?;
        self.0 = rest;
        Some(Token::Text(piece))
    }
}

/// The name in front of a closing brace, and what follows that.
fn variable(text: &str) -> Option<(&str, &str)> {
    text.split_once('}').filter(|(name, _)| is_name(name))
}

/// Whether a text is the name of a variable as OpenClaw knows them.
pub(super) fn is_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(|byte| byte.is_ascii_uppercase() || byte == b'_')
        && bytes.all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

/// Whether a text holds a variable or a template that is filled in before OpenClaw sees it.
pub(super) fn is_template(text: &str) -> bool {
    text.contains("${") || text.contains("{{") || (text.starts_with('<') && text.ends_with('>'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_replaced_as_far_as_the_file_sets_them() {
        let own = vec![("KEY".to_owned(), Setting::of("b".to_owned()))];
        let env = Env { around: LayersAround::default(), own, asks_shell: false };
        for (text, read) in [
            ("a${KEY}c", "abc"),
            ("$${KEY}", "${KEY}"),
            ("$$${KEY}", "$${KEY}"),
            ("${OTHER}/${KEY}", "${OTHER}/b"),
            ("${lower}${KEY", "${lower}${KEY"),
            ("${lower}${KEY}", "${lower}b"),
            ("$KEY", "$KEY"),
            ("é${KEY}é", "ébé"),
        ] {
            assert_eq!(env.substitute(text, Place::Other), read, "{text}");
        }
    }

    #[test]
    fn a_secret_is_told_from_the_name_of_a_model() {
        for (name, text, secret) in [
            ("MAIN_MODEL", "anthropic/claude-3-5-sonnet-20241022", false),
            ("MAIN_MODEL", "bedrock/eu.anthropic.claude-sonnet-5-5-20251101-v1:0", false),
            ("CORP_URL", "https://llm-gateway-eu1.corp.example:8443/v1", false),
            ("MAIN_MODEL", "sk-proj-0a1b2c", true),
            ("MAIN_MODEL", "0123456789abcdef0123456789abcdef", true),
            ("CORP_KEY", "m1", true),
        ] {
            let Setting::Value(value) = Setting::of(text.to_owned()) else { panic!("{text}") };
            assert_eq!(is_secret(name, &value), secret, "{name} {text}");
        }
    }

    #[test]
    fn only_what_chooses_a_model_is_shown() {
        for (path, is_shown) in [
            ("agents.defaults.model", true),
            ("agents.defaults.model.fallbacks", true),
            ("agents.entries.main.subagents.model.primary", true),
            ("agents.defaults.mediaModels.image", true),
            ("channels.modelByChannel.telegram.1", true),
            ("hooks.gmail.model", true),
            ("models.providers.acme.baseUrl", true),
            ("models.providers.acme.models.id", true),
            ("models.providers.acme.apiKey", false),
            ("models.providers.acme.apiKey.id", false),
            ("models.providers.acme.headers.x", false),
            ("models.providers.acme.models.headers.x", false),
            ("models.providers.acme.request.auth.token", false),
            ("channels.telegram.botToken", false),
            ("hooks.token", false),
            ("gateway.auth.token", false),
            ("env.vars.X", false),
        ] {
            let place = path.split('.').fold(Place::Root, Place::below);
            assert_eq!(place == Place::Shown, is_shown, "{path}");
        }
    }
}
