//! Budgets: which routes and accounts a clause counts, and what their traffic costs.

use std::collections::BTreeMap;

use crate::contingency::{Moved, Network, Outage, Share, WHOLE};
use crate::diagnostic::{Diagnostic, Sink};
use crate::graph::shares;
use crate::model::{
    AccountNode, Budget, Counting, KeyId, Period, Policy, RouteId, RouteNode, Table, TargetId, TargetNode, Traffic,
};
use crate::source::{Span, Spanned};

use super::money::{Pico, per_request};
use super::pattern::{self, Pattern};

/// A budget, ready to be counted.
#[derive(Clone, Debug)]
pub struct BudgetClause {
    /// The name of the clause.
    pub id: String,
    /// Where it says how much.
    pub span: Span,
    /// The most money.
    pub limit: Pico,
    /// What is counted.
    pub counting: Counting,
    /// Over how long.
    pub per: Period,
    /// How long the worst failure lasts, in milliseconds.
    pub outage: u64,
    account: Option<Pattern>,
    cost_center: Option<Pattern>,
    team: Option<Pattern>,
    route: Option<Pattern>,
}

/// An amount, and what kept it from being complete.
#[derive(Clone, Debug, Default)]
pub struct Amount {
    /// The sum of what is known.
    pub sum: Pico,
    /// What of it goes where, the largest first.
    pub terms: Vec<Term>,
}

/// One term of a sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    /// The route that spends it.
    pub route: RouteId,
    /// The target it is spent at.
    pub target: TargetId,
    /// How much.
    pub amount: Pico,
}

/// Something without which a budget promises nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Missing {
    /// A route does not say how much traffic it has, or of how many tokens.
    Forecast(RouteId),
    /// The catalogue does not know the price of a target's model.
    Price(RouteId, TargetId),
}

/// What a budget counts of a table while nothing fails, and what is missing.
#[derive(Clone, Debug, Default)]
pub struct Spending {
    /// What is spent.
    pub amount: Amount,
    /// What is missing.
    pub missing: Vec<Missing>,
}

const DAY: u64 = 86_400_000;

impl BudgetClause {
    /// A budget of nothing that counts everything, for a month that is all outage: to ask what traffic costs.
    pub fn everything(table: &Table) -> Self {
        Self {
            id: String::new(),
            span: table.head,
            limit: Pico::default(),
            counting: Counting::Contingency,
            per: Period::Month,
            outage: 30 * DAY,
            account: None,
            cost_center: None,
            team: None,
            route: None,
        }
    }

