extension LogRule {
    /// A mistake in a rule.
    public enum Mistake: Error, Sendable, Hashable, CustomStringConvertible {
        /// The match has no letter or digit, so any line would match.
        case emptyMatch
        case unknownKind(String)
        /// The path of this part has an empty name in it, as in `a..b`.
        case emptyPath(String)
        /// This part is longer than ``textLimit``.
        case tooLong(String)

        public var description: String {
            switch self {
            case .emptyMatch: "match has no letter or digit, so every line would match"
            case .unknownKind(let kind):
                "kind \(kind) is not one of \(LogEvent.Kind.allCases.map(\.rawValue).joined(separator: ", "))"
            case .emptyPath(let part): "\(part) is not a path of names joined by dots"
            case .tooLong(let part): "\(part) is longer than \(LogRule.textLimit) bytes"
            }
        }
    }

    /// All mistakes of one rule.
    public struct Mistakes: Error, Sendable, Equatable {
        public let all: [Mistake]
    }

    /// The maximum length of a match or a path, in bytes.
    public static let textLimit = 512

    /// The mistakes in the rule; empty for a valid rule.
    public var mistakes: [Mistake] {
        var mistakes: [Mistake] = []
        if !match.utf8.contains(where: { $0.isLetter || $0.isDigit || $0 >= 0x80 }) { mistakes.append(.emptyMatch) }
        if match.utf8.count > Self.textLimit { mistakes.append(.tooLong("match")) }
        for (name, path) in paths {
            guard let path else { continue }
            if path.split(separator: ".", omittingEmptySubsequences: false).contains(where: \.isEmpty) {
                mistakes.append(.emptyPath(name))
            }
            if path.utf8.count > Self.textLimit { mistakes.append(.tooLong(name)) }
        }
        return mistakes
    }

    private var paths: KeyValuePairs<String, String?> {
        [
            "match_field": matchField, "session": session, "node": node, "owner": owner, "boot": boot, "time": time,
            "cookie": cookie,
        ]
    }

    /// Makes a rule. Throws all its mistakes, an unknown kind included.
    public init(
        validating match: String, matchField: String? = nil, kind name: String, session: String? = nil,
        node: String? = nil, owner: String? = nil, boot: String? = nil, time: String? = nil, cookie: String? = nil
    ) throws(Mistakes) {
        let kind = LogEvent.Kind(rawValue: name)
        let rule = LogRule(
            match: match, matchField: matchField, kind: kind ?? .miss, session: session, node: node, owner: owner,
            boot: boot, time: time, cookie: cookie)
        let mistakes = rule.mistakes + (kind == nil ? [.unknownKind(name)] : [])
        guard mistakes.isEmpty else { throw Mistakes(all: mistakes) }
        self = rule
    }
}
