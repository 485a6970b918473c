use super::*;

#[test]
fn json_is_read_strictly() {
    let json = strict(br#" {"a": [1, -2, 1.5, "x", null, true], "b": {"a": {}}} "#).unwrap();
    assert_eq!(json, serde_json::json!({ "a": [1, -2, 1.5, "x", null, true], "b": { "a": {} } }));
    let code = |text: &[u8]| strict(text).unwrap_err().code().as_u16();
    assert_eq!(code(br#"{"a": 1, "a": 2}"#), 422);
    assert_eq!(code(br#"[{"x": {"a": 1, "a": 1}}]"#), 422);
    for broken in [&b"{"[..], b"", b"{} {}", b"\xff", b"{\"a\": 1e999}", b"\"\xc3\""] {
        assert_eq!(code(broken), 400, "{broken:?}");
    }
    assert_eq!(code("[".repeat(100_000).as_bytes()), 400);
}
