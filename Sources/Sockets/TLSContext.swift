import COpenSSL
import Glibc

/// The OpenSSL settings of one session: TLS versions, trusted authorities, and our own certificate.
@safe final class TLSContext {
    let context: OpaquePointer

    /// Reads the files again, so that the next connection uses a renewed certificate.
    init(_ tls: ClientTLS) throws(ConnectError) {
        ERR_clear_error()
        guard let context = unsafe SSL_CTX_new(TLS_client_method()) else {
            throw ConnectError(.other, "TLS: \(TLSFailure.next().text)")
        }
        unsafe self.context = context
        if let problem = configure(tls) { throw ConnectError(.other, "TLS: \(problem)") }
    }

    deinit {
        unsafe SSL_CTX_free(context)
    }

    /// Returns a problem, or nil if there is none.
    private func configure(_ tls: ClientTLS) -> String? {
        unsafe SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nil)
        unsafe sessiond_ssl_write_in_parts(context)
        guard unsafe sessiond_ssl_require_tls_1_2(context) == 1 else { return TLSFailure.next().text }
        // Otherwise OpenSSL would ask for the password of an encrypted key on the terminal.
        unsafe SSL_CTX_set_default_passwd_cb(context) { _, _, _, _ in -1 }
        return trust(tls) ?? introduce(tls)
    }

    private func trust(_ tls: ClientTLS) -> String? {
        if tls.caFile.isEmpty {
            return unsafe SSL_CTX_set_default_verify_paths(context) == 1
                ? nil : "the system's authorities cannot be read: \(TLSFailure.next().text)"
        }
        return Self.unreadable(tls.caFile, "the CA file")
            ?? (unsafe SSL_CTX_load_verify_file(context, tls.caFile) == 1
                ? nil : "the CA file \(tls.caFile) holds no usable certificate: \(TLSFailure.next().text)")
    }

    private func introduce(_ tls: ClientTLS) -> String? {
        if tls.certFile.isEmpty { return tls.keyFile.isEmpty ? nil : "a key file, but no certificate file" }
        let keyFile = tls.keyFile.isEmpty ? tls.certFile : tls.keyFile
        if let problem = Self.unreadable(tls.certFile, "the certificate file") { return problem }
        if let problem = Self.unreadable(keyFile, "the key file") { return problem }
        guard unsafe SSL_CTX_use_certificate_chain_file(context, tls.certFile) == 1 else {
            return "the certificate file \(tls.certFile) holds no usable certificate: \(TLSFailure.next().text)"
        }
        // This also rejects a key that belongs to another certificate.
        guard unsafe SSL_CTX_use_PrivateKey_file(context, keyFile, SSL_FILETYPE_PEM) == 1 else {
            return "the key file \(keyFile) holds no usable key of that certificate: \(TLSFailure.next().text)"
        }
        return nil
    }

    /// The reason why a file cannot be read. For some files OpenSSL would only say that it cannot.
    private static func unreadable(_ path: String, _ what: String) -> String? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor < 0 else {
            _ = close(descriptor)
            return nil
        }
        return unsafe "\(what) \(path) cannot be read: \(String(cString: strerror(errno)))"
    }
}
