//! Facts about the table besides its routes: what can be seen, how the gateway is deployed, and what was waived.

use crate::model::{Alert, DeployPath, Gateway, LogFields, OnBreach, Parity, PathKind, Reload, Table};
use crate::source::{Entry, Spanned};

use super::fact::{Facts, Item, Rank, Subject, whole};
use super::kind::Aspect;

/// Adds everything that no route says.
pub(super) fn add(facts: &mut Facts, table: &Table) {
    let head = Some(table.head);
    // The name of a gateway's own table is only that of its file.
    if table.gateway == Gateway::Native {
        let name = whole(table.name.as_str());
        facts.says(&Subject::Table, Aspect::Setting, Item::named("the table's name"), name, head);
    }
    for (_, key) in table.keys.iter() {
        let owner = key.doc.owner.as_deref().unwrap_or_default();
        let item = Item::Named(format!("the owner of key {}", whole(key.name.value.as_str())));
        facts.says(&Subject::Table, Aspect::Text, item, whole(owner), Some(key.name.span()));
    }
    for (_, account) in table.accounts.iter() {
        let center = account.doc.cost_center.as_deref().unwrap_or_default();
        let environment = account.doc.environment.as_ref().map_or("", |name| name.value.as_str());
        let provider = account.doc.provider.value.as_str();
        let text = format!("at {}, cost centre {}, environment {}", whole(provider), whole(center), whole(environment));
        let item = Item::Named(format!("account {}", whole(account.name.value.as_str())));
        facts.says(&Subject::Table, Aspect::Setting, item, text, Some(account.name.span()));
    }
    observed(facts, table);
    table.paths.iter().for_each(|entry| deployed(facts, entry));
    for waiver in &table.waivers {
        let (doc, span) = (&waiver.value, Some(waiver.span()));
        let name = format!("{} at {}", whole(&doc.rule.value), whole(&doc.at.value));
        let epoch = crate::model::Moment::of_seconds(0).map(crate::model::Moment::day);
        let days = epoch.map_or(0, |epoch| epoch.days_until(doc.until.value));
        let until = (Rank::of(u64::try_from(days).unwrap_or(0).max(1)), format!("until {}", doc.until.value));
        facts.measures(&Subject::Waivers, Aspect::Waiver, Item::Named(name.clone()), until, span);
        let said = |text: &Option<String>| whole(text.as_deref().unwrap_or_default());
        let text =
            format!("{}, ticket {}, approved by {}", whole(&doc.reason), said(&doc.ticket), said(&doc.approved_by));
        facts.says(&Subject::Waivers, Aspect::Text, Item::Named(format!("the waiver of {name}")), text, span);
    }
}

fn observed(facts: &mut Facts, table: &Table) {
    let subject = &Subject::Observability;
    facts.subjects.insert(subject.clone());
    facts.subjects.insert(Subject::Waivers);
    if let Some(parity) = &table.parity {
        facts.holds(subject, Aspect::Control, Item::named("parity of the deployments"), Some(parity.span()));
        facts.says(subject, Aspect::Setting, Item::named("parity"), compared(&parity.value), Some(parity.span()));
    }
    let Some(observability) = &table.observability else { return };
    let doc = &observability.value;
    if let Some(fields) = &doc.log_fields {
        for (word, name) in named(&fields.value) {
            let Some(name) = name else { continue };
            let item = || Item::Named(format!("log field {}", whole(word)));
            facts.holds(subject, Aspect::Control, item(), Some(fields.span()));
            facts.says(subject, Aspect::Setting, item(), whole(name), Some(fields.span()));
        }
    }
    for stage in &doc.journey {
        let item = Item::Named(format!("stage {} of the journey", whole(&stage.value)));
        facts.holds(subject, Aspect::Control, item, Some(stage.span()));
    }
    for alert in &doc.alerts {
        let item = || Item::Named(alerted(alert));
        let detail = format!("above {} over {}, to {}", alert.value.above, alert.value.over, whole(&alert.value.owner));
        facts.holds(subject, Aspect::Control, item(), Some(alert.span()));
        facts.says(subject, Aspect::Setting, item(), detail, Some(alert.span()));
    }
}

fn compared(parity: &Parity) -> String {
    let mut said = vec![format!("every {}", parity.every)];
    said.extend(parity.latency_p95_spread.map(|spread| format!("latency p95 within {spread}")));
    said.extend(parity.error_rate_spread.map(|spread| format!("error rate within {spread}")));
    said.extend(parity.on_breach.map(|breach| {
        match breach {
            OnBreach::FreezeReleases => "freezes releases",
            OnBreach::Alert => "alerts",
            OnBreach::Report => "reports",
        }
        .to_owned()
    }));
    said.extend(parity.paths.iter().flat_map(|paths| paths.iter().map(|path| whole(path))));
    said.join(", ")
}

fn alerted(alert: &Spanned<Alert>) -> String {
    let mut per: Vec<String> = alert.value.per.iter().map(|word| whole(word)).collect();
    per.sort();
    let per = if per.is_empty() { String::new() } else { format!(" per {}", per.join(", ")) };
    format!("alert on {}{per}", alert.value.symptom.as_str())
}

fn named(fields: &LogFields) -> [(&'static str, Option<&String>); 7] {
    [
        ("requestId", fields.request_id.as_ref()),
        ("sessionId", fields.session_id.as_ref()),
        ("provider", fields.provider.as_ref()),
        ("modelId", fields.model_id.as_ref()),
        ("status", fields.status.as_ref()),
        ("latencyMs", fields.latency_ms.as_ref()),
        ("routeTableVersion", fields.route_table_version.as_ref()),
    ]
}

fn deployed(facts: &mut Facts, entry: &Entry<crate::model::Name, DeployPath>) {
    let name = entry.name.value.as_str();
    let DeployPath { kind, node, image, file, service, config, env, read_only, reload } = &entry.value;
    let kind = match kind {
        PathKind::NpmGlobal => "npm-global",
        PathKind::Pip => "pip",
        PathKind::Docker => "docker",
        PathKind::Compose => "compose",
        PathKind::Kubernetes => "kubernetes",
        PathKind::Systemd => "systemd",
    };
    let mut said = vec![kind.to_owned()];
    for (word, value) in [("node", node), ("image", image), ("file", file), ("service", service)] {
        said.extend(value.as_ref().map(|value| format!("{word} {}", whole(&value.value))));
    }
    said.extend(config.iter().map(|value| format!("config {}", whole(value))));
    said.extend(env.iter().map(|value| format!("env {}", whole(&value.value))));
    if *read_only == Some(true) {
        said.push("read-only".to_owned());
    }
    said.extend(reload.as_ref().map(|reload| match reload.value {
        Reload::Hot => "reloads while it runs".to_owned(),
        Reload::Restart => "reloads at a restart".to_owned(),
    }));
    let subject = Subject::Path(name.to_owned());
    let item = || Item::Named(format!("deployment {}", whole(name)));
    facts.holds(&subject, Aspect::Control, item(), Some(entry.name.span()));
    facts.says(&subject, Aspect::Setting, item(), said.join("; "), Some(entry.name.span()));
}
