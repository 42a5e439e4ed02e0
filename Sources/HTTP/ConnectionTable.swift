/// The open connections: their number in all and by address, and their deadlines.
struct ConnectionTable {
    private struct Connection {
        let peer: String
        var deadline: ContinuousClock.Instant
        /// True while a request is complete and its answer is not yet sent.
        var isAnswering = false
        /// True once it was shut down, though the library may not have noticed yet.
        var isCut = false
        /// The certificate of its handshake.
        var certificate: ServerCertificate?
    }

    private var connections: [Int32: Connection] = [:]
    private var peers: [String: Int] = [:]
    let limits: HTTPLimits

    init(limits: HTTPLimits) { self.limits = limits }

    var count: Int { connections.count }

    /// True while any answer is under way.
    var isAnswering: Bool { connections.values.contains { $0.isAnswering } }

    /// The reason to refuse one more connection from the address; nil if it is welcome.
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

    /// Keeps a certificate with its connection; false if the connection is unknown.
    mutating func keep(_ certificate: ServerCertificate, for socket: Int32) -> Bool {
        connections[socket]?.certificate = certificate
        return connections[socket] != nil
    }

    /// Notes that a request line came.
    mutating func began(_ socket: Int32, at now: ContinuousClock.Instant) {
        connections[socket]?.deadline = now + .seconds(limits.requestSeconds)
    }

    /// Notes that the request is complete.
    mutating func answering(_ socket: Int32) { connections[socket]?.isAnswering = true }

    /// Notes that the answer was sent or the request given up.
    mutating func finished(_ socket: Int32, at now: ContinuousClock.Instant) {
        connections[socket]?.deadline = now + .seconds(limits.headSeconds)
        connections[socket]?.isAnswering = false
    }

    func peer(of socket: Int32) -> String { connections[socket]?.peer ?? "" }

    /// The connections past their deadline that are not cut yet.
    func overdue(at now: ContinuousClock.Instant) -> [Int32] {
        connections.filter { !$0.value.isCut && $0.value.deadline < now }.keys.sorted()
    }

    mutating func cut(_ socket: Int32) { connections[socket]?.isCut = true }
}
