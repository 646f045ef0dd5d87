//! Providers that OpenClaw brings along, so that a file need not configure them.

/// The ids of provider plugins by OpenClaw's documentation (docs.openclaw.ai, model providers) and the releases before.
const KNOWN: &[&str] = &[
    "alibaba",
    "amazon-bedrock",
    "amazon-bedrock-mantle",
    "anthropic",
    "anthropic-vertex",
    "arcee",
    "azure-openai",
    "azure-openai-responses",
    "bailian",
    "baseten",
    "bedrock",
    "bedrock-mantle",
    "byteplus",
    "byteplus-plan",
    "cerebras",
    "chutes",
    "claude-cli",
    "clawrouter",
    "cloudflare-ai-gateway",
    "codex",
    "codex-cli",
    "cohere",
    "copilot-proxy",
    "dashscope",
    "deepinfra",
    "deepseek",
    "ds4",
    "featherless",
    "fireworks",
    "github-copilot",
    "gmi",
    "google",
    "google-antigravity",
    "google-gemini-cli",
    "google-vertex",
    "groq",
    "huggingface",
    "inferrs",
    "kilocode",
    "kimi",
    "kimi-code",
    "kimi-coding",
    "litellm",
    "lmstudio",
    "longcat",
    "meta",
    "microsoft-foundry",
    "minimax",
    "minimax-cn",
    "minimax-portal",
    "mistral",
    "modelstudio",
    "moonshot",
    "nexos",
    "novita",
    "nvidia",
    "ollama",
    "ollama-cloud",
    "openai",
    "openai-codex",
    "opencode",
    "opencode-go",
    "opencode-zen",
    "openrouter",
    "perplexity",
    "qianfan",
    "qwen",
    "qwen-portal",
    "sglang",
    "stepfun",
    "stepfun-plan",
    "synthetic",
    "tencent",
    "tencent-tokenhub",
    "together",
    "venice",
    "vercel-ai-gateway",
    "vllm",
    "volcengine",
    "volcengine-plan",
    "xai",
    "xiaomi",
    "xiaomi-token-plan",
    "z-ai",
    "z.ai",
    "zai",
];

/// Whether OpenClaw brings a provider of this id.
pub(super) fn is_known(provider: &str) -> bool {
    KNOWN.binary_search(&provider).is_ok()
}

/// The bundled providers whose models run on machines of the user's own unless an address says otherwise.
pub(super) fn is_local(provider: &str) -> bool {
    matches!(provider, "ollama" | "lmstudio" | "vllm" | "sglang" | "inferrs" | "ds4")
}

/// The ids under which a catalogue may know a model of a provider.
pub(super) fn catalogue_names(provider: &str, model: &str) -> Vec<String> {
    let vendor = match provider {
        "google" | "google-vertex" | "google-gemini-cli" | "google-antigravity" => "gemini",
        "openai-codex" | "codex" | "codex-cli" => "openai",
        "claude-cli" | "anthropic-vertex" => "anthropic",
        "minimax-portal" | "minimax-cn" => "minimax",
        "amazon-bedrock" => "bedrock",
        "qwen" | "modelstudio" => "dashscope",
        "openrouter" | "vercel-ai-gateway" | "clawrouter" => return vec![model.to_owned()],
        other => other,
    };
    vec![format!("{vendor}/{model}")]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_in_order() {
        assert!(KNOWN.is_sorted());
        assert!(is_known("openrouter") && !is_known("my-proxy"));
    }
}
