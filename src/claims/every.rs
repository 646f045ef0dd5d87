//! Every request of a route under one weather: from each target of its pool, and with each choice at every route visited.

use crate::graph::Call;
use crate::model::{RouteId, Table};

use super::journey::{Journey, follow_with};
use super::weather::Weather;

/// The choices after which the others are no longer tried.
const MOST: usize = 4_096;

/// Follows every request of a route; `false` where there are too many to follow all.
pub(super) fn every(table: &Table, route: RouteId, weather: &Weather, mut see: impl FnMut(Journey)) -> bool {
    for member in &table.routes[route].pool {
        let mut fixed: Vec<usize> = Vec::new();
        for run in 0.. {
            if run == MOST {
                return false;
            }
            let mut made: Vec<(usize, usize)> = Vec::new();
            let fate = |number: usize, call: &Call, _: &crate::graph::Walk<'_>| weather.fate(table, number, call);
            let choose = |to: RouteId| {
                let pool = &table.routes[to].pool;
                let choice = fixed.get(made.len()).copied().unwrap_or(0);
                made.push((choice, pool.len()));
                pool.get(choice).map(|member| member.target)
            };
            see(follow_with(table, route, member.target, fate, choose));
            // The next combination: the last choice that has another alternative takes it.
            while made.last().is_some_and(|(choice, of)| choice + 1 >= *of) {
                made.pop();
            }
            let Some((choice, _)) = made.last_mut() else { break };
            *choice += 1;
            fixed = made.iter().map(|(choice, _)| *choice).collect();
        }
    }
    true
}
