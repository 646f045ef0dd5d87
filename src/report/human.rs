//! For people: the source with labels, the path of the request, and what to type. The only file that knows miette.

use std::collections::BTreeMap;
use std::fmt;

use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents, Severity, SourceCode,
    SourceSpan, SpanContents,
};

use crate::diagnostic::{Diagnostic, Label, Level, is_bidi};
use crate::source::{FileId, LineIndex, SourceMap, Span, to_u32, to_usize};

use super::{Places, Report, Style, escape, redact, summary};

/// How many findings are drawn; the rest is listed, one line each.
const DRAWN: usize = 200;

/// How many hops of a long path are drawn, at its beginning and at its end.
const FIRST_HOPS: usize = 16;
const LAST_HOPS: usize = 4;

/// The longest line that is drawn, in bytes.
const LONGEST_LINE: usize = 500;

pub(super) fn render(report: &Report<'_>, style: Style, places: &mut Places<'_>) -> String {
    let mut out = String::new();
    let theme = if style.color { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_width(style.width)
        .with_context_lines(WHOLE_LINE)
        .with_links(false)
        .without_cause_chain();
    let mut shown: BTreeMap<FileId, Shown> = BTreeMap::new();
    for (at, finding) in report.findings.iter().filter(|finding| finding.waived.is_none()).enumerate() {
        if at >= DRAWN || !draw(report, finding, &handler, &mut shown, &mut out) {
            let region = places.region(finding.primary.span);
            let line = format!(
                "{} [{}]\n  at {}:{}:{}\n  {}\n",
                finding.level.as_str(),
                finding.rule,
                region.file,
                region.line,
                region.column,
                redact::message(&finding.message)
            );
            out.push_str(&escape::terminal(&line));
        }
        out.push('\n');
    }
    for finding in report.findings {
        let Some(waived) = &finding.waived else { continue };
        let region = places.region(finding.primary.span);
        let line = format!(
            "waived [{}] {}:{}: {} ({})",
            finding.rule,
            region.file,
            region.line,
            redact::message(&finding.message),
            waived.reason
        );
        super::fold::wrap(&mut out, &escape::line(&line), "", style.width);
    }
    super::fold::wrap(&mut out, &escape::line(&summary::verdict(report)), "", style.width);
    for line in summary::caveats(report, style) {
        super::fold::wrap(&mut out, &escape::line(&line), "  ", style.width);
    }
    out
}

/// Draws a finding; false where its lines are too long to be read.
fn draw(
    report: &Report<'_>,
    finding: &Diagnostic,
    handler: &GraphicalReportHandler,
    shown: &mut BTreeMap<FileId, Shown>,
    out: &mut String,
) -> bool {
    let mut all: Vec<Label> = vec![finding.primary.clone()];
    all.extend(finding.related.iter().cloned());
    all.extend(hops(finding));
    for label in &all {
        shown.entry(label.span.file).or_insert_with(|| Shown::new(report.sources, label.span.file, report.secrets));
    }
    let too_long = all.iter().any(|label| shown.get(&label.span.file).is_none_or(|file| !file.is_drawable(label.span)));
    if too_long {
        return false;
    }
    let mut groups: Vec<Drawn<'_>> = Vec::new();
    for label in all {
        let Some(file) = shown.get(&label.span.file) else { continue };
        let found = groups.iter_mut().find(|group| group.file == label.span.file);
        match found {
            Some(group) => group.add(&label),
            None => groups.push(Drawn::new(finding, file, &label, groups.is_empty())),
        }
    }
    let mut groups = groups.into_iter();
    let Some(mut first) = groups.next() else { return false };
    first.elsewhere = groups.collect();
    let mut text = String::new();
    if handler.render_report(&mut text, &first).is_err() {
        return false;
    }
    for line in text.lines() {
        out.push_str(line.trim_end());
        out.push('\n');
    }
    true
}

/// The hops of a finding's path, numbered; of a long path the first and the last.
fn hops(finding: &Diagnostic) -> impl Iterator<Item = Label> {
    let hops = finding.trace.len();
    let left_out = if hops > FIRST_HOPS + LAST_HOPS { FIRST_HOPS..hops - LAST_HOPS } else { hops..hops };
    let shown = finding.trace.iter().enumerate().filter({
        let left_out = left_out.clone();
        move |(at, _)| !left_out.contains(at)
    });
    shown.map(move |(at, hop)| {
        let rest = match left_out.len() {
            more @ 1.. if at + 1 == left_out.start => format!("; {more} more hops follow, which JSON shows"),
            _ => String::new(),
        };
        Label { span: hop.span, text: format!("{}. {}{rest}", at + 1, hop.text) }
    })
}

/// A file as it is shown: secrets masked, what a terminal would obey replaced, every byte at its place.
#[derive(Debug)]
struct Shown {
    name: String,
    text: String,
    lines: LineIndex,
}

impl Shown {
    fn new(sources: &SourceMap, id: FileId, secrets: &[Span]) -> Self {
        let file = sources.file(id);
        let masked = redact::source(file.text(), secrets.iter().copied().filter(|span| span.file == id));
        let mut text = String::with_capacity(masked.len());
        for letter in masked.chars() {
            match letter {
                '\n' | '\r' | '\t' => text.push(letter),
                _ if is_bidi(letter) || (letter.is_control() && letter.len_utf8() > 1) => {
                    text.push_str(match letter.len_utf8() {
                        3 => "\u{fffd}",
                        2 => "??",
                        _ => "?",
                    });
                }
                _ if letter.is_control() => text.push('?'),
                _ => text.push(letter),
            }
        }
        Self { name: escape::line(file.name()), lines: file.lines(), text }
    }

    fn window(&self, from: u32, to: u32) -> (u32, usize, usize) {
        let first = self.lines.locate(&self.text, from).line;
        let last = self.lines.locate(&self.text, to).line;
        let start = to_usize(self.lines.start_of(first));
        let rest = self.text.get(to_usize(self.lines.start_of(last))..).unwrap_or_default();
        let end = self.text.len() - rest.len() + rest.find(['\n', '\r']).unwrap_or(rest.len());
        (first, start, end)
    }

    fn is_drawable(&self, span: Span) -> bool {
        let (_, start, end) = self.window(span.start, span.end.max(span.start));
        self.text
            .get(start..end)
            .is_some_and(|lines| lines.lines().count() <= 60 && lines.lines().all(|line| line.len() <= LONGEST_LINE))
    }
}

/// The number of context lines that stands for "the lines of the label, whole": miette asks with it for what it draws,
/// and with 0 for the line and column in the heading.
const WHOLE_LINE: usize = 1;

impl SourceCode for Shown {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        _: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let (from, to) = (to_u32(span.offset()), to_u32(span.offset() + span.len()));
        let first = self.lines.locate(&self.text, from);
        let (_, start, end) = self.window(from, to);
        let (start, column) = if before == 0 { (span.offset(), to_usize(first.column - 1)) } else { (start, 0) };
        let data = self.text.as_bytes().get(start..end).ok_or(MietteError::OutOfBounds)?;
        let count = to_usize(self.lines.locate(&self.text, to).line - first.line) + 1;
        let line = to_usize(first.line - 1);
        Ok(Box::new(MietteSpanContents::new_named(
            self.name.clone(),
            data,
            (start, end - start).into(),
            line,
            column,
            count,
        )))
    }
}

