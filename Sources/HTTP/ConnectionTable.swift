/// The open connections: how many there are, in all and of each address, and when each must be done.
struct ConnectionTable {
    private struct Connection {
        let peer: String
        var deadline: ContinuousClock.Instant
        /// From the last byte of a request to the last of its answer.
        var isAnswering = false
        /// Shut down already; the library has yet to see it.
        var isCut = false
        /// What its handshake works with.
        var certificate: ServerCertificate?
    }

    private var connections: [Int32: Connection] = [:]
    private var peers: [String: Int] = [:]
    let limits: HTTPLimits

    init(limits: HTTPLimits) { self.limits = limits }

    var count: Int { connections.count }

    /// Whether an answer is under way anywhere.
    var isAnswering: Bool { connections.values.contains { $0.isAnswering } }

    /// Why one more connection of that address is not let in; nil if it is.
    func refusal(of peer: String) -> HTTPRefusal? {
        if connections.count >= limits.connections { return .connectionLimit }
        return peers[peer, default: 0] >= limits.connectionsPerAddress ? .addressLimit : nil
    }

    mutating func opened(_ socket: Int32, by peer: String, at now: ContinuousClock.Instant) {
        connections[socket] = Connection(peer: peer, deadline: now + .seconds(limits.headSeconds))
        peers[peer, default: 0] += 1
    }

    mutating func closed(_ socket: Int32) {
        guard let peer = connections.removeValue(forKey: socket)?.peer else { return }
        peers[peer, default: 1] -= 1
        if peers[peer] == 0 { peers[peer] = nil }
    }

    /// False where the connection is not known.
    mutating func keep(_ certificate: ServerCertificate, for socket: Int32) -> Bool {
        connections[socket]?.certificate = certificate
        return connections[socket] != nil
    }

    /// A request line came.
    mutating func began(_ socket: Int32, at now: ContinuousClock.Instant) {
        connections[socket]?.deadline = now + .seconds(limits.requestSeconds)
    }

    /// The request is complete.
    mutating func answering(_ socket: Int32) { connections[socket]?.isAnswering = true }

    /// The answer is sent, or the request was given up.
    mutating func finished(_ socket: Int32, at now: ContinuousClock.Instant) {
        connections[socket]?.deadline = now + .seconds(limits.headSeconds)
        connections[socket]?.isAnswering = false
    }

    func peer(of socket: Int32) -> String { connections[socket]?.peer ?? "" }

    /// The connections beyond their deadline that are not cut yet.
    func overdue(at now: ContinuousClock.Instant) -> [Int32] {
        connections.filter { !$0.value.isCut && $0.value.deadline < now }.keys.sorted()
    }

    mutating func cut(_ socket: Int32) { connections[socket]?.isCut = true }
}
