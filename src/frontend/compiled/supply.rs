//! Providers, accounts, keys, egress and targets as documents write them.

use crate::artifact::compiled::{CompiledAccount, CompiledEgress, CompiledKey, CompiledProvider, CompiledTarget};

use super::member::{Mapping, named, time, word};

pub(super) fn provider(provider: &CompiledProvider) -> Mapping {
    let terms = Mapping::default()
        .maybe("trainsOnData", provider.trains_on_data)
        .maybe("retentionDays", provider.retention_days);
    let regions = named(
        &provider.regions,
        |region| &region.name,
        |region| {
            Mapping::default()
                .maybe("jurisdiction", region.jurisdiction.as_deref())
                .maybe("endpoint", region.endpoint.as_deref())
        },
    );
    Mapping::default()
        .maybe("vendor", provider.vendor.as_deref())
        .maybe("hosting", provider.hosting.map(word))
        .inner("terms", terms)
        .inner("regions", regions)
}

pub(super) fn account(account: &CompiledAccount) -> Mapping {
    Mapping::default()
        .with("provider", account.provider.as_str())
        .maybe("costCenter", account.cost_center.as_deref())
        .maybe("environment", account.environment.as_deref())
}

pub(super) fn key(key: &CompiledKey) -> Mapping {
    let limits = Mapping::default()
        .maybe("requestsPerMinute", key.requests_per_minute)
        .maybe("tokensPerMinute", key.tokens_per_minute)
        .maybe("concurrency", key.concurrency);
    Mapping::default()
        .with("account", key.account.as_str())
        .with("secret", key.secret.as_str())
        .maybe("owner", key.owner.as_deref())
        .maybe("expires", key.expires.as_deref())
        .inner("limits", limits)
        .maybe("quota", key.quota.as_deref())
}

pub(super) fn egress(egress: &CompiledEgress) -> Mapping {
    Mapping::default()
        .maybe("proxy", egress.proxy.as_deref())
        .maybe("regions", egress.regions.as_ref().map(|regions| regions.as_slice().to_vec()))
}

pub(super) fn target(target: &CompiledTarget) -> Mapping {
    Mapping::default()
        .with("model", target.model.as_str())
        .with("provider", target.provider.as_str())
        .maybe("region", target.region.as_deref())
        .list("keys", target.keys.iter().map(String::as_str))
        .list("egress", target.egress.iter().map(String::as_str))
        .maybe("timeout", target.timeout_ms.map(time))
        .maybe("concurrency", target.concurrency)
        .list("tools", target.tools.iter().map(String::as_str))
}
