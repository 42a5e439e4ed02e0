import Sessions

/// The session that a line names. It is a credential, so no description shows it.
public enum LogSession: Sendable, Equatable {
    case full(SessionID)
    /// The beginning of the id. Some servers log only its first 8 or 64 characters.
    case prefix([UInt8])
    case none
}

extension LogSession: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String {
        switch self {
        case .full: "(session id)"
        case .prefix: "(beginning of a session id)"
        case .none: "-"
        }
    }

    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

extension LogSession {
    /// The words that loggers print for a missing or hidden id.
    private static let placeholders: Set<String> = [
        "null", "none", "nil", "undefined", "unknown", "na", "redacted", "hidden", "masked", "filtered", "nan",
    ]

    /// Reads an id as written in a line. Throws if it is not legal: empty, hidden, too long, or not visible ASCII.
    init<Text: LineText>(written bytes: Text, maxLength: Int, cutAt limit: Int? = nil) throws(LineFault) {
        let text = bytes.trimmed
        guard !text.isEmpty else { throw .parseError }
        if !text.isLikeUUID || limit == text.count {
            if let stem = Self.stem(of: text) {
                guard !stem.isEmpty, stem.count <= maxLength, stem.allSatisfy(\.isVisible) else { throw .parseError }
                self = .prefix(Array(stem))
                return
            }
            let letters = text.prefix(maxLength).squeezed
            // `***` and `----` are masks, not ids.
            guard !letters.isEmpty || Set(text).count > 1, !Self.placeholders.contains(letters) else {
                throw .parseError
            }
            if text.count == limit || Self.isCutUUID(text) {
                self = .prefix(Array(text))
                return
            }
        }
        do {
            self = .full(try text.sessionID(maxLength: maxLength))
        } catch {
            throw error == .length ? .tooLong : .parseError
        }
    }

    /// The text before `...` or `…`, if the id was cut in this way.
    private static func stem<Text: LineText>(of text: Text) -> Text? {
        for mark in ["...", "\u{2026}"] where text.ends(with: mark) { return text.dropLast(mark.utf8.count) }
        return nil
    }

    /// True if it is the beginning of a UUID, such as `7c9e6679`. Such a text was cut by the logger, or with its line.
    private static func isCutUUID(_ text: some LineText) -> Bool {
        guard (8..<36).contains(text.count), text.count == 8 || text[text.startIndex + 8] == UInt8(ascii: "-") else {
            return false
        }
        return text.enumerated().allSatisfy { position, byte in
            [8, 13, 18, 23].contains(position) ? byte == UInt8(ascii: "-") : byte.isHexDigit
        }
    }
}

extension LineText {
    /// True if the text has 36 bytes, the dashes of a UUID, and hex digits after the last one. Then it is neither a
    /// word nor a mask, and it is not cut.
    fileprivate var isLikeUUID: Bool {
        guard count == 36 else { return false }
        return withContiguousStorageIfAvailable { text in
            let dash = UInt8(ascii: "-")
            guard unsafe text[8] == dash, unsafe text[13] == dash, unsafe text[18] == dash, unsafe text[23] == dash
            else { return false }
            for place in 24..<36 where unsafe !text[place].isHexDigit { return false }
            return true
        } ?? false
    }
}
