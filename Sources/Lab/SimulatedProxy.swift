import Digests

/// A sticky reverse proxy before the simulated nodes. It sends each request to the node that the client's cookie names.
/// If that node is gone, it chooses another one, which cannot serve the request and logs that.
struct SimulatedProxy {
    /// A client that lost its session and has not noticed yet.
    struct LostClient {
        var session: String
        var cookie: String
        /// The number of requests until it begins a new session; nil for a client that never does.
        var patience: Int?
    }

    /// The most lost clients that keep sending requests; further ones give up at once.
    static let lostLimit = 60
    /// The most clients among them that never begin a new session: their sessions become stuck.
    static let stubbornLimit = 3

    /// True if requests go to any node, whatever their cookie says.
    var isBroken = false
    private(set) var lost: [LostClient] = []
    private(set) var refusals = 0
    private var stubborn = 0

    /// The cookie that Traefik (3.3.4 and newer) makes from a server's URL.
    static func cookie(_ url: String) -> String { Hex.text(SHA256().prefix64(Array(url.utf8).span)) }

    /// Takes over the sessions of a node that died, whose clients come back with them.
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

    /// The next request of a lost client; nil if there is none.
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
