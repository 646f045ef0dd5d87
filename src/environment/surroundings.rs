//! The files of variables that OpenClaw reads before its configuration, each with its rank.

use std::collections::BTreeMap;

use crate::openclaw::workspace_may_set;
use crate::source::{FileId, SourceMap, Span};

use super::dotenv::{self, Dialect};
use super::files::all_but_names;
use super::{Layer, Setting, Variable};

/// Whose variables a file holds; the one that wins first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum VariablesOf {
    /// The process: what a shell, a service or a container hands it.
    Process,
    /// The folder where OpenClaw is started.
    Workspace,
    /// The folder where OpenClaw keeps its state.
    State,
    /// `gateway.env` below the user's settings.
    Gateway,
}

impl VariablesOf {
    /// All of them, by their names.
    pub const ALL: [(&'static str, Self); 4] = [
        ("process", Self::Process),
        ("workspace", Self::Workspace),
        ("state", Self::State),
        ("gateway", Self::Gateway),
    ];

    /// The name.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(_, of)| *of == self).map_or("", |(name, _)| name)
    }

    fn dialect(self) -> Dialect {
        if self == Self::Process { Dialect::Compose } else { Dialect::Node }
    }
}

/// Which files of variables are known, and to which configurations they belong.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    told: Vec<(VariablesOf, FileId)>,
    beside: BTreeMap<FileId, FileId>,
}

/// What is known of the variables around one configuration.
#[derive(Clone, Debug, Default)]
pub struct LayersAround {
    /// The layers, the one that wins first, without what OpenClaw does not take from them.
    pub layers: Vec<(VariablesOf, Layer)>,
    /// What the workspace sets, and OpenClaw does not take from it.
    pub dropped: Vec<Variable>,
    /// Whether somebody said which files there are. Else the process may hold anything.
    pub is_told: bool,
}

/// Who decides what a variable is.
#[derive(Clone, Copy, Debug)]
pub enum Winner<'s> {
    /// A layer; it may be empty there.
    Layer(&'s Setting),
    /// The configuration itself.
    Configuration,
    /// Nobody: it is not set.
    Nobody,
}

impl Surroundings {
    /// Says that a file surrounds every configuration; of two for the same rank the later wins.
    pub fn tell(&mut self, of: VariablesOf, file: FileId) {
        self.told.push((of, file));
    }

    /// Says that a file lies beside a configuration, where OpenClaw keeps its state unless it is told otherwise.
    pub fn lies_beside(&mut self, configuration: FileId, file: FileId) {
        self.beside.insert(configuration, file);
    }

    /// Whether somebody said whose variables a file holds.
    pub fn has(&self, of: VariablesOf) -> bool {
        self.told.iter().any(|(known, _)| *known == of)
    }

    /// Whether anything surrounds a configuration.
    pub fn surrounds(&self, configuration: FileId) -> bool {
        !self.told.is_empty() || self.beside.contains_key(&configuration)
    }

    /// The files, in the order they were found.
    pub fn files(&self) -> impl Iterator<Item = (VariablesOf, FileId)> {
        let beside = self.beside.values().map(|file| (VariablesOf::State, *file));
        self.told.iter().copied().chain(beside)
    }

    /// What surrounds a configuration.
    pub fn of(&self, sources: &SourceMap, configuration: FileId) -> LayersAround {
        let mut files: Vec<(VariablesOf, FileId)> = self.told.iter().rev().copied().collect();
        if let Some(file) = self.beside.get(&configuration).filter(|_| !self.has(VariablesOf::State)) {
            files.push((VariablesOf::State, *file));
        }
        files.sort_by_key(|(of, _)| *of);
        let mut surrounding = LayersAround { is_told: !self.told.is_empty(), ..LayersAround::default() };
        for (of, id) in files {
            let file = sources.file(id);
            let all = dotenv::read(id, file.text(), of.dialect());
            let (taken, dropped) =
                all.into_iter().partition(|variable| of != VariablesOf::Workspace || workspace_may_set(&variable.name));
            surrounding.dropped.extend::<Vec<Variable>>(dropped);
            surrounding.layers.push((of, Layer { what: file.name().to_owned(), variables: taken }));
        }
        surrounding
    }

