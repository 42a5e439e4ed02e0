/// A value as it was given, before its type is known.
public struct RawSetting: Sendable {
    indirect enum Content: Sendable {
        /// A key without a value in the file.
        case nothing
        case text(String)
        case list([RawSetting])
        case map([(key: String, keySource: SettingSource, value: RawSetting)])
    }

    let content: Content
    let source: SettingSource
    /// True for a value from the environment or a flag, where a list is one text with commas.
    let isLine: Bool

    /// A value in the file.
    init(_ content: Content, _ source: SettingSource) {
        self.content = content
        self.source = source
        isLine = false
    }

    /// A value in the environment or after a flag.
    init(line: String, _ source: SettingSource) {
        content = .text(line)
        self.source = source
        isLine = true
    }

    /// The value as mistakes show it.
    var shown: String {
        switch content {
        case .nothing: "no value"
        case .text(let text): Self.quoted(text)
        case .list: "a list"
        case .map: "a mapping"
        }
    }

    /// The longest text that a mistake repeats, in characters.
    private static let shownLimit = 60
    private static let secret = "a URL with user info"

    /// The text in quotes, shortened and harmless.
    static func quoted(_ text: String) -> String {
        let shown = harmless(text)
        return shown == secret ? shown : "\"\(shown)\""
    }

    /// The text, shortened and without control characters. A text that looks like a URL with user info is not repeated
    /// at all: it may be in the wrong place, password included.
    static func harmless(_ text: String) -> String {
        guard !(text.contains("://") && text.contains("@")) else { return secret }
        let shown = String(text.prefix(shownLimit)).unicodeScalars.map { scalar in
            scalar.properties.generalCategory == .control ? "\u{FFFD}" : String(scalar)
        }
        return shown.joined() + (text.count > shownLimit ? "…" : "")
    }
}
