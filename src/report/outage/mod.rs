//! An outage in words: who is lost, what is over its limit, who answers now, and what it costs.

mod json;

use std::collections::{BTreeMap, BTreeSet};

use crate::contingency::{
    Failure, Moved, Network, Outage, Overload, ROUNDING, Share, WHOLE, percentage, percentage_of_pool, percentages,
};
use crate::model::{Percent, RouteId, Table, TargetId};
use crate::policy::Missing;

use super::fold::wrap;

/// What one outage costs, as far as prices and forecasts say so.
#[derive(Clone, Debug, Default)]
pub struct Bill {
    /// An hour of planned traffic when nothing fails; `None` where something is missing.
    pub usual: Option<String>,
    /// An hour of it during the outage; `None` where something is missing.
    pub during: Option<String>,
    /// What is missing.
    pub missing: Vec<Missing>,
}

/// A network, and what it loses when nothing fails, with which every outage is compared.
#[derive(Debug)]
pub struct Comparison<'a> {
    table: &'a Table,
    network: &'a Network<'a>,
    calm: &'a Outage,
    /// What each route loses when nothing fails.
    lost: BTreeMap<RouteId, Share>,
    /// The same for each flow.
    flows: BTreeMap<(RouteId, TargetId), Share>,
}

/// The width of a terminal that nobody has made wider.
const WIDTH: usize = 80;

/// How many names a line has before the others are only counted.
const NAMES: usize = 8;

impl<'a> Comparison<'a> {
    /// A network and what comes of it when nothing fails.
    pub fn new(table: &'a Table, network: &'a Network<'a>, calm: &'a Outage) -> Self {
        let flows = calm.moved(network).into_iter().map(|moved| ((moved.route, moved.from), moved.lost)).collect();
        Self { table, network, calm, lost: calm.lost(network), flows }
    }

    /// What a flow loses when nothing fails.
    fn usual(&self, moved: &Moved) -> Share {
        self.flows.get(&(moved.route, moved.from)).copied().unwrap_or(0)
    }

    fn loses_more(&self, moved: &Moved) -> bool {
        moved.lost > self.usual(moved).saturating_add(ROUNDING)
    }

    /// How much of the planned peak is lost beyond what is lost when nothing fails, and how many limits give way: to
    /// say which of two outages is worse.
    pub fn harm(&self, outage: &Outage) -> (Share, usize) {
        let lost = outage.lost_beyond(self.network, &self.lost).into_values();
        (lost.fold(0, Share::saturating_add), outage.overloads_beyond(self.calm).count())
    }

    /// One outage for people.
    pub fn text(&self, outage: &Outage, bill: &Bill) -> String {
        let mut out = String::new();
        line(&mut out, "", &self.title(outage));
        let moved = outage.moved(self.network);
        if moved.is_empty() && outage.undecided.is_empty() {
            out.push_str("  no route notices\n");
        }
        self.not_decided(&mut out, outage);
        let lost: Vec<&Moved> = moved.iter().filter(|each| self.loses_more(each)).collect();
        let before: Vec<&Moved> = moved.iter().filter(|each| each.lost > 0 && !self.loses_more(each)).collect();
        let answered: Vec<&Moved> = moved.iter().filter(|each| each.lost == 0).collect();
        let groups = [("lost", lost), ("lost already when nothing fails", before), ("goes on", answered)];
        for (heading, list) in groups.iter().filter(|(_, list)| !list.is_empty()) {
            line(&mut out, "  ", &format!("{heading}:"));
            for each in list {
                line(&mut out, "    ", &self.goes(each));
            }
        }
        if !outage.overloads.is_empty() {
            out.push_str("  over their limits, in this order:\n");
            for overload in &outage.overloads {
                line(&mut out, "    ", &self.exceeded(overload, self.calm.overload_of(&overload.of)));
            }
        }
        let reached = outage.newly_reached(self.network, self.calm);
        if !reached.is_empty() {
            out.push_str("  answers now and not before:\n");
            for (route, target) in reached {
                let (route, target) = (&self.table.routes[route], &self.table.targets[target]);
                let said = format!("{} for {} ({})", target.name.value, route.name.value, target.doc.model.value);
                line(&mut out, "    ", &said);
            }
        }
        line(&mut out, "  ", &self.costs(bill));
        out
    }

