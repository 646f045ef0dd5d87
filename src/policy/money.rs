//! Money in millionths of a millionth of a US dollar: the price of one token in the smallest unit of a price list.

use std::fmt;

use crate::model::{Mode, TargetNode, Traffic, Usd};

/// An amount in 10⁻¹² US dollars.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pico(pub u128);

impl Pico {
    /// The sum.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// The difference; nothing where the other is larger.
    #[must_use]
    pub fn minus(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// So many times the amount.
    #[must_use]
    pub fn times(self, number: u64) -> Self {
        Self(self.0.saturating_mul(u128::from(number)))
    }
}

impl From<Usd> for Pico {
    fn from(amount: Usd) -> Self {
        Self(u128::from(amount.0.unsigned_abs()) * 1_000_000)
    }
}

impl fmt::Display for Pico {
    /// In cents from a dollar on, else to the sixth decimal; always rounded up, so that nothing looks cheaper than it is.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let step: u128 = if self.0 >= 1_000_000_000_000 { 10_000_000_000 } else { 1_000_000 };
        let micro = self.0.div_ceil(step).saturating_mul(step) / 1_000_000;
        Usd(i64::try_from(micro).unwrap_or(i64::MAX)).fmt(formatter)
    }
}

/// What one request costs at a target, with the tokens of a typical prompt and answer; `None` where a price or a number
/// of tokens is missing.
pub fn per_request(target: &TargetNode, traffic: &Traffic) -> Option<Pico> {
    let price = &target.facts.price;
    let prompt = u128::from(price.input?.0) * u128::from(traffic.input_tokens?.get());
    let answer = match traffic.output_tokens?.get() {
        0 => 0,
        tokens => u128::from(answer_price(target)?) * u128::from(tokens),
    };
    Some(Pico(prompt.saturating_add(answer)))
}

/// The price of an answer's tokens; vectors cost nothing beyond the prompt they are made of.
fn answer_price(target: &TargetNode) -> Option<u64> {
    let free = (target.facts.mode == Some(Mode::Embedding)).then_some(0);
    target.facts.price.output.map(|price| price.0).or(free)
}

/// Whether it is known what a target costs.
pub fn is_priced(target: &TargetNode) -> bool {
    target.facts.price.input.is_some() && answer_price(target).is_some()
}

#[cfg(test)]
mod tests {
    use super::Pico;

    #[test]
    fn amounts_are_shown_rounded_up() {
        assert_eq!(Pico(1_234_567_890_123).to_string(), "1.24 USD");
        assert_eq!(Pico(1_000_000_000_000).to_string(), "1 USD");
        assert_eq!(Pico(15_900_000_001).to_string(), "0.015901 USD");
        assert_eq!(Pico(0).to_string(), "0 USD");
    }
}
