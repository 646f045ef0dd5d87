//! How fast tables are checked: CPU time and memory per stage on generated tables, as ratios to the bare event scan of
//! the same bytes; and how long every single failure takes. `cargo bench`; nothing is asserted, since shared machines lie about time.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "a benchmark prints and may stop"
)]

mod outage;
mod table;

use granit_parser::{Options, Parser};
use routec::diagnostic::Sink;
use routec::driver::{Job, Role, check};
use routec::frontend;
use routec::graph::FailoverGraph;
use routec::model::{Catalogue, Document, Origin, resolve};
use routec::report::{Format, Report, Style, render};
use routec::source::SourceMap;
use routec::syntax;

/// The CPU time of this thread, in milliseconds; Linux only.
fn cpu() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    text.split(' ').next().unwrap().parse::<f64>().unwrap() / 1e6
}

/// The most memory this process has held since the last call, in MiB; Linux only.
fn peak() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap();
    let kib: f64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    let _ = std::fs::write("/proc/self/clear_refs", "5");
    kib / 1024.0
}

/// The mean time of several runs: clocks of CPU time may tick only every few milliseconds.
fn mean<T>(runs: u32, mut run: impl FnMut() -> T) -> f64 {
    let mut total = 0.0;
    for _ in 0..runs {
        let before = cpu();
        let kept = std::hint::black_box(run());
        total += cpu() - before;
        drop(kept);
    }
    total / f64::from(runs)
}

fn scan(text: &str) -> usize {
    let mut options = Options::default();
    options.set_emit_comments(false);
    let mut parser = Parser::new_from_str_with_options(text, options);
    let mut events = 0;
    while let Some(Ok(_)) = parser.next_event() {
        events += 1;
    }
    events
}

fn main() {
    println!("{:>8} {:>10} {:>9} {:>8} {:>8} {:>8}", "size", "stage", "ms", "MB/s", "x scan", "MiB");
    for (size, runs) in [(100_000, 200), (1_000_000, 30), (10_000_000, 5), (30_000_000, 3)] {
        let text = table::table(size);
        let megabytes = text.len() as f64 / 1e6;
        let mut sources = SourceMap::new();
        let table = sources.add("table.yaml", text.clone().into_bytes());
        let catalog = sources.add("catalog.yaml", table::catalogue().into_bytes());
        let bare = mean(runs, || scan(&text));
        let row = |stage: &str, took: f64, memory: f64| {
            let memory = if memory > 0.0 { format!("{memory:.0}") } else { String::new() };
            println!(
                "{:>7.1}M {stage:>10} {took:>9.2} {:>8.1} {:>8.2} {memory:>8}",
                megabytes,
                megabytes / took * 1e3,
                took / bare
            );
        };
        row("scan", bare, 0.0);
        row("parse", mean(runs, || syntax::parse(&sources, table, &mut Sink::new())), 0.0);
        row("read", mean(runs, || frontend::read(&sources, table, &mut Sink::new())), 0.0);
        let read = || {
            let mut catalogs = Vec::new();
            let mut parts = Vec::new();
            for document in
                [catalog, table].into_iter().flat_map(|file| frontend::read(&sources, file, &mut Sink::new()))
            {
                match document {
                    Document::Catalog(found) => catalogs.push(*found),
                    Document::RouteTable(part) => parts.push(*part),
                    Document::Project(_) | Document::Policy(_) | Document::Expectations(_) => {}
                }
            }
            (Catalogue::new(catalogs, Origin::Project, &mut Sink::new()), parts)
        };
        let mut resolving = 0.0;
        for _ in 0..runs {
            let (catalogue, parts) = read();
            let before = cpu();
            let tables = resolve(parts, &catalogue, &mut Sink::new());
            resolving += cpu() - before;
            drop(tables);
        }
        row("resolve", resolving / f64::from(runs), 0.0);
        let (catalogue, parts) = read();
        let tables = resolve(parts, &catalogue, &mut Sink::new());
        row("graph", mean(runs, || tables.iter().map(FailoverGraph::build).collect::<Vec<_>>()), 0.0);
        drop(tables);
        let job = Job {
            files: vec![(table, Role::Any), (catalog, Role::Any)],
            pins: Vec::new(),
            lost: Vec::new(),
            deployed: routec::environment::Files::default(),
            surroundings: routec::environment::Surroundings::default(),
            as_of: "2026-11-22".parse().unwrap(),
            litellm: routec::litellm::Release::NEWEST,
        };
        peak();
        let held = peak();
        let whole = mean(runs, || check(&sources, &job));
        row("check", whole, peak() - held);
        let outcome = check(&sources, &job);
        let mut findings = outcome.findings.iter().count();
        let policy = sources.add("policy.yaml", table::POLICY.as_bytes().to_vec());
        let judged = Job { files: [job.files, vec![(policy, Role::Any)]].concat(), ..job };
        row("judge", mean(runs, || check(&sources, &judged)), 0.0);
        findings += check(&sources, &judged).findings.iter().count();
        let report = Report::of(&sources, &outcome);
        let style = Style { color: false, width: 80, verbose: false };
        row("report", mean(runs, || render(&report, Format::Human, style)), 0.0);
        println!("         {findings} findings");
    }
    outage::report(|runs, run| mean(runs, run));
}
