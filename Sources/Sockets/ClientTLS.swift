/// The TLS settings of a client's connection: trusted authorities, and our own certificate. TLS 1.2 or later.
public struct ClientTLS: Sendable, Equatable {
    /// Certificates of trusted authorities, in PEM; empty for those that the system trusts.
    public var caFile: String
    /// Our certificate with its chain, in PEM; empty if there is none.
    public var certFile: String
    /// Our certificate's key, in PEM and unencrypted; empty if it is in ``certFile``.
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
