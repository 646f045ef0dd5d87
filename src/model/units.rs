//! Typed units, exact: no bare number whose unit must be guessed, no float for money.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de;

use super::text::text;

/// A text that is not of the unit asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnitError;

/// A length of time, in milliseconds; where it is written it is never 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Duration(pub u64);

/// A wait between two calls, in milliseconds; 0 calls again at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Wait(pub u64);

/// A share, in hundredths of a percent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Percent(pub u32);

/// An amount of money in millionths of a US dollar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Usd(pub i64);

/// A price in millionths of a US dollar per million tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Price(pub u64);

/// A calendar day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(pub jiff::civil::Date);

/// A month of a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    /// The year.
    pub year: u16,
    /// The month, 1 to 12.
    pub month: u8,
}

const SCALES: [(&str, u64); 5] = [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];

impl FromStr for Duration {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        milliseconds(text).filter(|milliseconds| *milliseconds > 0).map(Self).ok_or(UnitError)
    }
}

impl FromStr for Wait {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        milliseconds(text).map(Self).ok_or(UnitError)
    }
}

/// A number and a unit of time in milliseconds.
fn milliseconds(text: &str) -> Option<u64> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at_checked(digits)?;
    if number.len() > 9 || (number.len() > 1 && number.starts_with('0')) {
        return None;
    }
    let number: u64 = number.parse().ok()?;
    let (_, scale) = SCALES.iter().find(|(name, _)| *name == unit)?;
    Some(number * scale)
}

impl fmt::Display for Duration {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Up to ten minutes in seconds, as people write timeouts; beyond that the largest unit that divides.
        let least = if self.0 < 600_000 { 2 } else { SCALES.len() };
        let fits = |(_, scale): &&(&str, u64)| self.0.is_multiple_of(*scale);
        let (unit, scale) = SCALES.iter().take(least).rev().find(fits).unwrap_or(&("ms", 1));
        write!(formatter, "{}{unit}", self.0 / scale)
    }
}

impl fmt::Display for Wait {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        Duration(self.0).fmt(formatter)
    }
}

impl Duration {
    /// As people say it: in seconds from one second on, however many digits that takes. Sums that no longer fit say so.
    pub fn said(self) -> String {
        let rest = self.0 % 1000;
        if self.0 == u64::MAX {
            return "beyond count".to_owned();
        }
        if self.0 < 1000 || rest == 0 || self.0 >= 600_000 {
            return self.to_string();
        }
        let decimals = format!("{rest:03}");
        format!("{}.{}s", self.0 / 1000, decimals.trim_end_matches('0'))
    }
}

/// Digits with at most `places` decimals, as a whole number of the smallest unit.
fn scaled(text: &str, places: usize) -> Option<u64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let plain = !whole.is_empty() && (whole == "0" || !whole.starts_with('0')) && whole.len() <= 12;
    if !plain || !digits(whole) || !digits(part) || part.len() > places || (part.is_empty() && text.contains('.')) {
        return None;
    }
    format!("{whole}{part:0<places$}").parse().ok()
}

/// The shortest decimal of a scaled number.
fn unscaled(value: u64, places: usize) -> String {
    let text = format!("{value:0>width$}", width = places + 1);
    let (whole, part) = text.split_at(text.len() - places);
    let part = part.trim_end_matches('0');
    if part.is_empty() { whole.to_owned() } else { format!("{whole}.{part}") }
}

impl FromStr for Percent {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        let number = text.strip_suffix('%').ok_or(UnitError)?;
        let value = scaled(number, 2).and_then(|value| u32::try_from(value).ok()).ok_or(UnitError)?;
        if value <= 100_000 { Ok(Self(value)) } else { Err(UnitError) }
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}%", unscaled(u64::from(self.0), 2))
    }
}

impl FromStr for Usd {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        let number = text.strip_suffix(" USD").ok_or(UnitError)?;
        scaled(number, 6).and_then(|value| i64::try_from(value).ok()).map(Self).ok_or(UnitError)
    }
}

impl fmt::Display for Usd {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        write!(formatter, "{sign}{} USD", unscaled(self.0.unsigned_abs(), 6))
    }
}

impl FromStr for Price {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        let number = text.strip_suffix(" USD/MTok").ok_or(UnitError)?;
        scaled(number, 6).map(Self).ok_or(UnitError)
    }
}

impl Price {
    /// The number alone, an exact decimal of dollars per million tokens.
    pub fn decimal(self) -> String {
        unscaled(self.0, 6)
    }
}

impl fmt::Display for Price {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} USD/MTok", unscaled(self.0, 6))
    }
}

impl FromStr for Date {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        if text.len() != 10 {
            return Err(UnitError);
        }
        text.parse().map(Self).map_err(|_| UnitError)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl Date {
    /// The whole days from this date to a later one; negative if that is earlier.
    pub fn days_until(self, later: Self) -> i32 {
        self.0.until(later.0).map_or(0, |span| span.get_days())
    }
}

/// A moment in UTC, in whole seconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(i64);

impl Moment {
    /// The moment so many seconds after 1970 began; `None` outside the years 1 to 9999.
    pub fn of_seconds(seconds: i64) -> Option<Self> {
        let year = jiff::Timestamp::from_second(seconds).ok()?.to_zoned(jiff::tz::TimeZone::UTC).year();
        (1..=9999).contains(&year).then_some(Self(seconds))
    }

    /// So many days later.
    #[must_use]
    pub fn plus_days(self, days: u16) -> Self {
        Self(self.0.saturating_add(i64::from(days) * 86_400))
    }

