//! Sums of money that are never rounded on the way: a whole number of picodollars and a fraction of one.

use std::cmp::Ordering;
use std::fmt;

use super::money::Pico;

/// An exact amount. It is rounded once, up, where it is shown.
///
/// INVARIANT: the fraction is below 1 and reduced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exact {
    whole: u128,
    part: u128,
    of: u128,
}

impl Exact {
    /// No money.
    pub const NOTHING: Self = Self { whole: 0, part: 0, of: 1 };

    /// The sum.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        let Some((a, b, of)) = alike(self, other) else { return self.coarse().plus(other.coarse()) };
        // Both are below `of`, which may be close to the largest number there is.
        let (part, carry) = if a >= of - b { (a - (of - b), 1) } else { (a + b, 0) };
        Self::reduced(self.whole.saturating_add(other.whole).saturating_add(carry), part, of)
    }

    /// The difference; nothing where the other is larger.
    #[must_use]
    pub fn minus(self, other: Self) -> Self {
        if self <= other {
            return Self::NOTHING;
        }
        // Where no common denominator fits, what is left is rounded up.
        let Some((a, b, of)) = alike(self, other) else {
            return Self::from(Pico(self.coarse().whole.saturating_sub(other.whole)));
        };
        let (part, borrow) = if a >= b { (a - b, 0) } else { (of - (b - a), 1) };
        Self::reduced(self.whole.saturating_sub(other.whole).saturating_sub(borrow), part, of)
    }

    /// A part of the amount.
    #[must_use]
    pub fn part(self, share: u64, of: u64) -> Self {
        let written = (share, of);
        let (share, of) = (u128::from(share), u128::from(of.max(1)));
        let (whole, rest) = (self.whole / of, self.whole % of);
        let rest = rest * share;
        let own = Self::reduced(whole.saturating_mul(share).saturating_add(rest / of), rest % of, of);
        let (a, b) = (gcd(self.part, of), gcd(share, self.of));
        let product = (self.part / a).checked_mul(share / b).zip((self.of / b).checked_mul(of / a));
        own.plus(match product {
            Some((part, of)) => Self::reduced(part / of, part % of, of),
            // A fraction of so many digits is rounded up to 1.
            None => Self::from(Pico(1)).part(written.0, written.1),
        })
    }

    /// The change to another amount in percent with one decimal, such as `+12.5 %`; `None` where there was nothing, or
    /// where the amounts are too large to be compared so.
    pub fn change_to(self, other: Self) -> Option<String> {
        let (before, after) = (self.coarse().whole, other.coarse().whole);
        let sign = if after < before { '-' } else { '+' };
        let tenths = after.abs_diff(before).checked_mul(2_000)?.checked_div(before)?.div_ceil(2);
        Some(format!("{sign}{}.{} %", tenths / 10, tenths % 10))
    }

    /// Whether it is more than a limit.
    pub fn exceeds(self, limit: Pico) -> bool {
        self > Self::from(limit)
    }

    /// Rounded up to a whole number of picodollars.
    fn coarse(self) -> Self {
        Self { whole: self.whole.saturating_add(u128::from(self.part > 0)), part: 0, of: 1 }
    }

    fn reduced(whole: u128, part: u128, of: u128) -> Self {
        let common = gcd(part, of);
        Self { whole, part: part / common, of: of / common }
    }
}

/// The parts of two amounts over one denominator, if that fits.
fn alike(a: Exact, b: Exact) -> Option<(u128, u128, u128)> {
    let common = gcd(a.of, b.of);
    let of = (a.of / common).checked_mul(b.of)?;
    Some((a.part * (of / a.of), b.part * (of / b.of), of))
}

/// The greatest common divisor; at least 1, so that it can be divided by.
fn gcd(mut a: u128, mut b: u128) -> u128 {
    while b > 0 {
        (a, b) = (b, a % b);
    }
    a.max(1)
}

impl Default for Exact {
    fn default() -> Self {
        Self::NOTHING
    }
}

impl From<Pico> for Exact {
    fn from(amount: Pico) -> Self {
        Self { whole: amount.0, ..Self::NOTHING }
    }
}

