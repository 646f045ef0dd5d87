//! Calls and time of a request to LiteLLM at most: the longest way through all that can happen.

use std::collections::BTreeMap;

use crate::contingency::Lists;
use crate::graph::{Bound, Open};
use crate::litellm::{Failure, Space, Spaces, To};

/// How the calls of a request fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Case {
    /// All in one way.
    Persistent(Failure),
    /// Each in any way.
    Adversarial,
}

/// What one request for a name can cause; `None` where there is too much to search.
pub fn bounds_of_lists<'t>(lists: &'t Lists<'t>, spaces: &Spaces<'t>, name: &'t str, case: Case) -> Option<Bound> {
    let ends = match case {
        Case::Persistent(failure) => vec![Some(failure)],
        Case::Adversarial => spaces.anything(),
    };
    let fates = |_: usize| ends.clone();
    let space = spaces.explore(name, &fates, |deployment| lists.longest(deployment));
    if !space.is_whole {
        return None;
    }
    let most = most(lists, &space);
    Some(Bound {
        attempts: Ok(most.calls),
        last_start: Ok(most.last_start),
        time: Ok(most.time),
        // Nothing in a LiteLLM file says how long prompts and answers are, without which no call has a price.
        money: if most.calls > 0 { Err(Open::NoTokens) } else { Ok(0) },
    })
}

/// What may come from a place on, at most.
#[derive(Clone, Copy, Debug, Default)]
struct Most {
    calls: u64,
    time: u64,
    last_start: u64,
}

fn most(lists: &Lists<'_>, space: &Space<'_>) -> Most {
    let mut known: BTreeMap<usize, Most> = BTreeMap::new();
    let from = |to: To, known: &BTreeMap<usize, Most>| to.place().and_then(|place| known.get(&place)).copied();
    for place in space.forward().into_iter().rev() {
        let Some(spot) = space.spot(place) else { continue };
        let mut most = Most::default();
        let own = spot.calls.map_or(0, |deployment| lists.longest(deployment));
        for way in &spot.ways {
            let spent = own.saturating_add(way.waited);
            let rest = from(way.to, &known);
            most.calls = most.calls.max(rest.map_or(0, |rest| rest.calls));
            most.time = most.time.max(spent.saturating_add(rest.map_or(0, |rest| rest.time)));
            most.last_start = most.last_start.max(rest.map_or(0, |rest| spent.saturating_add(rest.last_start)));
        }
        most.calls += u64::from(spot.calls.is_some());
        known.insert(place, most);
    }
    from(space.start, &known).unwrap_or_default()
}
