//! What holds of all differences, on small random tables: nothing of the same, inverses, and no large change in small steps.

#![expect(clippy::indexing_slicing, reason = "the test stops where its own tables are not what it takes them for")]

use std::collections::BTreeSet;

use proptest::prelude::*;
use routec::claims::Ending;
use routec::diff::{Aspect, Change, Difference, Way, compare, witness};
use routec::driver::Outcome;

use crate::support::{run, side};
use crate::walk::{Small, small};

fn read(yaml: &str) -> Outcome {
    run(&[yaml.as_bytes()]).1
}

fn between(old: &Outcome, new: &Outcome) -> Difference {
    let (old_levels, new_levels) = (old.levels(), new.levels());
    compare(&side(old, &old_levels), &side(new, &new_levels))
}

/// A change as it would be told in the other direction.
fn turned(change: &Change) -> Change {
    Change {
        kind: change.kind.inverse(),
        before: change.after.clone(),
        after: change.before.clone(),
        old: change.new,
        new: change.old,
        ..change.clone()
    }
}

/// One of several random edits of a table.
fn edit(small: &Small, which: u8, at: usize) -> Small {
    let mut small = small.clone();
    let route = at % small.routes.len();
    match which % 7 {
        0 => small.routes[route].1[at % 3].push(u8::try_from(at % 40).unwrap()),
        1 => drop(small.routes[route].1[at % 3].pop()),
        2 => small.routes[route].1[at % 3].reverse(),
        3 => small.targets[at % 4].2 = u16::try_from(at % 50 + 1).unwrap(),
        4 => small.targets[at % 4].0 = u8::try_from(at % 3).unwrap(),
        5 => small.routes[route].0 = vec![u8::try_from(at % 4).unwrap()],
        _ => small.targets[at % 4].1 = u8::try_from(at % 3 + 1).unwrap(),
    }
    small
}

/// The audience, the data and the deadline of each route by chance, besides what the small tables vary.
fn dressed(small: &Small, dress: &[u8]) -> String {
    let mut yaml = small.yaml();
    for (route, dress) in dress.iter().enumerate().take(small.routes.len()) {
        let teams = ["[x]", "[x, y]", "[y]"][usize::from(dress % 3)];
        let places = if dress & 4 == 0 { ", environments: [prod]" } else { "" };
        let slo = if dress & 8 == 0 { String::new() } else { format!("\n    slo: {{deadline: {}s}}", 10 + dress % 7) };
        let data = if dress & 16 == 0 { "d0" } else { "d1" };
        let old =
            format!("  r{route}:\n    audience: {{teams: [x], environments: [prod]}}\n    data: [d{}]", route % 2);
        let new = format!("  r{route}:\n    audience: {{teams: {teams}{places}}}\n    data: [{data}]{slo}");
        assert!(yaml.contains(&old));
        yaml = yaml.replace(&old, &new);
    }
    yaml
}

