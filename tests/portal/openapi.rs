//! The document of the API says what the code does: the same calls, the same shapes, the same refusals.

use std::collections::BTreeSet;

use portal::error::problems;
use serde_json::{Value, json};

use crate::fixtures::{Portal, cookie};
use crate::samples::sample;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/public/api/v1/openapi.json");

fn document() -> Value {
    serde_json::from_str(&portal::openapi::text(&portal::routes::all().index).unwrap()).unwrap()
}

#[test]
fn the_file_in_public_is_what_the_code_says() {
    let text = portal::openapi::text(&portal::routes::all().index).unwrap();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::create_dir_all(FILE.trim_end_matches("/openapi.json")).unwrap();
        std::fs::write(FILE, &text).unwrap();
    }
    let found = std::fs::read_to_string(FILE).unwrap_or_default();
    assert!(found == text, "public/api/v1/openapi.json is behind: UPDATE=1 cargo test --test portal openapi");
}

/// Itself, or what it refers to.
fn resolved<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    value["$ref"].as_str().map_or(value, |it| document.pointer(it.trim_start_matches('#')).unwrap())
}

fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let paths = document["paths"].as_object().unwrap();
    let of = |path: &str, item: &Value| -> Vec<(String, String, Value)> {
        let verbs = item.as_object().unwrap().iter();
        verbs.map(|it| (it.0.to_uppercase(), path.to_owned(), it.1.clone())).collect()
    };
    paths.iter().flat_map(|it| of(it.0, it.1)).collect()
}

#[test]
fn the_document_has_the_calls_of_the_router_and_no_other() {
    let index = portal::routes::all().index;
    let routed: BTreeSet<(String, String)> = index
        .iter()
        .filter(|it| it.path.starts_with("/api/"))
        .map(|it| (it.method.to_string(), it.path.clone()))
        .collect();
    let documented = operations(&document()).into_iter().map(|it| (it.0, it.1)).collect();
    assert_eq!(routed, documented);
}

#[test]
fn every_call_is_described_whole() {
    let document = document();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    let mut ids = BTreeSet::new();
    for (verb, path, operation) in operations(&document) {
        let said = format!("{verb} {path}");
        assert!(ids.insert(operation["operationId"].to_string()), "{said}: its operationId is taken");
        assert!(operation["summary"].as_str().is_some_and(|it| !it.ends_with('.')), "{said}");
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        let named: Vec<&str> = parameters
            .iter()
            .filter(|it| it["in"] == "path")
            .map(|it| it["name"].as_str().unwrap())
            .collect();
        let expected: Vec<&str> = path
            .split('/')
            .filter_map(|it| it.strip_prefix('{'))
            .map(|it| it.trim_end_matches('}'))
            .collect();
        assert_eq!(named, expected, "{said}");
        let answers = operation["responses"].as_object().unwrap();
        assert_eq!(answers.keys().filter(|it| it.starts_with('2')).count(), 1, "{said}");
        let precondition = parameters.iter().any(|it| it["name"] == "If-Match" && it["required"] == true);
        assert_eq!(
            precondition,
            ["PUT", "PATCH"].contains(&verb.as_str()) && answers.contains_key("428"),
            "{said}"
        );
        for (status, answer) in answers {
            let answer = resolved(&document, answer);
            assert!(!answer["description"].as_str().unwrap().is_empty(), "{said} {status}");
            let kind = if status.starts_with('2') { "application/json" } else { "application/problem+json" };
            let content = &answer["content"][kind];
            if status == "200" && path.ends_with("/{document}") {
                assert!(answer["content"]["application/pdf"].is_object() && content.is_null(), "{said}");
                continue;
            }
            if status == "200" && path.rsplit('.').next() == Some("csv") {
                assert!(
                    answer["content"]["text/csv"]["schema"]["type"] == "string" && content.is_null(),
                    "{said}"
                );
                continue;
            }
            assert!(status == "204" || content["schema"]["$ref"].is_string(), "{said} {status}");
            assert!(
                status == "204" || content["example"].is_object() || content["examples"].is_object(),
                "{said} {status}"
            );
        }
    }
}

fn refs<'a>(value: &'a Value, found: &mut BTreeSet<&'a str>) {
    match value {
        Value::Object(object) => {
            found.extend(object.get("$ref").and_then(Value::as_str));
            object.values().for_each(|it| refs(it, found));
        }
        Value::Array(items) => items.iter().for_each(|it| refs(it, found)),
        _ => {}
    }
}

#[test]
fn every_reference_leads_somewhere_and_every_schema_is_used() {
    let document = document();
    let mut found = BTreeSet::new();
    refs(&document, &mut found);
    for reference in &found {
        assert!(document.pointer(reference.trim_start_matches('#')).is_some(), "{reference}");
    }
    for part in ["schemas", "responses"] {
        for name in document["components"][part].as_object().unwrap().keys() {
            assert!(found.contains(format!("#/components/{part}/{name}").as_str()), "{name} is used nowhere");
        }
    }
}

