import COpenSSL

/// MD5, by libcrypto. It repeats what a proxy computes, and secures nothing.
public enum MD5 {
    /// The 16 bytes of the digest; nil where libcrypto offers no MD5 (FIPS).
    public static func digest(_ bytes: [UInt8]) -> [UInt8]? {
        var digest = [UInt8](repeating: 0, count: 16)
        var count = 0
        let isDone = unsafe EVP_Q_digest(nil, "MD5", nil, bytes, bytes.count, &digest, &count) == 1
        return isDone && count == 16 ? digest : nil
    }
}
