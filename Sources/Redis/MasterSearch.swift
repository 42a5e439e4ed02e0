/// A search for the master: the sentinels' answers so far, and the server to try next.
struct MasterSearch {
    struct Candidate: Sendable, Equatable {
        let server: RedisEndpoint
        /// The highest epoch that a sentinel gave with it; -1 if none gave any.
        var epoch: Int64
        /// The sentinels that name it.
        var sentinels: [RedisEndpoint]
        /// Set once the server was tried: the reason why it is not the master.
        var refusal: String?
    }

    private let sentinelCount: Int
    private(set) var candidates: [Candidate] = []
    private var failures: [(sentinel: RedisEndpoint, reason: String)] = []

    /// The longest text of ``reason``.
    static let reasonLimit = 2_000

    init(sentinelCount: Int) {
        self.sentinelCount = sentinelCount
    }

    mutating func heard(_ sentinel: RedisEndpoint, _ answer: (master: RedisEndpoint, epoch: Int64)) {
        if let at = candidates.firstIndex(where: { $0.server == answer.master }) {
            candidates[at].epoch = max(candidates[at].epoch, answer.epoch)
            candidates[at].sentinels.append(sentinel)
        } else {
            candidates.append(Candidate(server: answer.master, epoch: answer.epoch, sentinels: [sentinel]))
        }
    }

    mutating func failed(_ sentinel: RedisEndpoint, _ reason: String) {
        failures.append((sentinel, reason))
    }

    mutating func refused(_ server: RedisEndpoint, _ reason: String) {
        if let at = candidates.firstIndex(where: { $0.server == server }) { candidates[at].refusal = reason }
    }

    /// The server named by a majority of the sentinels, while none names another one; then the rest need not be asked.
    var agreed: RedisEndpoint? {
        guard candidates.count == 1, candidates[0].refusal == nil, 2 * candidates[0].sentinels.count > sentinelCount
        else { return nil }
        return candidates[0].server
    }

    /// Once all sentinels were asked: the untried server of the highest epoch; among equals, the one named by most
    /// sentinels.
    var next: RedisEndpoint? {
        let untried = candidates.filter { $0.refusal == nil }
        return untried.max { ($0.epoch, $0.sentinels.count) < ($1.epoch, $1.sentinels.count) }?.server
    }

    /// Each sentinel asked, with the reason why it led to no master: `no master found; 10.0.0.1:26379: Connection
    /// refused; ...`.
    var reason: String {
        var parts = failures.map { "\($0.sentinel.address): \($0.reason)" }
        for candidate in candidates {
            for sentinel in candidate.sentinels {
                parts.append(
                    "\(sentinel.address): names \(candidate.server.address), refused: \(candidate.refusal ?? "not tried")"
                )
            }
        }
        return String("no master found; \(parts.joined(separator: "; "))".prefix(Self.reasonLimit))
    }
}
