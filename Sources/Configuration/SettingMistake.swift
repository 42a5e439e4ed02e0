/// One thing that is wrong with the settings, named where it stands.
public struct SettingMistake: Error, Sendable, Equatable, CustomStringConvertible {
    public let source: SettingSource
    /// `nodes.dead_after`, `events.files[0].path`; empty where no key is meant.
    public let key: String
    public let message: String

    init(_ source: SettingSource, _ key: String, _ message: String) {
        self.source = source
        // An unknown key is whatever stands in the file.
        self.key = RawSetting.harmless(key)
        self.message = message
    }

    /// `/etc/x.yaml:12:5: nodes.dead_after: "15 parsecs" is not a duration (500ms, 15s, 10m, 1h, 30d)`
    public var description: String {
        key.isEmpty ? "\(source): \(message)" : "\(source): \(key): \(message)"
    }

    /// The key of the table that this is about: `events.files` of `events.files[0].path`.
    var topKey: String { String(key.prefix { $0 != "[" }) }
}

/// All mistakes of one attempt to read the settings, at least one.
public struct SettingMistakes: Error, Sendable, Equatable, CustomStringConvertible {
    public let all: [SettingMistake]

    public init(_ all: [SettingMistake]) {
        self.all = all
    }

    /// A line for each.
    public var description: String { all.map(\.description).joined(separator: "\n") }
}
