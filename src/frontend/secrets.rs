//! What looks like a secret, in the file of any gateway.

/// Whether a value begins as the keys of some provider do.
pub(super) fn begins_like_key(text: &str) -> bool {
    const PREFIXES: [&str; 14] = [
        "sk-", "sk_", "gsk_", "AIza", "xai-", "nvapi-", "csk-", "hf_", "r8_", "pplx-", "AKIA", "ghp_", "eyJ",
        "REDACTED",
    ];
    PREFIXES.iter().any(|prefix| text.starts_with(prefix))
}

/// Whether a value looks like a real key or password, and not like a placeholder.
pub(super) fn looks_real(text: &str) -> bool {
    let has = |kind: fn(&char) -> bool| text.chars().any(|letter| kind(&letter));
    let is_word = |letter: char| letter.is_ascii_alphanumeric() || "_-./+=".contains(letter);
    let mixed = has(char::is_ascii_digit) && has(char::is_ascii_alphabetic);
    let prefixed = begins_like_key(text);
    text.chars().all(is_word)
        && ((prefixed && text.len() >= 8 && (mixed || text.len() > 24))
            || text == "REDACTED"
            || (mixed && text.len() >= 24))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_keys_from_placeholders() {
        assert!(looks_real("sk-proj-0a1b2c3d4e5f6a7b8c9d"));
        assert!(looks_real("0123456789abcdef0123456789abcdef"));
        for placeholder in
            ["dummy", "not-needed", "EMPTY", "ollama", "sk-none", "lm-studio", "your-key-goes-here-please"]
        {
            assert!(!looks_real(placeholder), "{placeholder}");
        }
    }
}
