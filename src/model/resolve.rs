//! Names become ids, once; what nothing defines is reported here and nowhere else.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::diagnostic::{Diagnostic, Sink, nearest, or_list, quote};
use crate::source::{Entries, Entry, Place, Spanned};

use super::scope::Scope;
use super::table::{
    AccountNode, Arena, Id, KeyNode, Leg, PoolMember, ResolvedStep, RouteNode, Rung, Table, TargetNode,
};
use super::{Catalogue, Gateway, Hop, Ladder, Model, Name, Part, Route, RouteTable, Step, Steps, Target};

/// Joins the parts of each table and resolves its names.
pub fn resolve(parts: Vec<Part>, catalogue: &Catalogue, sink: &mut Sink) -> Vec<Table> {
    let mut groups: Vec<(String, Vec<Part>)> = Vec::new();
    for part in parts {
        let name = part.table.metadata.name.value.to_string();
        let known = groups.iter_mut().find(|(seen, group)| {
            *seen == name
                && group.iter().all(|other| other.gateway == Gateway::Native && part.gateway == Gateway::Native)
        });
        match known {
            Some((_, group)) => group.push(part),
            None => groups.push((name, vec![part])),
        }
    }
    groups.into_iter().filter_map(|(_, parts)| Resolver::new(&parts, catalogue, sink).run(parts)).collect()
}

struct Resolver<'a> {
    catalogue: &'a Catalogue,
    sink: &'a mut Sink,
    /// Names about which nothing more is said.
    unread: BTreeSet<String>,
    silent: bool,
    gateway: Gateway,
    facts: BTreeMap<super::ModelIndex, Rc<Model>>,
}

/// Everything of one table, parts joined.
#[derive(Default)]
struct Joined {
    providers: Entries<Name, super::Provider>,
    accounts: Entries<Name, super::Account>,
    keys: Entries<Name, super::Key>,
    egress: Entries<Name, super::Egress>,
    targets: Entries<Name, Target>,
    ladders: Entries<Name, Ladder>,
    routes: Entries<Name, Route>,
    paths: Entries<Name, super::DeployPath>,
    parity: Option<Spanned<super::Parity>>,
}

impl<'a> Resolver<'a> {
    fn new(parts: &[Part], catalogue: &'a Catalogue, sink: &'a mut Sink) -> Self {
        Self {
            catalogue,
            sink,
            unread: parts.iter().flat_map(|part| part.unread.iter().cloned()).collect(),
            silent: parts.iter().any(|part| part.partial),
            gateway: parts.first().map_or(Gateway::Native, |part| part.gateway),
            facts: BTreeMap::new(),
        }
    }

    fn run(mut self, parts: Vec<Part>) -> Option<Table> {
        let first = parts.first()?;
        let name = first.table.metadata.name.value.clone();
        let (gateway, head) = (first.gateway, first.head);
        let files = parts.iter().map(|part| part.file).collect();
        let incomplete = parts.iter().any(|part| part.partial || part.open_world || !part.unread.is_empty());
        let mut table = Table {
            name,
            version: None,
            owner: None,
            gateway,
            routing: None,
            head,
            files,
            incomplete,
            providers: Arena::default(),
            accounts: Arena::default(),
            keys: Arena::default(),
            egress: Arena::default(),
            targets: Arena::default(),
            ladders: Arena::default(),
            routes: Arena::default(),
            observability: None,
            paths: Vec::new(),
            parity: None,
            dead_hops: Vec::new(),
            waivers: Vec::new(),
        };
        let mut joined = Joined::default();
        for mut part in parts {
            table.dead_hops.append(&mut part.dead_hops);
            table.routing = table.routing.or(part.routing.take().map(Rc::new));
            self.join(part.table, &mut table, &mut joined);
        }
        self.fill(joined, &mut table);
        Some(table)
    }

