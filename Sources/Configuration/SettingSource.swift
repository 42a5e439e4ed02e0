/// The origin of a value: `/etc/x.yaml:12:5`, `MCP_SESSIOND_NODES_DEAD_AFTER`, `--listen`.
public enum SettingSource: Sendable, Hashable, CustomStringConvertible {
    case builtin
    /// Line and column count from 1; both are nil for the whole file.
    case file(path: String, line: Int? = nil, column: Int? = nil)
    case environment(String)
    case flag(String)

    public var description: String {
        switch self {
        case .builtin: "default"
        case .file(let path, let line?, let column?): "\(path):\(line):\(column)"
        case .file(let path, let line?, nil): "\(path):\(line)"
        case .file(let path, nil, _): path
        case .environment(let name), .flag(let name): name
        }
    }
}

extension SettingSource: Comparable {
    /// Orders sources as a reader goes through them: the file from top to bottom, then the environment, then the flags.
    public static func < (left: SettingSource, right: SettingSource) -> Bool {
        left.order < right.order
    }

    private var order: (Int, Int, Int, String) {
        switch self {
        case .builtin: (0, 0, 0, "")
        case .file(let path, let line, let column): (1, line ?? 0, column ?? 0, path)
        case .environment(let name): (2, 0, 0, name)
        case .flag(let name): (3, 0, 0, name)
        }
    }
}

/// The source of each key's value. All values of this type are equal, so that a reload compares only settings.
public struct SettingSources: Sendable, Equatable {
    var byKey: [String: SettingSource] = [:]

    subscript(key: String) -> SettingSource { byKey[key] ?? .builtin }

    public static func == (left: SettingSources, right: SettingSources) -> Bool { true }
}
