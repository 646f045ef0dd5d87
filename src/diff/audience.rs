//! Who may call a route on one side and not on the other: a caller is lost only if nobody left stands for them.

use crate::model::RouteId;

use super::kind::{Aspect, Kind, Way};
use super::routes::{callers, covers, named};
use super::{Change, Side, Subject};

/// The callers that each route gains and loses.
pub(super) fn changes(old: &Side<'_>, new: &Side<'_>) -> Vec<Change> {
    let mut changes = Vec::new();
    for (before, route) in old.table.routes.iter() {
        let name = &route.name.value;
        let Some((after, _)) = new.table.routes.iter().find(|(_, other)| other.name.value == *name) else { continue };
        let subject = Subject::Route(name.to_string());
        changes.extend(only_in((old, before), (new, after), &subject, Way::Less));
        changes.extend(only_in((new, after), (old, before), &subject, Way::More));
    }
    changes
}

fn only_in(
    (with, own): (&Side<'_>, RouteId),
    (without, other): (&Side<'_>, RouteId),
    subject: &Subject,
    way: Way,
) -> Option<Change> {
    let others = callers(without, other);
    let gone: Vec<String> =
        callers(with, own).iter().filter(|caller| !others.iter().any(|wide| covers(wide, caller))).map(named).collect();
    let span = |side: &Side<'_>, id: RouteId| {
        let route = &side.table.routes[id];
        Some(route.doc.audience.as_ref().map_or(route.name.span(), crate::source::Spanned::span))
    };
    let (here, there) = (span(with, own), span(without, other));
    let (old, new) = if way == Way::Less { (here, there) } else { (there, here) };
    (!gone.is_empty()).then(|| Change {
        kind: Kind { aspect: Aspect::Audience, way },
        subject: subject.clone(),
        what: gone.join(", "),
        before: None,
        after: None,
        symptoms: Vec::new(),
        callers: gone,
        data: Vec::new(),
        old,
        new,
    })
}