    fn join(&mut self, part: RouteTable, table: &mut Table, joined: &mut Joined) {
        self.only_one("a version", "the version", &mut table.version, part.metadata.version);
        // Each part may have an owner of its own; that of the first answers for the whole.
        table.owner = table.owner.take().or(part.metadata.owner);
        self.only_one("`observability`", "it", &mut table.observability, part.observability);
        self.only_one("`parity`", "it", &mut joined.parity, part.parity);
        table.waivers.extend(part.waivers);
        joined.providers.0.extend(part.providers);
        joined.accounts.0.extend(part.accounts);
        joined.keys.0.extend(part.keys);
        joined.egress.0.extend(part.egress);
        joined.targets.0.extend(part.targets);
        joined.ladders.0.extend(part.ladders);
        joined.routes.0.extend(part.routes);
        joined.paths.0.extend(part.paths);
    }

    /// Keeps what the first part of a table says; another part that says it too is reported with both places.
    fn only_one<T>(&mut self, what: &str, keep: &str, slot: &mut Option<Spanned<T>>, said: Option<Spanned<T>>) {
        match (slot.as_ref(), said) {
            (Some(first), Some(again)) => self.sink.report(
                Diagnostic::new(
                    "duplicate-key",
                    again.place,
                    "again here",
                    format!("two parts of one table carry {what}"),
                )
                .related(first.span(), "first here")
                .help(format!("keep {keep} in one part")),
            ),
            (None, said) => *slot = said,
            (Some(_), None) => {}
        }
    }

    fn fill(&mut self, joined: Joined, table: &mut Table) {
        table.providers = self.once("provider", joined.providers).into_iter().collect();
        let providers = Scope::of(table.providers.iter().map(|(id, entry)| (&entry.name, id)));
        let accounts = self.once("account", joined.accounts).into_iter().map(|Entry { name, value: doc }| {
            let provider = self.find("provider", &providers, &doc.provider);
            AccountNode { name, doc, provider }
        });
        table.accounts = accounts.collect();
        let accounts = Scope::of(table.accounts.iter().map(|(id, node)| (&node.name, id)));
        let keys = self.once("key", joined.keys).into_iter().map(|Entry { name, value: doc }| {
            let account = self.find("account", &accounts, &doc.account);
            KeyNode { name, doc, account }
        });
        table.keys = keys.collect();
        let keys = Scope::of(table.keys.iter().map(|(id, node)| (&node.name, id)));
        let regions: BTreeSet<String> = table
            .providers
            .values()
            .flat_map(|provider| provider.value.regions.iter().map(|region| region.name.value.to_string()))
            .collect();
        table.egress = self.once("egress", joined.egress).into_iter().collect();
        for entry in table.egress.values() {
            for region in entry.value.regions.iter().flatten() {
                if !regions.contains(region.value.as_str()) {
                    self.unknown("region", region.value.as_str(), region.place, regions.iter().map(String::as_str));
                }
            }
        }
        let egress = Scope::of(table.egress.iter().map(|(id, entry)| (&entry.name, id)));
        let targets = self.once("target", joined.targets).into_iter().map(|Entry { name, value: doc }| {
            let provider = self.find("provider", &providers, &doc.provider);
            if let (Some(provider), Some(region)) = (provider, &doc.region) {
                let known = &table.providers[provider].value.regions;
                if !known.iter().any(|entry| entry.name.value == region.value) {
                    self.unknown(
                        "region",
                        region.value.as_str(),
                        region.place,
                        known.iter().map(|entry| entry.name.value.as_str()),
                    );
                }
            }
            let found_keys = doc.keys.iter().flatten().filter_map(|key| self.find("key", &keys, key)).collect();
            let found_egress =
                doc.egress.iter().flatten().filter_map(|path| self.find("egress", &egress, path)).collect();
            let model = self.model_of(&doc);
            let facts = self.facts(model, doc.own_facts.as_deref());
            TargetNode { name, provider, keys: found_keys, egress: found_egress, model, facts, doc }
        });
        table.targets = targets.collect();
        let targets = Scope::of(table.targets.iter().map(|(id, node)| (&node.name, id)));
        let routes = self.once("route", joined.routes).into_iter().map(|Entry { name, value: doc }| {
            let pool = self.pool(&doc, &targets);
            RouteNode { name, doc, pool, rungs: Vec::new() }
        });
        table.routes = routes.collect();
        let routes = Scope::of(table.routes.iter().map(|(id, node)| (&node.name, id)));
        let mut ladders: BTreeMap<String, (super::LadderId, Vec<Rung>)> = BTreeMap::new();
        for Entry { name, value } in self.once("ladder", joined.ladders) {
            let key = name.value.to_string();
            let id = table.ladders.push(name);
            let rungs = self.rungs(value, Some(id), &targets, &routes, &egress);
            ladders.insert(key, (id, rungs));
        }
        for route in table.routes.values_mut() {
            if let Some(ladder) = &route.doc.ladder {
                match ladders.get(ladder.value.as_str()) {
                    Some((_, rungs)) => route.rungs.clone_from(rungs),
                    None => {
                        self.unknown("ladder", ladder.value.as_str(), ladder.place, ladders.keys().map(String::as_str));
                    }
                }
            }
            if let Some(failover) = route.doc.failover.take() {
                for rung in self.rungs(failover, None, &targets, &routes, &egress) {
                    route.rungs.retain(|other| other.symptom != rung.symptom);
                    route.rungs.push(rung);
                }
                route.rungs.sort_by_key(|rung| rung.symptom);
            }
        }
        table.paths = self.once("path", joined.paths);
        table.parity = joined.parity;
    }

