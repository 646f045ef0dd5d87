//! Budgets: which routes and accounts a clause counts, and what their traffic costs.

use std::collections::BTreeMap;

use crate::contingency::{Moved, Network, Outage, WHOLE};
use crate::diagnostic::{Diagnostic, Sink};
use crate::graph::shares;
use crate::model::{
    AccountNode, Budget, Counting, KeyId, Period, Policy, RouteId, RouteNode, Table, TargetId, Traffic,
};
use crate::source::{Span, Spanned};

use super::exact::Exact;
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

/// A sum of money.
#[derive(Clone, Debug, Default)]
pub struct Amount {
    /// The sum of what is known.
    pub sum: Exact,
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
    pub amount: Exact,
}

/// Something without which a budget promises nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Missing {
    /// A route does not say how much traffic it has, or of how many tokens.
    Forecast(RouteId),
    /// The catalogue does not know the price of a target's model.
    Price(RouteId, TargetId),
}

/// What a budget counts of a table, and what is missing.
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
        let mut sums = Sums::new();
        let mut missing = Vec::new();
        let continuations = table.continuations();
        let asked = table.routes.iter().filter(|(id, _)| !continuations.contains(id));
        for (id, route) in asked.filter(|(_, route)| self.counts_route(route)) {
            for (member, weight, total) in shares(route) {
                if !self.counts_call(table, member.target, None) {
                    continue;
                }
                match self.of_traffic(table, id, member.target) {
                    Ok(whole) => add(&mut sums, (id, member.target), whole.part(weight, total)),
                    Err(lacking) => missing.push(lacking),
                }
            }
        }
        Spending::new(sums, missing)
    }

    /// What the traffic costs while a failure lasts `outage`, given what it costs when nothing fails.
    pub fn during(&self, network: &Network<'_>, table: &Table, outage: &Outage, calm: &Amount) -> Spending {
        let mut sums: Sums = calm.terms.iter().map(|term| ((term.route, term.target), term.amount)).collect();
        let change = self.change(network, table, outage);
        for term in change.less {
            if let Some(usual) = sums.get_mut(&(term.route, term.target)) {
                *usual = usual.minus(term.amount);
            }
        }
        for term in change.more {
            add(&mut sums, (term.route, term.target), term.amount);
        }
        Spending::new(sums, change.missing)
    }

    /// The sum of [`Self::during`] without its terms, and what is missing: quick, because only what moves is counted.
    pub fn sum_during(
        &self,
        network: &Network<'_>,
        table: &Table,
        outage: &Outage,
        calm: &Amount,
    ) -> (Exact, Vec<Missing>) {
        let change = self.change(network, table, outage);
        let more = change.more.iter().fold(calm.sum, |sum, term| sum.plus(term.amount));
        (change.less.iter().fold(more, |sum, term| sum.minus(term.amount)), change.missing)
    }

    /// What is spent less and more than usual while a failure lasts.
    fn change(&self, network: &Network<'_>, table: &Table, outage: &Outage) -> Change {
        let period = match self.per {
            Period::Day => DAY,
            Period::Month | Period::Request => 30 * DAY,
        };
        let lasting = self.outage.min(period);
        let mut change = Change::default();
        let all: Vec<Moved> = outage.moved(network);
        for moved in all.into_iter().filter(|moved| self.counts_route(&table.routes[moved.route])) {
            let (weight, total) = moved.weight;
            let part = |amount: Exact| amount.part(weight, total).part(lasting, period);
            if self.counts_call(table, moved.from, None)
                && let Ok(usual) = self.of_traffic(table, moved.route, moved.from)
            {
                change.less.push(Term { route: moved.route, target: moved.from, amount: part(usual) });
            }
            for answer in moved.answers.iter().filter(|answer| self.counts_call(table, answer.target, answer.key)) {
                match self.of_traffic(table, moved.route, answer.target) {
                    Ok(whole) => {
                        let amount = part(whole).part(answer.share, WHOLE);
                        change.more.push(Term { route: moved.route, target: answer.target, amount });
                    }
                    Err(lacking) => change.missing.push(lacking),
                }
            }
        }
        change
    }

    /// What a period of a route's traffic costs at a target.
    fn of_traffic(&self, table: &Table, route: RouteId, target: TargetId) -> Result<Exact, Missing> {
        let forecast = || Missing::Forecast(route);
        let traffic: &Traffic = &table.routes[route].doc.traffic.as_ref().ok_or_else(forecast)?.value;
        let requests = traffic.requests_per_month.ok_or_else(forecast)?.get();
        if traffic.input_tokens.is_none() || traffic.output_tokens.is_none() {
            return Err(forecast());
        }
        let request = per_request(&table.targets[target], traffic).ok_or(Missing::Price(route, target))?;
        let month = Exact::from(request.times(requests));
        Ok(match self.per {
            Period::Day => month.part(1, 30),
            Period::Month | Period::Request => month,
        })
    }
}

/// What an outage changes of what is spent.
#[derive(Default)]
struct Change {
    less: Vec<Term>,
    more: Vec<Term>,
    missing: Vec<Missing>,
}

/// What each route spends at each target.
type Sums = BTreeMap<(RouteId, TargetId), Exact>;

fn add(sums: &mut Sums, at: (RouteId, TargetId), amount: Exact) {
    let sum = sums.entry(at).or_default();
    *sum = sum.plus(amount);
}

impl Spending {
    fn new(sums: Sums, mut missing: Vec<Missing>) -> Self {
        missing.sort();
        missing.dedup();
        let spent = sums.into_iter().filter(|(_, amount)| *amount > Exact::NOTHING);
        let mut terms: Vec<Term> = spent.map(|((route, target), amount)| Term { route, target, amount }).collect();
        let sum = terms.iter().fold(Exact::NOTHING, |sum, term| sum.plus(term.amount));
        terms.sort_by(|a, b| b.amount.cmp(&a.amount).then_with(|| (a.route, a.target).cmp(&(b.route, b.target))));
        Self { amount: Amount { sum, terms }, missing }
    }
}