    /// The routes of which nothing is said.
    fn undecided(&self, outage: &Outage) -> Vec<&str> {
        outage.undecided.iter().map(|route| self.table.routes[*route].name.value.as_str()).collect()
    }

    fn not_decided(&self, out: &mut String, outage: &Outage) {
        let names = self.undecided(outage);
        if !names.is_empty() {
            line(out, "  ", &format!("not decided, with too many ways to follow: {}", names.join(", ")));
        }
    }

    /// One outage in a list of many: only what is worse than when nothing fails.
    pub fn short(&self, outage: &Outage, bill: &Bill) -> String {
        let failing: Vec<String> = outage
            .failures
            .iter()
            .map(|failure| format!("{} {}", failure.element.typed(self.table), failure.symptom.as_str()))
            .collect();
        let mut out = String::new();
        line(&mut out, "", &if failing.is_empty() { "nothing fails".to_owned() } else { failing.join(" + ") });
        self.not_decided(&mut out, outage);
        let calm = outage.failures.is_empty();
        let lost = if calm { self.lost.clone() } else { outage.lost_beyond(self.network, &self.lost) };
        let lost = lost.into_iter().map(|(route, share)| {
            let before = self.lost.get(&route).filter(|_| !calm);
            let before = before.map_or_else(String::new, |share| format!(" (before: {})", percentage(*share, 1)));
            format!("{} of {}{before}", percentage(share, 1), self.table.routes[route].name.value)
        });
        let over = outage.overloads.iter().filter(|overload| {
            let before = self.calm.overload_of(&overload.of).filter(|_| !calm);
            before.is_none_or(|before| {
                overload.load.requests > before.load.requests || overload.load.tokens > before.load.tokens
            })
        });
        let over = over.map(|overload| self.exceeded(overload, self.calm.overload_of(&overload.of).filter(|_| !calm)));
        let reached: BTreeSet<&str> = outage
            .newly_reached(self.network, self.calm)
            .into_iter()
            .map(|(_, target)| self.table.targets[target].name.value.as_str())
            .collect();
        let reached = reached.into_iter().map(str::to_owned);
        let said = [("lost", names(lost)), ("over limit", names(over)), ("newly answers", names(reached))];
        for (word, said) in said.iter().filter(|(_, said)| !said.is_empty()) {
            line(&mut out, "    ", &format!("{word}: {said}"));
        }
        if bill.usual.is_some() && bill.usual != bill.during {
            line(&mut out, "    ", &self.costs(bill));
        }
        out
    }

    /// Whether an outage loses more, or exceeds more limits, than when nothing fails.
    pub fn is_harmful(&self, outage: &Outage) -> bool {
        self.harm(outage) != (0, 0)
    }

    fn title(&self, outage: &Outage) -> String {
        let typed = |failure: &Failure| {
            format!("{} fails with {}", failure.element.typed(self.table), failure.symptom.as_str())
        };
        let words: Vec<String> = outage.failures.iter().map(typed).collect();
        if words.is_empty() { "nothing fails".to_owned() } else { words.join(" and ") }
    }

