//! Which deployments the tags of a request leave: `router_strategy/tag_based_routing.py`.

use std::collections::BTreeSet;

use super::{Deployment, Directory, Era, Fault, TagsNeeded};

/// The tag of deployments for requests without a tag, or with one that nobody has.
const DEFAULT: &str = "default";

/// The tags of a request by what they ask: to have one of them, to have all, to have none.
#[derive(Debug, Default)]
struct Asked<'t> {
    any: BTreeSet<&'t str>,
    all: BTreeSet<&'t str>,
    none: BTreeSet<&'t str>,
}

impl<'t> Asked<'t> {
    /// `!tag` keeps away from a tag, and since 1.97 `&tag` insists on one.
    fn new(tags: &'t BTreeSet<String>, era: Era) -> Self {
        let mut asked = Self::default();
        for tag in tags {
            let insists = tag.strip_prefix('&').filter(|_| era != Era::Paths);
            match (tag.strip_prefix('!'), insists) {
                (Some(tag), _) if !tag.is_empty() => drop(asked.none.insert(tag)),
                (_, Some(tag)) if !tag.is_empty() => drop(asked.all.insert(tag)),
                (Some(_), _) | (_, Some(_)) => {}
                (None, None) => drop(asked.any.insert(tag)),
            }
        }
        asked
    }
}

/// The deployments that the tags of a request leave of those that are healthy. `named` are all deployments of the group
/// that the name stands for, and `all` those that answer to it.
pub(super) fn by_tags(
    directory: &Directory<'_>,
    (named, all): (&[usize], &[usize]),
    left: Vec<usize>,
    tags: &BTreeSet<String>,
) -> Result<Vec<usize>, Fault> {
    let (era, selection) = (directory.era(), &directory.routing().settings.selection);
    let deployment = |at: &usize| directory.routing().deployments.get(*at);
    let own = named.iter().filter_map(deployment).find_map(|one| one.group_tags.filters).filter(|_| era != Era::Paths);
    if left.is_empty() || !own.unwrap_or(selection.filters_by_tag) {
        return Ok(left);
    }
    let asked = Asked::new(tags, era);
    let keep = |among: &[usize], is_kept: &dyn Fn(&Deployment) -> bool| -> Vec<usize> {
        among.iter().copied().filter(|at| deployment(at).is_some_and(is_kept)).collect()
    };
    let has = |one: &Deployment, tag: &str| one.tags.iter().any(|own| own == tag);
    let default_of = |among: &[usize]| {
        let found = keep(among, &|one| has(one, DEFAULT));
        if found.is_empty() { among.to_vec() } else { found }
    };
    let allowed = |among: &[usize]| keep(among, &|one| !asked.none.iter().any(|tag| has(one, tag)));
    let insisted = |among: &[usize], all: &BTreeSet<&str>| keep(among, &|one| all.iter().all(|tag| has(one, tag)));
    // A group may let everybody in where its tags leave nobody, unless a made-up tag hides that others leave somebody.
    let opens = || {
        let known: BTreeSet<&str> = asked
            .all
            .iter()
            .copied()
            .filter(|tag| left.iter().filter_map(deployment).any(|one| has(one, tag)))
            .collect();
        let hides = !known.is_empty() && known != asked.all && !insisted(&allowed(&left), &known).is_empty();
        let from = if era == Era::Resuming { all } else { &left };
        let may =
            era != Era::Paths && !hides && from.iter().filter_map(deployment).any(|one| one.group_tags.fails_open);
        if may { Ok(default_of(&left)) } else { Err(Fault::NoTag) }
    };
    let found = |found: Vec<usize>| if found.is_empty() { opens() } else { Ok(found) };
    let candidates = insisted(&allowed(&left), &asked.all);
    if !asked.any.is_empty() {
        let fits = |one: &Deployment| {
            let mut tags = asked.any.iter();
            match selection.tags_needed {
                TagsNeeded::One => tags.any(|tag| has(one, tag)),
                TagsNeeded::All => tags.all(|tag| has(one, tag)),
            }
        };
        let fitting = keep(&candidates, &fits);
        let is_known = |one: &Deployment| asked.any.iter().any(|tag| has(one, tag));
        // Since 1.97 the defaults are only for tags that nobody in the group has.
        let is_final = era != Era::Paths && named.iter().filter_map(deployment).any(is_known);
        return match fitting.is_empty() {
            false => Ok(fitting),
            true if is_final => opens(),
            true => found(keep(&candidates, &|one| has(one, DEFAULT))),
        };
    }
    if !asked.all.is_empty() {
        return found(candidates);
    }
    if asked.none.is_empty() { Ok(default_of(&left)) } else { found(allowed(&default_of(&left))) }
}
