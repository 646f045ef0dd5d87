//! Moves load until nothing moves. Keys over their limits refuse what is too much with `rate-limit`, and that goes on
//! along the ladders; refusals only grow from round to round, so the rounds end.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::graph::Call;
use crate::litellm::Spaces;
use crate::model::{Percent, RouteId, Table};

use super::element::{Element, Failure, models};
use super::flow::{Capacities, Class, Limited, Rate, Share, WHOLE, by_lists, classes};
use super::lists::Lists;
use super::outage::{Event, Outage, Overload};
use super::visits::Visits;

/// The load of a table, ready to be asked what happens when something fails.
#[derive(Debug)]
pub struct Network<'t> {
    pub(super) table: &'t Table,
    /// LiteLLM's lists, where its requests go by those.
    lists: Option<&'t Lists<'t>>,
    /// What stays free of every limit.
    pub headroom: Percent,
    pub(super) load: Rc<Load>,
    capacities: Capacities,
    /// The load on each limit when nothing fails and nothing is refused.
    base: Vec<Rate>,
    /// The classes whose first call draws on each limit.
    drawing: Vec<Vec<usize>>,
}

/// Who sends how much where when nothing fails, whatever the limits.
#[derive(Debug)]
pub(super) struct Load {
    pub(super) classes: Vec<Class>,
    /// The classes whose first call each element would hit.
    hit: BTreeMap<Element, Vec<usize>>,
}

/// After so many rounds what still moves is less than a request a day.
const ROUNDS: usize = 100;

/// Thousandths of a unit a minute that rounding may add to a load.
const ROUNDING: u64 = 100;

/// What is left of a flow when it is no longer followed: less than a millionth.
pub(super) const TRACE: Share = WHOLE / 1_000_000;

impl<'t> Network<'t> {
    /// The load of a table on its keys, of whose limits some headroom stays free.
    pub fn new(table: &'t Table, headroom: Percent) -> Self {
        Self::of(table, None, Rc::new(Load::new(table, classes(table))), headroom)
    }

    /// The same load, with another part of the limits kept free.
    #[must_use]
    pub fn keeping(&self, headroom: Percent) -> Self {
        Self::of(self.table, self.lists, Rc::clone(&self.load), headroom)
    }

    /// The requests for every group of a LiteLLM file. Such a file states no load, so that no limit is ever reached.
    pub fn of_lists(lists: &'t Lists<'t>, headroom: Percent) -> Self {
        Self::of(lists.table, Some(lists), Rc::new(Load::new(lists.table, by_lists(lists))), headroom)
    }

    fn of(table: &'t Table, lists: Option<&'t Lists<'t>>, load: Rc<Load>, headroom: Percent) -> Self {
        let capacities = Capacities::new(table, headroom.0);
        let mut base = vec![Rate::default(); capacities.all.len()];
        let mut drawing: Vec<Vec<usize>> = vec![Vec::new(); capacities.all.len()];
        for (number, class) in load.classes.iter().enumerate() {
            let call = Call::first(table, class.target);
            for limit in capacities.of_call(table, &call) {
                if let (Some(sum), Some(list)) = (base.get_mut(*limit), drawing.get_mut(*limit)) {
                    sum.add(class.rate);
                    list.push(number);
                }
            }
        }
        Self { table, lists, headroom, load, capacities, base, drawing }
    }

    /// What happens when nothing fails.
    pub fn calm(&self) -> Outage {
        self.fail(&[])
    }

