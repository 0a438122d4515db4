use std::collections::BTreeMap;

use axum::http::Method;
use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa::openapi::example::{Example, ExampleBuilder};
use utoipa::openapi::path::{
    HttpMethod, OperationBuilder, Parameter, ParameterBuilder, ParameterIn, PathItem,
};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{AdditionalProperties, Object, ObjectBuilder, Type};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{
    Content, ContentBuilder, Header, Ref, RefOr, Required, Response, ResponseBuilder, Schema,
};

use crate::access::Guard;
use crate::error::problems;

/// One call of the contract:
/// `Call::new(Method::POST, "/api/v1/…", "contacts", "addContact", "Add a contact").sends::<NewContact>(example)…`
pub struct Call {
    pub method: Method,
    pub path: &'static str,
    /// What the call's types are made of, by name.
    pub schemas: Vec<(String, RefOr<Schema>)>,
    tag: &'static str,
    id: &'static str,
    summary: &'static str,
    about: Option<&'static str>,
    sends: Option<(&'static str, Content)>,
    status: u16,
    gives: ResponseBuilder,
    parameters: Vec<Parameter>,
    refuses: Vec<&'static str>,
}

impl Call {
    pub fn new(
        method: Method,
        path: &'static str,
        tag: &'static str,
        id: &'static str,
        summary: &'static str,
    ) -> Self {
        let parameters = path_parameters(path);
        Self {
            method,
            path,
            schemas: Vec::new(),
            tag,
            id,
            summary,
            about: None,
            sends: None,
            status: 204,
            gives: ResponseBuilder::new().description("Done"),
            parameters,
            refuses: Vec::new(),
        }
    }

    pub fn about(self, about: &'static str) -> Self {
        Self { about: Some(about), ..self }
    }

    /// A JSON object with exactly the fields of `T`.
    pub fn sends<T: ToSchema>(mut self, example: Value) -> Self {
        self.knows::<T>(closed(T::schema()));
        self.sends = Some(("application/json", content::<T>(example)));
        self.refuses(&["invalid", "too-large", "unsupported-media-type"])
    }

    /// A form with files; the other fields are text.
    pub fn sends_files<T: ToSchema>(mut self, example: Value) -> Self {
        self = self.sends::<T>(example);
        self.sends = self.sends.map(|it| ("multipart/form-data", it.1));
        self
    }

    /// Bytes of one of these kinds.
    pub fn gives_file(mut self, what: &str, kinds: &[&str]) -> Self {
        let bytes =
            || ContentBuilder::new().schema(Some(ObjectBuilder::new().schema_type(Type::String).build()));
        self.status = 200;
        self.gives = self.gives.description(what);
        for kind in kinds {
            self.gives = self.gives.content(*kind, bytes().build());
        }
        self
    }

    pub fn gives<T: ToSchema>(mut self, status: u16, what: &str, example: Value) -> Self {
        // What is sent and given alike stays closed.
        if !self.schemas.iter().any(|it| it.0 == T::name()) {
            self.knows::<T>(T::schema());
        }
        self.status = status;
        self.gives = self.gives.description(what).content("application/json", content::<T>(example));
        self
    }

    /// 204: there is nothing to say but that it happened.
    pub fn gives_nothing(mut self, what: &str) -> Self {
        self.gives = self.gives.description(what);
        self
    }

    /// The answer carries the version to change.
    pub fn tagged(mut self) -> Self {
        let mut header = Header::new(text("\"7\""));
        header.description = Some("The version, for If-Match.".to_owned());
        self.gives = self.gives.header("ETag", header);
        self
    }

    /// The change needs the version that it is based on.
    pub fn matching(mut self) -> Self {
        let about = "The ETag of what is changed, or `*` for whatever is there.";
        self.parameters.push(parameter("If-Match", ParameterIn::Header, Required::True, about, "\"7\""));
        self.refuses(&["stale", "precondition-required"])
    }

    /// The same key and body within 24 hours get the first answer again.
    pub fn once(mut self) -> Self {
        let about = "1 to 100 visible ASCII characters, new for each deed. The same key and body within 24 hours get \
                     the first answer again.";
        let key = "0193c1e6-77d1-7a39-9d07-1b6c6a0a8c55";
        self.parameters.push(parameter("Idempotency-Key", ParameterIn::Header, Required::False, about, key));
        self.refuses(&["invalid", "idempotency-key-reused"])
    }

    /// A parameter behind the question mark; none of them must be there.
    pub fn asks(mut self, name: &str, about: &str, example: &str) -> Self {
        self.parameters.push(parameter(name, ParameterIn::Query, Required::False, about, example));
        self.refuses(&["invalid"])
    }

    /// Page by page, by the cursor of the page before.
    pub fn pages(self) -> Self {
        self.asks("limit", "Rows of a page, 1 to 100; 20 where nothing is said.", "20").asks(
            "cursor",
            "Where the page begins: `next` of the page before.",
            "WyIyMDI2LTExLTIwIiwibyJd",
        )
    }

    /// A list as a spreadsheet, with the same filters.
    pub fn gives_sheet(mut self, what: &str, example: &str) -> Self {
        let sheet = ContentBuilder::new().schema(Some(text(example))).example(Some(Value::from(example)));
        self.status = 200;
        self.gives = self.gives.description(what).content("text/csv", sheet.build());
        self
    }

