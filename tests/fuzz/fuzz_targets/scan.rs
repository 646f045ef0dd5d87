//! The quick scanner and the full parser on arbitrary text: the same tree and the same findings.
#![no_main]

use libfuzzer_sys::fuzz_target;
use routec::diagnostic::Sink;
use routec::source::SourceMap;
use routec::syntax::{parse, parse_in_full};

fuzz_target!(|text: &str| {
    let mut sources = SourceMap::new();
    let file = sources.add("fuzz.yaml", text.as_bytes().to_vec());
    let (mut quick, mut full) = (Sink::new(), Sink::new());
    let trees = (
        format!("{:?}", parse(&sources, file, &mut quick)),
        format!("{:?}", parse_in_full(&sources, file, &mut full)),
    );
    assert_eq!(trees.0, trees.1);
    let found = |sink: Sink| format!("{:?}", sink.finish(&routec::rules::default_levels()));
    assert_eq!(found(quick), found(full));
});
