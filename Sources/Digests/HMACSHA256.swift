import COpenSSL

/// HMAC with SHA-256, by libcrypto.
public enum HMACSHA256 {
    /// The 32 bytes of the code. The key may be empty.
    public static func code(of bytes: [UInt8], key: [UInt8]) -> [UInt8] {
        var code = [UInt8](repeating: 0, count: 32)
        var count = 0
        // libcrypto takes a null pointer for a missing key, so an empty key needs an address.
        let held = key.isEmpty ? [0] : key
        _ = unsafe EVP_Q_mac(
            nil, "HMAC", nil, "SHA256", nil, held, key.count, bytes, bytes.count, &code, code.count, &count)
        precondition(count == 32, "libcrypto could not compute an HMAC")
        return code
    }
}