    /// The budgets of all policies; those that contradict themselves are reported and left out.
    pub(super) fn all<'p>(policies: impl IntoIterator<Item = &'p Policy>, sink: &mut Sink) -> Vec<Self> {
        let budgets = policies.into_iter().flat_map(|policy| &policy.budgets);
        budgets.filter_map(|budget| Self::new(budget, sink)).collect()
    }

    fn new(budget: &Spanned<Budget>, sink: &mut Sink) -> Option<Self> {
        let (doc, span) = (&budget.value, budget.value.limit.span());
        let mut refuse = |message: &str, help: &str| {
            sink.report(
                Diagnostic::new("bad-value", budget.value.id.place, "this budget counts nothing", message).help(help),
            );
        };
        let per = match (doc.counting, doc.per) {
            (Counting::WorstRequest, None | Some(Period::Request)) => Period::Request,
            (Counting::WorstRequest, Some(Period::Day | Period::Month)) => {
                refuse("the worst request has no day and no month", "leave out `per`, or write `per: request`");
                return None;
            }
            (Counting::Expected | Counting::Contingency, Some(per @ (Period::Day | Period::Month))) => per,
            (Counting::Expected | Counting::Contingency, None | Some(Period::Request)) => {
                refuse("traffic is counted over a day or a month", "add `per: day` or `per: month`");
                return None;
            }
        };
        if doc.counting == Counting::Contingency && doc.outage.is_none() {
            refuse("nobody knows how long the worst failure lasts", "add `outage`, such as `outage: 48h`");
            return None;
        }
        let mut glob = |glob: &Option<Spanned<String>>| glob.as_ref().and_then(|glob| pattern::name(glob, sink));
        Some(Self {
            id: doc.id.value.to_string(),
            span,
            limit: doc.limit.value.into(),
            counting: doc.counting,
            per,
            outage: doc.outage.map_or(0, |outage| outage.0),
            account: glob(&doc.account),
            cost_center: glob(&doc.cost_center),
            team: glob(&doc.team),
            route: glob(&doc.route),
        })
    }

    /// Whether the requests of a route are counted, as far as the route decides.
    pub fn counts_route(&self, route: &RouteNode) -> bool {
        let teams = route.doc.audience.as_ref().map(|audience| &audience.value.teams);
        let has_team = |team: &Pattern| teams.into_iter().flatten().any(|name| team.matches(name.value.as_str()));
        self.route.as_ref().is_none_or(|glob| glob.matches(route.name.value.as_str()))
            && self.team.as_ref().is_none_or(has_team)
    }

    /// Whether what is spent with a key is counted; without a key, whether the first key of the target would be.
    pub fn counts_call(&self, table: &Table, target: TargetId, key: Option<KeyId>) -> bool {
        if self.account.is_none() && self.cost_center.is_none() {
            return true;
        }
        let key = key.or_else(|| table.targets[target].keys.first().copied());
        let account = key.and_then(|key| table.keys[key].account).map(|account| &table.accounts[account]);
        account.is_some_and(|account| self.counts_account(account))
    }

    /// Whether what is spent with any key of a target is counted.
    pub fn counts_any(&self, table: &Table, target: TargetId) -> bool {
        let keys = &table.targets[target].keys;
        self.counts_call(table, target, None) || keys.iter().any(|key| self.counts_call(table, target, Some(*key)))
    }

    fn counts_account(&self, account: &AccountNode) -> bool {
        self.account.as_ref().is_none_or(|glob| glob.matches(account.name.value.as_str()))
            && self
                .cost_center
                .as_ref()
                .is_none_or(|glob| account.doc.cost_center.as_ref().is_some_and(|center| glob.matches(center)))
    }

    /// Whether it counts anything of a table.
    pub fn matches(&self, table: &Table) -> bool {
        let narrows = self.account.is_some() || self.cost_center.is_some();
        table.routes.values().any(|route| self.counts_route(route))
            && (!narrows || table.accounts.values().any(|account| self.counts_account(account)))
    }

    /// What the planned traffic costs where nothing fails.
    pub fn expected(&self, table: &Table) -> Spending {
        let mut spending = Spending::default();
        for (id, route) in table.routes.iter().filter(|(_, route)| self.counts_route(route)) {
            for (member, weight, total) in shares(route) {
                if !self.counts_call(table, member.target, None) {
                    continue;
                }
                match self.of_traffic(route, &table.targets[member.target]) {
                    Ok(whole) => {
                        let amount = whole.part(weight, total);
                        spending.amount.add(Term { route: id, target: member.target, amount });
                    }
                    Err(Lacking::Forecast) => spending.missing.push(Missing::Forecast(id)),
                    Err(Lacking::Price) => spending.missing.push(Missing::Price(id, member.target)),
                }
            }
        }
        spending.missing.sort();
        spending.missing.dedup();
        spending.amount.sort();
        spending
    }

    /// What the traffic costs while a failure lasts `outage`, given what it costs when nothing fails.
    pub fn during(&self, network: &Network<'_>, table: &Table, outage: &Outage, calm: &Amount) -> Amount {
        let period = match self.per {
            Period::Day => DAY,
            Period::Month | Period::Request => 30 * DAY,
        };
        let lasting = self.outage.min(period);
        let mut terms: BTreeMap<(RouteId, TargetId), Pico> =
            calm.terms.iter().map(|term| ((term.route, term.target), term.amount)).collect();
        let all: Vec<Moved> = outage.moved(network);
        for moved in &all {
            if let Some(usual) = terms.get_mut(&(moved.route, moved.from)) {
                *usual = usual.minus(usual.part(lasting, period));
            }
        }
        for moved in all {
            let route = &table.routes[moved.route];
            if !self.counts_route(route) {
                continue;
            }
            for answer in moved.answers {
                if !self.counts_call(table, answer.target, answer.key) {
                    continue;
                }
                let Ok(whole) = self.of_traffic(route, &table.targets[answer.target]) else { continue };
                let amount = of_share(of_share(whole, moved.share), answer.share).part(lasting, period);
                let sum = terms.entry((moved.route, answer.target)).or_default();
                *sum = sum.plus(amount);
            }
        }
        let mut amount = Amount::default();
        for ((route, target), part) in terms {
            amount.add(Term { route, target, amount: part });
        }
        amount.sort();
        amount
    }

    /// What a period of a route's traffic costs at a target.
    fn of_traffic(&self, route: &RouteNode, target: &TargetNode) -> Result<Pico, Lacking> {
        let traffic: &Traffic = &route.doc.traffic.as_ref().ok_or(Lacking::Forecast)?.value;
        let requests = traffic.requests_per_month.ok_or(Lacking::Forecast)?.get();
        if traffic.input_tokens.is_none() || traffic.output_tokens.is_none() {
            return Err(Lacking::Forecast);
        }
        let month = per_request(target, traffic).ok_or(Lacking::Price)?.times(requests);
        Ok(match self.per {
            Period::Day => month.part(1, 30),
            Period::Month | Period::Request => month,
        })
    }
}

enum Lacking {
    Forecast,
    Price,
}

fn of_share(amount: Pico, share: Share) -> Pico {
    amount.part(share, WHOLE)
}

impl Amount {
    fn add(&mut self, term: Term) {
        self.sum = self.sum.plus(term.amount);
        if term.amount > Pico::default() {
            self.terms.push(term);
        }
    }

    fn sort(&mut self) {
        self.terms.sort_by(|a, b| b.amount.cmp(&a.amount).then_with(|| (a.route, a.target).cmp(&(b.route, b.target))));
    }
}
