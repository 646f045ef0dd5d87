//! What a property is judged by of a request, whichever way it went.

use crate::graph::Call;
use crate::model::TargetId;
use crate::policy::Pico;

/// What came of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Came {
    /// A target answered.
    Answered(TargetId),
    /// The caller got this.
    Failed(String),
    /// It was not followed to its end.
    Endless,
}

/// The calls of a request, and what came of it.
#[derive(Clone, Debug)]
pub(super) struct Gist {
    pub(super) calls: Vec<Call>,
    pub(super) came: Came,
    /// Milliseconds at most; `None` where a call has no timeout.
    pub(super) most: Option<u64>,
    /// What it cost at most; `None` where nobody knows.
    pub(super) money: Option<Pico>,
}
