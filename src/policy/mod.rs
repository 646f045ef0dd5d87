//! The policies in force as one law: what its clauses mean for a route and a target. The rules report; this decides.

mod allow;
mod budget;
mod custom;
mod deny;
mod exact;
mod facts;
mod known;
mod law;
mod money;
mod offer;
mod pattern;
mod selector;
mod vocabulary;

pub use allow::{Grants, Lack, Member, Refusal, members};
pub use budget::{Amount, BudgetClause, Missing, Spending, Term};
pub use custom::CustomClause;
pub use deny::{Denials, Forbidden};
pub use exact::Exact;
pub use facts::{Facts, FactsOf};
pub use known::{Dead, Known, Listed};
pub use law::{Law, ResilienceClause, WaiverLaw};
pub use money::{Pico, is_priced, per_request};
pub use offer::Offer;
pub use pattern::Pattern;
pub use selector::Selector;
pub use vocabulary::vocabulary;
