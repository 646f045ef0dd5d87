//! What happens when something fails, as power grids ask it (N-1): which routes are lost, where their load goes, what
//! that overloads, and which targets answer that did not before.
//!
//! A failing [`Element`] shows a symptom; [`Network::fail`] moves the load along the ladders until nothing moves.

mod element;
mod flow;
mod lists;
mod network;
mod outage;
mod percent;
mod visits;

pub use element::{Element, Failure, shown, single_failures};
pub use flow::{Limited, Rate, Share, WHOLE, Written};
pub use lists::{Lists, failure_of, target_of};
pub use network::Network;
pub use outage::{Answer, Event, Moved, Outage, Overload, ROUNDING};
pub use percent::{percentage, percentage_of_pool, percentages};
