/// The nodes that a text may name. A living node comes before a dead one, whose address another node may have by now.
struct NodeClaims: Sendable {
    private struct Claim: Sendable {
        var nodes: [String]
        var isAlive: Bool
    }

    private var claims: [String: Claim] = [:]

    mutating func add(_ text: String, node: String, isAlive: Bool) {
        guard var claim = claims[text], claim.isAlive || !isAlive else {
            claims[text] = Claim(nodes: [node], isAlive: isAlive)
            return
        }
        guard claim.isAlive == isAlive, !claim.nodes.contains(node) else { return }
        claim.nodes.append(node)
        claims[text] = claim
    }

    /// Returns the living nodes that the text may name.
    func living(_ text: String) -> [String] { claims[text].map { $0.isAlive ? $0.nodes : [] } ?? [] }

    /// Returns all nodes that the text may name. Empty if it names none.
    subscript(text: String) -> [String] { claims[text]?.nodes ?? [] }
}
