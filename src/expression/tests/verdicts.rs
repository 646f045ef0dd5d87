//! What comes of judging expressions, and that the crate agrees where all facts are known.

use std::collections::BTreeMap;

use super::{ROOT, known, partly};
use crate::expression::{Value, Verdict, compile, parse};

fn judge(text: &str, facts: &BTreeMap<&'static str, Value>) -> Verdict {
    compile(text, &ROOT).unwrap_or_else(|problems| panic!("{text}: {problems:?}")).judge(facts)
}

#[test]
fn agrees_with_the_crate_where_all_is_known() {
    let expressions = [
        r#"route.slo.tier == "critical""#,
        r#"!hop.model.id.contains("preview")"#,
        r#"hop.symptom in ["timeout", "overloaded"]"#,
        r#"hop.symptom in []"#,
        r#"route.data.exists(d, d == "customer-pii")"#,
        r#"route.data.all(d, d == "customer-pii")"#,
        r#"route.data.exists_one(d, d.startsWith("p"))"#,
        r#"route.data.exists_one(d, size(d) > 1)"#,
        "size(route.pool) >= 2",
        "route.pool.exists(p, size(p) == 2)",
        "route.pool.exists(p, p.size() == 6)",
        r#"key.owner != "" && key.expires != """#,
        "target.timeoutMs <= 60000",
        "target.timeoutMs < 60000",
        "hop.model.price.inputMicroUsdPerMTok < 5000000",
        r#"hop.model.preview ? target.timeoutMs > 1 : key.owner.endsWith("-a")"#,
        "1 + 2 * 3 - 4 == 3",
        "1 - 2 - 3 == -4",
        "-(2 - 5) == 3 && - target.timeoutMs < -0x1F",
        "-9223372036854775808 < 9223372036854775807",
        r#"route.hops.exists(h, h.model.tier == "small" && h.model.id.endsWith("preview"))"#,
        r#"route.hops.filter(h, h.model.tier == "small").size() == 1"#,
        r#"route.hops.map(h, h.model.id) == ["claude-x", "gpt-preview"]"#,
        r#"route.hops.map(h, h.model.id) == ["claude-x"]"#,
        r#"route.hops.all(h, route.pool.exists(p, p != h.symptom))"#,
        "has(hop.model.tier) && has(key.owner)",
        r#"[1, 2] != [2, 1] && [[1], []] == [[1], []]"#,
        r#""a" < "b" && "Z" < "a" && "a" <= "a" && "ä" > "z""#,
        r#""\x41\u00e4\101\n" == 'AäA\n' && '"' == "\"" // done"#,
        r#""😀".contains("") && size("😀é") == 2"#,
        "true || false && false",
        "(true || false) && false",
        "true != false == true",
        r#"hop.model.id == "a" || hop.model.id == "b" || hop.model.id == "claude-x""#,
        "(1 < 2 ? [1] : []).exists(x, x == 1)",
        "1 in [1, 2].map(x, x * x) && !(3 in [1, 2])",
    ];
    let facts = known();
    for text in expressions {
        let ours = judge(text, &facts);
        let crates = if parse::oracle(text, &facts).unwrap() { Verdict::Holds } else { Verdict::Fails };
        assert_eq!(ours, crates, "{text}");
    }
}

