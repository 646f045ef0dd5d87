//! Globs: over names, where `*` is any text, and over paths, where it ends at a `/`.

use globset::{GlobBuilder, GlobMatcher};

use crate::diagnostic::{Diagnostic, Sink, quote};
use crate::source::{Place, Spanned};

/// A glob.
#[derive(Clone, Debug)]
pub struct Pattern(Fits);

/// How a glob is compared. Nearly every glob of a policy is a name, or ends with its only `*`, and is asked of every route
/// and account: those need no automaton.
#[derive(Clone, Debug)]
enum Fits {
    Exactly(String),
    Beginning(String),
    Glob(GlobMatcher),
}

impl Pattern {
    /// A glob over names; `*` is any text, a `/` included.
    pub fn of_names(glob: &str) -> Result<Self, String> {
        Self::new(glob, false)
    }

    /// A glob over paths; `*` ends at a `/`, `**` does not.
    pub fn of_paths(glob: &str) -> Result<Self, String> {
        Self::new(glob, true)
    }

    fn new(glob: &str, literal_separator: bool) -> Result<Self, String> {
        let is_plain = |text: &str| !text.contains(['*', '?', '[', ']', '{', '}', '\\']);
        if is_plain(glob) {
            return Ok(Self(Fits::Exactly(glob.to_owned())));
        }
        if let Some(beginning) = glob.strip_suffix('*').filter(|text| !literal_separator && is_plain(text)) {
            return Ok(Self(Fits::Beginning(beginning.to_owned())));
        }
        let built = GlobBuilder::new(glob).literal_separator(literal_separator).build();
        built.map(|glob| Self(Fits::Glob(glob.compile_matcher()))).map_err(|error| error.kind().to_string())
    }

    /// Whether a text fits.
    pub fn matches(&self, text: &str) -> bool {
        match &self.0 {
            Fits::Exactly(name) => name == text,
            Fits::Beginning(beginning) => text.starts_with(beginning.as_str()),
            Fits::Glob(glob) => glob.is_match(text),
        }
    }
}

/// A glob of a list, and where it stands there.
#[derive(Clone, Debug)]
pub(super) struct Glob {
    /// As written.
    pub(super) written: String,
    /// Where.
    pub(super) place: Place,
    /// What it matches.
    pub(super) pattern: Pattern,
}

/// Globs over names as a document lists them; what is no glob is reported and matches nothing.
pub(super) fn names<'g>(globs: impl IntoIterator<Item = &'g Spanned<String>>, sink: &mut Sink) -> Vec<Glob> {
    let read = globs.into_iter().filter_map(|glob| {
        let pattern = name(glob, sink)?;
        Some(Glob { written: glob.value.clone(), place: glob.place, pattern })
    });
    read.collect()
}

/// A glob over names; what is no glob is reported.
pub(super) fn name(glob: &Spanned<String>, sink: &mut Sink) -> Option<Pattern> {
    match Pattern::of_names(&glob.value) {
        Ok(pattern) => Some(pattern),
        Err(why) => {
            let message = format!("{} is not a glob: {why}", quote(&glob.value));
            let help = "`*` stands for any text, `?` for one character, `[ab]` for one of several, `{a,b}` for either";
            sink.report(Diagnostic::new("bad-value", glob.place, "not a glob", message).help(help));
            None
        }
    }
}

/// Whether a list that may be left out lets a text through.
pub(super) fn any(globs: &[Glob], text: &str) -> bool {
    globs.iter().any(|glob| glob.pattern.matches(text))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_needs_no_automaton_fits_as_one_would(glob in r"[ab/.,!*?\\-]{0,5}", text in r"[ab/.,!\\-]{0,6}") {
            for is_path in [false, true] {
                let theirs = GlobBuilder::new(&glob).literal_separator(is_path).build();
                let ours = Pattern::new(&glob, is_path);
                prop_assert_eq!(ours.is_ok(), theirs.is_ok());
                if let (Ok(ours), Ok(theirs)) = (ours, theirs) {
                    prop_assert_eq!(ours.matches(&text), theirs.compile_matcher().is_match(&text), "{} {}", glob, text);
                }
            }
        }
    }
}
