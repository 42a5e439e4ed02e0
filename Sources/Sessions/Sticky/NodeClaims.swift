/// Which nodes a text may mean. One that lives has it before the dead, whose address another may have got since.
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

    /// All that it may mean; empty where it means none.
    subscript(text: String) -> [String] { claims[text]?.nodes ?? [] }
}
