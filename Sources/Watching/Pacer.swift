/// Keeps a reading within its share of the server's time, by pauses measured on its own round trips:
/// where the server is slower for others' load, they grow with it.
final class Pacer {
    /// Names a SCAN is asked for when the server may be used freely: more costs other clients latency and gains nothing.
    static let freeScanCount = 300
    /// And when it is shared: a batch holds the server for some 50 µs, which other clients' p99 does not show.
    static let pacedScanCount = 10
    /// Longest pause between two batches, whatever a slow round trip says.
    static let pauseLimitSeconds = 0.25

    /// More than 0, at most 1.
    let share: Double
    /// Told each round trip, for the metrics.
    private let observe: (Double) -> Void
    /// How long to leave the server alone before the next batch.
    private(set) var owedSeconds = 0.0

    private let isCareful: Bool

    /// `isCareful`: names may be so long that many of them are too much for one answer.
    init(share: Double, isCareful: Bool = false, observe: @escaping (Double) -> Void = { _ in }) {
        self.share = share
        self.isCareful = isCareful
        self.observe = observe
    }

    var isPaced: Bool { share < 1 }
    var scanCount: Int { isPaced || isCareful ? Self.pacedScanCount : Self.freeScanCount }

    /// Notes a round trip, all of which is taken for the server's time.
    func note(seconds: Double) {
        observe(seconds)
        owedSeconds = min(seconds * (1 / share - 1), Self.pauseLimitSeconds)
    }
}
