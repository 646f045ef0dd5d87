//! LiteLLM's words for what a model is, the same in `model_info` and in its model map.

use crate::model::{Capabilities, Mode};

/// What a model of one of LiteLLM's modes is for; `None` for modes that routec has no word for.
pub(crate) fn mode(word: &str) -> Option<Mode> {
    match word {
        "chat" | "completion" | "responses" => Some(Mode::Chat),
        "embedding" => Some(Mode::Embedding),
        "image_generation" | "image_edit" => Some(Mode::Image),
        "audio_transcription" | "audio_speech" | "speech" | "realtime" => Some(Mode::Audio),
        "rerank" => Some(Mode::Rerank),
        "moderation" => Some(Mode::Moderation),
        _ => None,
    }
}

/// What a model can do, by what each of LiteLLM's keys says.
pub(crate) fn capabilities(mut says: impl FnMut(&str) -> Option<bool>) -> Capabilities {
    Capabilities {
        tools: says("supports_function_calling"),
        parallel_tools: says("supports_parallel_function_calling"),
        vision: says("supports_vision"),
        audio: says("supports_audio_input"),
        documents: says("supports_pdf_input"),
        structured_output: says("supports_response_schema"),
        reasoning: says("supports_reasoning"),
        streaming: None,
        caching: says("supports_prompt_caching"),
    }
}
