import COpenSSL

/// SHA-1, by libcrypto. Redis names scripts by it; it secures nothing.
public enum SHA1 {
    /// The digest as 40 hex digits; empty where libcrypto offers none.
    public static func hex(_ bytes: [UInt8]) -> String {
        var digest = [UInt8](repeating: 0, count: 20)
        var count = 0
        guard unsafe EVP_Q_digest(nil, "SHA1", nil, bytes, bytes.count, &digest, &count) == 1 else { return "" }
        return Hex.text(digest)
    }
}
