//! What the lists of clauses are about.

/// What the globs of a list are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Listed {
    /// Models, by their ids.
    Model,
    /// Providers.
    Provider,
    /// Regions.
    Region,
    /// Accounts.
    Account,
    /// Classes of data.
    Data,
    /// Tools that targets run.
    Tool,
    /// Teams of an audience.
    Team,
    /// Users of an audience.
    User,
    /// Environments.
    Environment,
}

impl Listed {
    /// One of them in words.
    pub fn word(self) -> &'static str {
        match self {
            Self::Model => "model",
            Self::Provider => "provider",
            Self::Region => "region",
            Self::Account => "account",
            Self::Data => "data",
            Self::Tool => "tool",
            Self::Team => "team",
            Self::User => "user",
            Self::Environment => "environment",
        }
    }
}
