import API
import Configuration
import Sessions

extension Report {
    /// The node that a cookie names.
    func cookie(_ answer: DaemonAnswer<CookieAnswer>) -> [String] {
        let data = answer.data
        var facts = facts
        facts.add("node", data.node ?? "none whose url is known", data.node == nil ? .bad : .plain)
        facts.add("status", data.status?.rawValue, data.status.map { Tone($0) } ?? .plain)
        facts.add("scheme", data.scheme?.rawValue)
        facts.add("written by", data.proxy?.rawValue)
        if data.current == false {
            facts.add("note", "no proxy in use writes such cookies (any more): it is not taken", .attention)
        }
        facts.add("known", "\(data.nodesWithUrl) nodes have a url in their heartbeat")
        return [answer.frame.description] + facts.lines
    }
}
