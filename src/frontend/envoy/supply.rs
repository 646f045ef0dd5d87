//! Backends: who answers there, where, and with which credentials.
//!
//! Facts are those of the gateway's page of supported providers and of its definitions: the schema says which API is
//! spoken, the address says whose it is, and a `BackendSecurityPolicy` says in which region AWS and Google are called.

use std::collections::{BTreeMap, BTreeSet};

use crate::frontend::litellm::hosts::{is_private, is_public};
use crate::model::Region;
use crate::model::{Account, Duration, Hosting, Key, ModelId, Name, NonEmpty, Provider, RouteTable, SecretRef, Target};
use crate::source::{Entries, Place, Spanned};
use crate::syntax::Value;

use super::objects::{ENVOY_GROUP, Object, Objects, Sort, get, text};

/// The vendors of hosts, by the ends of their names.
const VENDORS: [(&str, &str); 22] = [
    ("api.openai.com", "openai"),
    ("api.anthropic.com", "anthropic"),
    ("openai.azure.com", "azure"),
    ("services.ai.azure.com", "azure"),
    ("cognitiveservices.azure.com", "azure"),
    ("generativelanguage.googleapis.com", "gemini"),
    ("aiplatform.googleapis.com", "vertex_ai"),
    ("api.mistral.ai", "mistral"),
    ("api.groq.com", "groq"),
    ("api.x.ai", "xai"),
    ("api.deepseek.com", "deepseek"),
    ("api.cohere.com", "cohere"),
    ("api.cohere.ai", "cohere"),
    ("api.together.xyz", "together_ai"),
    ("api.together.ai", "together_ai"),
    ("api.fireworks.ai", "fireworks_ai"),
    ("api.deepinfra.com", "deepinfra"),
    ("api.sambanova.ai", "sambanova"),
    ("api.cerebras.ai", "cerebras"),
    ("api.perplexity.ai", "perplexity"),
    ("openrouter.ai", "openrouter"),
    ("api.hunyuan.cloud.tencent.com", "tencent"),
];

/// Where a backend is, and who answers there.
#[derive(Clone, Debug)]
pub(super) struct Home<'t> {
    /// The provider: the vendor where address or schema tell it, else the host, else the backend itself.
    pub(super) provider: String,
    pub(super) region: Option<(String, Place)>,
    /// What is down together: the address, or the object that stands for it.
    pub(super) domain: Option<String>,
    /// Whether it is a machine of the organisation's own.
    pub(super) is_own: bool,
    /// Whether no vendor's public endpoint answers.
    is_own_server: bool,
    /// Its credentials.
    key: Option<Object<'t>>,
}

impl Home<'_> {
    /// Of a backend whose object no file has, or of a pool of model servers.
    pub(super) fn unseen(name: &str, is_pool: bool) -> Self {
        Self {
            provider: name.to_owned(),
            region: None,
            domain: None,
            is_own: is_pool,
            is_own_server: is_pool,
            key: None,
        }
    }
}

/// The vendor of a schema, where only one has it.
fn of_schema(schema: &str) -> Option<&'static str> {
    match schema {
        "AWSBedrock" | "AWSAnthropic" => Some("bedrock"),
        "AzureOpenAI" => Some("azure"),
        "GCPVertexAI" | "GCPAnthropic" => Some("vertex_ai"),
        "Cohere" => Some("cohere"),
        _ => None,
    }
}

/// The vendor of a host, and the region where its name has one.
fn of_host(host: &str) -> Option<(&'static str, Option<&str>)> {
    let aws = host.strip_suffix(".amazonaws.com").and_then(|rest| rest.split_once('.'));
    if let Some((service, region)) = aws.filter(|(service, _)| service.starts_with("bedrock")) {
        return Some(("bedrock", (service.len() > "bedrock".len() && !region.is_empty()).then_some(region)));
    }
    if let Some(region) = host.strip_suffix("-aiplatform.googleapis.com") {
        return Some(("vertex_ai", Some(region)));
    }
    let is_of = |end: &str| host.strip_suffix(end).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    VENDORS.iter().find(|(end, _)| is_of(end)).map(|(_, vendor)| (*vendor, None))
}

