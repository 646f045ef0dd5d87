//! What is lost between two models, in three-valued knowledge: what is unknown is never called lost.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Capabilities, Model, ModelLimits, Needs, Tokens, Traffic};

/// One thing a hop can lose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Gap {
    /// A smaller context window.
    Context,
    /// Shorter answers.
    Output,
    /// No tool calls.
    Tools,
    /// No parallel tool calls.
    ParallelTools,
    /// No images in prompts.
    Vision,
    /// No audio in prompts.
    Audio,
    /// No documents in prompts.
    Documents,
    /// No answers that follow a JSON Schema.
    StructuredOutput,
    /// No reasoning.
    Reasoning,
    /// No streaming.
    Streaming,
    /// No prompt caching.
    Caching,
    /// A weaker tier.
    Tier,
    /// Older knowledge of the world.
    Knowledge,
    /// More than twice the price.
    Price,
}

impl Gap {
    /// Every gap, in the order reports name them.
    pub const ALL: [Self; 14] = [
        Self::Context,
        Self::Output,
        Self::Tools,
        Self::ParallelTools,
        Self::Vision,
        Self::Audio,
        Self::Documents,
        Self::StructuredOutput,
        Self::Reasoning,
        Self::Streaming,
        Self::Caching,
        Self::Tier,
        Self::Knowledge,
        Self::Price,
    ];

    /// The gap as labels write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Context => "context",
            Self::Output => "output",
            Self::Tools => "tools",
            Self::ParallelTools => "parallel-tools",
            Self::Vision => "vision",
            Self::Audio => "audio",
            Self::Documents => "documents",
            Self::StructuredOutput => "structured-output",
            Self::Reasoning => "reasoning",
            Self::Streaming => "streaming",
            Self::Caching => "caching",
            Self::Tier => "tier",
            Self::Knowledge => "knowledge",
            Self::Price => "price",
        }
    }

    fn bit(self) -> u16 {
        let place = Self::ALL.iter().position(|gap| *gap == self).unwrap_or(0);
        1u16 << place
    }
}

/// A set of gaps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Gaps(u16);

impl Gaps {
    /// No gap.
    pub const NONE: Self = Self(0);

    /// The gaps that make requests fail, rather than answers worse: what a gateway's own file is judged by.
    pub fn breaking() -> Self {
        [Gap::Context, Gap::Tools, Gap::Vision, Gap::Audio, Gap::StructuredOutput].into_iter().collect()
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether this gap is in the set.
    pub fn contains(self, gap: Gap) -> bool {
        self.0 & gap.bit() != 0
    }

    /// The set with one more gap.
    #[must_use]
    pub fn with(self, gap: Gap) -> Self {
        Self(self.0 | gap.bit())
    }

    /// What is in both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// What is in either.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What is in this set and not in the other.
    #[must_use]
    pub fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// The gaps, in the order reports name them.
    pub fn iter(self) -> impl Iterator<Item = Gap> {
        Gap::ALL.into_iter().filter(move |gap| self.contains(*gap))
    }
}

impl FromIterator<Gap> for Gaps {
    fn from_iter<I: IntoIterator<Item = Gap>>(gaps: I) -> Self {
        gaps.into_iter().fold(Self::NONE, Self::with)
    }
}

impl fmt::Display for Gaps {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<&str> = self.iter().map(Gap::as_str).collect();
        formatter.write_str(&words.join(", "))
    }
}

fn flags(capabilities: &Capabilities) -> [(Gap, Option<bool>); 9] {
    [
        (Gap::Tools, capabilities.tools),
        (Gap::ParallelTools, capabilities.parallel_tools),
        (Gap::Vision, capabilities.vision),
        (Gap::Audio, capabilities.audio),
        (Gap::Documents, capabilities.documents),
        (Gap::StructuredOutput, capabilities.structured_output),
        (Gap::Reasoning, capabilities.reasoning),
        (Gap::Streaming, capabilities.streaming),
        (Gap::Caching, capabilities.caching),
    ]
}

/// What `to` is known to lack of what `from` is known to have. Prices are compared by [`blended_price`].
pub fn lost(from: &Model, to: &Model) -> Gaps {
    let smaller = |from: Option<Tokens>, to: Option<Tokens>| matches!((from, to), (Some(from), Some(to)) if to < from);
    let mut gaps: Gaps = flags(&from.capabilities)
        .into_iter()
        .zip(flags(&to.capabilities))
        .filter(|((_, had), (_, has))| *had == Some(true) && *has == Some(false))
        .map(|((gap, _), _)| gap)
        .collect();
    if smaller(from.limits.context_tokens, to.limits.context_tokens) {
        gaps = gaps.with(Gap::Context);
    }
    if smaller(from.limits.output_tokens, to.limits.output_tokens) {
        gaps = gaps.with(Gap::Output);
    }
    if matches!((from.tier, to.tier), (Some(from), Some(to)) if to > from) {
        gaps = gaps.with(Gap::Tier);
    }
    if matches!((from.lifecycle.knowledge, to.lifecycle.knowledge), (Some(from), Some(to)) if to < from) {
        gaps = gaps.with(Gap::Knowledge);
    }
    gaps
}

