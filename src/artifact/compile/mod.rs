//! Compiles a checked table: every plan flat and ordered, every parameter filled in, every permission resolved.

mod entitlements;
mod models;
mod observability;
mod routes;
mod supply;

use crate::gate::Checked;

use super::compiled::{CompiledTable, Semantics, TABLE_FORMAT};

/// Compiles a table; `version` is the one it carries.
///
/// # Errors
/// Where the table holds what a runtime cannot use or an artifact must not carry: a literal secret, a fallback that
/// leads nowhere, or facts of no known day. The rules deny each of these, but a policy can lower their levels.
pub(super) fn compile(checked: &Checked<'_>, version: String) -> Result<CompiledTable, String> {
    let (table, catalogue) = (checked.table(), checked.catalogue());
    let as_of = catalogue.dates().iter().map(|date| date.value).min();
    let as_of = as_of.ok_or("no catalogue says of which day the facts about models are")?;
    let used = models::used(table, catalogue);
    Ok(CompiledTable {
        schema_version: TABLE_FORMAT.to_owned(),
        name: table.name.to_string(),
        version,
        semantics: Semantics::RoutecV1,
        catalogue_as_of: as_of.to_string(),
        providers: sorted(supply::providers(table)?, |provider| &provider.name),
        accounts: sorted(supply::accounts(table), |account| &account.name),
        keys: sorted(supply::keys(table)?, |key| &key.name),
        egress: sorted(supply::egress(table)?, |path| &path.name),
        models: used.values().map(|index| models::model(catalogue, *index)).collect(),
        equivalences: sorted(models::equivalences(catalogue, &used), |class| &class.id),
        targets: sorted(supply::targets(table), |target| &target.name),
        routes: sorted(routes::routes(table)?, |route| &route.name),
        grants_in_force: checked.law().grants.in_force(),
        entitlements: sorted(entitlements::entitlements(checked), |entry| &entry.route),
        observability: table
            .observability
            .as_ref()
            .map(|observability| observability::observability(&observability.value)),
        paths: sorted(observability::paths(table), |path| &path.name),
        parity: table.parity.as_ref().map(|parity| observability::parity(&parity.value)),
    })
}

/// By name; what has the same name keeps its order.
fn sorted<T>(mut items: Vec<T>, name: fn(&T) -> &String) -> Vec<T> {
    items.sort_by(|a, b| name(a).cmp(name(b)));
    items
}
