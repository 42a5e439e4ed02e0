/// The names of the proxy's services, from log lines. The sticky cookie of a weighted service is made of such a name, as
/// that of a server is made of its URL, so it names no node.
struct ServiceNames: Sendable {
    /// The number of names remembered. Beyond it no new one is.
    static let limit = 64

    private var names: Set<String> = []
    private var values: Set<String> = []
    /// The last name noted, since most lines repeat it.
    private var last = ""

    /// Notes a name as the log has it: `s1@file`. The configuration may leave out the part after the `@`.
    mutating func note(_ name: String) {
        guard name != last else { return }
        last = name
        guard names.count < Self.limit, names.insert(name).inserted else { return }
        let short = name.lastIndex(of: "@").map { String(name[..<$0]) }
        for written in [name, short].compactMap(\.self) where !written.isEmpty {
            for scheme in StickyScheme.traefik { values.insert(TraefikCookie.value(of: written, scheme)) }
        }
    }

    /// Returns whether a cookie's value names one of the services.
    func isNamed(by value: String) -> Bool { values.contains(value) }
}
