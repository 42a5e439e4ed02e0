import Digests

extension AccessToken {
    /// The most tokens in a file. Every request is compared with each of them.
    public static let fileLimit = 256
    private static let hashMark = "sha256:"
    private static let expiryMark = "expires="

    /// Reads a tokens file with one token in each line. Blank lines and lines that begin with `#` are skipped.
    ///
    ///     read           prometheus-0123456789abcdef
    ///     read,reveal    sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08  expires=2026-12-31T23:59:59Z
    ///
    /// Throws `badTokenLine`, which names the line and never the token.
    public static func parse(file text: String) throws(HTTPError) -> [AccessToken] {
        var tokens: [AccessToken] = []
        var firstLines: [[UInt8]: Int] = [:]
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let fields = line.split(whereSeparator: \.isWhitespace)
            guard let first = fields.first, first.first != "#" else { continue }
            let number = index + 1
            guard tokens.count < fileLimit else {
                throw .badTokenLine(number, reason: "more than \(fileLimit) tokens")
            }
            let token = try token(fields, line: number)
            if let earlier = firstLines.updateValue(number, forKey: token.digest) {
                throw .badTokenLine(number, reason: "the same token as in line \(earlier)")
            }
            tokens.append(token)
        }
        return tokens
    }

    private static func token(_ fields: [Substring], line: Int) throws(HTTPError) -> AccessToken {
        guard (2...3).contains(fields.count) else {
            throw .badTokenLine(line, reason: "expected 'scope[,scope...] token [expires=time]'")
        }
        let scopes = try scopes(fields[0], line: line)
        let expiresAt = try fields.count < 3 ? nil : expiry(fields[2], line: line)
        if fields[1].hasPrefix(hashMark) {
            guard let digest = digest(hex: fields[1].dropFirst(hashMark.count)) else {
                throw .badTokenLine(line, reason: "\(hashMark) is followed by 64 hex digits")
            }
            return AccessToken(digest: digest, scopes: scopes, expiresAt: expiresAt)
        }
        guard let token = AccessToken(String(fields[1]), scopes: scopes, expiresAt: expiresAt) else {
            let bounds = "\(lengthBounds.lowerBound) to \(lengthBounds.upperBound)"
            throw .badTokenLine(line, reason: "a token has \(bounds) visible ASCII characters")
        }
        return token
    }

    private static func scopes(_ list: Substring, line: Int) throws(HTTPError) -> Set<AccessScope> {
        var scopes: Set<AccessScope> = []
        for name in list.split(separator: ",", omittingEmptySubsequences: false) {
            guard let scope = AccessScope(rawValue: String(name)) else {
                // The text is not repeated: if the columns are swapped, it is the token.
                let known = AccessScope.allCases.map(\.rawValue).joined(separator: ", ")
                throw .badTokenLine(line, reason: "an unknown scope; there are \(known)")
            }
            scopes.insert(scope)
        }
        return scopes
    }

    private static func expiry(_ field: Substring, line: Int) throws(HTTPError) -> Int {
        guard field.hasPrefix(expiryMark), let seconds = RFC3339Time.unixSeconds(field.dropFirst(expiryMark.count))
        else {
            throw .badTokenLine(line, reason: "after the token there may be only a time: expires=2026-12-31T23:59:59Z")
        }
        return seconds
    }

    private static func digest(hex: Substring) -> [UInt8]? {
        hex.utf8.count == 64 ? Hex.bytes(hex) : nil
    }
}
