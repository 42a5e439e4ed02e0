import HTTP

/// The HTTP interface and who may use it.
public struct HTTPSettings: Sendable, Equatable {
    /// PEM files; both empty for plain HTTP.
    public struct TLS: Sendable, Equatable {
        public var certFile = ""
        public var keyFile = ""

        public init() {}
    }

    public var listen = ListenAddress(host: "127.0.0.1", port: 9_850)
    public var tokensFile = ""
    public var allowAnonymousReads = false
    /// Names by which a proxy in front asks for us, beside localhost and the address: any other Host is refused.
    public var allowedHosts: [String] = []
    public var tls = TLS()

    public init() {}
}
