//! Runs the library as the command does.

use std::collections::BTreeSet;
use std::path::Path;

use routec::artifact::json::sha256_hex;
use routec::diagnostic::{Level, Sink};
use routec::diff::{InForce, Side};
use routec::driver::{Job, Outcome, Pin, Role, check, deployed};
use routec::environment::{Got, Surroundings, VariablesOf};
use routec::frontend::{BUILT_IN_CATALOGUE, BUILT_IN_CATALOGUE_NAME};
use routec::litellm::Release;
use routec::model::Document;
use routec::report::{Format, Report, Style, render};
use routec::source::{FileId, Link, SourceMap};

/// The day on which pages are judged.
pub(crate) const DAY: &str = "2026-11-22";

/// What a text is called in a run: as it says by a first line `# file: NAME`, else by its number, from 1: `1.yaml`, or
/// `1.json5` where it begins with a bracket on its own line, or a comment.
pub(crate) fn name_of(number: usize, text: &str) -> String {
    let named = text.lines().next().and_then(|line| line.strip_prefix("# file: "));
    let is_json5 = text.starts_with("{\n") || text.starts_with("//");
    named.map_or_else(|| format!("{number}.{}", if is_json5 { "json5" } else { "yaml" }), str::to_owned)
}

/// Checks texts as the files `1.yaml`, `2.yaml`, … of one run; without a catalogue among them, with the built-in one.
/// Those that the paths of a table name are read as what they are named as. Texts that begin with `# before` are another
/// version of the table, which the others are held against.
pub(crate) fn run(texts: &[&[u8]]) -> (SourceMap, Outcome) {
    run_by(Release::NEWEST, texts)
}

/// The same, with files of LiteLLM's as a release reads them.
pub(crate) fn run_by(release: Release, texts: &[&[u8]]) -> (SourceMap, Outcome) {
    let is_before = |text: &[u8]| text.starts_with(b"# before\n");
    let without = |unwanted: &dyn Fn(&[u8]) -> bool| -> Vec<&[u8]> {
        texts.iter().map(|text| if unwanted(text) { &b""[..] } else { text }).collect()
    };
    if !texts.iter().any(|text| is_before(text)) {
        return run_one(release, texts);
    }
    let is_now = |text: &[u8]| String::from_utf8_lossy(text).contains("kind: RouteTable") && !is_before(text);
    let (_, before) = run_one(release, &without(&is_now));
    let (sources, mut outcome) = run_one(release, &without(&is_before));
    let (old_levels, new_levels) = (before.levels(), outcome.levels());
    let found = routec::diff::report_version(&side(&before, &old_levels), &side(&outcome, &new_levels));
    outcome.add(found);
    (sources, outcome)
}

/// The first table of a run as one side of a comparison.
pub(crate) fn side<'a>(outcome: &'a Outcome, levels: &'a [(String, Level)]) -> Side<'a> {
    Side {
        table: outcome.tables.first().unwrap(),
        graph: outcome.graphs.first().unwrap(),
        catalogue: &outcome.catalogue,
        law: Some(InForce { policies: &outcome.policies, levels }),
    }
}

fn run_one(release: Release, texts: &[&[u8]]) -> (SourceMap, Outcome) {
    let mut sources = SourceMap::new();
    let mut files = Vec::new();
    for (at, text) in texts.iter().enumerate().filter(|(_, text)| !text.is_empty()) {
        let name = name_of(at + 1, &String::from_utf8_lossy(text));
        files.push((sources.add(name, text.to_vec()), Role::Any));
    }
    include(&mut sources, &mut files);
    let tables: Vec<FileId> = files.iter().map(|(file, _)| *file).collect();
    routec::frontend::join(&mut sources, &tables);
    let has_catalogue = texts.iter().any(|text| String::from_utf8_lossy(text).contains("kind: Catalog"));
    if !has_catalogue {
        let file = sources.add(BUILT_IN_CATALOGUE_NAME, BUILT_IN_CATALOGUE.as_bytes().to_vec());
        files.push((file, Role::BuiltInCatalogue));
    }
    let pins = pins(&sources, &files);
    let all: Vec<FileId> = files.iter().map(|(file, _)| *file).collect();
    let mut named = BTreeSet::new();
    let deployed = deployed(&mut sources, &all, |sources, _, wanted| {
        let file = sources.iter().find(|(_, file)| file.name() == wanted.path).map(|(id, _)| id);
        named.extend(file);
        match file {
            Some(file) => Got::Read(file),
            None if wanted.path.starts_with(['~', '/']) => Got::Outside,
            None if wanted.is_optional => Got::Absent,
            None => Got::Failed("there is no such file".to_owned()),
        }
    });
    files.retain(|(file, _)| !named.contains(file));
    let surroundings = surroundings(&sources, &mut files);
    let as_of = DAY.parse().unwrap();
    let job = Job { files, pins, lost: Vec::new(), deployed, surroundings, as_of, litellm: release };
    let outcome = check(&sources, &job);
    (sources, outcome)
}

