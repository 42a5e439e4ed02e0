import COpenSSL
import Glibc

/// An OpenSSL failure in an operator's words, followed by OpenSSL's own.
struct TLSFailure {
    let text: String
    let cause: ConnectError.Cause
    /// True if the other side merely closed.
    let isEnd: Bool

    /// Takes the first error of this thread's queue, and empties the queue: later errors follow from the first.
    static func next() -> TLSFailure {
        let code = ERR_get_error()
        ERR_clear_error()
        let isOfTLS = ERR_GET_LIB(code) == ERR_LIB_SSL
        let reason = ERR_GET_REASON(code)
        let own = unsafe ERR_reason_error_string(code).map { unsafe String(cString: $0) } ?? "error \(code)"
        let words = isOfTLS ? words[reason] : nil
        return TLSFailure(
            text: words.map { "\($0) (\(own))" } ?? own,
            cause: isOfTLS && reason == SSL_R_WRONG_VERSION_NUMBER ? .notTLS : .other,
            isEnd: isOfTLS && reason == SSL_R_UNEXPECTED_EOF_WHILE_READING)
    }

    private static let words: [Int32: String] = [
        SSL_R_WRONG_VERSION_NUMBER: "the server does not speak TLS at this port",
        SSL_R_UNSUPPORTED_PROTOCOL: "the server does not speak TLS 1.2 or later",
        SSL_R_TLSV1_ALERT_PROTOCOL_VERSION: "the server does not speak our versions of TLS",
        SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED: "the server requires a client certificate",
        SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE: "the server refused: it may require a client certificate or other ciphers",
        SSL_R_TLSV1_ALERT_UNKNOWN_CA: "the server does not know the authority of our certificate",
        SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED: "our certificate has expired",
        SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED: "our certificate was revoked",
        SSL_R_SSLV3_ALERT_BAD_CERTIFICATE: "the server does not accept our certificate",
        SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN: "the server does not accept our certificate",
    ]

    /// The problem with the server's certificate; nil if there is none.
    static func verdict(_ code: Int, _ name: TLSName) -> ConnectError? {
        guard code != Int(X509_V_OK) else { return nil }
        let own = unsafe String(cString: X509_verify_cert_error_string(code))
        var cause = ConnectError.Cause.other
        let words: String
        switch Int32(code) {
        case X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH:
            words = "is for another name than \(name.text)"
        case X509_V_ERR_CERT_HAS_EXPIRED: words = "has expired"
        case X509_V_ERR_CERT_NOT_YET_VALID: words = "is not yet valid"
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
            X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN,
            X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, X509_V_ERR_CERT_SIGNATURE_FAILURE:
            cause = .untrusted
            words = "is from an untrusted authority"
        default: words = "is not accepted"
        }
        return ConnectError(cause, "TLS: the server's certificate \(words) (\(own))")
    }
}
