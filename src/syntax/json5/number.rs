//! Numbers as JSON5 writes them, as the plain decimal digits that the tree knows.

/// The furthest that an exponent moves the point; a number beyond is kept as it is written.
const FURTHEST: i32 = 40;

/// A number without sign `+`, hexadecimal, exponent, or a point at its edge. `None` where the text is no number.
pub(super) fn canonical(text: &str) -> Option<String> {
    let (minus, rest) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    if matches!(rest, "Infinity" | "NaN") {
        return Some(text.to_owned());
    }
    if let Some(digits) = rest.strip_prefix("0x").or_else(|| rest.strip_prefix("0X")) {
        let is_hex = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        return is_hex
            .then(|| u128::from_str_radix(digits, 16).map_or_else(|_| text.to_owned(), |n| format!("{minus}{n}")));
    }
    let (digits, exponent) = match rest.split_once(['e', 'E']) {
        Some((digits, exponent)) => (digits, Some(exponent)),
        None => (rest, None),
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let has_digits = !(whole.is_empty() && part.is_empty()) && all_digits(whole) && all_digits(part);
    if !has_digits || (whole.len() > 1 && whole.starts_with('0')) {
        return None;
    }
    let exponent = match exponent {
        Some(exponent) => {
            let bare = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
            if bare.is_empty() || !all_digits(bare) {
                return None;
            }
            exponent.parse::<i32>().ok().filter(|exponent| exponent.abs() <= FURTHEST)
        }
        None => Some(0),
    };
    let Some(exponent) = exponent else { return Some(text.to_owned()) };
    Some(format!("{minus}{}", shifted(whole, part, exponent)))
}

/// The digits with the point moved to the right by so many places.
fn shifted(whole: &str, part: &str, places: i32) -> String {
    let places = usize::try_from(places.unsigned_abs()).map_or((0, 0), |by| if places < 0 { (by, 0) } else { (0, by) });
    let digits = format!("{}{whole}{part}{}", "0".repeat(places.0), "0".repeat(places.1));
    let point = (whole.len() + places.1).min(digits.len());
    let (before, after) = digits.split_at_checked(point).unwrap_or((&digits, ""));
    let before = before.trim_start_matches('0');
    let before = if before.is_empty() { "0" } else { before };
    let after = if places == (0, 0) { after } else { after.trim_end_matches('0') };
    if after.is_empty() { before.to_owned() } else { format!("{before}.{after}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_become_plain_digits() {
        for (written, read) in [
            ("0", Some("0")),
            ("-0", Some("-0")),
            ("42", Some("42")),
            ("+5", Some("5")),
            (".5", Some("0.5")),
            ("5.", Some("5")),
            ("1.50", Some("1.50")),
            ("0x10", Some("16")),
            ("-0XfF", Some("-255")),
            ("1e3", Some("1000")),
            ("-2.5E-6", Some("-0.0000025")),
            ("1.25e1", Some("12.5")),
            ("1e400", Some("1e400")),
            ("-Infinity", Some("-Infinity")),
            ("012", None),
            (".", None),
            ("1e", None),
            ("0x", None),
            ("1a", None),
            ("--1", None),
        ] {
            assert_eq!(canonical(written).as_deref(), read, "{written}");
        }
    }
}
