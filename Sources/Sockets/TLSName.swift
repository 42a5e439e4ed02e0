import COpenSSL
import Glibc

/// The name or address that a server's certificate must be for.
struct TLSName {
    let text: String
    private let isAddress: Bool

    init(_ tls: ClientTLS, of address: SocketAddress) throws(ConnectError) {
        if let name = tls.serverName {
            text = name
        } else if case .tcp(let host, _) = address {
            // In certificates, `fe80::1%eth0` is `fe80::1`.
            text = host.contains(":") ? String(host.prefix { $0 != "%" }) : host
        } else {
            throw ConnectError(.other, "TLS over a unix socket needs the server's name")
        }
        // OpenSSL takes an empty name as "any".
        guard !text.isEmpty else { throw ConnectError(.other, "the server's name for TLS is empty") }
        var address = in6_addr()
        isAddress = unsafe inet_pton(AF_INET, text, &address) == 1 || inet_pton(AF_INET6, text, &address) == 1
    }

    /// Makes the session send the name (but not an address: RFC 6066) and check the certificate against it.
    func require(of session: OpaquePointer) -> Bool {
        let rules = unsafe SSL_get0_param(session)
        unsafe X509_VERIFY_PARAM_set_hostflags(rules, UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS))
        if isAddress { return unsafe X509_VERIFY_PARAM_set1_ip_asc(rules, text) == 1 }
        return unsafe X509_VERIFY_PARAM_set1_host(rules, text, 0) == 1 && sessiond_ssl_ask_for_name(session, text) == 1
    }
}
