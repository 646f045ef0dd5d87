//! Rules of the organisation: expressions checked when the policy is read, and judged over the things of a table.

use crate::diagnostic::{Diagnostic, Sink};
use crate::expression::{Expression, Problem, Shape, compile};
use crate::model::{CustomRule, Each, LevelWord, Policy};
use crate::source::{Place, SourceMap, Span, Spanned, to_u32};
use crate::syntax::written_as;

use super::vocabulary::shape;

/// A rule of the organisation, ready to be judged.
#[derive(Debug)]
pub struct CustomClause {
    /// Its name.
    pub id: String,
    /// Where its name stands.
    pub span: Span,
    /// Where the whole of it stands.
    pub clause: Span,
    /// What it is asked of.
    pub each: Each,
    /// Where it applies.
    pub when: Option<Expression>,
    /// Where that is written.
    pub applies_at: Option<Span>,
    /// What must hold.
    pub require: Expression,
    /// Where that is written.
    pub required_at: Span,
    /// What to say where it does not.
    pub message: String,
    /// How grave that is.
    pub level: LevelWord,
}

impl CustomClause {
    /// The rules of all policies; what is wrong with an expression is reported, and its rule left out.
    pub(super) fn all(policies: &[Policy], sources: &SourceMap, sink: &mut Sink) -> Vec<Self> {
        let rules = policies.iter().flat_map(|policy| &policy.rules);
        rules.filter_map(|rule| Self::new(rule, sources, sink)).collect()
    }

    fn new(written: &Spanned<CustomRule>, sources: &SourceMap, sink: &mut Sink) -> Option<Self> {
        let doc = &written.value;
        let shape = shape(doc.each);
        let when = doc.when.as_ref().map(|text| expression(text, shape, sources, sink));
        let require = expression(&doc.require, shape, sources, sink);
        Some(Self {
            id: doc.id.value.to_string(),
            span: doc.id.span(),
            clause: written.span(),
            each: doc.each,
            when: match when {
                Some(when) => Some(when?),
                None => None,
            },
            applies_at: doc.when.as_ref().map(Spanned::span),
            require: require?,
            required_at: doc.require.span(),
            message: doc.message.clone(),
            level: doc.level,
        })
    }
}

fn expression(
    text: &Spanned<String>,
    shape: &'static Shape,
    sources: &SourceMap,
    sink: &mut Sink,
) -> Option<Expression> {
    match compile(&text.value, shape) {
        Ok(expression) => Some(expression),
        Err(problems) => {
            for problem in problems {
                sink.report(finding(text, &problem, sources));
            }
            None
        }
    }
}

fn finding(text: &Spanned<String>, problem: &Problem, sources: &SourceMap) -> Diagnostic {
    let place = within(text, problem, sources).map_or(text.place, Place::from);
    let finding = Diagnostic::new("bad-value", place, "in this expression", problem.message.clone());
    match &problem.help {
        Some(help) => finding.help(help.clone()),
        None => finding,
    }
}

/// The place of a problem inside a scalar, in the file that writes it.
fn within(text: &Spanned<String>, problem: &Problem, sources: &SourceMap) -> Option<Span> {
    let span = text.place.defined;
    let part = written_as(sources.slice(span), &text.value, &problem.range)?;
    let at = |offset: usize| span.start.saturating_add(to_u32(offset));
    text.place.alias.is_none().then(|| Span::new(span.file, at(part.start), at(part.end)))
}
