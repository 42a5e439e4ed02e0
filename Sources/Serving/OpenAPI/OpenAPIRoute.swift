import HTTP
import Synchronization

/// `GET /openapi.json`: the routes as an OpenAPI document, made on the first request. It needs the scope `read` like
/// other reads: it shows the version, and is of no use to somebody who may not read anything else.
final class OpenAPIRoute: Sendable {
    static let template = "/openapi.json"
    static let access = Route.Access.scope(.read)

    private let document: OpenAPIDocument
    private let made = Mutex<[UInt8]?>(nil)

    /// `routes`: all other routes.
    init(describing routes: [Route], maxIDLength: Int) {
        let own = OpenAPIDocument.Entry(method: .get, template: Self.template, access: Self.access)
        document = OpenAPIDocument(
            entries: routes.map { .init(method: $0.method, template: $0.template, access: $0.access) } + [own],
            maxIDLength: maxIDLength)
    }

    var route: Route {
        Route(.get, "/openapi.json", access: Self.access) { [self] request, _ in
            answering(request, known: []) { _ in .json(bytes) }
        }
    }

    private var bytes: [UInt8] {
        made.withLock { made in
            if let made { return made }
            var bytes: [UInt8] = []
            document.json.write(into: &bytes)
            bytes.append(UInt8(ascii: "\n"))
            made = bytes
            return bytes
        }
    }
}
