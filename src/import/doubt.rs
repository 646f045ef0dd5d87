//! What misleads in other projects' model data: each kind with what was done about it, counted, with a few names.

use std::collections::BTreeMap;

/// A kind of thing that misleads, from what is left out to what is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Doubt {
    /// An entry that documents the format.
    NotAModel,
    /// A regular expression by which LiteLLM guesses facts of models that it does not know.
    Guess,
    /// A key with `*`: no model, but many.
    Pattern,
    /// A key that is no model id.
    BadId,
    /// The id of an earlier entry.
    Twice,
    /// A mode that routec has no word for.
    OtherMode,
    /// A value that is not of its key's type.
    WrongValue,
    /// A price of a thousand times too much: it was per thousand tokens.
    AbsurdPrice,
    /// A price of 0 for prompts and for answers: free for now, or not known.
    ZeroPrice,
    /// A price of 0 on one side of a model that answers in words.
    HalfPrice,
    /// Prices only by the length of the prompt.
    TieredPrice,
    /// No price by the token.
    NoPrice,
    /// A limit of 0.
    ZeroLimit,
    /// Longer answers than prompts.
    LongAnswer,
    /// A day of retirement that is none.
    BadDate,
    /// No mode.
    NoMode,
    /// A price finer than a millionth of a US dollar per million tokens.
    FinePrice,
    /// A higher price for long prompts.
    LongPrompt,
    /// A day of retirement that has come.
    Retired,
    /// Said to be retired, without a day.
    Undated,
    /// A key without the provider in front.
    NoProvider,
    /// One name at several providers, at other prices.
    OtherPrices,
}

/// What becomes of what misleads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// The entry is not in the catalogue.
    LeftOut,
    /// The fact is not in the catalogue, so that it is unknown.
    Unknown,
    /// The fact is in the catalogue.
    Kept,
}

impl Fate {
    /// The fate in a word or two.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::LeftOut => "left out",
            Self::Unknown => "unknown",
            Self::Kept => "kept",
        }
    }
}

impl Doubt {
    /// What becomes of it.
    pub fn fate(self) -> Fate {
        match self {
            Self::NotAModel | Self::Guess | Self::Pattern | Self::BadId | Self::Twice | Self::OtherMode => {
                Fate::LeftOut
            }
            Self::WrongValue
            | Self::AbsurdPrice
            | Self::ZeroPrice
            | Self::HalfPrice
            | Self::TieredPrice
            | Self::NoPrice
            | Self::ZeroLimit
            | Self::LongAnswer
            | Self::BadDate
            | Self::NoMode => Fate::Unknown,
            Self::FinePrice
            | Self::LongPrompt
            | Self::Retired
            | Self::Undated
            | Self::NoProvider
            | Self::OtherPrices => Fate::Kept,
        }
    }

    /// What it is, to stand behind a number.
    pub fn says(self) -> &'static str {
        match self {
            Self::NotAModel => "no model, but part of the format",
            Self::Guess => "rule by which LiteLLM guesses models it does not know",
            Self::Pattern => "key with `*`, which is no one model",
            Self::BadId => "key that is no model id",
            Self::Twice => "id that an earlier entry has",
            Self::OtherMode => "model of a mode that routec has no word for",
            Self::WrongValue => "value that is not of its key's type",
            Self::AbsurdPrice => "price far beyond any other, as if per thousand tokens",
            Self::ZeroPrice => "price of 0 both ways, free or not known",
            Self::HalfPrice => "price of 0 on one side",
            Self::TieredPrice => "price in tiers only",
            Self::NoPrice => "model without a price by the token",
            Self::ZeroLimit => "limit of 0 tokens",
            Self::LongAnswer => "limit of answers above that of prompts",
            Self::BadDate => "day of retirement that is no day",
            Self::NoMode => "model whose mode is not said",
            Self::FinePrice => "price rounded to a millionth of a dollar per million tokens",
            Self::LongPrompt => "price that rises with long prompts; the catalogue has the lowest",
            Self::Retired => "model retired by the day of the catalogue, with `lifecycle.retires`",
            Self::Undated => "model said to be retired, without a day",
            Self::NoProvider => "key without its provider: the id has it, the key is an alias",
            Self::OtherPrices => "name that providers sell at different prices",
        }
    }
}

/// How often one doubt arose, and where first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The doubt.
    pub doubt: Doubt,
    /// How often.
    pub count: usize,
    /// The first few names, in the order of the file.
    pub names: Vec<String>,
}

/// The most names that a note carries.
const NAMES: usize = 3;

/// The doubts so far.
#[derive(Debug, Default)]
pub(super) struct Doubts(BTreeMap<Doubt, (usize, Vec<String>)>);

impl Doubts {
    pub(super) fn add(&mut self, doubt: Doubt, name: &str) {
        let (count, names) = self.0.entry(doubt).or_default();
        *count += 1;
        if names.len() < NAMES && names.last().is_none_or(|last| last != name) {
            names.push(name.to_owned());
        }
    }

    pub(super) fn into_notes(self) -> Vec<Note> {
        self.0.into_iter().map(|(doubt, (count, names))| Note { doubt, count, names }).collect()
    }
}