#[test]
fn what_is_not_known_is_neither_true_nor_false() {
    let table = [
        (r#"hop.model.tier == "small""#, "hop.model.tier"),
        (r#"hop.model.tier != "small""#, "hop.model.tier"),
        (r#"!(hop.model.tier == "small")"#, "hop.model.tier"),
        (r#"hop.model.tier == "small" && true"#, "hop.model.tier"),
        (r#"hop.model.tier == "small" && key.owner == """#, "hop.model.tier"),
        (r#"false || hop.model.tier == "small""#, "hop.model.tier"),
        (r#"false && hop.model.tier == "small""#, "fails"),
        (r#"hop.model.tier == "small" && false"#, "fails"),
        (r#"true || hop.model.tier == "small""#, "holds"),
        (r#"hop.model.tier == "small" || true"#, "holds"),
        ("target.timeoutMs + 1 > 0", "target.timeoutMs"),
        ("target.timeoutMs < 0 ? true : true", "target.timeoutMs"),
        ("true ? true : target.timeoutMs < 0", "holds"),
        (r#"key.owner == """#, "key"),
        ("has(hop.model.tier)", "fails"),
        ("!has(key.owner)", "holds"),
        ("has(hop.model.id)", "holds"),
        (r#"has(hop.model.tier) && hop.model.tier == "x""#, "fails"),
        (r#"route.pool.exists(p, true)"#, "route.pool"),
        (r#"route.pool.all(p, true)"#, "route.pool"),
        ("size(route.pool) > 1", "route.pool"),
        ("size(route.data) == 2", "holds"),
        (r#""public" in route.data"#, "holds"),
        (r#""customer-pii" in route.data"#, r#""customer-pii" in route.data"#),
        (r#"hop.model.tier in ["a"]"#, "hop.model.tier"),
        (r#"route.data.exists(d, d == "public")"#, "holds"),
        (r#"route.data.exists(d, d == "x")"#, "route.data[1]"),
        (r#"route.data.all(d, d == "x")"#, "fails"),
        (r#"route.data.all(d, d == "public")"#, "route.data[1]"),
        (r#"route.data.exists_one(d, d == "public")"#, "route.data[1]"),
        (r#"route.data.map(d, d).size() == 2"#, "route.data[1]"),
        (r#"route.hops.exists(h, h.model.tier == "small")"#, "route.hops[1].model.tier"),
        (r#"route.hops.exists(h, h.model.tier == "frontier")"#, "holds"),
        (r#"route.hops.filter(h, h.model.tier == "x").size() == 0"#, "route.hops[1].model.tier"),
        (r#"route.data == ["public"]"#, "fails"),
        (r#"route.data == ["private", "x"]"#, "fails"),
        (r#"route.data == ["public", "x"]"#, r#"route.data == ["public", "x"]"#),
        ("9223372036854775807 + 1 > 0", "9223372036854775807 + 1, which is too large a number"),
        ("-(-9223372036854775808) > 0", "-(-9223372036854775808), which is too large a number"),
    ];
    let facts = partly();
    for (text, expected) in table {
        let verdict = match judge(text, &facts) {
            Verdict::Holds => "holds".to_owned(),
            Verdict::Fails => "fails".to_owned(),
            Verdict::Unknown(what) => what,
            Verdict::Exhausted => "exhausted".to_owned(),
        };
        assert_eq!(verdict, expected, "{text}");
    }
}

#[test]
fn facts_of_the_wrong_type_are_not_known() {
    let facts = BTreeMap::from([("hop", Value::Int(3)), ("target", super::object([("timeoutMs", super::text("x"))]))]);
    assert_eq!(judge(r#"hop.symptom == """#, &facts), Verdict::Unknown("hop.symptom".to_owned()));
    assert!(matches!(judge("target.timeoutMs > 3", &facts), Verdict::Unknown(_)));
}

#[test]
fn takes_only_so_many_steps() {
    let list: Vec<String> = (0..60).map(|number| number.to_string()).collect();
    let list = format!("[{}]", list.join(","));
    let deep = format!("{list}.all(a, {list}.all(b, {list}.all(c, a + b + c >= 0)))");
    let long = Verdict::Exhausted;
    assert_eq!(judge(&deep, &BTreeMap::new()), long);
    assert_eq!(judge(&format!("({deep}) || true"), &BTreeMap::new()), long);
    assert_eq!(judge(&format!("{list}.all(a, {list}.all(b, a + b >= 0))"), &BTreeMap::new()), Verdict::Holds);
    let copies = format!("{list}.map(a, {list}.map(b, {list}.map(c, {list}))).size() == 60");
    assert_eq!(judge(&copies, &BTreeMap::new()), long);
}
