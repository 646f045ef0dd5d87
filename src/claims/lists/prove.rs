//! Properties of all requests to a LiteLLM file: verified for every place a request can stand in, or refuted by one
//! request that anybody can repeat.

use crate::contingency::Lists;
use crate::litellm::Spaces;

use super::shortest::{Measure, shortest};
use super::told::Listed;
use crate::claims::attempts::{Fates, fates_of};
use crate::claims::property::{Answer, Extent, Property, breaks};

/// In which cases a property must hold.
#[derive(Clone, Debug)]
pub enum ListsAsked {
    /// In each of these, one after the other, whoever is picked.
    Fates(Vec<Fates>),
    /// However each call ends, whoever is picked.
    Anything,
}

/// The shortest request found that breaks a property.
#[derive(Clone, Debug)]
pub struct ListsRefutation {
    /// The request.
    pub listed: Listed,
    /// What of it breaks the property.
    pub because: String,
}

/// Judges a property of the requests for some names.
pub fn prove_lists(
    lists: &Lists<'_>,
    names: &[&str],
    property: &Property,
    asked: &ListsAsked,
) -> Answer<ListsRefutation> {
    let spaces = Spaces::new(&lists.router);
    let weathers: Vec<Option<&Fates>> = match asked {
        ListsAsked::Fates(all) => all.iter().map(Some).collect(),
        ListsAsked::Anything => vec![None],
    };
    let measure = Measure { lists, property };
    let anything = spaces.anything();
    // Whoever follows a request must see that it breaks the property.
    let broken = |name: &str, fates: &Fates, picks: &[usize]| {
        let listed = Listed::follow(lists, name, fates, picks)?;
        let because = breaks(lists.table, property, &listed.gist(lists))?;
        Some(ListsRefutation { listed, because })
    };
    let mut places = 0;
    let mut best: Option<ListsRefutation> = None;
    let mut open: Option<&str> = None;
    for weather in weathers {
        let one = |deployment: usize| match weather {
            Some(fates) => vec![fates_of(lists, fates)(0, deployment)],
            None => anything.clone(),
        };
        for name in names {
            let space = spaces.explore(name, &one, |deployment| measure.tells(deployment));
            places += space.len();
            if !space.is_whole {
                open.get_or_insert(name);
                // What one failure at every call shows is found without a search; it is rarely the shortest.
                let fates = spaces.kinds().iter().map(|kind| Fates::InTurn(vec![Some(*kind)]));
                for found in fates.filter(|_| weather.is_none()).filter_map(|fates| broken(name, &fates, &[])) {
                    keep(&mut best, found);
                }
            }
            let Some(ways) = shortest(&space, &measure) else { continue };
            let fates = weather.cloned().unwrap_or_else(|| {
                let mut ends: Vec<_> = ways.iter().filter_map(|way| way.decision.ended()).collect();
                // What must not be called is called when the others have failed.
                if matches!(property, Property::NeverReaches(_)) {
                    ends.push(None);
                }
                Fates::InTurn(ends)
            });
            match spaces.picks(&space, name, &ways).and_then(|picks| broken(name, &fates, &picks)) {
                Some(found) => keep(&mut best, found),
                None => drop(open.get_or_insert(name)),
            }
        }
    }
    let gaps = lists.routing().gaps();
    match (best, open) {
        (Some(refutation), _) => Answer::Refuted(Box::new(refutation)),
        (None, Some(name)) => Answer::Undecided(format!(
            "the requests for `{name}` can stand in more places than are searched, or go on for too long; no request that breaks it was found"
        )),
        (None, None) if !gaps.is_empty() => {
            Answer::Undecided(format!("no request that breaks it was found, but {}", gaps.join("; ")))
        }
        (None, None) => Answer::Verified(Extent::Places(names.len(), places)),
    }
}

/// Keeps a request if it is shorter than the one known.
fn keep(best: &mut Option<ListsRefutation>, found: ListsRefutation) {
    let calls = |refutation: &ListsRefutation| refutation.listed.request.calls().count();
    if best.as_ref().is_none_or(|known| calls(&found) < calls(known)) {
        *best = Some(found);
    }
}