/// As much of JSON Schema as the document uses.
fn mismatch(document: &Value, schema: &Value, value: &Value, at: &str) -> Option<String> {
    let schema = resolved(document, schema);
    if let Some(choices) = schema["oneOf"].as_array() {
        let fits = choices.iter().any(|it| mismatch(document, it, value, at).is_none());
        return (!fits).then(|| format!("{at}: {value} is none of {choices:?}"));
    }
    let kinds = match &schema["type"] {
        Value::Array(kinds) => kinds.clone(),
        kind => vec![kind.clone()],
    };
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(it) if it.is_f64() || kinds.contains(&json!("number")) => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    if !kinds.contains(&json!(kind)) {
        return Some(format!("{at}: {value} is no {kinds:?}"));
    }
    if schema["enum"].as_array().is_some_and(|it| !it.contains(value)) {
        return Some(format!("{at}: {value} is none of {}", schema["enum"]));
    }
    match value {
        Value::Array(items) => items.iter().find_map(|it| mismatch(document, &schema["items"], it, at)),
        Value::Object(_) if schema["properties"].is_null() => None,
        Value::Object(object) => {
            let needed = schema["required"].as_array().cloned().unwrap_or_default();
            let missing = needed.iter().find(|it| !object.contains_key(it.as_str().unwrap()));
            missing.map(|it| format!("{at}: {it} is missing")).or_else(|| {
                object.iter().find_map(|(name, value)| match schema["properties"].get(name) {
                    Some(schema) => mismatch(document, schema, value, &format!("{at}.{name}")),
                    None => Some(format!("{at}: there is no {name}")),
                })
            })
        }
        _ => None,
    }
}

#[test]
fn the_examples_fit_their_schemas() {
    let document = document();
    for (verb, path, operation) in operations(&document) {
        let mut contents: Vec<&Value> = operation["responses"]
            .as_object()
            .unwrap()
            .values()
            .map(|it| &resolved(&document, it)["content"])
            .collect();
        contents.push(&operation["requestBody"]["content"]);
        for content in contents.iter().filter_map(|it| it.as_object()).flat_map(|it| it.values()) {
            let several =
                content["examples"].as_object().into_iter().flat_map(|it| it.values()).map(|it| &it["value"]);
            for example in several.chain(content.get("example")) {
                assert_eq!(
                    mismatch(&document, &content["schema"], example, "example"),
                    None,
                    "{verb} {path}"
                );
            }
        }
    }
}

/// What the portal answers is what the document promises.
#[test]
fn the_answers_fit_the_document() {
    let document = document();
    for url in portal::routes::all().index.iter().filter(|it| it.path.starts_with("/api/")) {
        let said = format!("{} {}", url.method, url.path);
        let operation = &document["paths"][&url.path][url.method.as_str().to_lowercase()];
        let sample = sample(url);
        let portal = || Portal::after(&format!("delete from contact where id = 'c-sue'; {}", sample.after));
        let answer = sample.send(&portal(), url.method.as_str());
        let promised = resolved(&document, &operation["responses"][answer.status.as_str()]);
        assert!(promised.is_object(), "{said} answers {}: {}", answer.status, answer.body);
        let sheet = promised["content"]["text/csv"].is_object();
        assert_eq!(sheet, answer.header("content-type").starts_with("text/csv;"), "{said}");
        let file = promised["content"]["application/pdf"].is_object();
        assert_eq!(file, answer.header("content-type") == "application/pdf", "{said}");
        if answer.status.is_success() && !answer.body.is_empty() && !sheet && !file {
            let schema = &promised["content"]["application/json"]["schema"];
            assert_eq!(mismatch(&document, schema, &answer.json(), "answer"), None, "{said}");
        }
        for name in promised["headers"].as_object().into_iter().flat_map(|it| it.keys()) {
            assert!(!answer.header(name).is_empty(), "{said} has no {name}");
        }
        let sent = &operation["requestBody"]["content"]["application/json"]["schema"];
        let form = &operation["requestBody"]["content"]["multipart/form-data"]["schema"];
        assert_eq!(sent.is_object() || form.is_object(), !sample.body.is_empty(), "{said}");
        assert!(
            !form.is_object() || sample.headers.iter().any(|it| it.1.starts_with("multipart/")),
            "{said}"
        );
        if sent.is_object() {
            let body: Value = serde_json::from_str(sample.body).unwrap();
            assert_eq!(mismatch(&document, sent, &body, "body"), None, "{said}");
        }
        for refused in [
            portal().send(url.method.as_str(), &sample.path, "", sample.body),
            portal().send(url.method.as_str(), &sample.path, &cookie("bob"), sample.body),
            portal().send(url.method.as_str(), &sample.path, &cookie("eve"), sample.body),
            portal().send(url.method.as_str(), &sample.path, &cookie("ann"), "{\"x\": 1}"),
        ] {
            if refused.status.is_success() {
                continue;
            }
            let code = refused.json()["type"].as_str().unwrap().replace("/problems/", "");
            let promised = resolved(&document, &operation["responses"][refused.status.as_str()]);
            let content = &promised["content"]["application/problem+json"];
            assert!(content["examples"][&code].is_object(), "{said} refuses with {} {code}", refused.status);
            assert_eq!(mismatch(&document, &content["schema"], &refused.json(), "problem"), None, "{said}");
        }
    }
}

#[test]
fn every_problem_has_a_page_and_a_place_of_its_own() {
    let mut codes = BTreeSet::new();
    for problem in problems::all() {
        assert!(codes.insert(problem.code), "{} twice", problem.code);
        let answer = Portal::new().send("GET", &format!("/problems/{}", problem.code), "", "");
        assert_eq!(answer.status.as_u16(), 200);
        for text in [problem.code, &problem.status.to_string(), problem.title] {
            assert!(answer.body.contains(text), "{text}");
        }
        assert!(
            problem.to_do.ends_with('.') && problem.means.ends_with('.') && !problem.title.ends_with('.')
        );
    }
    for code in ["nothing", "%ff", "%00", "not-found%20"] {
        assert_eq!(
            Portal::new().send("GET", &format!("/problems/{code}"), "", "").status.as_u16(),
            404,
            "{code}"
        );
    }
}
