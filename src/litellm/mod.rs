//! What LiteLLM does at run time with the routing of a `config.yaml`: who is called, in which order, after which failure.
//!
//! The way a request goes is a fact about a release of LiteLLM, not about YAML: the front end says what stands in the
//! file ([`Routing`]), [`Release`] says which LiteLLM reads it, and [`Router`] follows requests. Facts are those of
//! `litellm/router.py`, `router_python_core.py` and `router_utils/` in releases 1.92.0, 1.101.6 and 1.109.1; a script
//! in `tests/litellm/` compares every walk with those releases themselves.

mod ahead;
mod alike;
mod candidates;
mod chains;
mod cooldown;
mod count;
mod directory;
mod failure;
mod ledger;
mod providers;
mod release;
mod request;
mod retries;
mod routing;
mod sets;
mod space;
mod state;
mod tags;
mod tries;
pub mod waits;
mod walk;

pub use chains::{Found, Index, List};
pub use cooldown::{allowed_fails_know, allows_none};
pub use count::{calls_by_era, while_all_fail};
pub use directory::{Directory, Resolved, by_pattern, rank};
pub use failure::{Failure, Fault};
pub use release::{Era, Release};
pub use request::{By, Call, Ending, Event, Hop, Request, Skip};
pub use retries::{CLASSES, retries_know};
pub use routing::{
    AllowedFails, Assumption, Chain, Deployment, GroupTags, Order, RetryPolicy, Routing, Selection, Set, Settings,
    Strategy, TagsNeeded, Target, Weights,
};
pub use space::{Decision, FatesOf, LONGEST_REQUEST, Space, Spaces, Spot, To, Way};
pub use walk::{Pending, Router, Walk};
