//! Every request for a name under one weather: with each pick wherever LiteLLM picks at random.

use crate::contingency::Lists;
use crate::litellm::LONGEST_REQUEST;

use super::told::Listed;
use crate::claims::attempts::{Fates, fates_of};

/// The picks after which the others are no longer tried.
const MOST: usize = 4_096;

/// Follows every request for a name; `false` where there are too many to follow all.
pub(in crate::claims) fn every(lists: &Lists<'_>, name: &str, fates: &Fates, mut see: impl FnMut(Listed)) -> bool {
    let mut fixed: Vec<usize> = Vec::new();
    for _ in 0..MOST {
        // Which of how many deployments was picked, each time.
        let mut made: Vec<(usize, Vec<usize>)> = Vec::new();
        let mut pick = |among: &[usize]| {
            let choice = fixed.get(made.len()).copied().unwrap_or(0);
            made.push((choice, among.to_vec()));
            among.get(choice).copied()
        };
        let mut fate = fates_of(lists, fates);
        lists.router.follow(name, LONGEST_REQUEST, &mut fate, &mut pick);
        let picks: Vec<usize> = made.iter().filter_map(|(choice, among)| among.get(*choice).copied()).collect();
        if let Some(listed) = Listed::follow(lists, name, fates, &picks) {
            see(listed);
        }
        // The next combination: the last pick that has another alternative takes it.
        while made.last().is_some_and(|(choice, among)| choice + 1 >= among.len()) {
            made.pop();
        }
        let Some((choice, _)) = made.last_mut() else { return true };
        *choice += 1;
        fixed = made.iter().map(|(choice, _)| *choice).collect();
    }
    false
}
