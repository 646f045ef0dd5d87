//! `routec whatif`.

use std::fmt::Write;

use serde_json::{Value, json};

use routec::contingency::{Failure, Network, Outage};
use routec::model::{Percent, Table};
use routec::policy::{BudgetClause, Exact, Spending};
use routec::report::{self, Bill, Comparison};

use crate::args::{Answer, Whatif};
use crate::ask::{Subject, every_failure, failure_sets};
use crate::world::World;
use crate::{Exit, Stop};

/// What happens when something fails.
pub(crate) fn run(args: &Whatif, world: &World) -> Result<Exit, Stop> {
    let subject = Subject::read(&args.question, world)?;
    let lists = subject.lists();
    let table = match &lists {
        Some(lists) => lists.table,
        None => subject.table()?.0,
    };
    let headroom = headroom(args)?;
    let network =
        lists.as_ref().map_or_else(|| Network::new(table, headroom), |lists| Network::of_lists(lists, headroom));
    let calm = network.calm();
    let asked = Asked {
        table,
        network: &network,
        comparison: Comparison::new(table, &network, &calm),
        prices: BudgetClause::everything(table),
        usual: BudgetClause::everything(table).expected(table),
    };
    let said = if args.all {
        asked.all(&calm, &failure_sets(table, args.pairs), args.question.format)
    } else {
        asked.some(&sets(table, args)?, args.question.format)
    };
    world.print(&report::terminal(&said));
    if lists.is_some() {
        world.say(
            "note: a LiteLLM file states no traffic, so `rpm` and `tpm` are taken for weights and never for limits\n",
        );
    }
    subject.warn_of_gaps(world);
    subject.warn(world);
    Ok(Exit::Clean)
}

/// How much of every limit stays free, as typed.
fn headroom(args: &Whatif) -> Result<Percent, Stop> {
    let Some(text) = &args.headroom else { return Ok(Percent(0)) };
    text.parse().map_err(|_| Stop::usage(format!("--headroom: `{text}` is not a percentage such as 10%")))
}

/// What fails, as typed: of several without a symptom, every combination of those that their kinds cause.
fn sets(table: &Table, args: &Whatif) -> Result<Vec<Vec<Failure>>, Stop> {
    if args.fail.fail.is_empty() && args.fail.with.is_none() {
        return Err(Stop::usage("say what fails, such as --fail provider:anthropic, or --all"));
    }
    every_failure(table, &args.fail)
}

/// What is asked of a table.
struct Asked<'a> {
    table: &'a Table,
    network: &'a Network<'a>,
    comparison: Comparison<'a>,
    prices: BudgetClause,
    usual: Spending,
}

impl Asked<'_> {
    /// What an hour of planned traffic costs, usually and during an outage.
    fn bill(&self, outage: &Outage) -> Bill {
        let (during, lacking) = self.prices.sum_during(self.network, self.table, outage, &self.usual.amount);
        let hour = |month: Exact| month.part(1, 720).to_string();
        let usual = self.usual.missing.is_empty().then(|| hour(self.usual.amount.sum));
        let known = usual.is_some() && lacking.is_empty();
        let mut missing: Vec<_> = self.usual.missing.iter().copied().chain(lacking).collect();
        missing.sort();
        missing.dedup();
        Bill { usual, during: known.then(|| hour(during)), missing }
    }

    /// Some outages in full: of several, scripts get the worst one and then the others.
    fn some(&self, sets: &[Vec<Failure>], format: Answer) -> String {
        let mut outages: Vec<Outage> = sets.iter().map(|set| self.network.fail(set)).collect();
        match format {
            Answer::Text => {
                let texts = outages.iter().map(|outage| self.comparison.text(outage, &self.bill(outage)));
                texts.collect::<Vec<_>>().join("\n")
            }
            Answer::Json => {
                outages.sort_by_key(|outage| std::cmp::Reverse(self.comparison.harm(outage)));
                let mut answers = outages.iter().map(|outage| self.comparison.json(outage, &self.bill(outage)));
                let mut worst = answers.next().unwrap_or(Value::Null);
                let others: Vec<Value> = answers.collect();
                if let Some(object) = worst.as_object_mut().filter(|_| !others.is_empty()) {
                    object.insert("otherSymptoms".to_owned(), Value::Array(others));
                }
                format!("{worst:#}\n")
            }
        }
    }

    /// A few lines for each of many outages, after what is wrong when nothing fails.
    fn all(&self, calm: &Outage, sets: &[Vec<Failure>], format: Answer) -> String {
        if matches!(format, Answer::Json) {
            let answers: Vec<Value> = sets
                .iter()
                .map(|set| self.network.fail(set))
                .map(|outage| self.comparison.json(&outage, &self.bill(&outage)))
                .collect();
            return format!("{:#}\n", json!({"outages": answers}));
        }
        let mut text = String::new();
        let troubled = calm.loses_any() || !calm.overloads.is_empty();
        if troubled {
            text.push_str(&self.comparison.short(calm, &self.bill(calm)));
        }
        let mut quiet = 0;
        for set in sets {
            let outage = self.network.fail(set);
            quiet += usize::from(!self.comparison.is_harmful(&outage));
            text.push_str(&self.comparison.short(&outage, &self.bill(&outage)));
        }
        text.push_str(&self.comparison.unknown_costs(&self.bill(calm)));
        let said = if troubled {
            "add nothing to what is lost or exceeded already"
        } else {
            "without a route lost or a limit exceeded"
        };
        let _ = writeln!(text, "{} failures, {quiet} of them {said}", sets.len());
        text
    }
}