    /// What happens while all of these fail.
    pub fn fail(&self, failures: &[Failure]) -> Outage {
        let limits = self.capacities.all.len();
        let mut touched: BTreeSet<usize> =
            failures.iter().filter_map(|failure| self.load.hit.get(&failure.element)).flatten().copied().collect();
        let mut accepted = vec![WHOLE; limits];
        let mut outage = Outage::new(failures.to_vec());
        let mut rest = self.base.clone();
        for class in &touched {
            self.set_aside(*class, &mut rest);
        }
        let mut followed = BTreeMap::new();
        let spaces = self.lists.map(|lists| Spaces::new(&lists.router));
        for round in 0..ROUNDS {
            let mut visits = Visits::new(self, failures, &accepted);
            let classes = touched.iter().filter_map(|number| Some((*number, self.load.classes.get(*number)?)));
            let undecided = &mut outage.undecided;
            outage.spreads = classes
                .filter_map(|(number, class)| match self.lists.zip(class.deployment) {
                    Some((lists, first)) => {
                        let name = self.table.routes[class.route].name.value.as_str();
                        // What is called first is told from its like only where it has any.
                        let apart = spaces.as_ref().and_then(|spaces| spaces.has_twin(first).then_some(first));
                        let explored =
                            || spaces.as_ref().and_then(|spaces| lists.space(spaces, (name, apart), failures));
                        let space = followed.entry((class.route, apart)).or_insert_with(explored);
                        let Some(space) = space else {
                            undecided.insert(class.route);
                            return None;
                        };
                        Some((number, Rc::new(lists.spread(space, first))))
                    }
                    None => Some((number, visits.of(class.route, class.target))),
                })
                .collect();
            let mut offered = rest.clone();
            for (class, spread) in &outage.spreads {
                let Some(class) = self.load.classes.get(*class) else { continue };
                for (limit, share) in &spread.offers {
                    if let Some(sum) = offered.get_mut(*limit) {
                        sum.add(class.rate.part(*share));
                    }
                }
            }
            let mut moved = false;
            for (limit, capacity) in self.capacities.all.iter().enumerate() {
                let (Some(load), Some(slot)) = (offered.get(limit), accepted.get_mut(limit)) else { continue };
                let most = ratio(capacity.requests, load.requests).min(ratio(capacity.tokens, load.tokens));
                if let Some(known) = outage.overloads.iter_mut().find(|overload| overload.limit == limit) {
                    known.load = *load;
                } else if most < WHOLE {
                    outage.overloads.push(Overload {
                        limit,
                        of: capacity.of.clone(),
                        load: *load,
                        requests: capacity.requests,
                        tokens: capacity.tokens,
                        written: capacity.written,
                        round,
                    });
                }
                if most < *slot {
                    moved |= *slot - most > TRACE;
                    *slot = most;
                    for class in self.drawing.get(limit).into_iter().flatten() {
                        if touched.insert(*class) {
                            self.set_aside(*class, &mut rest);
                            moved = true;
                        }
                    }
                }
            }
            if !moved {
                break;
            }
        }
        outage
    }

    /// Takes the load of a class away from where it goes when nothing fails.
    fn set_aside(&self, class: usize, rest: &mut [Rate]) {
        let Some(class) = self.load.classes.get(class) else { return };
        let call = Call::first(self.table, class.target);
        for limit in self.capacities.of_call(self.table, &call) {
            if let Some(sum) = rest.get_mut(*limit) {
                sum.take(class.rate);
            }
        }
    }

    /// The limits that a call draws on.
    pub(super) fn limits_of(&self, call: &Call) -> &[usize] {
        self.capacities.of_call(self.table, call)
    }

    /// What has a limit, in words.
    pub fn name_of(&self, limited: &Limited) -> String {
        match limited {
            Limited::Key(key) => format!("key `{}`", self.table.keys[*key].name.value),
            Limited::Quota(name) => format!("quota `{name}`"),
        }
    }

    /// The chain of events of an outage, in order.
    pub fn events(&self, outage: &Outage) -> Vec<Event> {
        outage.events(outage.moved(self))
    }

    /// The chain of events of an outage as far as one route goes.
    pub fn events_of(&self, outage: &Outage, route: RouteId) -> Vec<Event> {
        outage.events(outage.moved_of(self, route))
    }
}

impl Load {
    fn new(table: &Table, classes: Vec<Class>) -> Self {
        let models = models(table);
        let mut hit: BTreeMap<Element, Vec<usize>> = BTreeMap::new();
        for (number, class) in classes.iter().enumerate() {
            for element in Element::of_call(table, &models, &Call::first(table, class.target)) {
                hit.entry(element).or_default().push(number);
            }
        }
        Self { classes, hit }
    }
}

/// The part of a load that a capacity lets through.
fn ratio(capacity: Option<u64>, load: u64) -> Share {
    match capacity {
        // Parts are rounded up; what that adds is no load.
        Some(capacity) if load > capacity.saturating_add(capacity / 10_000).saturating_add(ROUNDING) => {
            let product = u128::from(capacity) * u128::from(WHOLE) / u128::from(load);
            u64::try_from(product).unwrap_or(WHOLE)
        }
        Some(_) | None => WHOLE,
    }
}
