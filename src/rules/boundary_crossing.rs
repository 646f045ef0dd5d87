//! Compares where the pool runs, and what the route says it must not leave, with each target it can reach.

use crate::diagnostic::{Diagnostic, Level, RuleId, Sink, quote};
use crate::model::{Boundary, Gateway, Hosting, RouteId, TargetId};
use crate::source::Spanned;

use super::Context;
use super::breach::{Breaches, refused};
use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("boundary-crossing"),
    group: Group::Entitlement,
    level: Level::Deny,
    locked: false,
    page: include_str!("boundary_crossing.md"),
    run: Some(run),
    silence: Silence::Never,
};

fn run(context: &Context<'_>, sink: &mut Sink) {
    let table = context.table;
    let mut breaches = Breaches::new();
    for (id, _) in context.entries() {
        let inside = Inside::of(context, id);
        for reached in refused(context, id, |target| inside.leaves(context, target).is_some(), |_| true) {
            breaches.note(context, id, &reached, ());
        }
    }
    breaches.report(context, sink, |breach, place| {
        let route = quote(table.routes[breach.route].name.value.as_str());
        let target = quote(table.targets[breach.target].name.value.as_str());
        let inside = Inside::of(context, breach.route);
        let (leaves, judged_by) = inside.leaves(context, breach.target).unwrap_or_default();
        let message = format!("{route} {leaves} when {target} answers");
        let mut finding = Diagnostic::new("boundary-crossing", place, "leaves the boundary", message);
        let clauses = &table.routes[breach.route].doc.boundary;
        if let Some(clause) = clauses.iter().find(|clause| Some(clause.value) == judged_by) {
            finding = finding.related(clause.span(), "what its requests must not leave");
        } else if let Some(declared) = inside.declared.filter(|_| judged_by.is_none()) {
            let text = match declared.value {
                Hosting::Own => "the pool runs on own machines by this, so its requests must stay on them",
                Hosting::Confidential | Hosting::Vendor => {
                    "the pool runs in an enclave by this, so its requests must stay in one"
                }
            };
            finding = finding.related(declared.span(), text);
        }
        match table.gateway {
            Gateway::Native => finding.help("what must stay inside stays inside when something fails, too: fall back within the boundary, or `stop`"),
            Gateway::Envoy => finding.at_most(Level::Warn).help("if prompts may leave this cluster, nothing is wrong; if not, take the backend out of the rule"),
            Gateway::Portkey => finding.at_most(Level::Warn).help("if prompts may leave the organisation's own machines, nothing is wrong; if not, take the target out of the `fallback`"),
            Gateway::LiteLlm | Gateway::OpenClaw => finding.at_most(Level::Warn).help("if prompts may leave this machine, nothing is wrong; if not, remove the fallback"),
        }
    });
}

/// What the requests of a route stay inside of.
struct Inside<'a> {
    hosting: Option<Hosting>,
    /// Where that is said, of the target that is the most open.
    declared: Option<Spanned<Hosting>>,
    jurisdictions: Option<Vec<Option<&'a str>>>,
    providers: Option<Vec<&'a str>>,
}

impl<'a> Inside<'a> {
    fn of(context: &Context<'a>, route: RouteId) -> Self {
        let node = &context.table.routes[route];
        let pool: Vec<TargetId> = node.preferred().map(|member| member.target).collect();
        let says = |wanted: Boundary| node.doc.boundary.iter().any(|boundary| boundary.value == wanted);
        let offers = || pool.iter().map(|target| context.offer(*target));
        // The most open of the pool is what callers can count on.
        let open = pool.iter().copied().max_by_key(|target| hosting(context, *target));
        let hosting = open.map(|target| hosting(context, target));
        Self {
            hosting: hosting.filter(|hosting| *hosting != Hosting::Vendor),
            declared: open.and_then(|target| declared(context, target)).cloned(),
            jurisdictions: says(Boundary::Jurisdiction).then(|| offers().map(|offer| offer.jurisdiction).collect()),
            providers: says(Boundary::Provider).then(|| offers().map(|offer| offer.provider).collect()),
        }
    }

    /// In words, what a target is outside of, and the boundary that says so; none where the pool itself does.
    fn leaves(&self, context: &Context<'_>, target: TargetId) -> Option<(String, Option<Boundary>)> {
        let reached = hosting(context, target);
        let offer = context.offer(target);
        match self.hosting {
            Some(Hosting::Own) if reached > Hosting::Own => {
                return Some(("leaves the organisation's own machines".to_owned(), None));
            }
            Some(Hosting::Confidential) if reached > Hosting::Confidential => {
                return Some(("leaves the confidential enclave".to_owned(), None));
            }
            Some(_) | None => {}
        }
        if let Some(laws) = &self.jurisdictions
            && (offer.jurisdiction.is_none() || !laws.contains(&offer.jurisdiction))
        {
            let leaves = offer.jurisdiction.map_or_else(
                || "may leave its jurisdiction, which is not given,".to_owned(),
                |law| format!("leaves its jurisdiction for {}", quote(law)),
            );
            return Some((leaves, Some(Boundary::Jurisdiction)));
        }
        let providers = self.providers.as_ref()?;
        let is_outside = !providers.contains(&offer.provider);
        is_outside.then(|| (format!("leaves its provider for {}", quote(offer.provider)), Some(Boundary::Provider)))
    }
}

fn hosting(context: &Context<'_>, target: TargetId) -> Hosting {
    declared(context, target).map_or(Hosting::Vendor, |declared| declared.value)
}

/// What says where a target runs: its own address, else its provider.
fn declared<'a>(context: &Context<'a>, target: TargetId) -> Option<&'a Spanned<Hosting>> {
    let node = &context.table.targets[target];
    let of_provider = || context.table.providers[node.provider?].value.hosting.as_ref();
    node.doc.hosting.as_ref().or_else(of_provider)
}
