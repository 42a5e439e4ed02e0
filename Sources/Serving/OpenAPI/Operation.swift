import API
import Exposition
import HTTP

/// The description of one route in the OpenAPI document. The scope and the length of a body come from the route itself.
struct Operation: Sendable {
    /// A path parameter in braces, or a parameter of the query.
    struct Parameter: Sendable {
        let name: String
        let isInPath: Bool
        let schema: Schema
        let description: String

        static func path(_ name: String, _ schema: Schema, _ description: String) -> Parameter {
            Parameter(name: name, isInPath: true, schema: schema, description: description)
        }

        /// A parameter that may be left out, or given without a value.
        static func query(_ name: String, _ schema: Schema, _ description: String) -> Parameter {
            Parameter(name: name, isInPath: false, schema: schema.orEmpty, description: description)
        }
    }

    /// The request body, by media type.
    struct Body: Sendable {
        let content: [(type: String, schema: Schema)]
        let isRequired: Bool

        static func form(_ schema: Schema) -> Body {
            Body(content: [("application/x-www-form-urlencoded", schema)], isRequired: true)
        }

        static func json(_ schema: Schema, isRequired: Bool = false) -> Body {
            Body(content: [("application/json", schema)], isRequired: isRequired)
        }
    }

    /// An answer that is not a problem.
    struct Reply: Sendable {
        let status: Int
        let description: String
        let content: [(type: String, schema: Schema)]
        /// The objects that the schemas refer to, by name.
        var components: [String: Schema] = [:]

        static func text(_ description: String, status: Int = 200, types: [String] = ["text/plain"]) -> Reply {
            Reply(status: status, description: description, content: types.map { ($0, .text) })
        }

        /// A page that says what is wrong, or the problem itself if the request does not get as far.
        static func page(_ description: String, status: Int) -> Reply {
            let types = [("text/html", Schema.text), ("application/problem+json", Schema.component("Problem"))]
            return Reply(status: status, description: description, content: types)
        }

        static func json(_ description: String, _ schema: Schema) -> Reply {
            Reply(status: 200, description: description, content: [("application/json", schema)])
        }

        /// An answer without a frame.
        static func json(_ description: String, _ type: any Codable.Type) -> Reply {
            var components: [String: Schema] = [:]
            let schema = Schema.of(type, components: &components)
            return Reply(
                status: 200, description: description, content: [("application/json", schema)],
                components: components)
        }

        /// `data` in the frame of every answer.
        static func framed(_ description: String, _ type: any Codable.Type, status: Int = 200) -> Reply {
            var components: [String: Schema] = [:]
            let data = Schema.of(type, components: &components)
            return Reply(
                status: status, description: description,
                content: [("application/json", .object(frame + [("data", data)]))], components: components)
        }

        /// A page of rows.
        static func page(_ description: String, of row: any Codable.Type, most: Int) -> Reply {
            var components: [String: Schema] = [:]
            let rows = Schema.list(Schema.of(row, components: &components), most: most)
            let next = Schema.text.orNull.saying("The cursor of the next page; null on the last one.")
            return Reply(
                status: 200, description: description,
                content: [("application/json", .object(frame + [("data", rows), ("next_cursor", next)]))],
                components: components)
        }

        private static let frame: [Schema.Member] = [
            (
                "as_of",
                .time.orNull.saying("When the view was last known to match Redis; null before the first full scan.")
            ),
            ("view_age_seconds", .seconds.orNull), ("complete", .flag),
            ("instance", .text.saying("The daemon instance that answered.")),
        ]
    }

    let method: HTTPMethod
    let template: String
    /// The operation's name in generated clients.
    let id: String
    let summary: String
    var parameters: [Parameter] = []
    var body: Body?
    let replies: [Reply]
    /// Statuses of problems in addition to those of every route; see ``OpenAPIProblems``.
    var problems: [Int] = []
}

extension Operation {
    /// The JSON of the operation, for a route with that access.
    func json(access: Route.Access) -> JSONValue {
        var members: [(key: String, value: JSONValue)] = [
            ("operationId", .string(id)), ("summary", .string(summary)), ("security", Self.security(access)),
        ]
        if !parameters.isEmpty { members.append(("parameters", .array(parameters.map(\.json)))) }
        if let body { members.append(("requestBody", body.json)) }
        var statuses = OpenAPIProblems.always + problems
        if access != .open { statuses.append(403) }
        statuses.removeAll { status in replies.contains { $0.status == status } }
        let answers =
            replies.map { (key: String($0.status), value: $0.json) }
            + statuses.sorted().map { (key: String($0), value: OpenAPIProblems.reference($0)) }
        members.append(("responses", .object(answers)))
        return .object(members)
    }

    /// A read may need no token. That depends on the address and the settings, not on the route.
    private static func security(_ access: Route.Access) -> JSONValue {
        switch access {
        case .open: []
        case .scope(.read): [["bearer": ["read"]], [:]]
        case .scope(let scope): [["bearer": [.string(scope.rawValue)]]]
        }
    }
}

extension Operation.Parameter {
    fileprivate var json: JSONValue {
        var members: [(key: String, value: JSONValue)] = [
            ("name", .string(name)), ("in", isInPath ? "path" : "query"), ("description", .string(description)),
        ]
        if isInPath { members.append(("required", true)) }
        return .object(members + [("schema", schema.json)])
    }
}

extension Operation.Body {
    fileprivate var json: JSONValue { ["required": .bool(isRequired), "content": .content(content)] }
}

extension Operation.Reply {
    fileprivate var json: JSONValue { ["description": .string(description), "content": .content(content)] }
}

extension JSONValue {
    /// Schemas by media type.
    public static func content(_ content: [(type: String, schema: Schema)]) -> JSONValue {
        .object(content.map { (key: $0.type, value: ["schema": $0.schema.json]) })
    }
}
