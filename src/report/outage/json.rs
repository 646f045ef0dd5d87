//! An outage for scripts.

use serde_json::{Value, json};

use crate::contingency::{Moved, Outage, Overload, percentage, percentage_of_pool, percentages};
use crate::policy::Missing;

use super::{Bill, Comparison};

impl Comparison<'_> {
    /// One outage for scripts.
    pub fn json(&self, outage: &Outage, bill: &Bill) -> Value {
        let table = self.table;
        let moved = outage.moved(self.network);
        let routes: Vec<Value> = moved.iter().map(|moved| self.flow(moved)).collect();
        let over: Vec<Value> = outage.overloads.iter().map(|overload| self.over_limit(overload)).collect();
        let reached: Vec<Value> = outage
            .newly_reached(self.network, self.calm)
            .into_iter()
            .map(|(route, target)| {
                json!({
                    "route": table.routes[route].name.value.as_str(),
                    "target": table.targets[target].name.value.as_str(),
                    "model": table.targets[target].doc.model.value.as_str(),
                })
            })
            .collect();
        let failures: Vec<Value> = outage
            .failures
            .iter()
            .map(|failure| json!({"fails": failure.element.typed(table), "with": failure.symptom.as_str()}))
            .collect();
        let beyond = outage.lost_beyond(self.network, &self.lost);
        let lost: Vec<&str> = beyond.keys().map(|route| table.routes[*route].name.value.as_str()).collect();
        let already = outage.lost(self.network).into_keys().filter(|route| !beyond.contains_key(route));
        let already: Vec<&str> = already.map(|route| table.routes[route].name.value.as_str()).collect();
        let missing: Vec<Value> = bill.missing.iter().map(|missing| self.missing(missing)).collect();
        json!({
            "failures": failures,
            "lost": lost,
            "alreadyLost": already,
            "undecided": self.undecided(outage),
            "routes": routes,
            "overLimit": over,
            "newlyReached": reached,
            "hourUsual": bill.usual,
            "hourDuring": bill.during,
            "missing": missing,
        })
    }

    fn flow(&self, moved: &Moved) -> Value {
        let table = self.table;
        let shares: Vec<u64> = moved.answers.iter().map(|answer| answer.share).collect();
        let (answered, lost) = percentages(&shares, moved.lost, 1);
        let answers: Vec<Value> = moved
            .answers
            .iter()
            .zip(answered)
            .map(|(answer, share)| {
                json!({
                    "target": table.targets[answer.target].name.value.as_str(),
                    "key": answer.key.map(|key| table.keys[key].name.value.as_str()),
                    "share": share,
                })
            })
            .collect();
        json!({
            "route": table.routes[moved.route].name.value.as_str(),
            "from": table.targets[moved.from].name.value.as_str(),
            "share": percentage_of_pool(moved.share, 1),
            "answers": answers,
            "lost": lost,
            "lostBefore": percentage(self.usual(moved), 1),
        })
    }

    fn over_limit(&self, overload: &Overload) -> Value {
        let before = self.calm.overload_of(&overload.of).map(|before| before.load);
        json!({
            "limit": self.network.name_of(&overload.of).replace('`', ""),
            "requestsPerMinute": overload.load.requests.div_ceil(1000),
            "requestsLimit": overload.requests.map(|limit| limit / 1000),
            "tokensPerMinute": overload.load.tokens.div_ceil(1000),
            "tokensLimit": overload.tokens.map(|limit| limit / 1000),
            "round": overload.round,
            "already": before.is_some(),
            "requestsBefore": before.map(|rate| rate.requests.div_ceil(1000)),
            "tokensBefore": before.map(|rate| rate.tokens.div_ceil(1000)),
        })
    }

    fn missing(&self, missing: &Missing) -> Value {
        match missing {
            Missing::Forecast(route) => {
                json!({"lacks": "forecast", "route": self.table.routes[*route].name.value.as_str()})
            }
            Missing::Price(route, target) => json!({
                "lacks": "price",
                "route": self.table.routes[*route].name.value.as_str(),
                "target": self.table.targets[*target].name.value.as_str(),
                "model": self.table.targets[*target].doc.model.value.as_str(),
            }),
        }
    }
}
