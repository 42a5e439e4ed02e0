import Lab

/// An order typed during the demo: `k node-2`, `r node-2`, `d node-2`, `s` (stickiness), `q`; `2` stands for `node-2`.
enum DemoOrder: Equatable {
    case action(SimulatedCluster.Action)
    case quit
    case nothing

    struct Mistake: Error, Equatable {
        let description: String
    }

    init(_ line: String, nodes: [String]) throws(Mistake) {
        let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
        guard let verb = words.first else {
            self = .nothing
            return
        }
        if ["q", "quit", "exit"].contains(verb), words.count == 1 {
            self = .quit
            return
        }
        if verb == "s", words.count == 2, ["on", "off"].contains(words[1]) {
            self = .action(words[1] == "on" ? .mendStickiness : .breakStickiness)
            return
        }
        guard ["k", "r", "d"].contains(verb), words.count == 2 else {
            throw Mistake(description: "not understood; type k, r or d and a node, s and on or off, or q")
        }
        guard let node = nodes.first(where: { $0 == words[1] || $0 == "node-\(words[1])" }) else {
            throw Mistake(description: "no such node; there are \(nodes.joined(separator: ", "))")
        }
        switch verb {
        case "k": self = .action(.kill(node: node))
        case "r": self = .action(.restart(node: node))
        default: self = .action(.drain(node: node))
        }
    }
}
