//! One list for nearly every failure: what gateways have where a table has a ladder for each symptom.

use crate::model::{RouteId, Symptom, Table};

use super::loss::Losses;
use super::walk::{Hop, Tried, hops, is_same};

/// The symptoms that such gateways treat alike; overlong prompts and refused content they know apart.
const ALIKE: [Symptom; 6] =
    [Symptom::RateLimit, Symptom::Overloaded, Symptom::Timeout, Symptom::NotEntitled, Symptom::Auth, Symptom::Billing];

/// The walk that stands for all of them: that which most core symptoms share. Every symptom that goes another
/// way is a loss.
pub(super) fn walk<'t>(table: &'t Table, id: RouteId, gateway: &str, losses: &mut Losses) -> Vec<Hop<'t>> {
    let route = &table.routes[id];
    let walks = ALIKE.map(|symptom| (symptom, hops(table, id, symptom)));
    let followers = |walk: &[Hop<'_>]| {
        let alike = walks.iter().filter(|(_, other)| is_same(walk, other)).map(|(symptom, _)| symptom);
        (alike.clone().filter(|symptom| Symptom::CORE.contains(symptom)).count(), alike.count())
    };
    let core = || walks.iter().filter(|(symptom, _)| Symptom::CORE.contains(symptom));
    // Of several with as many followers the first: `max_by_key` gives the last.
    let most = core().rev().filter(|(_, walk)| !walk.is_empty()).max_by_key(|(_, walk)| followers(walk));
    let Some((leading, kept)) = most.or_else(|| core().next()) else { return Vec::new() };
    for (symptom, walk) in &walks {
        let first = route.steps_on(*symptom).and_then(|rung| rung.steps.first());
        let span = first.map_or(route.name.span(), |step| step.place.span());
        let (subject, on) = (route.subject(), symptom.as_str());
        if is_same(walk, kept) {
            losses.exact(&subject, span, format!("on `{on}`, {gateway} {}, as the table says", goes(table, kept)));
        } else {
            let message = format!(
                "on `{on}` the table {}; {gateway} has one list for all failures and {}, as on `{}`",
                goes(table, walk),
                goes(table, kept),
                leading.as_str()
            );
            losses.unsupported(&subject, span, message);
        }
    }
    kept.clone()
}

fn goes(table: &Table, walk: &[Hop<'_>]) -> String {
    if walk.is_empty() {
        return "fails openly".to_owned();
    }
    let names = walk.iter().map(|hop| match hop.tried {
        Tried::Target(target) => table.targets[target].name.value.as_str(),
        Tried::Pool(route) => table.routes[route].name.value.as_str(),
    });
    format!("goes on to {}", names.collect::<Vec<_>>().join(", "))
}
