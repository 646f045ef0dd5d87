//! Compiler and policy linter for the route tables of LLM gateways.

pub mod artifact;
pub mod backend;
pub mod claims;
pub mod contingency;
pub mod diagnostic;
pub mod diff;
pub mod driver;
pub mod environment;
pub mod expression;
pub mod frontend;
pub mod gate;
pub mod graph;
pub mod import;
pub mod litellm;
pub mod model;
pub mod openclaw;
pub mod policy;
pub mod report;
pub mod rules;
pub mod schema;
pub mod shape;
pub mod source;
pub mod syntax;
