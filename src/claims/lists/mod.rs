//! Requests to a LiteLLM file: every one of them, followed by LiteLLM's own algorithm.

mod bounds;
mod every;
mod prove;
mod shortest;
mod told;

pub use bounds::{Case as ListsCase, bounds_of_lists};
pub(super) use every::every;
pub use prove::{ListsAsked, ListsRefutation, prove_lists};
pub use told::Listed;
