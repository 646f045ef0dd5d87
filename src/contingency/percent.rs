//! Parts of a flow as percentages that never add up to more than the whole.

use super::flow::{Share, WHOLE};

/// The percentages of what is answered and of what is lost. What is lost is rounded up, so that nothing lost looks like
/// nothing; the others share what that leaves, the largest remainders first.
pub fn percentages(answered: &[Share], lost: Share, decimals: u32) -> (Vec<String>, String) {
    let whole = steps(decimals);
    let gone = units(lost, whole).min(whole);
    let gone = if exact(lost, whole) { gone } else { (gone + 1).min(whole) };
    let mut parts: Vec<(usize, u64, u128)> = answered
        .iter()
        .enumerate()
        .map(|(at, share)| (at, units(*share, whole), u128::from(*share) * u128::from(whole) % u128::from(WHOLE)))
        .collect();
    let all: u128 = answered.iter().map(|share| u128::from(*share)).sum();
    let nearest = (all * u128::from(whole) + u128::from(WHOLE / 2)) / u128::from(WHOLE);
    let most = u64::try_from(nearest).unwrap_or(whole).min(whole - gone);
    let mut left = most.saturating_sub(parts.iter().map(|(_, units, _)| units).sum());
    parts.sort_by_key(|(at, _, rest)| (std::cmp::Reverse(*rest), *at));
    for (_, units, rest) in &mut parts {
        if left > 0 && *rest > 0 {
            (*units, left) = (*units + 1, left - 1);
        }
    }
    parts.sort_by_key(|(at, ..)| *at);
    let parts = parts.into_iter().zip(answered).map(|((_, units, _), share)| said(units, *share, decimals));
    (parts.collect(), said(gone, lost, decimals))
}

/// The percentage of one part, rounded up.
pub fn percentage(lost: Share, decimals: u32) -> String {
    percentages(&[], lost, decimals).1
}

/// The percentage of one of several parts that nothing is lost of, rounded down.
pub fn percentage_of_pool(share: Share, decimals: u32) -> String {
    said(units(share, steps(decimals)), share, decimals)
}

fn steps(decimals: u32) -> u64 {
    10u64.saturating_pow(decimals.saturating_add(2))
}

fn units(share: Share, whole: u64) -> u64 {
    u64::try_from(u128::from(share) * u128::from(whole) / u128::from(WHOLE)).unwrap_or(whole)
}

fn exact(share: Share, whole: u64) -> bool {
    (u128::from(share) * u128::from(whole)).is_multiple_of(u128::from(WHOLE))
}

/// So many units in percent; a part that has less than one is still a part.
fn said(units: u64, share: Share, decimals: u32) -> String {
    let of_one = steps(decimals) / 100;
    let (whole, rest) = (units / of_one, units % of_one);
    let width = usize::try_from(decimals).unwrap_or(0);
    match (units, rest) {
        (0, _) if share == 0 => "0%".to_owned(),
        (0, _) if decimals == 0 => "<1%".to_owned(),
        (0, _) => format!("<0.{:0>width$}%", 1),
        (_, 0) => format!("{whole}%"),
        (_, _) => format!("{whole}.{rest:0>width$}%"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(parts: &[u64], lost: u64) -> String {
        let total: u64 = parts.iter().sum::<u64>() + lost;
        let share = |part: &u64| u64::try_from(u128::from(WHOLE) * u128::from(*part) / u128::from(total)).unwrap_or(0);
        let shares: Vec<Share> = parts.iter().map(share).collect();
        let (parts, lost) = percentages(&shares, share(&lost), 1);
        format!("{} | {lost}", parts.join(" "))
    }

    #[test]
    fn they_never_add_up_to_more_than_the_whole() {
        assert_eq!(all(&[1, 1, 1], 0), "33.4% 33.3% 33.3% | 0%");
        assert_eq!(all(&[1, 1], 1), "33.3% 33.3% | 33.4%");
        assert_eq!(all(&[2, 1], 0), "66.7% 33.3% | 0%");
        assert_eq!(all(&[99_999], 1), "99.9% | 0.1%");
        assert_eq!(all(&[1, 99_999], 0), "<0.1% 100% | 0%");
        assert_eq!(all(&[], 7), " | 100%");
    }

    #[test]
    fn one_part_is_rounded_as_is_safe() {
        assert_eq!((percentage(WHOLE / 3, 1), percentage(WHOLE / 3, 0)), ("33.4%".to_owned(), "34%".to_owned()));
        assert_eq!((percentage(1, 0), percentage(WHOLE, 0)), ("1%".to_owned(), "100%".to_owned()));
        assert_eq!(percentage_of_pool(WHOLE / 6, 1), "16.6%");
    }
}
