extension LogRule {
    /// Why a rule is none.
    public enum Mistake: Error, Sendable, Hashable, CustomStringConvertible {
        /// It asks for no letter or digit, so that any line would fit it.
        case emptyMatch
        case unknownKind(String)
        /// The name of a part whose path has an empty name in it: ``LogRule/session`` is `a..b`.
        case emptyPath(String)
        /// The name of a part that is longer than ``textLimit``.
        case tooLong(String)

        public var description: String {
            switch self {
            case .emptyMatch: "match asks for no letter or digit, so that every line would fit it"
            case .unknownKind(let kind):
                "kind \(kind) is none of \(LogEvent.Kind.allCases.map(\.rawValue).joined(separator: ", "))"
            case .emptyPath(let part): "\(part) is no path of names joined by dots"
            case .tooLong(let part): "\(part) is longer than \(LogRule.textLimit) bytes"
            }
        }
    }

    /// All mistakes of one rule.
    public struct Mistakes: Error, Sendable, Equatable {
        public let all: [Mistake]
    }

    /// Bytes of a match or a path.
    public static let textLimit = 512

    /// What is wrong with the rule; nothing for a rule that can be right.
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

    /// Throws where the kind is none, or another part of the rule is a mistake.
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