/// The same table, its routes and targets in another order, quoted and in block style where it was flow.
fn rewritten(yaml: &str) -> String {
    let (head, routes) = yaml.split_once("routes:\n").unwrap();
    let mut parts: Vec<String> = Vec::new();
    for line in routes.lines() {
        if line.starts_with("  r") {
            parts.push(String::new());
        }
        let last = parts.last_mut().unwrap();
        last.push_str(line);
        last.push_str(" # a word\n");
    }
    parts.reverse();
    let (before, targets) = head.split_once("targets:\n").unwrap();
    let mut targets: Vec<&str> = targets.lines().collect();
    targets.reverse();
    let head = before
        .replace("{provider: p0}", "{\"provider\": 'p0'}")
        .replace("providers: {p0: {}, p1: {}, p2: {}}", "providers:\n  p2: {}\n  p1: &nothing {}\n  p0: *nothing");
    format!("# another hand\n{head}routes:\n{}targets:\n{}\n", parts.concat(), targets.join("\n"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_differs_from_itself_however_it_is_written(small in small(), dress in proptest::collection::vec(any::<u8>(), 3)) {
        let yaml = dressed(&small, &dress);
        let one = read(&yaml);
        let other = read(&rewritten(&yaml));
        prop_assert_eq!(between(&one, &one), Difference::default());
        prop_assert_eq!(between(&one, &other).changes, vec![]);
    }

    #[test]
    fn a_difference_and_its_inverse_agree(a in small(), b in small(), dress in proptest::collection::vec(any::<u8>(), 6)) {
        let (a, b) = (read(&dressed(&a, &dress[..3])), read(&dressed(&b, &dress[3..])));
        let (there, back) = (between(&a, &b), between(&b, &a));
        let key = |change: &Change| format!("{change:?}");
        let there: BTreeSet<String> = there.changes.iter().map(|change| key(&turned(change))).collect();
        let back: BTreeSet<String> = back.changes.iter().map(key).collect();
        prop_assert_eq!(there, back);
    }

    #[test]
    fn no_large_change_hides_in_small_ones(
        first in small(),
        edits in proptest::collection::vec((any::<u8>(), 0usize..200), 2..5),
        dress in proptest::collection::vec(any::<u8>(), 9),
    ) {
        let middle = edits.len() / 2;
        let apply = |small: &Small, edits: &[(u8, usize)]| edits.iter().fold(small.clone(), |small, (which, at)| edit(&small, *which, *at));
        let second = apply(&first, &edits[..middle]);
        let third = apply(&second, &edits[middle..]);
        let (a, b, c) = (
            read(&dressed(&first, &dress[..3])),
            read(&dressed(&second, &dress[3..6])),
            read(&dressed(&third, &dress[6..])),
        );
        let whole = between(&a, &c).bump();
        let steps = between(&a, &b).bump().max(between(&b, &c).bump());
        prop_assert!(whole <= steps, "{whole:?} in one step, {steps:?} in two");
    }

    #[test]
    fn no_large_change_hides_between_strangers(a in small(), b in small(), c in small()) {
        let (a, b, c) = (read(&a.yaml()), read(&b.yaml()), read(&c.yaml()));
        let whole = between(&a, &c).bump();
        prop_assert!(whole <= between(&a, &b).bump().max(between(&b, &c).bump()));
    }

    #[test]
    fn whoever_is_gained_or_lost_is_called_by_the_request_that_shows_it(a in small(), b in small()) {
        let (old, new) = (read(&a.yaml()), read(&b.yaml()));
        let (old_levels, new_levels) = (old.levels(), new.levels());
        let (before, after) = (side(&old, &old_levels), side(&new, &new_levels));
        for change in compare(&before, &after).changes {
            let Some(witness) = witness(&before, &after, &change) else {
                let is_of_a_route = change.subject.path().starts_with("routes.");
                prop_assert!(!is_of_a_route, "no request shows {change:?}");
                continue;
            };
            let shows = if change.kind.way == Way::Less { (&old, &witness.before) } else { (&new, &witness.after) };
            let journey = shows.1.as_ref();
            if change.kind.aspect == Aspect::Model {
                let table = &shows.0.tables[0];
                let called = journey.unwrap().calls().any(|call| {
                    change.what == format!("model `{}`", table.targets[call.target].doc.model.value)
                });
                prop_assert!(called, "{change:?} is not called by {:?}", witness.request);
            }
            if change.kind.aspect == Aspect::Attempts {
                let calls = |journey: &Option<routec::claims::Journey>| journey.as_ref().map(|journey| journey.calls().count());
                let (was, is) = (calls(&witness.before), calls(&witness.after));
                prop_assert!(if change.kind.way == Way::More { is > was } else { was > is }, "{change:?}: {was:?} and {is:?}");
            }
            let ends = journey.map(|journey| journey.ending);
            prop_assert!(ends != Some(Ending::Endless), "{change:?}");
        }
    }
}