    fn model_of(&self, target: &Target) -> Option<super::ModelIndex> {
        let mut names = target.also_named.iter().map(String::as_str).chain([target.model.value.as_str()]);
        if target.self_hosted { None } else { names.find_map(|name| self.catalogue.find(name)) }
    }

    fn facts(&mut self, model: Option<super::ModelIndex>, own: Option<&Model>) -> Rc<Model> {
        let base = model.map(|index| {
            let catalogue = self.catalogue;
            Rc::clone(self.facts.entry(index).or_insert_with(|| Rc::new(catalogue.model(index).model.clone())))
        });
        match (base, own) {
            (Some(base), None) => base,
            (None, None) => Rc::new(Model::default()),
            (base, Some(own)) => Rc::new(base.as_deref().cloned().unwrap_or_default().overlaid(own)),
        }
    }

    fn pool(&mut self, route: &Route, targets: &Scope<TargetNode>) -> Vec<PoolMember> {
        route
            .pool
            .iter()
            .filter_map(|entry| {
                let target = self.find("target", targets, &entry.value.target)?;
                Some(PoolMember {
                    target,
                    place: entry.place,
                    weight: entry.value.weight.map_or(1, super::Tokens::get),
                    order: entry.value.order.map_or(1, super::Count::get),
                })
            })
            .collect()
    }

    fn rungs(
        &mut self,
        ladder: Ladder,
        id: Option<super::LadderId>,
        targets: &Scope<TargetNode>,
        routes: &Scope<RouteNode>,
        egress: &Scope<Entry<Name, super::Egress>>,
    ) -> Vec<Rung> {
        let mut rungs: Vec<Rung> = Vec::new();
        for (symptom, steps) in ladder.into_rungs() {
            let steps = self.steps(steps, targets, routes, egress);
            rungs.push(Rung { symptom, steps: Rc::new(steps), ladder: id });
        }
        rungs
    }

    fn steps(
        &mut self,
        steps: Steps,
        targets: &Scope<TargetNode>,
        routes: &Scope<RouteNode>,
        egress: &Scope<Entry<Name, super::Egress>>,
    ) -> Vec<ResolvedStep> {
        steps
            .into_iter()
            .map(|step| {
                let fallback = step.value.fallback();
                let leg = fallback.map(|fallback| (self.leg(&fallback.hop, targets, routes), fallback.hop.place));
                let switched =
                    if let Step::SwitchEgress(name) = &step.value { self.find("egress", egress, name) } else { None };
                ResolvedStep { place: step.place, step: step.value, leg, egress: switched }
            })
            .collect()
    }