    /// Besides those that follow from who may make the call and from what it sends.
    pub fn refuses(mut self, codes: &[&'static str]) -> Self {
        self.refuses.extend(codes);
        self
    }

    /// `refusals` collects the answers that several calls have in common, by name.
    pub fn item(self, guard: Option<Guard>, refusals: &mut BTreeMap<String, Response>) -> PathItem {
        let at_the_door = self.at_the_door(guard);
        let mut operation = OperationBuilder::new()
            .tag(self.tag)
            .operation_id(Some(self.id))
            .summary(Some(self.summary))
            .description(self.about)
            .parameters(Some(self.parameters))
            .response(self.status.to_string(), self.gives);
        if let Some((kind, content)) = self.sends {
            let body = RequestBodyBuilder::new().content(kind, content);
            operation = operation.request_body(Some(body.required(Some(Required::True)).build()));
        }
        let mut by_status = BTreeMap::<u16, Vec<&problems::Problem>>::new();
        for problem in
            problems::all().filter(|it| at_the_door.contains(&it.code) || self.refuses.contains(&it.code))
        {
            by_status.entry(problem.status).or_default().push(problem);
        }
        for (status, problems) in by_status {
            let name = problems.iter().map(|it| it.code).collect::<Vec<_>>().join(".");
            operation = operation.response(status.to_string(), Ref::from_response_name(&name));
            refusals.entry(name).or_insert_with(|| refusal(&problems));
        }
        if guard != Some(Guard::Anyone) {
            let none: [&str; 0] = [];
            let schemes: &[&str] =
                if matches!(guard, Some(Guard::Staff(_))) { &["session", "key"] } else { &["session"] };
            operation =
                operation.securities(Some(schemes.iter().map(|it| SecurityRequirement::new(*it, none))));
        }
        PathItem::new(verb(&self.method), operation)
    }

    /// What follows from who may make the call.
    fn at_the_door(&self, guard: Option<Guard>) -> Vec<&'static str> {
        let mut codes = vec!["our-fault", "try-again"];
        codes.extend((self.method != Method::GET).then_some("cross-site"));
        codes.extend((guard != Some(Guard::Anyone)).then_some("sign-in-required"));
        let may_be_viewed = matches!(guard, Some(Guard::Contact(_))) && self.method != Method::GET;
        codes.extend(may_be_viewed.then_some("view-as-reads-only"));
        match guard {
            Some(Guard::Contact(Some(_)) | Guard::Staff(_)) => codes.extend(["not-found", "role-required"]),
            Some(Guard::Contact(None)) => codes.push("not-found"),
            _ => {}
        }
        codes
    }

    fn knows<T: ToSchema>(&mut self, schema: RefOr<Schema>) {
        self.schemas.push((T::name().into_owned(), schema));
        T::schemas(&mut self.schemas);
    }
}

fn verb(method: &Method) -> HttpMethod {
    match method.as_str() {
        "POST" => HttpMethod::Post,
        "PUT" => HttpMethod::Put,
        "PATCH" => HttpMethod::Patch,
        "DELETE" => HttpMethod::Delete,
        _ => HttpMethod::Get,
    }
}

fn path_parameters(path: &str) -> Vec<Parameter> {
    let names = path.split('/').filter_map(|it| it.strip_prefix('{')?.strip_suffix('}'));
    let parameter = |name| {
        let about = match name {
            "org" => "The organisation's id.",
            "contact" => "The contact's id.",
            "order" => "The order's id.",
            "member" => "The colleague's id.",
            "partner" => "The partner's id.",
            "notification" => "The notification's id.",
            "session" => "The session's id.",
            "payment" => "The payment record's id.",
            "document" => "The document's id.",
            "key" => "The key's id.",
            "notice" => "The announcement's id.",
            "subscription" => "The subscription's id.",
            "licence" => "The licence's id.",
            "product" => "The product's id.",
            _ => "An id.",
        };
        parameter(name, ParameterIn::Path, Required::True, about, "0193c1e6-77d1-7a39-9d07-1b6c6a0a8c55")
    };
    names.map(parameter).collect()
}

fn parameter(name: &str, place: ParameterIn, required: Required, about: &str, example: &str) -> Parameter {
    let parameter = ParameterBuilder::new().name(name).parameter_in(place).required(required);
    parameter.description(Some(about)).schema(Some(text(example))).build()
}

fn text(example: &str) -> Object {
    ObjectBuilder::new().schema_type(Type::String).examples([example]).build()
}

fn content<T: ToSchema>(example: Value) -> Content {
    ContentBuilder::new().schema(Some(Ref::from_schema_name(T::name()))).example(Some(example)).build()
}

/// Unknown fields are refused, so the document says that there are none.
fn closed(schema: RefOr<Schema>) -> RefOr<Schema> {
    match schema {
        RefOr::T(Schema::Object(mut object)) => {
            object.additional_properties = Some(Box::new(AdditionalProperties::FreeForm(false)));
            RefOr::T(Schema::Object(object))
        }
        other => other,
    }
}

fn refusal(problems: &[&problems::Problem]) -> Response {
    let codes: Vec<String> = problems.iter().map(|it| format!("`{}`: {}", it.code, it.means)).collect();
    let examples = problems.iter().map(|it| (it.code, example(it)));
    let content =
        ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).examples_from_iter(examples);
    let response = ResponseBuilder::new().description(codes.join("\n\n"));
    let response = response.content("application/problem+json", content.build());
    if !problems.iter().any(|it| matches!(it.status, 429 | 503)) {
        return response.build();
    }
    let mut header = Header::new(text("42"));
    header.description = Some("Seconds to wait.".to_owned());
    response.header("Retry-After", header).build()
}

fn example(problem: &problems::Problem) -> Example {
    let value = json!({
        "type": format!("/problems/{}", problem.code),
        "title": problem.title,
        "status": problem.status,
        "detail": format!("{} {}", problem.means, problem.to_do),
        "request_id": "0193c1e6-77d1-7a39-9d07-1b6c6a0a8c55",
        "errors": [],
    });
    ExampleBuilder::new().value(Some(value)).build()
}
