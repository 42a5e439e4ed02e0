/// The format of a line.
public enum LineFormat: String, Sendable, CaseIterable {
    case rustTracingJSON = "rust_tracing_json"
    case rustTracingText = "rust_tracing_text"
    case pythonJSON = "python_json"
    case pythonText = "python_text"
    case structlogJSON = "structlog_json"
    case structlogConsole = "structlog_console"
    case pino
    case slogJSON = "slog_json"
    case zapJSON = "zap_json"
    case zapConsole = "zap_console"
    case logfmt
    case dotnetJSON = "dotnet_json"
    case dotnetConsole = "dotnet_console"
    case nodeConsole = "node_console"
    case traefikJSON = "traefik_json"
    /// The common log format of web servers, which names no session.
    case commonLog = "common_log"
    /// JSON of an unknown logger.
    case json
    /// Text of an unknown logger.
    case text

    var isJSON: Bool {
        switch self {
        case .rustTracingJSON, .pythonJSON, .structlogJSON, .pino, .slogJSON, .zapJSON, .dotnetJSON, .traefikJSON,
            .json:
            true
        default: false
        }
    }
}
