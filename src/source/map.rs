//! The files of one run, in the order they were given.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;

use super::{LineIndex, Span, to_u32, to_usize};

/// The number of a file within its [`SourceMap`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(NonZeroU32);

/// One file: its name as the user should read it, and its text.
#[derive(Clone, Debug)]
pub struct SourceFile {
    name: String,
    text: String,
    bad_utf8: Option<u32>,
}

impl SourceFile {
    /// The name to show, with `/` between folders, relative to where the user stands.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The text; where the bytes were not UTF-8, what comes before the first bad byte.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The offset of the first byte that is not UTF-8.
    pub fn bad_utf8(&self) -> Option<u32> {
        self.bad_utf8
    }

    /// A fresh index of the lines of this file.
    pub fn lines(&self) -> LineIndex {
        LineIndex::new(&self.text)
    }
}

/// Where a mention of another file leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Link {
    /// To a file of the run.
    File(FileId),
    /// Nowhere, and why: the file cannot be read.
    Lost(String),
}

/// Every file of a run.
#[derive(Clone, Debug, Default)]
pub struct SourceMap {
    files: Vec<SourceFile>,
    /// Where the files' mentions of other files lead, by the file and the mention as written.
    links: BTreeMap<(FileId, String), Link>,
    /// Files that are one configuration together: the first of them, and the others.
    companions: BTreeMap<FileId, Vec<FileId>>,
}

impl SourceMap {
    /// An empty map.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file and gives its number.
    pub fn add(&mut self, name: impl Into<String>, bytes: Vec<u8>) -> FileId {
        let (text, bad_utf8) = match String::from_utf8(bytes) {
            Ok(text) => (text, None),
            Err(error) => {
                let good = error.utf8_error().valid_up_to();
                let mut bytes = error.into_bytes();
                bytes.truncate(good);
                (String::from_utf8(bytes).unwrap_or_default(), Some(to_u32(good)))
            }
        };
        self.files.push(SourceFile { name: name.into(), text, bad_utf8 });
        FileId(NonZeroU32::new(to_u32(self.files.len())).unwrap_or(NonZeroU32::MIN))
    }

    /// The file with this number.
    #[expect(
        clippy::indexing_slicing,
        reason = "INVARIANT: ids come from `add` of this map and files are never removed"
    )]
    pub fn file(&self, id: FileId) -> &SourceFile {
        &self.files[to_usize(id.0.get()) - 1]
    }

    /// Says where a file's mention of another one leads.
    pub fn link(&mut self, from: FileId, written: impl Into<String>, to: Link) {
        self.links.insert((from, written.into()), to);
    }

    /// Where a file's mention of another one leads; `None` where nobody looked.
    pub fn linked(&self, from: FileId, written: &str) -> Option<&Link> {
        self.links.get(&(from, written.to_owned()))
    }

    /// Says that some files are one configuration together, which the first of them stands for.
    pub fn join(&mut self, first: FileId, others: Vec<FileId>) {
        self.companions.insert(first, others);
    }

    /// The files that are one configuration with this one, where it stands for them.
    pub fn companions(&self, first: FileId) -> &[FileId] {
        self.companions.get(&first).map_or(&[], Vec::as_slice)
    }

    /// Whether another file stands for this one.
    pub fn is_companion(&self, file: FileId) -> bool {
        self.companions.values().any(|others| others.contains(&file))
    }

    /// How many files others mention.
    pub fn linked_files(&self) -> usize {
        let files: BTreeSet<FileId> = self
            .links
            .values()
            .filter_map(|link| match link {
                Link::File(id) => Some(*id),
                Link::Lost(_) => None,
            })
            .collect();
        files.len()
    }

    /// The text a span covers.
    pub fn slice(&self, span: Span) -> &str {
        self.file(span.file).text().get(to_usize(span.start)..to_usize(span.end)).unwrap_or_default()
    }

    /// Every file with its number, in order.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        self.files.iter().zip(1u32..).filter_map(|(file, number)| Some((FileId(NonZeroU32::new(number)?), file)))
    }

    /// How many files there are.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether there is no file at all.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }
}