    fn leg(&mut self, hop: &Spanned<Hop>, targets: &Scope<TargetNode>, routes: &Scope<RouteNode>) -> Leg {
        let (word, other, name, found, elsewhere) = match &hop.value {
            Hop::Target(name) => {
                let found = targets.get(name.as_str()).map(Leg::Target);
                ("target", "route", name, found, routes.get(name.as_str()).is_some())
            }
            Hop::Route(name) => {
                let found = routes.get(name.as_str()).map(Leg::Route);
                ("route", "target", name, found, targets.get(name.as_str()).is_some())
            }
        };
        if let Some(leg) = found {
            return leg;
        }
        if elsewhere {
            if !self.silent {
                let message = format!("{} is a {other}, and stands where a {word} is wanted", quote(name.as_str()));
                self.sink.report(
                    Diagnostic::new("unknown-reference", hop.place, format!("no {word} of this name"), message)
                        .help(format!("write `fallback: {{{other}: {name}}}`")),
                );
            }
        } else if word == "target" {
            self.unknown(word, name.as_str(), hop.place, targets.names());
        } else {
            self.unknown(word, name.as_str(), hop.place, routes.names());
        }
        Leg::Nowhere(name.clone())
    }

    /// The entries with every name once; a name defined twice is reported with both places.
    fn once<T>(&mut self, word: &str, mut entries: Entries<Name, T>) -> Vec<Entry<Name, T>> {
        let mut sorted: Vec<(&Name, usize)> =
            entries.iter().enumerate().map(|(number, entry)| (&entry.name.value, number)).collect();
        sorted.sort_unstable();
        // Every entry whose name an earlier one has, with the first of those.
        let mut again: BTreeMap<usize, usize> = BTreeMap::new();
        for same in sorted.chunk_by(|(a, _), (b, _)| a == b) {
            if let [(_, first), others @ ..] = same {
                again.extend(others.iter().map(|(_, number)| (*number, *first)));
            }
        }
        for (number, first) in &again {
            let (Some(entry), Some(first)) = (entries.0.get(*number), entries.0.get(*first)) else { continue };
            // Within one mapping the reader of the text has reported it.
            if first.name.span().file == entry.name.span().file {
                continue;
            }
            let message = format!("the {word} {} is defined twice", quote(entry.name.value.as_str()));
            self.sink.report(
                Diagnostic::new("duplicate-key", entry.name.place, "again here", message)
                    .related(first.name.span(), "first here")
                    .help("give one of them another name; the first one is used"),
            );
        }
        let mut number = 0usize..;
        entries.0.retain(|_| number.next().is_none_or(|number| !again.contains_key(&number)));
        entries.0
    }

    fn find<T>(&mut self, word: &str, scope: &Scope<T>, name: &Spanned<Name>) -> Option<Id<T>> {
        let found = scope.get(name.value.as_str());
        if found.is_none() {
            self.unknown(word, name.value.as_str(), name.place, scope.names());
        }
        found
    }

    fn unknown<'n>(&mut self, word: &str, name: &str, place: Place, known: impl IntoIterator<Item = &'n str>) {
        if self.silent || self.unread.contains(name) {
            return;
        }
        let known: Vec<&str> = known.into_iter().collect();
        let (message, label) = match self.gateway {
            Gateway::Native | Gateway::Portkey | Gateway::Envoy => {
                (format!("nothing defines the {word} {}", quote(name)), format!("no such {word}"))
            }
            Gateway::LiteLlm => (
                format!("nothing in `model_list` answers to {}", quote(name)),
                "no model group, alias, id or wildcard of this name".to_owned(),
            ),
            Gateway::OpenClaw => {
                let provider = name.split_once('/').map_or(name, |(provider, _)| provider);
                let message =
                    format!("no provider {} is configured, and OpenClaw brings none of this name", quote(provider));
                (message, "no such provider".to_owned())
            }
        };
        let help = match nearest(name, known.iter().copied()) {
            Some(near) => format!("did you mean {}?", quote(near)),
            None if known.is_empty() && self.gateway != Gateway::OpenClaw => {
                format!("the table defines no {word} at all")
            }
            None if self.gateway == Gateway::OpenClaw => {
                "OpenClaw starts with this, and each run fails here before it goes on: add the provider to `models.providers`, or remove the name".to_owned()
            }
            None if self.gateway == Gateway::LiteLlm => {
                "LiteLLM starts with this, and when it is needed the hop fails or goes on to the defaults; add the group or remove the name".to_owned()
            }
            None => format!("known: {}", or_list(known, 6)),
        };
        self.sink.report(Diagnostic::new("unknown-reference", place, label, message).help(help));
    }
}
