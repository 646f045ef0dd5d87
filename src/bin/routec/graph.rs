//! `routec graph`.

use routec::report::{GraphFormat, render_graph};

use crate::args::{self, Graph};
use crate::request;
use crate::world::World;
use crate::{Exit, Stop};

/// Prints the failover graph of every table. Findings are `check`'s to report; they do not stop a picture.
pub(crate) fn run(args: &Graph, world: &World) -> Result<Exit, Stop> {
    let request = request::read(&args.input, world)?;
    if request.project_findings.is_some() {
        return Err(Stop::unreadable("`routec.yaml` cannot be read; `routec check` says why"));
    }
    let outcome = routec::driver::check(&request.sources, &request.job);
    if outcome.tables.is_empty() {
        return Err(Stop::unreadable("no route table could be read; `routec check` says why"));
    }
    let format = match args.format {
        args::GraphFormat::Tree => GraphFormat::Tree,
        args::GraphFormat::Json => GraphFormat::Json,
        args::GraphFormat::Dot => GraphFormat::Dot,
        args::GraphFormat::Mermaid => GraphFormat::Mermaid,
    };
    for (table, graph) in outcome.tables.iter().zip(&outcome.graphs) {
        world.print(&render_graph(&request.sources, table, graph, format));
    }
    Ok(Exit::Clean)
}
