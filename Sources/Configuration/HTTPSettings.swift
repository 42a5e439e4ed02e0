import HTTP

/// The HTTP interface and its access rules.
public struct HTTPSettings: Sendable, Equatable {
    /// Paths of PEM files; both are empty for plain HTTP.
    public struct TLS: Sendable, Equatable {
        public var certFile = ""
        public var keyFile = ""

        public init() {}
    }

    public var listen = ListenAddress(host: "127.0.0.1", port: 9_850)
    public var tokensFile = ""
    public var allowAnonymousReads = false
    /// The names under which a proxy in front addresses us, besides localhost and the address: any other Host is
    /// rejected.
    public var allowedHosts: [String] = []
    public var tls = TLS()

    public init() {}
}
