//! What a rule is, what it may look at, and how all of them are run.

use crate::diagnostic::{Level, Levels, RuleId, Sink};
use crate::model::Gateway;

use super::{ALL, Context};

/// A rule: its name, its page, and how it looks.
#[derive(Debug)]
pub struct Rule {
    /// Its name, in kebab-case; reads well after "allow".
    pub id: RuleId,
    /// Where it belongs.
    pub group: Group,
    /// Its level unless a policy sets another.
    pub level: Level,
    /// Whether no waiver can reach it.
    pub locked: bool,
    /// Its page, in Markdown.
    pub page: &'static str,
    /// How it looks at a table; `None` for what is reported while the text is read.
    pub run: Option<fn(&Context<'_>, &mut Sink)>,
    /// Why it stays silent about a table, if it does.
    pub silence: Silence,
}

/// When a rule stays silent: it needs a fact that the input cannot state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Silence {
    /// Never.
    Never,
    /// On a gateway's own file, which cannot say what the rule is about; the words say what that is.
    OnGatewayFiles(&'static str),
    /// On a gateway's own file, unless it is OpenClaw's and the variables around it are known.
    WithoutSurroundings(&'static str),
    /// On LiteLLM's files, which cannot say what the rule is about.
    OnLiteLlmFiles(&'static str),
    /// Without a catalogue of the project's own.
    WithoutOwnCatalogue,
}

/// The group a rule belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// The shape of any document.
    Shape,
    /// The failover graph.
    Graph,
    /// Relations of models and downgrades.
    Relation,
    /// The order of measures.
    Ladder,
    /// Who may reach what, with which data.
    Entitlement,
    /// Money, load and outages.
    Budget,
    /// The catalogue.
    Catalogue,
    /// Secrets and paths.
    Secrets,
    /// What can be seen.
    Observability,
    /// Waivers and clauses.
    Governance,
    /// Traps of one gateway.
    Gateway,
}

impl Group {
    /// The name of the group.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Shape => "Shape",
            Self::Graph => "Graph",
            Self::Relation => "Relation and downgrade",
            Self::Catalogue => "Catalogue",
            Self::Secrets => "Secrets and paths",
            Self::Ladder => "Ladder discipline",
            Self::Entitlement => "Entitlement and data",
            Self::Budget => "Budget, capacity, resilience",
            Self::Observability => "Observability",
            Self::Governance => "Governance",
            Self::Gateway => "Gateways",
        }
    }
}

impl Rule {
    /// What the page says in one sentence.
    pub fn summary(&self) -> &'static str {
        self.page.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#')).unwrap_or_default()
    }

    /// Why the rule is silent about a table.
    pub fn silent_because(&self, context: &Context<'_>) -> Option<String> {
        match self.silence {
            Silence::WithoutSurroundings(_) if context.table.gateway == Gateway::OpenClaw => (!context.is_surrounded)
                .then(|| "nothing is known of the variables around this file; give them with `--env`".to_owned()),
            Silence::OnGatewayFiles(what) | Silence::WithoutSurroundings(what)
                if context.table.gateway != Gateway::Native =>
            {
                Some(format!("{} file cannot state {what}", context.table.gateway.with_article()))
            }
            Silence::OnLiteLlmFiles(what) if context.table.gateway == Gateway::LiteLlm => {
                Some(format!("a LiteLLM file cannot state {what}"))
            }
            Silence::WithoutOwnCatalogue if context.catalogue.origin() == crate::model::Origin::BuiltIn => {
                Some("the built-in catalogue does not know every model; give your own with `--catalog`".to_owned())
            }
            Silence::Never
            | Silence::OnGatewayFiles(_)
            | Silence::WithoutSurroundings(_)
            | Silence::OnLiteLlmFiles(_)
            | Silence::WithoutOwnCatalogue => None,
        }
    }
}

/// Runs every rule that has something to say about a table.
pub fn run(context: &Context<'_>, sink: &mut Sink) {
    for rule in ALL {
        if let Some(run) = rule.run.filter(|_| rule.silent_because(context).is_none()) {
            run(context, sink);
        }
    }
}

/// The rule of a name.
pub fn find(name: &str) -> Option<&'static Rule> {
    ALL.iter().copied().find(|rule| rule.id.as_str() == name)
}

/// The levels of all rules before any policy.
pub fn default_levels() -> Levels {
    let mut levels = Levels::default();
    for rule in ALL {
        levels.set(rule.id, rule.level);
        if rule.locked {
            levels.lock(rule.id);
        }
    }
    levels
}

/// Every rule with its level and summary, by group, as `routec rules` prints it.
pub fn listing() -> String {
    let mut groups: Vec<Group> = ALL.iter().map(|rule| rule.group).collect();
    groups.sort_unstable();
    groups.dedup();
    let mut out = String::new();
    for group in groups {
        out.push_str(group.as_str());
        out.push('\n');
        for rule in ALL.iter().filter(|rule| rule.group == group) {
            let lock = if rule.locked { "◆" } else { " " };
            let line = format!("  {:<5}{lock} {:<32} {}\n", rule.level.as_str(), rule.id.as_str(), rule.summary());
            out.push_str(&line);
        }
    }
    out.push_str("◆ no waiver can cover it. `routec explain RULE` prints a page.\n");
    out
}

/// The same as a table in Markdown, for the README.
pub fn markdown_table() -> String {
    let mut groups: Vec<Group> = ALL.iter().map(|rule| rule.group).collect();
    groups.sort_unstable();
    groups.dedup();
    let mut out = String::from("| rule | level | what it finds |\n|---|---|---|\n");
    for group in groups {
        for rule in ALL.iter().filter(|rule| rule.group == group) {
            let lock = if rule.locked { " ◆" } else { "" };
            let name = rule.id.as_str();
            let page = format!("src/rules/{}.md", name.replace('-', "_"));
            let line = format!(
                "| [`{name}`]({page}) | {}{lock} | {} |\n",
                rule.level.as_str(),
                rule.summary().replace('|', "\\|")
            );
            out.push_str(&line);
        }
    }
    out
}