    /// Everything in these files that may be a value, for reports to mask.
    pub fn values(&self, sources: &SourceMap) -> Vec<Span> {
        self.files().flat_map(|(of, file)| all_but_names(sources, file, of.dialect())).collect()
    }
}

impl LayersAround {
    /// The settings of a name, the one that wins first. An empty one wins as any other does.
    pub fn settings<'s>(&'s self, name: &'s str) -> impl Iterator<Item = &'s Variable> {
        self.layers.iter().filter_map(move |(_, layer)| layer.get(name))
    }

    /// Who decides a name, where the configuration may set it too: what is blank around it leaves that to it.
    pub fn winner<'s>(&'s self, name: &'s str, configuration_sets_it: bool) -> Winner<'s> {
        let first = self.settings(name).next().map(|variable| &variable.setting);
        let is_blank = match first {
            None | Some(Setting::Empty) => true,
            Some(Setting::Value(value)) => value.reveal().trim().is_empty(),
            Some(Setting::Unknown | Setting::EmptyUnless(_)) => false,
        };
        match first {
            _ if is_blank && configuration_sets_it => Winner::Configuration,
            Some(setting) => Winner::Layer(setting),
            None => Winner::Nobody,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What decides `X` and `OPENAI_API_KEY` between files of these ranks: the value, `own`, `empty`, `unknown` or nothing.
    fn winners(files: &[(VariablesOf, &str)], configuration_sets_it: bool) -> [String; 2] {
        let mut sources = SourceMap::new();
        let configuration = sources.add("openclaw.json", Vec::new());
        let mut surroundings = Surroundings::default();
        for (of, text) in files {
            let file = sources.add(".env", text.as_bytes().to_vec());
            surroundings.tell(*of, file);
        }
        let surrounding = surroundings.of(&sources, configuration);
        ["X", "OPENAI_API_KEY"].map(|name| match surrounding.winner(name, configuration_sets_it) {
            Winner::Layer(Setting::Value(value)) => value.reveal().to_owned(),
            Winner::Layer(Setting::Empty) => "empty".to_owned(),
            Winner::Layer(_) => "unknown".to_owned(),
            Winner::Configuration => "own".to_owned(),
            Winner::Nobody => String::new(),
        })
    }

    #[test]
    fn an_earlier_rank_wins_and_what_is_empty_counts_as_set() {
        use VariablesOf::{Gateway, Process, State, Workspace};
        let (one, two) = ("X=1\nOPENAI_API_KEY=1\n", "X=2\nOPENAI_API_KEY=2\n");
        for (files, own, expected) in [
            (vec![(State, two), (Process, one)], true, ["1", "1"]),
            (vec![(Workspace, one), (State, two)], true, ["1", "2"]),
            (vec![(Gateway, one), (State, two)], true, ["2", "2"]),
            (vec![(Process, "X=\n"), (State, two)], false, ["empty", "2"]),
            (vec![(Process, "X=\n"), (State, two)], true, ["own", "2"]),
            (vec![(Process, "X=\" \"\n"), (State, two)], true, ["own", "2"]),
            (vec![(Process, "X=${X:-}\n"), (State, two)], true, ["unknown", "2"]),
            (vec![(State, "X=$Y\n")], true, ["$Y", "own"]),
            (vec![(Workspace, one)], false, ["1", ""]),
            (vec![(Process, one), (Process, two)], false, ["2", "2"]),
            (vec![], true, ["own", "own"]),
        ] {
            assert_eq!(winners(&files, own), expected, "{files:?} {own}");
        }
    }
}
