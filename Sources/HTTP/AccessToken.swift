/// A bearer token and its scopes. Its text is never shown, neither printed nor dumped.
public struct AccessToken: Sendable {
    /// Shorter ones could be guessed; longer ones would not fit the comparison.
    public static let lengthBounds = 16...256

    public let scopes: Set<AccessScope>
    /// Padded with zeros to the longest length, so that each comparison takes the same steps.
    private let padded: [UInt8]

    /// Nil where the text is too short, too long, or has other than visible ASCII characters.
    public init?(_ text: String, scopes: Set<AccessScope>) {
        guard let padded = Self.padded(text) else { return nil }
        self.padded = padded
        self.scopes = scopes
    }

    /// The scopes of the token that `presented` is; nil if it is none of them. Every token is compared to its last
    /// byte whichever matches, so that the time taken tells nothing about any of them.
    static func scopes(of presented: String, among tokens: [AccessToken]) -> Set<AccessScope>? {
        guard let candidate = padded(presented) else { return nil }
        var match = -1
        for (index, token) in tokens.enumerated() {
            var difference: UInt8 = 0
            for position in 0..<lengthBounds.upperBound {
                difference |= token.padded[position] ^ candidate[position]
            }
            match = difference == 0 ? index : match
        }
        return match < 0 ? nil : tokens[match].scopes
    }

    private static func padded(_ text: String) -> [UInt8]? {
        guard lengthBounds.contains(text.utf8.count), text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            return nil
        }
        return Array(text.utf8) + Array(repeating: 0, count: lengthBounds.upperBound - text.utf8.count)
    }
}

extension AccessToken: CustomStringConvertible, CustomReflectable {
    /// The scopes only.
    public var description: String { "token(\(scopes.map(\.rawValue).sorted().joined(separator: ",")))" }

    public var customMirror: Mirror { Mirror(self, children: ["scopes": scopes]) }
}
