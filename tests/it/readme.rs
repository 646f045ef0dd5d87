//! Every `console` block of the README, the examples and `tests/commands/` is run.

#[test]
fn commands_say_what_the_pages_say() {
    let cases = trycmd::TestCases::new();
    cases.register_bin("routec", std::path::Path::new(env!("CARGO_BIN_EXE_routec")));
    cases.case("README.md").case("examples/*/README.md").case("tests/commands/*.md");
}