/// Where an `AIServiceBackend` is.
pub(super) fn home<'t>(objects: &Objects<'t>, service: &Object<'t>) -> Home<'t> {
    let schema = service.spec("schema").and_then(|schema| text(schema, "name")).unwrap_or_default();
    let reference = service.spec("backendRef");
    let kind = reference.and_then(|reference| text(reference, "kind")).unwrap_or("Service");
    let name = reference.and_then(|reference| text(reference, "name"));
    let namespace = reference.and_then(|reference| text(reference, "namespace")).or(service.namespace);
    let group = reference.and_then(|reference| text(reference, "group")).unwrap_or_default();
    let is_address = kind == "Backend" && group == ENVOY_GROUP;
    let address = name.filter(|_| is_address).and_then(|name| objects.find(Sort::Backend, namespace, name));
    let host = address.and_then(|address| host_of(address));
    let is_private = host.as_deref().is_some_and(is_private) || (!is_address && kind == "Service");
    let found = host.as_deref().and_then(of_host);
    let vendor = found.map(|(vendor, _)| vendor).or_else(|| of_schema(schema).filter(|_| !is_private));
    let policy = policy_of(objects, service);
    let written = policy.and_then(|policy| {
        let parts = ["awsCredentials", "gcpCredentials"].into_iter().filter_map(|part| policy.spec(part));
        parts
            .filter_map(|part| get(part, "region"))
            .find_map(|region| Some((region.raw_text()?.to_owned(), region.place())))
    });
    let place = address.map_or(service.name.1, |address| address.name.1).place();
    let region = written.or_else(|| Some((found?.1?.to_owned(), place)));
    let own_name =
        if is_private { service.name.0.to_owned() } else { host.clone().unwrap_or(service.name.0.to_owned()) };
    Home {
        provider: vendor.map_or(own_name, str::to_owned),
        region: region.filter(|_| vendor.is_some()),
        domain: host.clone().or_else(|| name.map(|name| format!("{kind}/{}/{name}", namespace.unwrap_or_default()))),
        is_own: is_private,
        is_own_server: is_private || host.as_deref().is_some_and(|host| !is_public(host) && found.is_none()),
        key: policy.copied(),
    }
}

/// The host of the first endpoint of a `Backend`.
fn host_of(address: &Object<'_>) -> Option<String> {
    address.list("endpoints").into_iter().find_map(|endpoint| {
        let named = get(endpoint, "fqdn").and_then(|fqdn| text(fqdn, "hostname"));
        let numbered = || get(endpoint, "ip").and_then(|ip| text(ip, "address"));
        named.or_else(numbered).map(str::to_ascii_lowercase)
    })
}

/// The policy that gives a backend its credentials.
fn policy_of<'o, 't>(objects: &'o Objects<'t>, service: &Object<'t>) -> Option<&'o Object<'t>> {
    objects.of(Sort::BackendSecurityPolicy).find(|policy| {
        policy.is_in(service.namespace)
            && policy.list("targetRefs").into_iter().any(|target| {
                text(target, "name") == Some(service.name.0)
                    && text(target, "kind").is_none_or(|kind| kind == Sort::AiServiceBackend.as_str())
            })
    })
}

/// The secret of a policy, as a reference.
fn secret(policy: &Object<'_>) -> Option<Spanned<SecretRef>> {
    let file = |part: &str| get(get(policy.spec(part)?, "credentialsFile")?, "secretRef");
    let key = |part: &str| get(policy.spec(part)?, "secretRef");
    let client = |part: &str| get(policy.spec(part)?, "clientSecretRef");
    let (reference, entry): (Value<'_>, &str) = [
        (key("apiKey"), "apiKey"),
        (key("azureAPIKey"), "apiKey"),
        (key("anthropicAPIKey"), "apiKey"),
        (file("awsCredentials"), "credentials"),
        (file("gcpCredentials"), "service_account.json"),
        (client("azureCredentials"), "client-secret"),
    ]
    .into_iter()
    .find_map(|(reference, entry)| Some((reference?, entry)))?;
    let name = text(reference, "name")?;
    let namespace = text(reference, "namespace").or(policy.namespace).unwrap_or("default");
    Some(Spanned::new(SecretRef::new(&format!("k8s:{namespace}/{name}#{entry}")), reference.place()))
}

/// What tells two targets apart: the backend, the model, and how long a call may take.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Asked {
    backend: String,
    model: Option<String>,
    timeout: Option<u64>,
}

/// The targets and providers of a table as they are found.
#[derive(Debug, Default)]
pub(super) struct Supply {
    targets: Entries<Name, Target>,
    names: BTreeMap<Asked, Name>,
    taken: BTreeMap<String, usize>,
    providers: BTreeMap<String, (Place, BTreeSet<String>)>,
    accounts: Entries<Name, Account>,
    keys: Entries<Name, Key>,
    policies: BTreeMap<(Option<String>, String), Name>,
}

