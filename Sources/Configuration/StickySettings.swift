/// The settings of the route's sticky cookie and of the proxy that writes it.
public struct StickySettings: Sendable, Equatable {
    public enum Proxy: String, Sendable, CaseIterable {
        case traefik, haproxy, nginx, caddy, envoy
    }

    /// The scheme by which Traefik derives a cookie's value from a server's URL.
    public enum TraefikScheme: String, Sendable, CaseIterable {
        /// The scheme of the cookies that the proxy is seen to give; before it gave any, that of the newest version.
        case auto
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
    /// The scheme of the Traefik version in use; cookies of other versions have an old scheme.
    public var traefikScheme = TraefikScheme.auto
    /// The file with the key of HAProxy's `dynamic-cookie-key`; empty if there is none.
    public var haproxyKeyFile = ""
    /// The file with the secret of Caddy's `lb_policy cookie`; empty if it has none.
    public var caddySecretFile = ""

    public init() {}
}
