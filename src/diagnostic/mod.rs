//! Findings as plain data, and the sink that every pass reports them to.

mod level;
mod sink;
mod suggest;
mod waiver;

pub use level::{Level, Levels, RuleId};
pub use sink::{Findings, Sink};
pub use suggest::{is_bidi, nearest, or_list, quote, quote_whole};
pub use waiver::{Waived, WaiverTicket};

use crate::source::{Place, Span};

/// A place with a few words about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// What the reader should see there.
    pub text: String,
}

/// A defect that befalls several routes: each has a finding of its own, which a waiver of its own may cover, and those
/// that none covers are shown as one.
#[derive(Clone, Debug)]
pub struct Shared {
    /// Whom it befalls.
    name: String,
    /// What tells the defect from others of the rule at the same place.
    defect: String,
    /// Whether it is one defect wherever it stands.
    anywhere: bool,
    /// Whom else it befalls.
    others: Vec<String>,
    /// What the finding is about there.
    subjects: Vec<String>,
}

/// What a finding has to say, before levels and waivers are applied.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// The rule that fired.
    pub rule: RuleId,
    /// How grave it is; [`Sink::finish`] sets it.
    pub level: Level,
    /// One lower-case sentence without a full stop.
    pub message: String,
    /// The place the finding is about.
    pub primary: Label,
    /// Other places that explain it.
    pub related: Vec<Label>,
    /// The path of the request that goes wrong, hop by hop.
    pub trace: Vec<Label>,
    /// What to do about it.
    pub help: Option<String>,
    /// The gravest level it can have, where its file could not have said otherwise.
    pub at_most: Option<Level>,
    /// The least level it has unless a policy sets that of the rule.
    pub at_least: Option<Level>,
    /// What the finding is about, as waivers name it (`routes.support-chat`).
    pub subject: Option<String>,
    /// The clause of the policy's own rule that fired; a waiver may name it instead of the rule.
    pub clause: Option<String>,
    /// Whom it befalls, where the same defect can befall others.
    pub shared: Option<Shared>,
    /// The model, or the beginning of models (`acme/*`), that it is only about if no catalogue knows it.
    pub unless_known: Option<String>,
    /// The waiver that covers the finding, once levels and waivers are applied.
    pub waived: Option<Waived>,
}

impl Diagnostic {
    /// A finding of a rule at a place; `label` are the words under the place.
    pub fn new(
        rule: &'static str,
        place: impl Into<Place>,
        label: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        let place = place.into();
        let mut related = Vec::new();
        if place.alias.is_some() {
            related.push(Label { span: place.defined, text: "defined here".to_owned() });
        }
        Self {
            rule: RuleId::new(rule),
            level: Level::Deny,
            message: message.into(),
            primary: Label { span: place.span(), text: label.into() },
            related,
            trace: Vec::new(),
            help: None,
            at_most: None,
            at_least: None,
            subject: None,
            clause: None,
            shared: None,
            unless_known: None,
            waived: None,
        }
    }

    /// Adds another place.
    #[must_use]
    pub fn related(mut self, span: Span, text: impl Into<String>) -> Self {
        self.related.push(Label { span, text: text.into() });
        self
    }

    /// Adds the path of the request.
    #[must_use]
    pub fn trace(mut self, hops: Vec<Label>) -> Self {
        self.trace = hops;
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    /// Keeps it from being graver than this.
    #[must_use]
    pub fn at_most(mut self, level: Level) -> Self {
        self.at_most = Some(level);
        self
    }

    /// Makes it at least this grave.
    #[must_use]
    pub fn at_least(mut self, level: Level) -> Self {
        self.at_least = Some(level);
        self
    }

    /// Makes it fall away where a catalogue knows a model: whoever has written that down knows who serves it.
    #[must_use]
    pub fn unless_known(mut self, model: impl Into<String>) -> Self {
        self.unless_known = Some(model.into());
        self
    }

    /// Names what the finding is about.
    #[must_use]
    pub fn about(mut self, subject: impl Into<String>) -> Self {
        self.subject = Some(subject.into());
        self
    }

    /// Names the clause of a policy's own rule.
    #[must_use]
    pub fn of_clause(mut self, id: impl Into<String>) -> Self {
        self.clause = Some(id.into());
        self
    }

    /// Says whom it befalls, where the same defect at the same place can befall others.
    #[must_use]
    pub fn shared_by(mut self, name: impl Into<String>, defect: impl Into<String>) -> Self {
        let (name, defect) = (name.into(), defect.into());
        self.shared = Some(Shared { name, defect, anywhere: false, others: Vec::new(), subjects: Vec::new() });
        self
    }

    /// Says whom it befalls, where the same defect can befall others at other places.
    #[must_use]
    pub fn shared_anywhere_by(mut self, name: impl Into<String>, defect: impl Into<String>) -> Self {
        let (name, defect) = (name.into(), defect.into());
        self.shared = Some(Shared { name, defect, anywhere: true, others: Vec::new(), subjects: Vec::new() });
        self
    }

    /// Lets another finding of the same defect become one with this; the shorter path is shown.
    fn join(&mut self, mut other: Self) {
        if other.trace.len() < self.trace.len() {
            std::mem::swap(self, &mut other);
        }
        let Some((shared, joined)) = self.shared.as_mut().zip(other.shared) else { return };
        for name in std::iter::once(joined.name).chain(joined.others) {
            // One bearer reports a defect in a row.
            if name != shared.name && shared.others.last() != Some(&name) {
                shared.others.push(name);
            }
        }
        for subject in other.subject.into_iter().chain(joined.subjects) {
            if self.subject.as_ref() != Some(&subject) && shared.subjects.last() != Some(&subject) {
                shared.subjects.push(subject);
            }
        }
    }

    /// What the finding is about: its subject, and those of the findings that became one with it.
    pub fn subjects(&self) -> impl Iterator<Item = &str> {
        let others = self.shared.iter().flat_map(|shared| &shared.subjects);
        self.subject.iter().chain(others).map(String::as_str)
    }

    /// Says in the help whom else it befalls.
    fn name_others(&mut self) {
        let others = self.shared.as_ref().map(|shared| shared.others.as_slice()).unwrap_or_default();
        if others.is_empty() {
            return;
        }
        let names = or_list(others.iter().map(String::as_str), 5).replace(" or ", " and ");
        let also = format!("the same happens to {names}");
        self.help = Some(self.help.take().map_or(also.clone(), |help| format!("{help}; {also}")));
    }
}
