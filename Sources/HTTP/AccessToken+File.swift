extension AccessToken {
    /// As many as one file may hold: each costs every request a comparison.
    public static let fileLimit = 256
    private static let hashMark = "sha256:"
    private static let expiryMark = "expires="

    /// Reads a tokens file, a token a line; blank lines and those that begin with `#` are skipped.
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
                // Not echoed: with the columns swapped, this is the token.
                let known = AccessScope.allCases.map(\.rawValue).joined(separator: ", ")
                throw .badTokenLine(line, reason: "an unknown scope; there are \(known)")
            }
            scopes.insert(scope)
        }
        return scopes
    }

    private static func expiry(_ field: Substring, line: Int) throws(HTTPError) -> Int {
        guard field.hasPrefix(expiryMark), let seconds = unixSeconds(rfc3339: field.dropFirst(expiryMark.count)) else {
            throw .badTokenLine(line, reason: "behind the token stands at most a time: expires=2026-12-31T23:59:59Z")
        }
        return seconds
    }

    private static func digest(hex: Substring) -> [UInt8]? {
        let digits = Array(hex.utf8)
        guard digits.count == 64 else { return nil }
        var bytes: [UInt8] = []
        for position in stride(from: 0, to: digits.count, by: 2) {
            guard let high = hexValue(digits[position]), let low = hexValue(digits[position + 1]) else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }
}

/// `2026-12-31T23:59:59Z`, `2026-12-31T23:59:59.5+01:00` as Unix seconds, their fraction cut off; nil for anything else.
/// There is no 60th second: a leap second is nothing to let a token expire by.
func unixSeconds(rfc3339 text: Substring) -> Int? {
    let bytes = Array(text.utf8)
    func number(_ range: Range<Int>, in bounds: ClosedRange<Int>) -> Int? {
        guard range.upperBound <= bytes.count, bytes[range].allSatisfy({ (0x30...0x39).contains($0) }),
            let value = Int(String(decoding: bytes[range], as: UTF8.self)), bounds.contains(value)
        else { return nil }
        return value
    }
    func stands(_ character: Unicode.Scalar, at position: Int) -> Bool {
        position < bytes.count && bytes[position] == UInt8(ascii: character)
    }
    guard let year = number(0..<4, in: 0...9999), stands("-", at: 4), let month = number(5..<7, in: 1...12),
        stands("-", at: 7), let day = number(8..<10, in: 1...31), stands("T", at: 10) || stands("t", at: 10),
        let hour = number(11..<13, in: 0...23), stands(":", at: 13), let minute = number(14..<16, in: 0...59),
        stands(":", at: 16), let second = number(17..<19, in: 0...59)
    else { return nil }
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    guard day <= [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] else { return nil }
    var end = 19
    if stands(".", at: end) {
        let digits = bytes[(end + 1)...].prefix { (0x30...0x39).contains($0) }
        guard !digits.isEmpty else { return nil }
        end += 1 + digits.count
    }
    var offset = 0
    if stands("Z", at: end) || stands("z", at: end) {
        end += 1
    } else {
        guard stands("+", at: end) || stands("-", at: end), let hours = number(end + 1..<end + 3, in: 0...23),
            stands(":", at: end + 3), let minutes = number(end + 4..<end + 6, in: 0...59)
        else { return nil }
        offset = (hours * 3600 + minutes * 60) * (stands("-", at: end) ? -1 : 1)
        end += 6
    }
    guard end == bytes.count else { return nil }
    // Years counted from March, so that the leap day is the last of its year.
    let (y, m) = month > 2 ? (year, month - 3) : (year - 1, month + 9)
    let era = (y >= 0 ? y : y - 399) / 400
    let dayOfEra = (y - era * 400) * 365 + (y - era * 400) / 4 - (y - era * 400) / 100 + (153 * m + 2) / 5 + day - 1
    let days = era * 146_097 + dayOfEra - 719_468
    return days * 86_400 + hour * 3600 + minute * 60 + second - offset
}
