/// A value as it was given, before anything is known about its type.
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
    /// From the environment or a flag, where a list is one text with commas.
    let isLine: Bool

    /// A value in the file.
    init(_ content: Content, _ source: SettingSource) {
        self.content = content
        self.source = source
        isLine = false
    }

    /// A value in the environment or behind a flag.
    init(line: String, _ source: SettingSource) {
        content = .text(line)
        self.source = source
        isLine = true
    }

    /// The value as a mistake names it.
    var shown: String {
        switch content {
        case .nothing: "no value"
        case .text(let text): Self.quoted(text)
        case .list: "a list"
        case .map: "a mapping"
        }
    }

    /// Longest text that is repeated in a mistake, in characters.
    private static let shownLimit = 60
    private static let secret = "a URL with user info"

    /// The text in quotes, made harmless.
    static func quoted(_ text: String) -> String {
        let shown = harmless(text)
        return shown == secret ? shown : "\"\(shown)\""
    }

    /// The text, shortened and without control characters. What looks like a URL with user info is not repeated at all:
    /// it may have been put in the wrong place, password included.
    static func harmless(_ text: String) -> String {
        guard !(text.contains("://") && text.contains("@")) else { return secret }
        let shown = String(text.prefix(shownLimit)).unicodeScalars.map { scalar in
            scalar.properties.generalCategory == .control ? "\u{FFFD}" : String(scalar)
        }
        return shown.joined() + (text.count > shownLimit ? "…" : "")
    }
}
