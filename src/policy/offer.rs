//! What a target offers and asks, as far as policies are concerned.

use crate::model::{Catalogue, Table, TargetId};

/// The facts of a target that clauses are about.
#[derive(Clone, Debug)]
pub struct Offer<'t> {
    /// The model as the table writes it, and as the catalogue does.
    pub models: Vec<&'t str>,
    /// The provider.
    pub provider: &'t str,
    /// The region; `None` where the table does not say.
    pub region: Option<&'t str>,
    /// The law that holds there; `None` where the table does not say.
    pub jurisdiction: Option<&'t str>,
    /// The accounts that may pay.
    pub accounts: Vec<&'t str>,
    /// The tools it runs for the caller.
    pub tools: Vec<&'t str>,
    /// Whether the provider may train on what it is sent; `None` where the table does not say.
    pub trains_on_data: Option<bool>,
    /// For how many days the provider keeps what it is sent; `None` where the table does not say.
    pub retention_days: Option<u64>,
}

impl<'t> Offer<'t> {
    /// The facts of a target.
    pub fn new(table: &'t Table, catalogue: &'t Catalogue, target: TargetId) -> Self {
        let node = &table.targets[target];
        let written = node.doc.model.value.as_str();
        let mut models = vec![written];
        models.extend(node.model.map(|model| catalogue.model(model).id.value.as_str()).filter(|id| *id != written));
        let provider = node.provider.map(|provider| &table.providers[provider]);
        let region = node.doc.region.as_ref().map(|region| region.value.as_str());
        let regions = provider.into_iter().flat_map(|provider| &provider.value.regions);
        let mut place = regions.filter(|entry| Some(entry.name.value.as_str()) == region);
        let mut accounts: Vec<&str> = Vec::new();
        for key in &node.keys {
            let account = table.keys[*key].account.map(|account| table.accounts[account].name.value.as_str());
            accounts.extend(account.filter(|account| !accounts.contains(account)));
        }
        let terms = provider.and_then(|provider| provider.value.terms.as_ref());
        Self {
            models,
            provider: node.doc.provider.value.as_str(),
            region,
            jurisdiction: place.next().and_then(|region| region.value.jurisdiction.as_deref()),
            accounts,
            tools: node.doc.tools.iter().map(|tool| tool.value.as_str()).collect(),
            trains_on_data: terms.and_then(|terms| terms.trains_on_data),
            retention_days: terms.and_then(|terms| terms.retention_days).map(crate::model::Tokens::get),
        }
    }
}
