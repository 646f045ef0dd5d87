//! Variables in values: `${NAME}` is replaced by what the file itself sets, as far as it does.

use super::merged::{Kind, Node};

/// What the file says about the environment: `env.vars`, and flat keys of `env`, which older releases read.
pub(super) struct Env {
    vars: Vec<(String, String)>,
}

impl Env {
    pub(super) fn new(root: &Node) -> Self {
        let env = root.get("env");
        let flat = env.into_iter().flat_map(Node::entries).filter(|(key, _)| key.value != "vars");
        let vars = env.and_then(|env| env.get("vars")).into_iter().flat_map(Node::entries);
        // A value that itself holds a variable is passed over, and so is an empty one.
        let set = flat.chain(vars).filter_map(|(key, value)| {
            let value = value.text().filter(|text| !text.trim().is_empty() && !text.contains("${"))?;
            Some((key.value.clone(), value.to_owned()))
        });
        Self { vars: set.collect() }
    }

    /// A text as OpenClaw reads it: `$${NAME}` is `${NAME}`, and a variable that nothing sets stays as it is written.
    pub(super) fn substitute(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find("${") {
            let (before, from) = rest.split_at_checked(at).unwrap_or((rest, ""));
            let inner = from.get(2..).unwrap_or_default();
            let name = inner.split_once('}').map(|(name, _)| name).filter(|name| is_name(name));
            let Some(name) = name else {
                out.push_str(before);
                out.push_str("${");
                rest = inner;
                continue;
            };
            let after = inner.get(name.len() + 1..).unwrap_or_default();
            if let Some(before) = before.strip_suffix('$') {
                out.push_str(before);
                out.push_str("${");
                out.push_str(name);
                out.push('}');
            } else {
                out.push_str(before);
                if let Some((_, value)) = self.vars.iter().rev().find(|(known, _)| known == name) {
                    out.push_str(value);
                } else {
                    out.push_str("${");
                    out.push_str(name);
                    out.push('}');
                }
            }
            rest = after;
        }
        out.push_str(rest);
        out
    }

    /// Replaces the variables in every text of a value.
    pub(super) fn apply(&self, node: &mut Node) {
        match &mut node.kind {
            Kind::Text(text) if text.contains("${") => *text = self.substitute(text),
            Kind::Text(_) | Kind::Null | Kind::Bool(_) | Kind::Number(_) => {}
            Kind::List(items) => items.iter_mut().for_each(|item| self.apply(item)),
            Kind::Map(entries) => entries.iter_mut().for_each(|(_, value)| self.apply(value)),
        }
    }
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
        let env = Env { vars: vec![("KEY".to_owned(), "b".to_owned())] };
        for (text, read) in [
            ("a${KEY}c", "abc"),
            ("$${KEY}", "${KEY}"),
            ("${OTHER}/${KEY}", "${OTHER}/b"),
            ("${lower}${KEY", "${lower}${KEY"),
            ("$KEY", "$KEY"),
        ] {
            assert_eq!(env.substitute(text), read, "{text}");
        }
    }
}
