//! What a table does with a request, whichever way it walks: along its ladders, or through LiteLLM's lists.

use crate::contingency::Lists;
use crate::graph::FailoverGraph;
use crate::model::Table;

use super::attempts::Fates;
use super::every::every;
use super::gist::Gist;
use super::journey::Journey;
use super::lists::{self, Listed};
use super::weather::Weather;

/// A table that requests are followed through.
#[derive(Debug)]
pub enum Walks<'a> {
    /// Along its ladders.
    Ladders(&'a Table, &'a FailoverGraph),
    /// Through its lists, as LiteLLM walks them.
    Lists(Box<Lists<'a>>),
}

/// A request that was followed, so that anybody can follow it again.
#[derive(Clone, Debug)]
pub enum Told {
    /// Along ladders, in a weather.
    Journey(Weather, Box<Journey>),
    /// Through LiteLLM's lists.
    Listed(Box<Listed>),
}

impl<'a> Walks<'a> {
    /// The table.
    pub fn table(&self) -> &'a Table {
        match self {
            Self::Ladders(table, _) => table,
            Self::Lists(lists) => lists.table,
        }
    }

    /// Follows every request for a name in a weather; `false` where there are too many to follow all.
    pub(super) fn every(&self, name: &str, weather: &Weather, mut see: impl FnMut(Told)) -> bool {
        match self {
            Self::Ladders(table, _) => {
                let mut routes = table.routes.iter().filter(|(_, route)| route.name.value.as_str() == name);
                let see = |journey| see(Told::Journey(weather.clone(), Box::new(journey)));
                routes.next().is_none_or(|(route, _)| every(table, route, weather, see))
            }
            Self::Lists(lists) => {
                lists::every(lists, name, &Fates::from(weather), |listed| see(Told::Listed(Box::new(listed))))
            }
        }
    }

    pub(super) fn gist(&self, told: &Told) -> Option<Gist> {
        match (self, told) {
            (_, Told::Journey(_, journey)) => Some(journey.gist(self.table())),
            (Self::Lists(lists), Told::Listed(listed)) => Some(listed.gist(lists)),
            (Self::Ladders(..), Told::Listed(_)) => None,
        }
    }
}
