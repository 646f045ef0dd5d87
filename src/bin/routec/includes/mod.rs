//! The files that gateways' configurations include, by each gateway's own rules of where they may lie.

pub(crate) mod litellm;
pub(crate) mod openclaw;
