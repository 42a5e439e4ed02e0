import Digests

/// A bearer token and its scopes. Only its SHA-256 is kept, and not even that is printed or dumped.
public struct AccessToken: Sendable {
    /// The allowed lengths. A shorter token could be guessed.
    public static let lengthBounds = 16...256

    public let scopes: Set<AccessScope>
    /// The time from which it is refused, in Unix seconds; nil for never.
    public let expiresAt: Int?
    /// The SHA-256 of the token.
    let digest: [UInt8]

    /// Fails if the text is too short, too long, or not made of visible ASCII characters.
    public init?(_ text: String, scopes: Set<AccessScope>, expiresAt: Int? = nil) {
        guard let digest = Self.digest(of: text) else { return nil }
        self.init(digest: digest, scopes: scopes, expiresAt: expiresAt)
    }

    init(digest: [UInt8], scopes: Set<AccessScope>, expiresAt: Int?) {
        self.digest = digest
        self.scopes = scopes
        self.expiresAt = expiresAt
    }

    /// Finds the token whose text is `presented`; nil if there is none. It compares every byte of every digest, so the
    /// time it takes reveals nothing about any token.
    static func match(_ presented: String, among tokens: [AccessToken]) -> AccessToken? {
        guard let candidate = digest(of: presented) else { return nil }
        var match = -1
        for (index, token) in tokens.enumerated() {
            var difference: UInt8 = 0
            for position in candidate.indices { difference |= token.digest[position] ^ candidate[position] }
            match = difference == 0 ? index : match
        }
        return match < 0 ? nil : tokens[match]
    }

    func hasExpired(at unixSeconds: Int) -> Bool { expiresAt.map { $0 <= unixSeconds } ?? false }

    private static func digest(of text: String) -> [UInt8]? {
        guard lengthBounds.contains(text.utf8.count), text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            return nil
        }
        return SHA256().digest(Array(text.utf8).span)
    }
}

extension AccessToken: CustomStringConvertible, CustomReflectable {
    /// The scopes, without the token.
    public var description: String { "token(\(scopes.map(\.rawValue).sorted().joined(separator: ",")))" }

    public var customMirror: Mirror { Mirror(self, children: ["scopes": scopes]) }
}
