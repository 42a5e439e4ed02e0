/// A way in which a proxy makes a sticky cookie's value from a server.
public enum StickyScheme: String, Sendable, CaseIterable {
    /// Traefik since 3.3.4: the first 16 hex digits of the URL's SHA-256.
    case traefikSHA256 = "traefik_sha256"
    /// Traefik 3.0 to 3.3.3: FNV-1 of the 16 hex digits of the URL's FNV-1a.
    case traefikFNV1 = "traefik_fnv1"
    /// Traefik 2.5 to 2.11: the URL's FNV-1a.
    case traefikFNV1a = "traefik_fnv1a"
    /// Traefik before 2.5: the URL itself.
    case traefikURL = "traefik_url"
    /// HAProxy's `cookie` word of a server, which is assumed to be the node's name.
    case haproxyName = "haproxy_name"
    /// HAProxy's `dynamic-cookie-key`: XXH64 of key, address and port.
    case haproxyDynamic = "haproxy_dynamic"
    /// nginx' `sticky cookie`: MD5 of host and port.
    case nginxMD5 = "nginx_md5"
    /// Caddy's `lb_policy cookie`: HMAC-SHA256 of host and port.
    case caddyHMAC = "caddy_hmac"
    /// Envoy: base64 of a protobuf message whose first field is the address.
    case envoy
    /// Older Envoy: base64 of the address.
    case envoyBase64 = "envoy_base64"

    /// Traefik's schemes, the newest first. A newer Traefik does not accept the cookies of an older one.
    public static let traefik: [StickyScheme] = [.traefikSHA256, .traefikFNV1, .traefikFNV1a, .traefikURL]

    /// Returns whether Traefik used this scheme before `current`.
    public func isOlder(than current: StickyScheme) -> Bool {
        guard let age = Self.traefik.firstIndex(of: self), let now = Self.traefik.firstIndex(of: current) else {
            return false
        }
        return age > now
    }
}