    fn goes(&self, moved: &Moved) -> String {
        let route = &self.table.routes[moved.route].name.value;
        let part = match moved.share {
            WHOLE => String::new(),
            share => {
                let from = &self.table.targets[moved.from].name.value;
                format!(" ({} of it, from {from})", percentage_of_pool(share, 1))
            }
        };
        let shares: Vec<Share> = moved.answers.iter().map(|answer| answer.share).collect();
        let (answered, lost) = percentages(&shares, moved.lost, 1);
        let mut to: Vec<String> = moved
            .answers
            .iter()
            .zip(answered)
            .map(|(answer, share)| {
                let with =
                    answer.key.map_or_else(String::new, |key| format!(" with {}", self.table.keys[key].name.value));
                format!("{share} by {}{with}", self.table.targets[answer.target].name.value)
            })
            .collect();
        if moved.lost > 0 {
            let before = match self.usual(moved) {
                usual if usual > 0 && self.loses_more(moved) => format!(" (before: {})", percentage(usual, 1)),
                _ => String::new(),
            };
            to.push(format!("{lost} by nobody{before}"));
        }
        format!("{route}{part}: {}", to.join(", "))
    }

    /// A limit, with what it is asked for, what it lets through, and what it was asked for when nothing failed.
    fn exceeded(&self, overload: &Overload, before: Option<&Overload>) -> String {
        let over = |load: u64, limit: Option<u64>| limit.filter(|limit| load > *limit);
        let (load, written) = (overload.load, overload.written);
        let before = before.map(|before| before.load);
        let said = |unit: &str, load: u64, limit: u64, written: Option<u64>, before: Option<u64>| {
            let headroom = self.network.headroom;
            let less = written.filter(|_| headroom != Percent(0));
            let less = less.map_or_else(String::new, |written| format!(" ({written} less {headroom})"));
            let before = before.map_or_else(String::new, |before| format!(" (before: {})", before.div_ceil(1000)));
            format!("{} {unit} a minute{before}, limit {}{less}", load.div_ceil(1000), limit / 1000)
        };
        let requests = over(load.requests, overload.requests);
        let said = match (requests, over(load.tokens, overload.tokens)) {
            (Some(limit), _) => {
                said("requests", load.requests, limit, written.requests, before.map(|rate| rate.requests))
            }
            (None, Some(limit)) => said("tokens", load.tokens, limit, written.tokens, before.map(|rate| rate.tokens)),
            (None, None) => "at its limit".to_owned(),
        };
        format!("{}: {said}", self.network.name_of(&overload.of).replace('`', ""))
    }

    /// What keeps the costs of an hour from being known, on lines of its own.
    pub fn unknown_costs(&self, bill: &Bill) -> String {
        let mut out = String::new();
        if bill.usual.is_none() {
            line(&mut out, "", &self.costs(bill));
        }
        out
    }

    /// What an hour costs, or what keeps that from being known.
    fn costs(&self, bill: &Bill) -> String {
        if let (Some(usual), Some(during)) = (&bill.usual, &bill.during) {
            return format!("an hour costs {during} instead of {usual}");
        }
        let (mut routes, mut prices) = (BTreeSet::new(), BTreeSet::new());
        for missing in &bill.missing {
            match missing {
                Missing::Forecast(route) => routes.insert(self.table.routes[*route].name.value.to_string()),
                Missing::Price(_, target) => {
                    let target = &self.table.targets[*target];
                    prices.insert(format!("{} at {}", target.doc.model.value, target.name.value))
                }
            };
        }
        let lacking: Vec<String> = [("no forecast for ", routes), ("no price of ", prices)]
            .into_iter()
            .filter(|(_, list)| !list.is_empty())
            .map(|(words, list)| format!("{words}{}", names(list.into_iter())))
            .collect();
        let usual = bill.usual.as_ref().map_or_else(String::new, |usual| format!(" instead of {usual}"));
        format!("what an hour costs{usual} is unknown: {}", lacking.join("; "))
    }
}

/// Adds a text in lines that fit a terminal.
fn line(out: &mut String, indent: &str, text: &str) {
    wrap(out, text, indent, WIDTH);
}

/// The first names of a list, and how many more there are.
fn names(list: impl Iterator<Item = String>) -> String {
    let all: Vec<String> = list.collect();
    if all.len() <= NAMES {
        return all.join(", ");
    }
    let shown: Vec<&str> = all.iter().take(NAMES - 1).map(String::as_str).collect();
    format!("{} and {} more", shown.join(", "), all.len() - shown.len())
}
