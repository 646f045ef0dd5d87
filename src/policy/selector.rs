//! Which routes a clause is about.

use crate::diagnostic::Sink;
use crate::model::{RouteNode, RouteSelector, SloTier};

use super::pattern::{self, Pattern};

/// A selection of routes; what it does not mention selects all.
#[derive(Clone, Debug, Default)]
pub struct Selector {
    tier: Option<SloTier>,
    names: Option<Vec<Pattern>>,
    data: Option<String>,
}

impl Selector {
    /// A selection as a document has it.
    pub fn new(doc: &RouteSelector, sink: &mut Sink) -> Self {
        Self {
            tier: doc.tier,
            names: doc.names.as_ref().map(|names| {
                let globs = pattern::names(names.iter(), sink);
                globs.into_iter().map(|glob| glob.pattern).collect()
            }),
            data: doc.data.as_ref().map(|data| data.value.to_string()),
        }
    }

    /// The routes whose names fit any of these globs.
    pub fn of_names(names: Vec<Pattern>) -> Self {
        Self { names: Some(names), ..Self::default() }
    }

    /// Whether a route is selected.
    pub fn selects(&self, route: &RouteNode) -> bool {
        let tier = route.doc.slo.as_ref().and_then(|slo| slo.value.tier);
        self.tier.is_none_or(|wanted| tier == Some(wanted))
            && self.names.as_ref().is_none_or(|names| names.iter().any(|name| name.matches(route.name.value.as_str())))
            && self.data.as_ref().is_none_or(|data| route.doc.data.iter().any(|class| class.value.as_str() == data))
    }
}
