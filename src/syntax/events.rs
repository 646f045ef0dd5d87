//! The events of the full YAML parser; this is the only file that knows it.

use granit_parser::{Event, Options, Parser, ScalarStyle, StructureStyle};

use crate::source::{to_u32, to_usize};

use super::LIMITS;
use super::build::{Builder, Collection};
use super::parse::Failure;
use super::tree::{Kind, NodeId, Style};

/// Reads from an offset to the end or to the first failure.
pub(super) fn run(builder: &mut Builder<'_>, from: u32) -> Result<(), Failure> {
    let rest = builder.tree.source.get(to_usize(from)..).unwrap_or_default();
    let mut options = Options::default();
    options.set_emit_comments(false);
    options.flow_nesting_limit = LIMITS.depth;
    options.block_nesting_limit = LIMITS.depth;
    options.emit_unresolved_aliases = from > 0;
    let mut parser = Parser::new_from_str_with_options(rest, options);
    let mut anchors = Anchors(Vec::new());
    while let Some(next) = parser.next_event() {
        let (event, span) = next.map_err(|error| {
            let at = error.marker().byte_offset().map_or(builder.last_end(), |at| from.saturating_add(to_u32(at)));
            Failure { at, message: error.info() }
        })?;
        let range = span.byte_range().unwrap_or(0..0);
        let (start, end) = (from.saturating_add(to_u32(range.start)), from.saturating_add(to_u32(range.end)));
        take(builder, &mut anchors, event, start, end)?;
    }
    Ok(())
}

/// The nodes that have anchors, by the parser's number.
struct Anchors(Vec<(usize, NodeId)>);

impl Anchors {
    fn put(&mut self, anchor: usize, id: NodeId) {
        if anchor > 0 {
            self.0.push((anchor, id));
        }
    }

    fn find(&self, anchor: usize) -> Option<NodeId> {
        self.0.iter().rev().find(|(number, _)| *number == anchor).map(|(_, id)| *id)
    }
}

fn take(
    builder: &mut Builder<'_>,
    anchors: &mut Anchors,
    event: Event<'_>,
    start: u32,
    end: u32,
) -> Result<(), Failure> {
    match event {
        Event::Scalar(text, style, anchor, _) => {
            let style = if style == ScalarStyle::Plain { Style::Plain } else { Style::Quoted };
            anchors.put(anchor, builder.scalar(&text, style, start, end)?);
        }
        Event::SequenceStart(style, anchor, _) => {
            anchors.put(anchor, builder.begin(Collection::Sequence, is_flow(style), start)?);
        }
        Event::MappingStart(style, anchor, _) => {
            anchors.put(anchor, builder.begin(Collection::Mapping, is_flow(style), start)?);
        }
        Event::SequenceEnd | Event::MappingEnd => builder.close(end),
        Event::Alias(anchor) => builder.leaf(start, end, anchors.find(anchor).map_or(Kind::Missing, Kind::Alias)),
        Event::UnresolvedAlias(_) => builder.leaf(start, end, Kind::Missing),
        Event::StreamStart
        | Event::StreamEnd
        | Event::DocumentStart(..)
        | Event::DocumentEnd
        | Event::Comment(..)
        | Event::Anchor(..)
        | _ => {}
    }
    Ok(())
}

fn is_flow(style: StructureStyle) -> bool {
    style == StructureStyle::Flow
}