    /// How many days later another moment is, if it is later by whole days.
    pub fn whole_days_until(self, later: Self) -> Option<u16> {
        let seconds = later.0.checked_sub(self.0).filter(|seconds| *seconds > 0 && seconds % 86_400 == 0)?;
        u16::try_from(seconds / 86_400).ok()
    }

    /// The seconds from an earlier moment to this one; negative if that is the later.
    pub fn seconds_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// The day it is in.
    pub fn day(self) -> Date {
        let time = jiff::Timestamp::from_second(self.0).unwrap_or_default();
        Date(time.to_zoned(jiff::tz::TimeZone::UTC).date())
    }
}

impl Date {
    /// The first moment of the day after.
    pub fn end(self) -> Moment {
        let next = self.0.tomorrow().unwrap_or(self.0);
        let start = next.to_zoned(jiff::tz::TimeZone::UTC).map_or(0, |start| start.timestamp().as_second());
        Moment(start)
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        jiff::Timestamp::from_second(self.0).unwrap_or_default().fmt(formatter)
    }
}

impl FromStr for Moment {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        let time: jiff::Timestamp = text.parse().map_err(|_| UnitError)?;
        let moment = Self::of_seconds(time.as_second()).ok_or(UnitError)?;
        // Only the one form that verifiers accept: whole seconds, in UTC.
        if moment.to_string() == text { Ok(moment) } else { Err(UnitError) }
    }
}

impl FromStr for Month {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        let (year, month) = text.split_once('-').ok_or(UnitError)?;
        let year = year.parse().ok().filter(|_| year.len() == 4).ok_or(UnitError)?;
        let number =
            month.parse().ok().filter(|number| month.len() == 2 && (1..=12).contains(number)).ok_or(UnitError)?;
        Ok(Self { year, month: number })
    }
}

impl fmt::Display for Month {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:04}-{:02}", self.year, self.month)
    }
}

macro_rules! unit {
    ($type:ident, $words:literal, $pattern:literal, $description:literal, [$($example:literal),+]) => {
        impl<'de> de::Deserialize<'de> for $type {
            fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                text(deserializer, $words, |text| text.parse().ok())
            }
        }

        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({
                    "type": "string",
                    "title": $words,
                    "description": $description,
                    "pattern": $pattern,
                    "examples": [$($example),+],
                })
            }
        }
    };
}

unit!(
    Duration,
    "a duration",
    "^[1-9][0-9]{0,8}(ms|s|m|h|d)$",
    "a duration above 0 with its unit: ms, s, m, h or d",
    ["500ms", "45s", "30m", "7d"]
);
unit!(
    Wait,
    "a duration",
    "^(0|[1-9][0-9]{0,8})(ms|s|m|h|d)$",
    "a wait with its unit: ms, s, m, h or d; 0ms is none",
    ["500ms", "2s"]
);
unit!(
    Percent,
    "a percentage",
    r"^((0|[1-9][0-9]{0,2})(\.[0-9]{1,2})?|1000(\.0{1,2})?)%$",
    "a percentage with its sign, at most 1000% and two decimals",
    ["50%", "0.5%"]
);
unit!(
    Usd,
    "an amount of money",
    r"^(0|[1-9][0-9]{0,11})(\.[0-9]{1,6})? USD$",
    "an exact amount of money in US dollars, at most six decimals",
    ["12000 USD", "0.25 USD"]
);
unit!(
    Price,
    "a price",
    r"^(0|[1-9][0-9]{0,11})(\.[0-9]{1,6})? USD/MTok$",
    "a price in US dollars per million tokens, at most six decimals",
    ["3 USD/MTok", "0.30 USD/MTok"]
);
unit!(
    Date,
    "a date",
    r"^[0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-9]))$",
    "a day as YYYY-MM-DD",
    ["2027-03-31"]
);
unit!(Month, "a month", "^[0-9]{4}-(0[1-9]|1[0-2])$", "a month as YYYY-MM", ["2026-10"]);

#[cfg(test)]
mod tests {
    use super::*;

    fn round<T: FromStr + fmt::Display>(text: &str) -> String {
        text.parse::<T>().map_or_else(|_| "refused".to_owned(), |value| value.to_string())
    }

    #[test]
    fn durations_keep_their_unit() {
        assert_eq!(round::<Duration>("45s"), "45s");
        assert_eq!(round::<Duration>("90s"), "90s");
        assert_eq!(round::<Duration>("2m"), "120s");
        assert_eq!(round::<Duration>("1800s"), "30m");
        assert!("0s".parse::<Duration>().is_err());
        assert_eq!("0s".parse(), Ok(Wait(0)));
        for bad in ["45", "1.5s", "-1s", "1 s", "s", "01s", "1w", "1234567890s"] {
            assert_eq!(round::<Duration>(bad), "refused", "{bad}");
        }
    }

    #[test]
    fn money_is_exact() {
        assert_eq!("0.25 USD".parse(), Ok(Usd(250_000)));
        assert_eq!(round::<Usd>("12000 USD"), "12000 USD");
        assert_eq!(round::<Price>("0.30 USD/MTok"), "0.3 USD/MTok");
        assert_eq!("0.000001 USD".parse(), Ok(Usd(1)));
        for bad in ["0.0000001 USD", "1e3 USD", "1 EUR", "1USD", ".5 USD", "1. USD", "01 USD"] {
            assert_eq!(round::<Usd>(bad), "refused", "{bad}");
        }
    }

    #[test]
    fn dates_and_months_exist() {
        assert_eq!(round::<Date>("2026-11-22"), "2026-11-22");
        assert_eq!(round::<Date>("2026-02-30"), "refused");
        assert_eq!(round::<Month>("2026-13"), "refused");
        assert_eq!(round::<Percent>("0.5%"), "0.5%");
    }
}
