import Sessions

extension StickyRules {
    /// Reads the secrets from their files.
    public init(_ settings: Settings) throws {
        self.init()
        schemes = Set(settings.sticky.proxies.flatMap(\.schemes))
        traefik = settings.sticky.traefikScheme.scheme
        haproxyKey = try settings.haproxyKey().map { Array($0.utf8) }
        caddySecret = Array((try settings.caddySecret() ?? "").utf8)
    }
}

extension StickySettings.TraefikScheme {
    /// Nil if it is learnt.
    public var scheme: StickyScheme? {
        switch self {
        case .auto: nil
        case .sha256: .traefikSHA256
        case .fnv1: .traefikFNV1
        case .fnv1a: .traefikFNV1a
        case .url: .traefikURL
        }
    }
}

extension StickySettings.Proxy {
    /// The schemes by which it writes cookies.
    public var schemes: [StickyScheme] {
        switch self {
        case .traefik: StickyScheme.traefik
        case .haproxy: [.haproxyName, .haproxyDynamic]
        case .nginx: [.nginxMD5]
        case .caddy: [.caddyHMAC]
        case .envoy: [.envoy, .envoyBase64]
        }
    }
}

extension StickyScheme {
    /// The proxy that writes it: `traefik`.
    public var proxy: String? { StickySettings.Proxy.allCases.first { $0.schemes.contains(self) }?.rawValue }
}
