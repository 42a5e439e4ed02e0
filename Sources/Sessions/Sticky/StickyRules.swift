/// The schemes that the proxies in use may have written, with their secrets: the `sticky` settings.
public struct StickyRules: Sendable, Equatable {
    public var schemes = Set(StickyScheme.allCases)
    /// The scheme of the Traefik in use, which does not accept cookies of an older scheme. Nil if it is learnt from the
    /// cookies that the proxy gives.
    public var traefik: StickyScheme?
    /// HAProxy's `dynamic-cookie-key`. Nil if it has none.
    public var haproxyKey: [UInt8]?
    /// The secret of Caddy's `lb_policy cookie`. Empty if it has none.
    public var caddySecret: [UInt8] = []

    public init() {}
}

extension StickyRules: CustomStringConvertible, CustomReflectable {
    /// Keys are secrets, so no dump shows them.
    public var description: String { "StickyRules(\(schemes.map(\.rawValue).sorted().joined(separator: " ")))" }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