impl Ord for Exact {
    fn cmp(&self, other: &Self) -> Ordering {
        self.whole.cmp(&other.whole).then_with(|| {
            // By continued fractions, because cross products may not fit.
            let (mut a, mut b, mut turned) = ((self.part, self.of), (other.part, other.of), false);
            loop {
                let order = (a.0 / a.1).cmp(&(b.0 / b.1));
                let (rest_a, rest_b) = (a.0 % a.1, b.0 % b.1);
                let settled = order != Ordering::Equal || rest_a == 0 || rest_b == 0;
                let order = order.then_with(|| (rest_a > 0).cmp(&(rest_b > 0)));
                if settled {
                    return if turned { order.reverse() } else { order };
                }
                (a, b, turned) = ((a.1, rest_a), (b.1, rest_b), !turned);
            }
        })
    }
}

impl PartialOrd for Exact {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Exact {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        Pico(self.coarse().whole).fmt(formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::{Exact, Ordering, Pico};

    fn pico(amount: u128) -> Exact {
        Exact::from(Pico(amount))
    }

    #[test]
    fn parts_add_up_to_the_whole() {
        for of in [3u64, 7, 30, 1_000_003] {
            let third = pico(100).part(1, of);
            let mut sum = Exact::NOTHING;
            for _ in 0..of.min(1000) {
                sum = sum.plus(third);
            }
            let all = sum.plus(pico(100).part(of - of.min(1000), of));
            assert_eq!((all, all.exceeds(Pico(100)), all.exceeds(Pico(99))), (pico(100), false, true), "{of}");
        }
        assert_eq!(pico(10).part(2, 3).part(3, 4), pico(5));
        assert_eq!(pico(10).part(1, 3).minus(pico(3)), pico(1).part(1, 3));
        assert_eq!(pico(10).minus(pico(1).part(1, 3)).plus(pico(1).part(1, 3)), pico(10));
        assert_eq!(pico(1).minus(pico(2)), Exact::NOTHING);
    }

    #[test]
    fn amounts_are_compared_exactly() {
        let (third, more) = (pico(1).part(1, 3), pico(1).part(333_333_334, 1_000_000_000));
        let order = [(third, more), (more, third), (third, third), (third, Exact::NOTHING)].map(|(a, b)| a.cmp(&b));
        assert_eq!(order, [Ordering::Less, Ordering::Greater, Ordering::Equal, Ordering::Greater]);
        assert!(third.plus(third).plus(third) == pico(1) && pico(2).part(1, 3) > third);
    }

    #[test]
    fn what_does_not_fit_is_rounded_up() {
        let primes = [u64::MAX - 58, u64::MAX - 82, u64::MAX - 94];
        let sum = primes.iter().fold(Exact::NOTHING, |sum, prime| sum.plus(pico(1).part(1, *prime)));
        assert!(sum.exceeds(Pico(0)) && !sum.exceeds(Pico(3)));
        assert_eq!(pico(u128::MAX).plus(pico(1)), pico(u128::MAX));
        assert_eq!(pico(u128::MAX).part(u64::MAX, 1), pico(u128::MAX));
        let deep = primes.iter().fold(pico(1), |amount, prime| amount.part(prime - 1, *prime));
        assert!(deep.exceeds(Pico(0)));
    }

    #[test]
    fn changes_are_told_in_percent() {
        let cases =
            [(200, 225, "+12.5 %"), (1300, 1235, "-5.0 %"), (3, 4, "+33.3 %"), (7, 7, "+0.0 %"), (3, 5, "+66.7 %")];
        for (before, after, expected) in cases {
            assert_eq!(pico(before).change_to(pico(after)).as_deref(), Some(expected));
        }
        assert_eq!(pico(0).change_to(pico(1)), None);
    }

    #[test]
    fn it_is_rounded_where_it_is_shown() {
        let third = pico(100_000_000_000_000).part(1, 3);
        assert_eq!(third.to_string(), "33.34 USD");
        assert_eq!(third.plus(third).plus(third).to_string(), "100 USD");
    }
}
