//! Decimal texts of numbers to whole numbers of a smaller unit, digit by digit: no float stands between.

/// From US dollars a token to millionths of a US dollar per million tokens.
pub const DOLLARS_PER_TOKEN: i32 = 12;

/// From US dollars per million tokens to millionths of a US dollar per million tokens.
pub const DOLLARS_PER_MILLION: i32 = 6;

/// A number in a smaller unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scaled {
    /// How many of the smaller unit, at most 10^18: the nearest, and of two the larger.
    pub value: u64,
    /// Whether nothing was rounded away.
    pub is_exact: bool,
}

/// The most digits a value may have.
const DIGITS: usize = 18;

/// Reads a number as JSON and YAML write it (`3e-06`, `0.25`, `.5`, `12`) times ten to the power of `shift`.
///
/// `None` for what is no number, is negative, is too large, or would become 0 only by rounding.
pub fn scaled(text: &str, shift: i32) -> Option<Scaled> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, power(exponent)?),
        None => (text, 0),
    };
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{part}");
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let exponent = exponent.checked_add(shift)?.checked_sub(i32::try_from(part.len()).ok()?)?;
    let ended = digits.trim_end_matches('0');
    let exponent = exponent.checked_add(i32::try_from(digits.len() - ended.len()).ok()?)?;
    let significant = ended.trim_start_matches('0');
    if significant.is_empty() {
        return Some(Scaled { value: 0, is_exact: true });
    }
    let size = usize::try_from(exponent.unsigned_abs()).ok()?;
    if exponent >= 0 {
        let fits = significant.len().checked_add(size)? <= DIGITS;
        return fits.then(|| format!("{significant}{:0<size$}", "")).and_then(|text| exact(&text));
    }
    let kept = significant.len().checked_sub(size)?;
    if kept > DIGITS {
        return None;
    }
    let (kept, rest) = significant.split_at_checked(kept)?;
    let value: u64 = if kept.is_empty() { 0 } else { kept.parse().ok()? };
    let value = if rest.as_bytes().first().is_some_and(|digit| *digit >= b'5') { value + 1 } else { value };
    (value > 0).then_some(Scaled { value, is_exact: false })
}

fn exact(digits: &str) -> Option<Scaled> {
    Some(Scaled { value: digits.parse().ok()?, is_exact: true })
}

/// The digits behind an `e`, with their sign.
fn power(text: &str) -> Option<i32> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Price;

    fn price(text: &str, shift: i32) -> String {
        match scaled(text, shift) {
            Some(Scaled { value, is_exact: true }) => Price(value).to_string(),
            Some(Scaled { value, is_exact: false }) => format!("about {}", Price(value)),
            None => "refused".to_owned(),
        }
    }

    #[test]
    fn dollars_a_token_are_exact() {
        for (text, expected) in [
            ("3e-06", "3 USD/MTok"),
            ("3E-6", "3 USD/MTok"),
            ("2.5e-06", "2.5 USD/MTok"),
            ("0.0000015", "1.5 USD/MTok"),
            ("0.00000015", "0.15 USD/MTok"),
            ("3.75e-06", "3.75 USD/MTok"),
            ("1.1e-7", "0.11 USD/MTok"),
            ("7.5e-08", "0.075 USD/MTok"),
            ("1e-12", "0.000001 USD/MTok"),
            ("0.0032", "3200 USD/MTok"),
            ("30e-7", "3 USD/MTok"),
            ("0.03e-4", "3 USD/MTok"),
            (".000003", "3 USD/MTok"),
            ("0.000000e+3", "0 USD/MTok"),
            ("0", "0 USD/MTok"),
            ("0.0", "0 USD/MTok"),
            ("0e-99", "0 USD/MTok"),
            ("1", "1000000 USD/MTok"),
        ] {
            assert_eq!(price(text, DOLLARS_PER_TOKEN), expected, "{text}");
        }
    }

    #[test]
    fn what_is_finer_than_a_millionth_is_rounded_and_says_so() {
        for (text, expected) in [
            ("1.41953125e-7", "about 0.141953 USD/MTok"),
            ("9.499999999999999e-7", "about 0.95 USD/MTok"),
            ("0.0000029999900000000002", "about 2.99999 USD/MTok"),
            ("5e-13", "about 0.000001 USD/MTok"),
            ("1.5e-12", "about 0.000002 USD/MTok"),
        ] {
            assert_eq!(price(text, DOLLARS_PER_TOKEN), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_price_is_refused() {
        let long = format!("1{}", "0".repeat(40));
        for text in ["", ".", "-3e-06", "-0", "+1", "1.2.3", "1e", "1e+", "1e--6", "1e1.5", "0x3", "NaN", "1 ", "٣"] {
            assert_eq!(price(text, DOLLARS_PER_TOKEN), "refused", "{text}");
        }
        for text in ["4e-13", "1e-99", "1e-2147483648", "1e99999999999", "1000000", "1e2147483647", &long] {
            assert_eq!(price(text, DOLLARS_PER_TOKEN), "refused", "{text}");
        }
    }

    #[test]
    fn dollars_a_million_and_plain_numbers_too() {
        assert_eq!(price("0.25", DOLLARS_PER_MILLION), "0.25 USD/MTok");
        assert_eq!(price("15", DOLLARS_PER_MILLION), "15 USD/MTok");
        assert_eq!(scaled("2048.0", 0), Some(Scaled { value: 2048, is_exact: true }));
        assert_eq!(scaled("1e6", 0), Some(Scaled { value: 1_000_000, is_exact: true }));
        assert_eq!(scaled("0.5", 0), Some(Scaled { value: 1, is_exact: false }));
    }
}
