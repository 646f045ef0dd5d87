//! A difference for scripts. The members of version 1 stay; new ones may come.

use serde_json::{Value, json};

use crate::claims::Journey;
use crate::diff::{Change, Side, Witness};
use crate::source::{SourceMap, Span};

use super::super::Places;
use super::super::journey::{journey_json, place};
use super::Compared;

pub(super) fn render(compared: &Compared<'_>) -> Value {
    let changes: Vec<Value> = compared.difference.changes.iter().map(|each| change(compared, each)).collect();
    let judged = compared.judged.as_ref();
    let version = |of: fn(&crate::diff::Judged) -> &semver::Version| judged.map(|judged| of(judged).to_string());
    let intent = (!compared.intent.is_empty()).then(|| {
        let outside: Vec<Value> = compared.outside.iter().map(|each| short(each)).collect();
        json!({"globs": compared.intent, "holds": compared.outside.is_empty(), "outside": outside})
    });
    let finding = compared.finding.map(|finding| {
        json!({
            "rule": finding.rule.as_str(),
            "level": finding.level.as_str(),
            "message": finding.message,
            "help": finding.help,
            "at": place(&mut Places::new(compared.new_sources), finding.primary.span),
        })
    });
    json!({
        "version": 1,
        "table": compared.new.table.name.as_str(),
        "requires": compared.difference.bump().map(|bump| bump.to_string()),
        "versions": {
            "old": version(|judged| &judged.old),
            "new": version(|judged| &judged.new),
            "least": version(|judged| &judged.least),
            "follows": judged.map(|judged| judged.follows),
        },
        "notCompared": compared.difference.unknown,
        "changes": changes,
        "intent": intent,
        "finding": finding,
    })
}

/// A change without its places and its request.
pub(crate) fn short(change: &Change) -> Value {
    let row = change.kind.row();
    json!({
        "kind": row.word,
        "counts": row.bump.to_string(),
        "why": row.why,
        "at": change.subject.path(),
        "what": change.what,
        "before": change.before,
        "after": change.after,
        "symptoms": change.symptoms.iter().map(|symptom| symptom.as_str()).collect::<Vec<_>>(),
    })
}

fn change(compared: &Compared<'_>, change: &Change) -> Value {
    let mut answer = short(change);
    let Some(members) = answer.as_object_mut() else { return answer };
    let at = |sources: &SourceMap, span: Option<Span>| span.map(|span| place(&mut Places::new(sources), span));
    members.insert("callers".to_owned(), json!(change.callers));
    members.insert("data".to_owned(), json!(change.data));
    members.insert("oldPlace".to_owned(), json!(at(compared.old_sources, change.old)));
    members.insert("newPlace".to_owned(), json!(at(compared.new_sources, change.new)));
    let shown = compared.witness(change).map(|witness| request(compared, &witness));
    members.insert("request".to_owned(), json!(shown));
    answer
}

fn request(compared: &Compared<'_>, witness: &Witness) -> Value {
    let traced = |side: &Side<'_>, sources: &SourceMap, journey: &Option<Journey>| {
        journey.as_ref().map(|journey| journey_json(side.table, journey, &mut Places::new(sources)))
    };
    json!({
        "route": witness.request.route,
        "caller": witness.request.caller,
        "data": witness.request.data,
        "command": compared.typed(witness),
        "before": traced(&compared.old, compared.old_sources, &witness.before),
        "after": traced(&compared.new, compared.new_sources, &witness.after),
    })
}