/// The labels of a finding in one file; the first file's carries the words.
struct Drawn<'a> {
    file: FileId,
    source: &'a Shown,
    rule: Option<&'static str>,
    place: String,
    message: String,
    help: Option<String>,
    level: Level,
    labels: Vec<LabeledSpan>,
    elsewhere: Vec<Drawn<'a>>,
}

impl<'a> Drawn<'a> {
    fn new(finding: &Diagnostic, source: &'a Shown, label: &Label, is_first: bool) -> Self {
        let help = finding.help.as_ref().filter(|_| is_first).map(|help| escape::terminal(&redact::message(help)));
        let message = if is_first { redact::message(&finding.message) } else { "see also".to_owned() };
        let start = source.lines.locate(&source.text, finding.primary.span.start);
        let mut drawn = Self {
            place: format!("{}:{}:{}", source.name, start.line, start.column),
            file: label.span.file,
            source,
            rule: is_first.then(|| finding.rule.as_str()),
            message: escape::terminal(&message),
            help,
            level: if is_first { finding.level } else { Level::Allow },
            labels: Vec::new(),
            elsewhere: Vec::new(),
        };
        drawn.push(label, is_first);
        drawn
    }

    fn add(&mut self, label: &Label) {
        let range = range(label.span);
        // Two labels on one place become one, else the drawing shows the second far away from it.
        if let Some(same) = self.labels.iter_mut().find(|known| known.offset() == range.0 && known.len() == range.1) {
            let text = format!("{}\n{}", same.label().unwrap_or_default(), escape::line(&redact::message(&label.text)));
            let is_primary = same.primary();
            *same = if is_primary {
                LabeledSpan::new_primary_with_span(Some(text), range)
            } else {
                LabeledSpan::new_with_span(Some(text), range)
            };
            return;
        }
        self.push(label, false);
    }

    fn push(&mut self, label: &Label, is_primary: bool) {
        let range = range(label.span);
        let text = Some(escape::line(&redact::message(&label.text)));
        self.labels.push(if is_primary {
            LabeledSpan::new_primary_with_span(text, range)
        } else {
            LabeledSpan::new_with_span(text, range)
        });
    }
}

fn range(span: Span) -> (usize, usize) {
    (to_usize(span.start), to_usize(span.end.saturating_sub(span.start)))
}

impl fmt::Debug for Drawn<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl fmt::Display for Drawn<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for Drawn<'_> {}

impl miette::Diagnostic for Drawn<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let level = self.level.as_str();
        let rule = self.rule?;
        Some(Box::new(format!("{level}[{rule}] {}", self.place)))
    }

    fn severity(&self) -> Option<Severity> {
        Some(match self.level {
            Level::Deny => Severity::Error,
            Level::Warn => Severity::Warning,
            Level::Allow => Severity::Advice,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let help = self.help.as_ref()?;
        Some(Box::new(help))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(self.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn miette::Diagnostic> + 'a>> {
        let elsewhere = self.elsewhere.iter().map(|drawn| {
            let diagnostic: &dyn miette::Diagnostic = drawn;
            diagnostic
        });
        if self.elsewhere.is_empty() {
            return None;
        }
        Some(Box::new(elsewhere))
    }
}