impl Supply {
    /// The target of a backend that is asked for a model; without one, callers say which.
    pub(super) fn target(
        &mut self,
        (backend, home): (Spanned<&str>, &Home<'_>),
        model: Option<&Spanned<&str>>,
        timeout: Option<&Spanned<Duration>>,
    ) -> Name {
        let asked = Asked {
            backend: backend.value.to_owned(),
            model: model.map(|model| model.value.to_owned()),
            timeout: timeout.map(|timeout| timeout.value.0),
        };
        if let Some(name) = self.names.get(&asked) {
            return name.clone();
        }
        let base = match &asked.model {
            Some(model) => format!("{}/{model}", asked.backend),
            None => asked.backend.clone(),
        };
        let times = self.taken.entry(base.clone()).or_insert(0);
        *times += 1;
        let name = Name::verbatim(if *times == 1 { base } else { format!("{base} ({times})") });
        self.names.insert(asked, name.clone());
        let regions = &mut self.providers.entry(home.provider.clone()).or_insert((backend.place, BTreeSet::new())).1;
        regions.extend(home.region.iter().map(|(region, _)| region.clone()));
        let key = home.key.and_then(|policy| self.key(&policy, home));
        let id = model.cloned().unwrap_or_else(|| Spanned::new("*", backend.place));
        let target = Target {
            also_named: catalogue_names(&home.provider, id.value),
            self_hosted: home.is_own_server || model.is_none(),
            model: id.map(ModelId::verbatim),
            provider: Spanned::new(Name::verbatim(home.provider.as_str()), backend.place),
            region: home.region.as_ref().map(|(region, place)| Spanned::new(Name::verbatim(region.as_str()), *place)),
            keys: key.map(|key| NonEmpty::new(Spanned::new(key, backend.place), [])),
            egress: None,
            timeout: timeout.cloned(),
            concurrency: None,
            tools: Vec::new(),
            own_facts: None,
            hosting: home.is_own.then(|| Spanned::new(Hosting::Own, backend.place)),
        };
        self.targets.push(Spanned::new(name.clone(), backend.place), target);
        name
    }

    /// The key that a policy gives, with an account of its own: whose money it is, no resource says.
    fn key(&mut self, policy: &Object<'_>, home: &Home<'_>) -> Option<Name> {
        let secret = secret(policy)?;
        let own = (policy.namespace.map(str::to_owned), policy.name.0.to_owned());
        if let Some(name) = self.policies.get(&own) {
            return Some(name.clone());
        }
        let is_taken = self.policies.keys().any(|(_, name)| *name == own.1);
        let name = match &own.0 {
            Some(namespace) if is_taken => Name::verbatim(format!("{namespace}/{}", own.1)),
            Some(_) | None => Name::verbatim(own.1.as_str()),
        };
        let place = policy.name.1.place();
        let named = |name: &Name| Spanned::new(name.clone(), place);
        let provider = Spanned::new(Name::verbatim(home.provider.as_str()), place);
        self.accounts.push(named(&name), Account { provider, cost_center: None, environment: None });
        self.keys.push(
            named(&name),
            Key { account: named(&name), secret, owner: None, expires: None, limits: None, quota: None },
        );
        self.policies.insert(own, name.clone());
        Some(name)
    }

    /// The table, with its routes.
    pub(super) fn into_table(self, name: Spanned<Name>, routes: Entries<Name, crate::model::Route>) -> RouteTable {
        let mut providers = Entries::default();
        for (provider, (place, names)) in self.providers {
            let mut regions = Entries::default();
            for region in names {
                regions
                    .push(Spanned::new(Name::verbatim(region), place), Region { jurisdiction: None, endpoint: None });
            }
            let facts = Provider { vendor: None, terms: None, hosting: None, regions };
            providers.push(Spanned::new(Name::verbatim(provider), place), facts);
        }
        RouteTable {
            providers,
            accounts: self.accounts,
            keys: self.keys,
            targets: self.targets,
            routes,
            ..RouteTable::named(name)
        }
    }
}

/// The ids under which a catalogue may know a model of a provider.
fn catalogue_names(provider: &str, model: &str) -> Vec<String> {
    let mut names = vec![format!("{provider}/{model}")];
    match provider {
        // A deployment is often called like its model.
        "azure" => names.push(format!("openai/{model}")),
        "vertex_ai" => names.push(format!("gemini/{model}")),
        // An inference profile has its part of the world in front.
        "bedrock" => {
            let rest = ["us.", "eu.", "apac.", "global."].iter().find_map(|part| model.strip_prefix(part));
            names.extend(rest.map(|rest| format!("bedrock/{rest}")));
        }
        "openrouter" => names.push(model.to_owned()),
        _ => {}
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_tell_vendor_and_region() {
        for (host, vendor, region) in [
            ("bedrock-runtime.us-east-1.amazonaws.com", "bedrock", Some("us-east-1")),
            ("europe-west1-aiplatform.googleapis.com", "vertex_ai", Some("europe-west1")),
            ("aiplatform.googleapis.com", "vertex_ai", None),
            ("acme.openai.azure.com", "azure", None),
            ("api.openai.com", "openai", None),
        ] {
            assert_eq!(of_host(host), Some((vendor, region)), "{host}");
        }
        for other in ["notapi.openai.com.example", "s3.us-east-1.amazonaws.com", "llm.acme.example"] {
            assert_eq!(of_host(other), None, "{other}");
        }
    }
}
