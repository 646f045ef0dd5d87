//! The whole run on arbitrary bytes: a check and every report, twice, with the same bytes out.
#![no_main]

use libfuzzer_sys::fuzz_target;
use routec::driver::{Job, Role, check};
use routec::model::Origin;
use routec::report::{Format, GraphFormat, Report, Style, render, render_graph};
use routec::source::SourceMap;

fuzz_target!(|bytes: &[u8]| {
    for name in ["fuzz.yaml", "fuzz.json5"] {
        assert_eq!(run(name, bytes), run(name, bytes));
    }
});

fn run(name: &str, bytes: &[u8]) -> Vec<String> {
    let mut sources = SourceMap::new();
    let parts = bytes.split(|byte| *byte == 0xff);
    let files = parts.take(4).map(|part| (sources.add(name, part.to_vec()), Role::Any)).collect();
    let as_of = "2026-11-22".parse().unwrap();
    let outcome = check(&sources, &Job { files, pins: Vec::new(), lost: Vec::new(), deployed: routec::environment::Files::default(), surroundings: routec::environment::Surroundings::default(), as_of, litellm: Default::default() });
    let report = Report {
        sources: &sources,
        findings: &outcome.findings,
        extent: outcome.extent,
        silent: &outcome.silent,
        as_of,
        origin: Origin::Project,
        secrets: &outcome.secrets,
        trouble: None,
    };
    let style = Style { color: false, width: 80, verbose: true };
    let mut out: Vec<String> = Format::ALL.iter().map(|(_, format)| render(&report, *format, style)).collect();
    for (table, graph) in outcome.tables.iter().zip(&outcome.graphs) {
        for format in [GraphFormat::Tree, GraphFormat::Json, GraphFormat::Dot, GraphFormat::Mermaid] {
            out.push(render_graph(&sources, table, graph, format));
        }
    }
    out
}
