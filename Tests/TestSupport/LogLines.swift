/// What Traefik makes of the URLs `http://10.0.0.1:8080` and so on of the nodes.
public let nodeCookies = ["node-1": "cc3dd0c247d6ff41", "node-2": "d1a653a6b43e2e0b", "node-3": "db69a6a16d1bbe08"]

/// A line as a Rust server writes it.
public func misrouteLine(
    _ id: String, node: String?, cookie: String? = nil,
    message: String = "session exists in registry but not on this node",
    stamp: String? = nil
) -> String {
    let node = node.map { ",\"node\":\"\($0)\"" } ?? ""
    let cookie = cookie.map { ",\"cookie\":\"\($0)\"" } ?? ""
    let stamp = stamp.map { "\"timestamp\":\"\($0)\"," } ?? ""
    let fields = "\"message\":\"\(message)\",\"session_id\":\"\(id)\"\(node)\(cookie)"
    return "{\(stamp)\"level\":\"WARN\",\"fields\":{\(fields)},\"target\":\"mcp_node::session\"}"
}
