/// A mistake in the settings, with its position.
public struct SettingMistake: Error, Sendable, Equatable, CustomStringConvertible {
    public let source: SettingSource
    /// `nodes.dead_after`, `events.files[0].path`; empty if it is about no key.
    public let key: String
    public let message: String

    init(_ source: SettingSource, _ key: String, _ message: String) {
        self.source = source
        // An unknown key may be any text.
        self.key = RawSetting.harmless(key)
        self.message = message
    }

    /// `/etc/x.yaml:12:5: nodes.dead_after: "15 parsecs" is not a duration (500ms, 15s, 10m, 1h, 30d)`
    public var description: String {
        key.isEmpty ? "\(source): \(message)" : "\(source): \(key): \(message)"
    }

    /// The settings key that this is about: `events.files` for `events.files[0].path`.
    var topKey: String { String(key.prefix { $0 != "[" }) }
}

/// All mistakes found while loading the settings, at least one.
public struct SettingMistakes: Error, Sendable, Equatable, CustomStringConvertible {
    public let all: [SettingMistake]

    public init(_ all: [SettingMistake]) {
        self.all = all
    }

    /// One line per mistake.
    public var description: String { all.map(\.description).joined(separator: "\n") }
}
