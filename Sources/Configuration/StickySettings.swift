/// The sticky cookie of the route and who writes it.
public struct StickySettings: Sendable, Equatable {
    public enum Proxy: String, Sendable, CaseIterable {
        case traefik, haproxy, nginx, caddy, envoy
    }

    /// By what Traefik makes a cookie's value of a server's URL.
    public enum TraefikScheme: String, Sendable, CaseIterable {
        /// Since 3.3.4.
        case sha256
        /// 3.0 to 3.3.3.
        case fnv1
        /// 2.5 to 2.11.
        case fnv1a
        /// Before that: the URL itself.
        case url
    }

    public var cookie = "_mcp_backend"
    public var proxies: [Proxy] = [.traefik, .haproxy]
    /// How the Traefik in use writes its cookies; what an older one wrote is an old scheme.
    public var traefikScheme = TraefikScheme.sha256
    /// Holds the key of HAProxy's `dynamic-cookie-key`; empty where there is none.
    public var haproxyKeyFile = ""
    /// Holds the secret of Caddy's `lb_policy cookie`; empty where it has none.
    public var caddySecretFile = ""

    public init() {}
}
