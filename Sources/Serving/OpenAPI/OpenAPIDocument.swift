import API
import Configuration
import Exposition
import HTTP

/// The OpenAPI document. It joins the description of each route (``Operation``) with the route itself. A route without
/// a description is left out; the tests find it.
struct OpenAPIDocument: Sendable {
    /// A route as the document describes it.
    struct Entry: Sendable {
        let method: HTTPMethod
        let template: String
        let access: Route.Access
    }

    let entries: [Entry]
    /// Longest session id, in bytes.
    let maxIDLength: Int

    /// The descriptions of all routes, also of those that this daemon may not have.
    static func operations(maxIDLength: Int) -> [Operation] {
        let parts = [
            healthOperations(maxIDLength: maxIDLength), nodeOperations, sessionOperations(maxIDLength: maxIDLength),
            misrouteOperations,
            incidentOperations, eventOperations, cleanupOperations, ownOperations,
        ]
        return parts.flatMap(\.self)
    }

    var json: JSONValue {
        [
            "openapi": "3.1.0", "info": Self.info, "security": [], "paths": paths,
            "components": [
                "schemas": schemas,
                "responses": OpenAPIProblems.responses,
                "securitySchemes": [
                    "bearer": ["type": "http", "scheme": "bearer", "description": .string(Self.scopes)]
                ],
            ],
        ]
    }

    private static let scopes = """
        Scopes: \(AccessScope.allCases.map(\.rawValue).joined(separator: ", ")). Reads need none on a loopback address, or \
        where `http.allow_anonymous_reads` is set; `reveal` shows session ids.
        """

    private static let description = """
        MCP sessions in Redis: their owners, the orphaned ones, and why a request for one was refused. HEAD works where \
        GET does; OPTIONS names a path's methods.
        """

    private static let info: JSONValue = [
        "title": "mcp-sessiond", "version": .string(Build.version), "description": .string(description),
        "license": ["name": "Apache 2.0", "identifier": "Apache-2.0"],
    ]

    private var paths: JSONValue {
        let operations = Self.operations(maxIDLength: maxIDLength)
        var paths: [(key: String, value: JSONValue)] = []
        for entry in entries {
            let operation = operations.first { $0.method == entry.method && $0.template == entry.template }
            guard let operation else { continue }
            let member = (key: entry.method.rawValue.lowercased(), value: operation.json(access: entry.access))
            if let index = paths.firstIndex(where: { $0.key == entry.template }) {
                paths[index].value = .object((paths[index].value.object ?? []) + [member])
            } else {
                paths.append((entry.template, .object([member])))
            }
        }
        return .object(paths)
    }

    /// `components/schemas`: the objects of all answers, by name.
    private var schemas: JSONValue {
        var schemas = ["Problem": OpenAPIProblems.schema]
        for reply in Self.operations(maxIDLength: maxIDLength).flatMap(\.replies) {
            schemas.merge(reply.components) { first, _ in first }
        }
        return .object(schemas.sorted { $0.key < $1.key }.map { (key: $0.key, value: $0.value.json) })
    }

    private static let ownOperations = [
        Operation(
            method: .get, template: OpenAPIRoute.template, id: "openapi", summary: "This document.",
            replies: [
                .json(
                    "OpenAPI 3.1.",
                    .object([
                        ("openapi", .text), ("info", .anything), ("security", .anything), ("paths", .anything),
                        ("components", .anything),
                    ]))
            ])
    ]
}
