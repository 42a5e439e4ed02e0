/// The sticky cookie of the route and who writes it.
public struct StickySettings: Sendable, Equatable {
    public enum Proxy: String, Sendable, CaseIterable {
        case traefik, haproxy
    }

    public var cookie = "_mcp_backend"
    public var proxies: [Proxy] = [.traefik, .haproxy]

    public init() {}
}
