/// The configured URL of Redis: its form is checked, and it is shown without secrets.
struct RedisURL: Sendable {
    static let schemes = [
        "redis", "rediss", "unix", "redis+sentinel", "redis+cluster", "rediss+sentinel", "rediss+cluster",
    ]

    private let text: String

    init(_ text: String) {
        self.text = text
    }

    /// The text before `://`, or nothing.
    private var scheme: Substring {
        guard let end = text.firstRange(of: "://") else { return "" }
        return text[..<end.lowerBound]
    }

    /// The text after `://`, or the whole text.
    private var rest: Substring {
        guard let end = text.firstRange(of: "://") else { return text[...] }
        return text[end.upperBound...]
    }

    private var userInfo: Substring? {
        rest.lastIndex(of: "@").map { rest[..<$0] }
    }

    /// The text after the user info.
    private var place: Substring {
        rest.lastIndex(of: "@").map { rest[rest.index(after: $0)...] } ?? rest
    }

    /// True if it may contain a password; some clients also take one in the query.
    var holdsPassword: Bool {
        userInfo?.contains(":") == true || place.lowercased().contains("password=")
    }

    /// The problem with its form, in words that repeat none of it.
    var problem: String? {
        guard Self.schemes.contains(scheme.lowercased()) else {
            let forms = Self.schemes.map { $0 + "://" }.joined(separator: ", ")
            return "is not a Redis URL: it should begin with one of \(forms)"
        }
        if scheme.lowercased() == "unix" {
            return place.hasPrefix("/") ? nil : "unix:// takes an absolute path (unix:///run/redis.sock?db=0)"
        }
        return place.isEmpty || place.hasPrefix("/") || place.hasPrefix(":") ? "has no host" : nil
    }

    /// The URL with `***` in place of the user info and of a query other than `db`.
    var redacted: String {
        let parts = place.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let head = (scheme.isEmpty ? "" : scheme + "://") + (userInfo == nil ? "" : "***@") + (parts.first ?? "")
        guard parts.count == 2 else { return String(head) }
        let isDatabase = parts[1].hasPrefix("db=") && parts[1].dropFirst(3).allSatisfy(\.isNumber)
        return head + (isDatabase ? "?\(parts[1])" : "?***")
    }
}