/// The files of variables around OpenClaw's: `process.env` and so on as if they were given, `.env` as if it lay beside.
fn surroundings(sources: &SourceMap, files: &mut Vec<(FileId, Role)>) -> Surroundings {
    let mut surroundings = Surroundings::default();
    let tables: Vec<FileId> = files.iter().map(|(file, _)| *file).collect();
    files.retain(|(file, _)| {
        let name = sources.file(*file).name();
        let rank = VariablesOf::ALL.iter().find(|(of, _)| name.strip_suffix(".env") == Some(of));
        match rank {
            Some((_, of)) => surroundings.tell(*of, *file),
            None if name == ".env" => tables.iter().for_each(|table| surroundings.lies_beside(*table, *file)),
            None => return true,
        }
        false
    });
    surroundings
}

/// Leads the mentions of other files, by the names `1.yaml`, `2.yaml`, …, to them; those are then no files of their own.
fn include(sources: &mut SourceMap, files: &mut Vec<(FileId, Role)>) {
    let known: Vec<(FileId, String)> = sources.iter().map(|(id, file)| (id, file.name().to_owned())).collect();
    for (from, _) in &known {
        for mention in routec::frontend::includes(sources, *from) {
            let found = known.iter().find(|(_, name)| *name == mention);
            let link = found.map_or_else(|| Link::Lost("it does not exist".to_owned()), |(id, _)| Link::File(*id));
            files.retain(|(id, _)| found.is_none_or(|(part, _)| part != id || part == from));
            sources.link(*from, mention, link);
        }
    }
    let mut included = Vec::new();
    for (file, _) in files.iter() {
        for path in routec::frontend::included_by(sources, *file) {
            let named =
                files.iter().find(|(other, _)| sources.file(*other).name() == path.value.trim_start_matches("./"));
            let found = named.map_or_else(|| Link::Lost("no such file".to_owned()), |(other, _)| Link::File(*other));
            included.extend(named.map(|(other, _)| *other));
            sources.link(*file, path.value.clone(), found);
        }
    }
    let first = files.first().map(|(file, _)| *file);
    files.retain(|(file, _)| Some(*file) == first || !included.contains(file));
}

/// What the policies of a run extend, by the names `1.yaml`, `2.yaml`, … of the others.
fn pins(sources: &SourceMap, files: &[(FileId, Role)]) -> Vec<Pin> {
    let mut pins = Vec::new();
    for (file, _) in files {
        if !sources.file(*file).text().contains("extends:") {
            continue;
        }
        for document in routec::frontend::read(sources, *file, &mut Sink::new()) {
            let Document::Policy(policy) = document else { continue };
            for extends in policy.extends.iter().map(|extends| &extends.value) {
                let named = files.iter().find(|(base, _)| sources.file(*base).name() == extends.file.value);
                let Some((base, _)) = named else { continue };
                let found = sha256_hex(sources.file(*base).text().as_bytes());
                let expected = extends.sha256.value.as_str().to_owned();
                pins.push(Pin { file: *base, span: extends.sha256.span(), expected, found, is_circular: false });
            }
        }
    }
    pins
}

/// A report without colour, 80 columns wide.
pub(crate) fn report(sources: &SourceMap, outcome: &Outcome, format: Format) -> String {
    render(&Report::of(sources, outcome), format, Style { color: false, width: 80, verbose: false })
}

/// The findings as (file, line, rule).
pub(crate) fn findings(sources: &SourceMap, outcome: &Outcome) -> Vec<(String, u32, String)> {
    let mut places = routec::report::Places::new(sources);
    let mut found: Vec<_> = outcome
        .findings
        .iter()
        .map(|finding| {
            let region = places.region(finding.primary.span);
            (region.file, region.line, finding.rule.as_str().to_owned())
        })
        .collect();
    found.sort();
    found
}

/// The files below a folder of the package with one of these endings, sorted.
pub(crate) fn files(folder: &str, endings: &[&str]) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    let mut open = vec![root.join(folder)];
    while let Some(path) = open.pop() {
        for entry in std::fs::read_dir(&path).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
            if path.is_dir() && !name.ends_with("/target") && !name.ends_with("/corpus") {
                open.push(path);
            } else if endings.iter().any(|ending| name.ends_with(ending)) {
                found.push(name);
            }
        }
    }
    found.sort();
    found
}

/// The text of a file of the package.
pub(crate) fn text(name: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

/// The blocks of YAML, JSON5 and dotenv of a section of a page.
pub(crate) fn blocks(page: &str, section: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut inside = false;
    let mut block: Option<String> = None;
    for line in page.lines() {
        match &mut block {
            Some(text) if line == "```" => {
                blocks.push(std::mem::take(text));
                block = None;
            }
            Some(text) => {
                text.push_str(line);
                text.push('\n');
            }
            None if line.starts_with("## ") => inside = line == format!("## {section}"),
            None if inside && matches!(line, "```yaml" | "```json5" | "```dotenv") => block = Some(String::new()),
            None => {}
        }
    }
    blocks
}
