//! What a gateway cannot say: each thing of the table that its file loses, with its place.

use crate::source::Span;

/// How well a gateway's file says something that the table says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// The gateway does what the table says.
    Exact,
    /// The gateway does nearly what the table says, and the report tells the difference.
    Approximate,
    /// The gateway does something else, or nothing.
    Unsupported,
}

impl Grade {
    /// Its name in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Approximate => "approximate",
            Self::Unsupported => "unsupported",
        }
    }
}

/// One thing that the table says, and what becomes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// How well the gateway's file says it.
    pub grade: Grade,
    /// What it is about, such as `routes.support-chat`.
    pub subject: String,
    /// Where the table says it.
    pub span: Span,
    /// What becomes of it, in one sentence.
    pub message: String,
}

/// What was converted, in the order of the table's text and each thing once.
#[derive(Clone, Debug, Default)]
pub(super) struct Losses {
    found: Vec<Loss>,
}

impl Losses {
    pub(super) fn exact(&mut self, subject: &str, span: Span, message: impl Into<String>) {
        self.add(Grade::Exact, subject, span, message.into());
    }

    pub(super) fn approximate(&mut self, subject: &str, span: Span, message: impl Into<String>) {
        self.add(Grade::Approximate, subject, span, message.into());
    }

    pub(super) fn unsupported(&mut self, subject: &str, span: Span, message: impl Into<String>) {
        self.add(Grade::Unsupported, subject, span, message.into());
    }

    fn add(&mut self, grade: Grade, subject: &str, span: Span, message: String) {
        self.found.push(Loss { grade, subject: subject.to_owned(), span, message });
    }

    /// The gravest first, then in the order of the text.
    pub(super) fn sorted(mut self) -> Vec<Loss> {
        self.found.sort_by(|a, b| {
            (std::cmp::Reverse(a.grade), a.span, &a.subject, &a.message).cmp(&(
                std::cmp::Reverse(b.grade),
                b.span,
                &b.subject,
                &b.message,
            ))
        });
        self.found.dedup();
        self.found
    }
}
