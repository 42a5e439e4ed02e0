import Digests

/// A sticky reverse proxy before the simulated nodes: sends each request where the client's cookie says, and where that
/// node is gone, to another one, which cannot serve it and logs so.
struct SimulatedProxy {
    /// A client whose session is lost and that has not noticed yet.
    struct LostClient {
        var session: String
        var cookie: String
        /// Requests until it begins a new session; nil for one that never does.
        var patience: Int?
    }

    /// Lost clients that go on asking; further ones give up at once.
    static let lostLimit = 60
    /// Clients among them that never begin anew: their sessions end up stuck.
    static let stubbornLimit = 3

    /// Whether every request goes to the next best node, whatever its cookie says.
    var isBroken = false
    private(set) var lost: [LostClient] = []
    private(set) var refusals = 0
    private var stubborn = 0

    /// What Traefik (3.3.4 and newer) makes of a server's URL.
    static func cookie(_ url: String) -> String {
        let digits = String(SHA256().prefix64(Array(url.utf8).span), radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// The sessions of a node that died; their clients come back with them.
    mutating func lose(_ sessions: [String], of url: String, _ generator: inout SplitMix64) {
        for session in sessions.shuffled(using: &generator) where lost.count < Self.lostLimit {
            var patience: Int? = Int.random(in: 1...4, using: &generator)
            if stubborn < Self.stubbornLimit {
                stubborn += 1
                patience = nil
            }
            lost.append(LostClient(session: session, cookie: Self.cookie(url), patience: patience))
        }
    }

    /// A lost client's next request; nil where there is none.
    mutating func nextLost(_ generator: inout SplitMix64) -> LostClient? {
        guard let place = lost.indices.randomElement(using: &generator) else { return nil }
        let client = lost[place]
        if let patience = client.patience {
            if patience <= 1 { lost.remove(at: place) } else { lost[place].patience = patience - 1 }
        }
        return client
    }

    mutating func noteRefusal() { refusals += 1 }
}
