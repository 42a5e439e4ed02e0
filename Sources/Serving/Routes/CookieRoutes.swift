import API
import Configuration
import HTTP
import Sessions
import Watching

/// `/api/v1/cookies/{value}`: which node a sticky cookie names. The value goes nowhere else: it is in no answer, log or
/// metric.
struct CookieRoutes: Sendable {
    let watch: WatchContext
    let instance: String

    var routes: [Route] {
        [
            Route(.get, "/api/v1/cookies/{value}", access: .scope(.read)) { request, path in
                answering(request, known: []) { _ in node(of: path["value"] ?? "") }
            }
        ]
    }

    private func node(of value: String) -> HTTPResponse {
        let now = watch.clock.now()
        let (view, all, known, traefik) = watch.registry.withLock { registry in
            (registry.view, registry.nodeSummaries(at: now), registry.node(ofCookie: value), registry.traefikScheme())
        }
        let nodes = all.map { StickyNode(name: $0.node.name, url: $0.node.heartbeat?.url, isAlive: $0.node.isAlive) }
        // A proxy that is not in use here may still have written it: before a change of proxies, or one in front.
        var rules = watch.plan.sticky
        rules.schemes = Set(StickyScheme.allCases)
        let match = known ?? StickyCookies(nodes: nodes, rules: rules).decode(value)
        let named = match?.node.flatMap { name in all.first { $0.node.name == name } }
        let answer = CookieAnswer(
            node: match?.node, status: named?.node.status, scheme: match?.scheme,
            proxy: match?.scheme.proxy.flatMap(StickySettings.Proxy.init),
            current: match.map { isCurrent($0.scheme, traefik: traefik) }, nodes: match?.nodes ?? [],
            nodesWithUrl: nodes.count { $0.url != nil })
        return Framing(view: view, now: now, instance: instance).object(answer)
    }

    /// True if a proxy in use writes such cookies now.
    private func isCurrent(_ scheme: StickyScheme, traefik: StickyScheme) -> Bool {
        watch.plan.sticky.schemes.contains(scheme) && !scheme.isOlder(than: traefik)
    }
}
