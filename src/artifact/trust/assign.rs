//! Gives each key that signed to at most one role, so that as many roles as possible reach their threshold.

use super::Role;
use crate::artifact::keys::KeyId;

/// A role that does not reach its threshold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::artifact) struct Shortfall<'r> {
    pub(in crate::artifact) role: &'r str,
    pub(in crate::artifact) found: usize,
    pub(in crate::artifact) needed: usize,
}

/// The roles that these keys leave short; none if every threshold is reached with each key counted once.
pub(in crate::artifact) fn shortfalls<'r>(roles: &[(&'r str, &Role)], keys: &[&KeyId]) -> Vec<Shortfall<'r>> {
    let mut seats: Vec<Vec<&KeyId>> = roles.iter().map(|_| Vec::new()).collect();
    for key in keys {
        seat(key, roles, &mut seats, &mut vec![false; roles.len()]);
    }
    let reached = roles.iter().zip(&seats);
    reached
        .filter(|((_, role), seated)| seated.len() < role.threshold)
        .map(|((name, role), seated)| Shortfall { role: name, found: seated.len(), needed: role.threshold })
        .collect()
}

/// Seats a key in a role that may have it and has room, moving a key already seated to another role where that helps.
fn seat<'k>(key: &'k KeyId, roles: &[(&str, &Role)], seats: &mut [Vec<&'k KeyId>], asked: &mut [bool]) -> bool {
    for (at, (_, role)) in roles.iter().enumerate() {
        if !role.keys.contains(key) || asked.get(at) != Some(&false) {
            continue;
        }
        if let Some(visited) = asked.get_mut(at) {
            *visited = true;
        }
        let seated = seats.get(at).cloned().unwrap_or_default();
        let place = if seated.len() < role.threshold {
            Some(seated.len())
        } else {
            seated.iter().position(|other| seat(other, roles, seats, asked))
        };
        if let (Some(place), Some(row)) = (place, seats.get_mut(at)) {
            match row.get_mut(place) {
                Some(taken) => *taken = key,
                None => row.push(key),
            }
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::super::super::keys::tests::{key_a, key_b};
    use super::*;

    fn role(keys: &[&KeyId], threshold: usize) -> Role {
        Role { keys: keys.iter().map(|key| (*key).clone()).collect(), threshold }
    }

    #[test]
    fn a_key_counts_once_and_where_it_is_needed() {
        let (a, b) = (key_a(), key_b());
        let (a, b) = (a.id(), b.id());
        let (both, only_a) = (role(&[a, b], 1), role(&[a], 1));
        let short = |role, found, needed| vec![Shortfall { role, found, needed }];
        for (roles, keys, expected) in [
            (vec![("x", &both), ("y", &only_a)], vec![a, b], vec![]),
            (vec![("x", &both), ("y", &only_a)], vec![b, a], vec![]),
            (vec![("x", &both), ("y", &only_a)], vec![a], short("y", 0, 1)),
            (vec![("x", &both), ("y", &only_a)], vec![b], short("y", 0, 1)),
            (vec![("x", &role(&[a, b], 2))], vec![a], short("x", 1, 2)),
            (vec![("x", &role(&[a, b], 2))], vec![a, b], vec![]),
            (vec![("x", &both), ("y", &both)], vec![a, b], vec![]),
            (vec![("x", &both), ("y", &role(&[a, b], 2))], vec![a, b], short("y", 1, 2)),
        ] {
            assert_eq!(shortfalls(&roles, &keys), expected);
        }
    }
}
