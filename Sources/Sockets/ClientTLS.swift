/// How a client's connection is encrypted: whom we trust, and who we are. TLS 1.2 or later.
public struct ClientTLS: Sendable, Equatable {
    /// Certificates of the authorities to trust, in PEM; empty for those that the system trusts.
    public var caFile: String
    /// Our certificate with its chain, in PEM; empty for none.
    public var certFile: String
    /// Our certificate's key, in PEM and not encrypted; empty if it stands in ``certFile``.
    public var keyFile: String
    /// The name or address that the server's certificate must be for; nil for the host that we connect to.
    public var serverName: String?

    public init(caFile: String = "", certFile: String = "", keyFile: String = "", serverName: String? = nil) {
        self.caFile = caFile
        self.certFile = certFile
        self.keyFile = keyFile
        self.serverName = serverName
    }
}
