//! Providers, accounts, keys, egress and targets, with references in the place of secrets.

use crate::model::{
    Count, Egress, KeyLimits, KeyNode, Name, Provider, Region, Table, TargetNode, Tokens, url_has_password,
};
use crate::source::Entry;

use super::super::compiled::{
    CompiledAccount, CompiledEgress, CompiledKey, CompiledProvider, CompiledRegion, CompiledTarget,
};

pub(super) fn providers(table: &Table) -> Result<Vec<CompiledProvider>, String> {
    let provider = |entry: &Entry<Name, Provider>| {
        let terms = entry.value.terms.as_ref();
        let name = entry.name.value.to_string();
        let regions: Result<Vec<_>, String> = entry.value.regions.iter().map(|each| region(&name, each)).collect();
        Ok(CompiledProvider {
            vendor: entry.value.vendor.clone(),
            hosting: entry.value.hosting.as_ref().map(|hosting| hosting.value),
            trains_on_data: terms.and_then(|terms| terms.trains_on_data),
            retention_days: terms.and_then(|terms| terms.retention_days).map(Tokens::get),
            regions: super::sorted(regions?, |region| &region.name),
            name,
        })
    };
    table.providers.values().map(provider).collect()
}

fn region(provider: &str, entry: &Entry<Name, Region>) -> Result<CompiledRegion, String> {
    let name = entry.name.value.to_string();
    let endpoint = entry.value.endpoint.as_ref().map(|url| url.value.clone());
    if endpoint.as_deref().is_some_and(url_has_password) {
        return Err(format!("the endpoint of region `{name}` of provider `{provider}` holds a password"));
    }
    Ok(CompiledRegion { name, jurisdiction: entry.value.jurisdiction.clone(), endpoint })
}

pub(super) fn accounts(table: &Table) -> Vec<CompiledAccount> {
    let accounts = table.accounts.values().map(|account| CompiledAccount {
        name: account.name.value.to_string(),
        provider: account.doc.provider.value.to_string(),
        cost_center: account.doc.cost_center.clone(),
        environment: account.doc.environment.as_ref().map(|name| name.value.clone()),
    });
    accounts.collect()
}

pub(super) fn keys(table: &Table) -> Result<Vec<CompiledKey>, String> {
    table.keys.values().map(key).collect()
}

fn key(node: &KeyNode) -> Result<CompiledKey, String> {
    let name = node.name.value.to_string();
    let Some(secret) = node.doc.secret.value.reference() else {
        return Err(format!("the key `{name}` holds a literal secret, and an artifact carries references only"));
    };
    let limits = node.doc.limits.as_ref();
    let limit = |of: fn(&KeyLimits) -> Option<Tokens>| limits.and_then(of).map(Tokens::get);
    Ok(CompiledKey {
        account: node.doc.account.value.to_string(),
        secret: secret.to_owned(),
        owner: node.doc.owner.clone(),
        quota: node.doc.quota.as_ref().map(|quota| quota.value.to_string()),
        expires: node.doc.expires.as_ref().map(|date| date.value.to_string()),
        requests_per_minute: limit(|limits| limits.requests_per_minute),
        tokens_per_minute: limit(|limits| limits.tokens_per_minute),
        concurrency: limit(|limits| limits.concurrency),
        name,
    })
}

pub(super) fn egress(table: &Table) -> Result<Vec<CompiledEgress>, String> {
    let path = |entry: &Entry<Name, Egress>| {
        let name = entry.name.value.to_string();
        let proxy = entry.value.proxy.as_ref().map(|proxy| proxy.value.clone());
        if proxy.as_deref().is_some_and(url_has_password) {
            return Err(format!("the proxy of egress `{name}` holds a password; write `env:NAME`"));
        }
        let regions = entry.value.regions.as_ref();
        let regions = regions.map(|regions| regions.iter().map(|region| region.value.to_string()).collect());
        Ok(CompiledEgress { name, proxy, regions })
    };
    table.egress.values().map(path).collect()
}

pub(super) fn targets(table: &Table) -> Vec<CompiledTarget> {
    let target = |node: &TargetNode| CompiledTarget {
        name: node.name.value.to_string(),
        model: node.doc.model.value.to_string(),
        provider: node.doc.provider.value.to_string(),
        region: node.doc.region.as_ref().map(|region| region.value.to_string()),
        keys: node.keys.iter().map(|id| table.keys[*id].name.value.to_string()).collect(),
        egress: node.egress.iter().map(|id| table.egress[*id].name.value.to_string()).collect(),
        timeout_ms: node.doc.timeout.as_ref().map(|timeout| timeout.value.0),
        concurrency: node.doc.concurrency.map(Count::get),
        tools: node.doc.tools.iter().map(|tool| tool.value.to_string()).collect(),
    };
    table.targets.values().map(target).collect()
}
