/// Keeps a full scan within its share of the server's time. Its pauses are measured on its own round trips, so they grow
/// when the server is slow under the load of others.
final class Pacer {
    /// The `COUNT` of a `SCAN` that may use the server freely. More would cost other clients latency and gain nothing.
    static let freeScanCount = 300
    /// The `COUNT` of a paced one: a batch holds the server for some 50 µs, which other clients' p99 does not show.
    static let pacedScanCount = 10
    /// The longest pause between two batches.
    static let pauseLimitSeconds = 0.25

    /// More than 0, at most 1.
    let share: Double
    /// Called with each round trip, for the metrics.
    private let observe: (Double) -> Void
    /// The pause before the next batch.
    private(set) var owedSeconds = 0.0

    private let isCareful: Bool

    /// `isCareful`: names may be so long that many of them would make an answer too large.
    init(share: Double, isCareful: Bool = false, observe: @escaping (Double) -> Void = { _ in }) {
        self.share = share
        self.isCareful = isCareful
        self.observe = observe
    }

    var isPaced: Bool { share < 1 }
    var scanCount: Int { isPaced || isCareful ? Self.pacedScanCount : Self.freeScanCount }

    /// Notes a round trip, and counts all of it as the server's time.
    func note(seconds: Double) {
        observe(seconds)
        owedSeconds = min(seconds * (1 / share - 1), Self.pauseLimitSeconds)
    }
}
