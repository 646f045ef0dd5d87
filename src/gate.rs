//! The gate: a table that nothing was denied about, made from the evidence and no other way.

use crate::diagnostic::Findings;
use crate::model::{Catalogue, Table};
use crate::policy::Law;

/// A table that nothing was denied about. Only checked tables become artifacts.
#[derive(Debug)]
pub struct Checked<'a> {
    table: &'a Table,
    catalogue: &'a Catalogue,
    law: &'a Law,
    findings: &'a Findings,
}

impl<'a> Checked<'a> {
    /// The table.
    pub fn table(&self) -> &'a Table {
        self.table
    }

    /// The models it was checked against.
    pub fn catalogue(&self) -> &'a Catalogue {
        self.catalogue
    }

    /// The policies it was checked against, as one law.
    pub fn law(&self) -> &'a Law {
        self.law
    }

    /// Everything that was found.
    pub fn findings(&self) -> &'a Findings {
        self.findings
    }
}

/// Lets a table through if no finding denies it and all of it was read.
pub fn pass<'a>(
    table: &'a Table,
    catalogue: &'a Catalogue,
    law: &'a Law,
    findings: &'a Findings,
) -> Option<Checked<'a>> {
    (findings.denied() == 0 && !table.incomplete).then_some(Checked { table, catalogue, law, findings })
}
