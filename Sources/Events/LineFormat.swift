/// What a line was taken for.
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
    /// The common log format of web servers: it carries no session.
    case commonLog = "common_log"
    /// JSON of no logger that is known here.
    case json
    /// Text of no logger that is known here.
    case text

    var isJSON: Bool {
        switch self {
        case .rustTracingJSON, .pythonJSON, .structlogJSON, .pino, .slogJSON, .zapJSON, .dotnetJSON, .traefikJSON,
            .json:
            true
        default: false
        }
    }

    /// Which logger writes such an object, told by the names it uses.
    static func ofJSON(_ fields: [LogField]) -> LineFormat {
        let keys = Set(fields.lazy.filter { $0.depth == 0 }.map(\.key))
        func has(_ names: String...) -> Bool { names.allSatisfy(keys.contains) }
        if has("downstreamstatus") || has("originstatus") || has("serviceurl") || has("routername") {
            return .traefikJSON
        }
        if has("loglevel", "category") || fields.contains(where: { $0.key == "originalformat" }) { return .dotnetJSON }
        if has("level", "target") { return .rustTracingJSON }
        if has("levelname") || has("asctime") || has("levelno") { return .pythonJSON }
        let level = fields.first { $0.key == "level" && $0.depth == 0 }?.value
        if case .number = level { return has("msg") || has("pid") ? .pino : .json }
        if has("l", "m") || has("ts", "msg") || has("ts", "caller") { return .zapJSON }
        if has("event"), has("timestamp") || has("level") { return .structlogJSON }
        if has("time", "level", "msg") { return .slogJSON }
        return .json
    }
}
