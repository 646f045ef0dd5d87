//! Hosts of deployments: whose machine is it?

use super::keys;

/// Providers whose default address is the machine that the gateway runs on.
pub(super) const LOCAL: [&str; 4] = ["ollama", "ollama_chat", "lm_studio", "llamafile"];

/// Domains of vendors' public endpoints; an `api_base` elsewhere is a server of the user's own or a proxy.
const PUBLIC: [&str; 36] = [
    "openai.com",
    "anthropic.com",
    "googleapis.com",
    "azure.com",
    "groq.com",
    "openrouter.ai",
    "deepseek.com",
    "mistral.ai",
    "x.ai",
    "nvidia.com",
    "together.xyz",
    "together.ai",
    "fireworks.ai",
    "cerebras.ai",
    "cohere.com",
    "cohere.ai",
    "perplexity.ai",
    "moonshot.cn",
    "moonshot.ai",
    "aliyuncs.com",
    "bigmodel.cn",
    "z.ai",
    "minimax.io",
    "huggingface.co",
    "sambanova.ai",
    "novita.ai",
    "deepinfra.com",
    "amazonaws.com",
    "databricks.com",
    "replicate.com",
    "volces.com",
    "minimaxi.com",
    "siliconflow.cn",
    "githubcopilot.com",
    "synthetic.new",
    "venice.ai",
];

/// Domains by which LiteLLM tells the provider of a model that has none in front.
const TELLING: [&str; 41] = [
    "aiand.com",
    "aliyuncs.com",
    "anyscale.com",
    "chutes.ai",
    "clarifai.com",
    "cognition.ai",
    "coralbricks.ai",
    "cortecs.ai",
    "deepinfra.com",
    "deepseek.com",
    "edenai.run",
    "empower.dev",
    "featherless.ai",
    "friendli.ai",
    "galadriel.ai",
    "groq.com",
    "helicone.ai",
    "hyperbolic.xyz",
    "inceptionlabs.ai",
    "lambda.ai",
    "libertai.io",
    "llama.com",
    "meta.ai",
    "mistral.ai",
    "modelscope.cn",
    "moonshot.ai",
    "morphllm.com",
    "nano-gpt.com",
    "nebius.ai",
    "nscale.com",
    "nvidia.com",
    "ollama.com",
    "perplexity.ai",
    "poe.com",
    "publicai.co",
    "sambanova.ai",
    "together.ai",
    "together.xyz",
    "v0.dev",
    "wandb.ai",
    "x.ai",
];

/// Whether LiteLLM tells the provider by the host.
pub(super) fn tells_provider(host: &str) -> bool {
    is_of(host, &TELLING)
}

/// Whether a host is a vendor's.
pub(in crate::frontend) fn is_public(host: &str) -> bool {
    is_of(host, &PUBLIC)
}

fn is_of(host: &str, domains: &[&str]) -> bool {
    domains.iter().any(|domain| host == *domain || host.ends_with(&format!(".{domain}")))
}

/// Whether a host can only be a machine of the organisation's own: the loopback, an address that is not routed publicly
/// (RFC 1918), a name without a dot, or one of the suffixes that are never delegated.
pub(in crate::frontend) fn is_private(host: &str) -> bool {
    let numbers: Option<Vec<u8>> = host.split('.').map(|part| part.parse().ok()).collect();
    match numbers.as_deref() {
        Some([127 | 10 | 0, _, _, _] | [192, 168, _, _]) => true,
        Some([172, second, _, _]) => (16..32).contains(second),
        _ => {
            let ends = [".local", ".internal", ".localhost", ".localdomain", ".lan", ".home.arpa"];
            if host.contains(':') {
                // The loopback, unique local (RFC 4193) and link-local addresses of IPv6.
                return host == "::1"
                    || ["fc", "fd", "fe8", "fe9", "fea", "feb"].iter().any(|start| host.starts_with(start));
            }
            !host.is_empty() && (!host.contains('.') || ends.iter().any(|end| host.ends_with(end)))
        }
    }
}

/// The host of a URL, without port; empty where a variable stands for it.
pub(in crate::frontend) fn host_of(url: &str) -> String {
    if keys::is_reference(url) {
        return String::new();
    }
    let rest = url.split_once("//").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let host = authority.rsplit('@').next().unwrap_or(authority);
    let host = match host.split_once(']') {
        // An IPv6 address stands in brackets, and has colons of its own.
        Some((address, _)) => address.trim_start_matches('['),
        None => host.split(':').next().unwrap_or(host),
    };
    host.to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::{host_of, is_private};

    #[test]
    fn own_machines_are_told_from_others() {
        for own in [
            "localhost",
            "127.0.0.1",
            "10.1.2.3",
            "192.168.1.5",
            "172.16.0.1",
            "vllm",
            "gpu.internal",
            "::1",
            "fd00::1",
        ] {
            assert!(is_private(own), "{own}");
        }
        for other in ["", "api.openai.com", "172.32.0.1", "eu.llm.example", "8.8.8.8", "2606:4700::1111"] {
            assert!(!is_private(other), "{other}");
        }
        assert_eq!(host_of("http://[2606:4700::1111]:8080/v1"), "2606:4700::1111");
    }
}
