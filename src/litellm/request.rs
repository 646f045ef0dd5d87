//! What happens to a request, as it is told.

use super::chains::List;
use super::{Failure, Fault, Order, Resolved, Target};

/// Why a name is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum By {
    /// It is what the request names.
    Request,
    /// It is the next order of the group that failed.
    Order,
    /// It is the group that failed, without the deployments that did.
    Failover,
    /// A list names it.
    Listed {
        /// The list.
        list: List,
        /// The entry of the list, from 0.
        entry: usize,
        /// The target of the entry, from 0.
        target: usize,
        /// Whether the list is not that of the group that failed but that of the group the request asked for.
        resumed: bool,
    },
}

/// A name that is asked for.
#[derive(Clone, Debug)]
pub struct Hop {
    /// The name.
    pub name: String,
    /// Why.
    pub by: By,
    /// The order of deployments that is wanted, if not the lowest.
    pub order: Option<Order>,
    /// What the name stands for.
    pub resolved: Resolved,
    /// How many lists deep it stands; 0 for the request's own.
    pub depth: u32,
}

/// One call of a deployment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The deployment.
    pub deployment: usize,
    /// Which retry it is; 0 for the first call of a hop.
    pub retry: u32,
    /// Which repetition of the client that makes the call, behind LiteLLM's back; 0 for the call itself.
    pub by_client: u32,
    /// Milliseconds that LiteLLM waits at most before it.
    pub waited: u64,
    /// The deployments among which LiteLLM picks at random, this one included.
    pub among: Vec<usize>,
    /// How it fails; `None` if it answers.
    pub failure: Option<Failure>,
}

/// Why a target of a list is passed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Skip {
    /// It is the group that has just failed.
    Itself,
    /// The request has tried it before.
    Tried,
}

/// What happens to a request, in order.
#[derive(Clone, Debug)]
pub enum Event {
    /// A name is asked for.
    Asks(Hop),
    /// A deployment is called.
    Calls(Call),
    /// Nobody is called.
    Stays(Fault),
    /// A target is passed over.
    Skips(Target, Skip),
    /// Lists are nested as deep as `max_fallbacks` allows, so that the list of this group is not walked.
    TooDeep(String),
}

/// How a request ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// A deployment answers.
    Answered(usize),
    /// The caller gets this fault.
    Failed(Fault),
    /// It was not followed to its end: there are more calls than asked for.
    Longer,
}

/// A request from its beginning to its end.
#[derive(Clone, Debug)]
pub struct Request {
    /// What happened.
    pub events: Vec<Event>,
    /// How it ended.
    pub ending: Ending,
    /// Milliseconds that LiteLLM waits at most after the last call.
    pub waited: u64,
}

impl Request {
    /// The calls, in order.
    pub fn calls(&self) -> impl Iterator<Item = &Call> {
        self.events.iter().filter_map(|event| if let Event::Calls(call) = event { Some(call) } else { None })
    }
}
