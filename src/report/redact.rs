//! Masks secrets in text that is shown as it stands in a file, without changing its length.

use crate::source::{Span, to_usize};

/// Keys whose value is never shown unless it is a reference.
const KEYS: [&str; 9] =
    ["secret", "api_key", "apikey", "api-key", "password", "token", "master_key", "access_key", "credentials"];

/// How the secrets of well-known vendors begin.
const PREFIXES: [&str; 14] = [
    "sk-",
    "sk_",
    "gsk_",
    "AIza",
    "xai-",
    "nvapi-",
    "csk-",
    "hf_",
    "r8_",
    "pplx-",
    "AKIA",
    "ghp_",
    "github_pat_",
    "eyJ",
];

/// The text with the known secrets, the values of secret keys and whatever looks like a key masked by `*`.
pub(super) fn source(text: &str, known: impl IntoIterator<Item = Span>) -> String {
    let mut bytes: Vec<u8> = text.as_bytes().to_vec();
    for span in known {
        mask(&mut bytes, to_usize(span.start), to_usize(span.end));
    }
    for (from, to) in secret_values(text).into_iter().chain(key_like(text)).chain(url_passwords(text)) {
        mask(&mut bytes, from, to);
    }
    String::from_utf8(bytes).unwrap_or_else(|_| "*".repeat(text.len()))
}

/// A message with whatever looks like a key masked.
pub(super) fn message(text: &str) -> String {
    let mut bytes: Vec<u8> = text.as_bytes().to_vec();
    for (from, to) in key_like(text).into_iter().chain(url_passwords(text)) {
        mask(&mut bytes, from, to);
    }
    String::from_utf8(bytes).unwrap_or_else(|_| "*".repeat(text.len()))
}

fn mask(bytes: &mut [u8], from: usize, to: usize) {
    let to = to.min(bytes.len());
    for byte in bytes.get_mut(from.min(to)..to).unwrap_or_default() {
        if !matches!(byte, b'\n' | b'\r' | b'"' | b'\'') {
            *byte = b'*';
        }
    }
}

/// The values that follow secret keys, line by line.
fn secret_values(text: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let lower = text.to_ascii_lowercase();
    for key in KEYS {
        for (at, _) in lower.match_indices(key) {
            let behind = at + key.len();
            let Some(rest) = text.get(behind..) else { continue };
            let line = rest.split(['\n', '\r']).next().unwrap_or_default();
            let trimmed = line.trim_start_matches(['"', '\'', ' ']);
            let Some(value) = trimmed.strip_prefix(':') else { continue };
            let value_at = behind + (line.len() - value.len());
            let value_text = value.trim_start_matches([' ', '"', '\'']);
            let from = value_at + (value.len() - value_text.len());
            let end = value_text.find([',', '}', ']', '"', '\'', ' ', '#']).unwrap_or(value_text.len());
            let word = value_text.get(..end).unwrap_or_default();
            let is_reference = word.contains(':')
                || word.contains('/')
                || word.starts_with('$')
                || word.starts_with('{')
                || word.starts_with('*');
            if !word.is_empty() && !is_reference && word != "|" && word != ">" {
                found.push((from, from + end));
            }
        }
    }
    found
}

/// The passwords of URLs: what stands between a user's `:` and the `@` before a host.
fn url_passwords(text: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices("://") {
        let rest = text.get(at + 3..).unwrap_or_default();
        let end = rest.find(['/', '?', '#', ' ', '"', '\'', '\n', ',', '}']).unwrap_or(rest.len());
        let authority = rest.get(..end).unwrap_or_default();
        if let Some((colon, host)) = authority.find(':').zip(authority.rfind('@')).filter(|(colon, host)| colon < host)
        {
            found.push((at + 3 + colon + 1, at + 3 + host));
        }
    }
    found
}

fn key_like(text: &str) -> Vec<(usize, usize)> {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || "_-.".contains(letter);
    let mut found = Vec::new();
    for prefix in PREFIXES {
        for (at, _) in text.match_indices(prefix) {
            let is_start =
                text.get(..at).and_then(|before| before.chars().next_back()).is_none_or(|letter| !is_part(letter));
            let len = text.get(at..).map_or(0, |rest| rest.find(|letter| !is_part(letter)).unwrap_or(rest.len()));
            let has_digit = text.get(at..at + len).is_some_and(|word| word.bytes().any(|byte| byte.is_ascii_digit()));
            if is_start && len >= 16 && has_digit {
                found.push((at, at + len));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_secrets_and_keeps_references() {
        let shown = |text| source(text, []);
        assert_eq!(shown("secret: hunter2, owner: a"), "secret: *******, owner: a");
        assert_eq!(shown("api_key: \"abc\""), "api_key: \"***\"");
        assert_eq!(shown("secret: env:NAME"), "secret: env:NAME");
        assert_eq!(shown("api_key: os.environ/NAME"), "api_key: os.environ/NAME");
        assert_eq!(shown("x: sk-abcdefghij0123456789"), format!("x: {}", "*".repeat(23)));
        assert_eq!(shown("x: http://u:pw@host:80/"), "x: http://u:**@host:80/");
        assert_eq!(message("`gpt-4o` and `sk-abcdefghij0123456789`"), format!("`gpt-4o` and `{}`", "*".repeat(23)));
    }
}
