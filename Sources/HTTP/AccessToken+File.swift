extension AccessToken {
    /// As many as one file may hold: each costs every request a comparison.
    public static let fileLimit = 256

    /// Reads a tokens file: a line each of `scope[,scope...] token`; blank lines and those that begin with `#` are
    /// skipped. Throws `badTokenLine`, which names the line and never the token.
    public static func parse(file text: String) throws(HTTPError) -> [AccessToken] {
        var tokens: [AccessToken] = []
        var firstLines: [[UInt8]: Int] = [:]
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let fields = line.split(whereSeparator: \.isWhitespace)
            guard let first = fields.first, first.first != "#" else { continue }
            let number = index + 1
            guard fields.count == 2 else {
                throw .badTokenLine(number, reason: "expected 'scope[,scope...] token'")
            }
            guard tokens.count < fileLimit else {
                throw .badTokenLine(number, reason: "more than \(fileLimit) tokens")
            }
            let scopes = try scopes(first, line: number)
            guard let token = AccessToken(String(fields[1]), scopes: scopes) else {
                let bounds = "\(lengthBounds.lowerBound) to \(lengthBounds.upperBound)"
                throw .badTokenLine(number, reason: "a token has \(bounds) visible ASCII characters")
            }
            if let earlier = firstLines.updateValue(number, forKey: Array(fields[1].utf8)) {
                throw .badTokenLine(number, reason: "the same token as in line \(earlier)")
            }
            tokens.append(token)
        }
        return tokens
    }

    private static func scopes(_ list: Substring, line: Int) throws(HTTPError) -> Set<AccessScope> {
        var scopes: Set<AccessScope> = []
        for name in list.split(separator: ",", omittingEmptySubsequences: false) {
            guard let scope = AccessScope(rawValue: String(name)) else {
                // Not echoed: with the columns swapped, this is the token.
                let known = AccessScope.allCases.map(\.rawValue).joined(separator: ", ")
                throw .badTokenLine(line, reason: "an unknown scope; there are \(known)")
            }
            scopes.insert(scope)
        }
        return scopes
    }
}
