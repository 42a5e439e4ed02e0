import CMicrohttpd

/// The certificate that a server shows in its handshakes, with its chain and key, as GnuTLS holds them.
@safe public final class ServerCertificate: @unchecked Sendable {
    /// The longest chain, the server's own certificate included.
    public static let chainLimit = 16

    /// The bounds of its validity, in Unix seconds.
    public let validFrom: Int
    public let validUntil: Int

    // Written once, before anybody else sees them. GnuTLS only reads them afterwards.
    let chain: UnsafeMutablePointer<gnutls_pcert_st>
    let count: UInt32
    let key: OpaquePointer

    /// Reads both from PEM. The chain begins with the server's own certificate, and the key is not encrypted. Throws
    /// `badCertificate` or `badKey`.
    public init(chain chainPEM: [UInt8], key keyPEM: [UInt8]) throws(HTTPError) {
        let (chain, count) = try unsafe Self.chain(chainPEM)
        unsafe self.chain = chain
        self.count = count
        do throws(HTTPError) {
            unsafe key = try unsafe Self.key(keyPEM)
        } catch {
            unsafe Self.free(chain, count)
            throw error
        }
        (validFrom, validUntil) = unsafe Self.validity(of: chain)
        guard unsafe Self.id(ofPublicKey: chain.pointee.pubkey) == Self.id(ofPrivateKey: key) else {
            throw .badKey(reason: "it does not fit the certificate")
        }
    }

    deinit {
        unsafe Self.free(chain, count)
        unsafe gnutls_privkey_deinit(key)
    }

    private static func chain(_ pem: [UInt8]) throws(HTTPError) -> (UnsafeMutablePointer<gnutls_pcert_st>, UInt32) {
        let chain = UnsafeMutablePointer<gnutls_pcert_st>.allocate(capacity: chainLimit)
        var count = UInt32(chainLimit)
        let flags = GNUTLS_X509_CRT_LIST_IMPORT_FAIL_IF_EXCEED.rawValue
        let status = unsafe withDatum(pem) {
            unsafe gnutls_pcert_list_import_x509_raw(chain, &count, $0, pemFormat, flags)
        }
        guard status >= 0, count > 0 else {
            unsafe chain.deallocate()
            switch status {
            case GNUTLS_E_SHORT_MEMORY_BUFFER:
                throw .badCertificate(reason: "more than \(chainLimit) certificates")
            case 0, GNUTLS_E_NO_CERTIFICATE_FOUND, GNUTLS_E_BASE64_DECODING_ERROR,
                GNUTLS_E_BASE64_UNEXPECTED_HEADER_ERROR:
                throw .badCertificate(reason: "no certificate in PEM")
            default: throw .badCertificate(reason: words(status))
            }
        }
        return unsafe (chain, count)
    }

    private static func key(_ pem: [UInt8]) throws(HTTPError) -> OpaquePointer {
        var key: OpaquePointer?
        guard unsafe gnutls_privkey_init(&key) >= 0, let key = unsafe key else { throw .badKey(reason: "no memory") }
        let status = unsafe withDatum(pem) { unsafe gnutls_privkey_import_x509_raw(key, $0, pemFormat, nil, 0) }
        guard status < 0 else { return unsafe key }
        unsafe gnutls_privkey_deinit(key)
        switch status {
        case GNUTLS_E_DECRYPTION_FAILED: throw .badKey(reason: "it is encrypted")
        case GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE, GNUTLS_E_BASE64_DECODING_ERROR,
            GNUTLS_E_BASE64_UNEXPECTED_HEADER_ERROR:
            throw .badKey(reason: "no private key in PEM")
        default: throw .badKey(reason: words(status))
        }
    }

    private static func validity(of chain: UnsafeMutablePointer<gnutls_pcert_st>) -> (from: Int, until: Int) {
        var certificate: OpaquePointer?
        guard unsafe gnutls_pcert_export_x509(chain, &certificate) >= 0, let certificate = unsafe certificate else {
            return (0, .max)
        }
        defer { unsafe gnutls_x509_crt_deinit(certificate) }
        return unsafe (
            gnutls_x509_crt_get_activation_time(certificate), gnutls_x509_crt_get_expiration_time(certificate)
        )
    }

    private static func id(ofPrivateKey key: OpaquePointer) -> [UInt8] {
        var half: OpaquePointer?
        guard unsafe gnutls_pubkey_init(&half) >= 0, let half = unsafe half else { return [] }
        defer { unsafe gnutls_pubkey_deinit(half) }
        guard unsafe gnutls_pubkey_import_privkey(half, key, 0, 0) >= 0 else { return [] }
        return unsafe id(ofPublicKey: half) ?? []
    }

    private static func id(ofPublicKey key: OpaquePointer?) -> [UInt8]? {
        var id = [UInt8](repeating: 0, count: 64)
        var size = id.count
        guard unsafe gnutls_pubkey_get_key_id(key, GNUTLS_KEYID_USE_SHA256.rawValue, &id, &size) >= 0 else {
            return nil
        }
        return Array(id.prefix(size))
    }

    private static func free(_ chain: UnsafeMutablePointer<gnutls_pcert_st>, _ count: UInt32) {
        for position in 0..<Int(count) { unsafe gnutls_pcert_deinit(chain + position) }
        unsafe chain.deallocate()
    }

    /// GnuTLS' words for an error. They quote nothing from the files.
    private static func words(_ status: Int32) -> String { unsafe String(cString: gnutls_strerror(status)) }

    private static var pemFormat: gnutls_x509_crt_fmt_t { GNUTLS_X509_FMT_PEM }

    /// Lends the bytes to a call that only reads them.
    private static func withDatum(_ bytes: [UInt8], _ body: (UnsafePointer<gnutls_datum_t>) -> Int32) -> Int32 {
        var bytes = bytes
        return unsafe bytes.withUnsafeMutableBufferPointer { buffer in
            var datum = unsafe gnutls_datum_t(data: buffer.baseAddress, size: UInt32(buffer.count))
            return unsafe withUnsafePointer(to: &datum) { unsafe body($0) }
        }
    }
}
