//! What documents say: names and units, one file per document kind as written, and the resolved [`Table`].

mod capability;
mod catalog;
mod catalogue;
mod decimal;
mod document;
mod expectations;
mod ladder;
mod names;
mod numbers;
mod observability;
mod paths;
mod policy;
mod project;
mod relation;
mod resolve;
mod route;
mod route_table;
mod scope;
mod step;
mod supply;
mod symptom;
mod table;
mod text;
mod transparent;
mod units;
mod waiver;

pub use capability::{Gap, Gaps, blended_price, lost, meet, missing_needs};
pub use catalog::{
    Capabilities, Catalog, CatalogFormat, CatalogMetadata, Equivalence, ImportedFrom, Lifecycle, Mode, Model,
    ModelLimits, Prices, Tier,
};
pub use catalogue::{Catalogue, ModelEntry, ModelIndex, Origin};
pub use decimal::{DOLLARS_PER_MILLION, DOLLARS_PER_TOKEN, Scaled, scaled};
pub use document::{ApiVersion, DeadHop, Document, Gateway, Kind, Part, TableVersion};
pub use expectations::{Case, Check, Expectation, Expectations, FailureCase, Finds, Never, Subject};
pub use ladder::{Announce, Fallback, Hop, HopKind, Label, Ladder, RelationWord, Steps, Via};
pub use names::{ForeignName, ModelId, Name, SecretRef, Sha256, url_has_password};
pub use numbers::{Count, NonEmpty, Tokens};
pub use observability::{Alert, LogFields, Observability, OnBreach, Parity};
pub use paths::{DeployPath, PathKind, Reload};
pub use policy::{
    Allow, Budget, CatalogTerms, Counting, CustomRule, Denial, Each, Extends, Forbid, Grant, LevelWord, Period, Policy,
    PolicyMetadata, Principals, Resilience, RouteSelector, Survive, Unless, WaiverTerms,
};
pub use project::{Project, ProjectMetadata};
pub use relation::{Relation, Relations};
pub use resolve::resolve;
pub use route::{Audience, Boundary, Mix, Needs, PoolEntry, Route, Slo, SloTier, Traffic};
pub use route_table::{RouteTable, RouteTableKind, TableMetadata};
pub use step::{Backoff, CircuitPer, PinTo, ShardBy, Step};
pub use supply::{Account, Egress, Hosting, Key, KeyLimits, Provider, Region, Target, Terms};
pub use symptom::Symptom;
pub use table::{
    AccountId, AccountNode, Arena, EgressId, Id, KeyId, KeyNode, LadderId, Leg, PoolMember, ProviderId, ResolvedStep,
    RouteId, RouteNode, Rung, Table, TargetId, TargetNode,
};
pub use units::{Date, Duration, Moment, Month, Percent, Price, UnitError, Usd, Wait};
pub use waiver::Waiver;