/// What every one of several models has for certain: what a caller of a pool can count on.
pub fn meet<'a>(models: impl IntoIterator<Item = &'a Model>) -> Model {
    let mut models = models.into_iter();
    let Some(first) = models.next() else { return Model::default() };
    let mut common = first.clone();
    for model in models {
        let both = |a: Option<bool>, b: Option<bool>| match (a, b) {
            (Some(true), Some(true)) => Some(true),
            (Some(false), _) | (_, Some(false)) => Some(false),
            (None, _) | (_, None) => None,
        };
        let least = |a: Option<Tokens>, b: Option<Tokens>| Some(a?.min(b?));
        let (a, b) = (&common.capabilities, &model.capabilities);
        common.capabilities = Capabilities {
            tools: both(a.tools, b.tools),
            parallel_tools: both(a.parallel_tools, b.parallel_tools),
            vision: both(a.vision, b.vision),
            audio: both(a.audio, b.audio),
            documents: both(a.documents, b.documents),
            structured_output: both(a.structured_output, b.structured_output),
            reasoning: both(a.reasoning, b.reasoning),
            streaming: both(a.streaming, b.streaming),
            caching: both(a.caching, b.caching),
        };
        common.limits = ModelLimits {
            context_tokens: least(common.limits.context_tokens, model.limits.context_tokens),
            output_tokens: least(common.limits.output_tokens, model.limits.output_tokens),
            dimensions: common.limits.dimensions.filter(|size| Some(*size) == model.limits.dimensions),
        };
        common.tier = common.tier.zip(model.tier).map(|(a, b)| a.max(b));
        let oldest = common.lifecycle.knowledge.zip(model.lifecycle.knowledge).map(|(a, b)| a.min(b));
        common.lifecycle.knowledge = oldest;
        common.mode = common.mode.filter(|mode| Some(*mode) == model.mode);
    }
    common
}

/// What a route needs and a model lacks: for certain, and as far as nobody knows.
pub fn missing_needs(needs: &Needs, model: &Model) -> (Gaps, Gaps) {
    let wanted = [
        (Gap::Tools, needs.tools),
        (Gap::ParallelTools, needs.parallel_tools),
        (Gap::Vision, needs.vision),
        (Gap::Audio, needs.audio),
        (Gap::Documents, needs.documents),
        (Gap::StructuredOutput, needs.structured_output),
        (Gap::Reasoning, needs.reasoning),
        (Gap::Streaming, needs.streaming),
        (Gap::Caching, needs.caching),
    ];
    let (mut broken, mut unknown) = (Gaps::NONE, Gaps::NONE);
    for ((gap, need), (_, has)) in wanted.into_iter().zip(flags(&model.capabilities)) {
        match (need, has) {
            (Some(true), Some(false)) => broken = broken.with(gap),
            (Some(true), None) => unknown = unknown.with(gap),
            (Some(true), Some(true)) | (Some(false) | None, _) => {}
        }
    }
    let sizes = [
        (Gap::Context, needs.context_tokens, model.limits.context_tokens),
        (Gap::Output, needs.output_tokens, model.limits.output_tokens),
    ];
    for (gap, need, has) in sizes {
        match (need, has) {
            (Some(need), Some(has)) if has < need => broken = broken.with(gap),
            (Some(_), None) => unknown = unknown.with(gap),
            (Some(_), Some(_)) | (None, _) => {}
        }
    }
    (broken, unknown)
}

/// What a request costs at a route's mix of prompt and answer (three to one if it states no traffic). Exact, and to be
/// compared only with another price at the same mix.
pub fn blended_price(model: &Model, traffic: Option<&Traffic>) -> Option<u128> {
    let (input, output) = (model.price.input?, model.price.output?);
    let mix = traffic.and_then(|traffic| Some((traffic.input_tokens?.get(), traffic.output_tokens?.get())));
    let (prompt, answer) = mix.filter(|(prompt, answer)| prompt + answer > 0).unwrap_or((3, 1));
    Some(u128::from(input.0) * u128::from(prompt) + u128::from(output.0) * u128::from(answer))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model(tools: Option<bool>, vision: Option<bool>) -> Model {
        Model { capabilities: Capabilities { tools, vision, ..Capabilities::default() }, ..Model::default() }
    }

    #[test]
    fn the_unknown_is_not_lost() {
        assert_eq!(lost(&model(Some(true), Some(true)), &model(None, Some(false))).to_string(), "vision");
        assert_eq!(lost(&model(None, None), &model(Some(false), Some(false))).to_string(), "");
    }

    #[test]
    fn a_pool_has_what_all_its_models_have() {
        let pool = [model(Some(true), Some(true)), model(Some(true), None)];
        let common = meet(&pool);
        assert_eq!(common.capabilities.tools, Some(true));
        assert_eq!(common.capabilities.vision, None);
    }

    #[test]
    fn needs_are_broken_or_unknown() {
        let needs = Needs { tools: Some(true), vision: Some(true), ..Needs::default() };
        let (broken, unknown) = missing_needs(&needs, &model(Some(false), None));
        assert_eq!((broken.to_string(), unknown.to_string()), ("tools".to_owned(), "vision".to_owned()));
    }
}
