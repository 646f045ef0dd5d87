//! Questions about one table that are answered with a request: what happens to it, whether a property always holds, and
//! whether what people expect is so.

mod anything;
mod attempts;
mod cases;
mod checks;
mod coverage;
mod every;
mod gist;
mod goal;
mod journey;
mod lists;
mod property;
mod rest;
mod search;
mod walks;
mod weather;

pub use attempts::{Fates, fate, follow_litellm};
pub use cases::{CaseResult, Outcome as CaseOutcome, asks, run_cases};
pub use checks::{CheckResult, run_checks};
pub use coverage::Coverage;
pub use journey::{Ending, Entry, Journey, Stop, When, follow, step_of};
pub use lists::{Listed, ListsAsked, ListsCase, ListsRefutation, bounds_of_lists, prove_lists};
pub use property::{Answer, Asked, Extent, Property, Refutation, prove};
pub use walks::{Told, Walks};
pub use weather::{ANSWER, Weather};
