import Cleaning
import Dispatch
import Exposition
import HTTP
import Intake
import Redis
import Sessions
import Synchronization
import Watching

/// `GET /metrics`: answers 200 while the process lives, whatever Redis does. A stale view is withheld, so that `max`
/// over instances is right after one of them was cut off.
public final class MetricsRoute: Sendable {
    private struct State {
        var labels: NodeLabels
        var nodes = NodeCounts()
        var misroutes = MisrouteCounts()
        var overflow = 0
        var lastBytes = 16_384

        /// Gives the nodes their labels, and counts for these what the nodes counted since.
        mutating func note(_ summaries: [NodeSummary]) {
            labels.update(summaries)
            nodes.update(summaries, labels)
            overflow += labels.foldedCount
        }
    }

    /// A page is served again for this long. A page of eight nodes takes some 150 µs to write, one of 32 nodes that
    /// refused each other's sessions 5 ms, and no scraper asks ten times a second.
    public static let keptSeconds = 0.1
    /// While the next page is being written, the old one is served for up to this many times as long.
    static let renewedFactor = 3.0

    /// The key under which a page is kept.
    private struct Form: Hashable {
        var format: ExpositionFormat
        var isPacked: Bool
    }

    private struct Kept {
        var madeAt: Double
        var response: HTTPResponse
        var isRenewed = false
    }

    private let watch: WatchContext
    private let intake: EventIntake
    private let board: CleanupBoard
    private let requests: RequestMetrics
    private let keptSeconds: Double
    private let process = ProcessFamilies()
    private let state: Mutex<State>
    private let kept = Mutex<[Form: Kept]>([:])
    private let renewing = DispatchQueue(label: "metrics")

    /// `keptSeconds`: 0 writes a new page for each request.
    init(
        _ watch: WatchContext, _ intake: EventIntake, _ board: CleanupBoard, _ requests: RequestMetrics, maxNodes: Int,
        keptSeconds: Double = MetricsRoute.keptSeconds
    ) {
        self.keptSeconds = keptSeconds
        self.watch = watch
        self.intake = intake
        self.board = board
        self.requests = requests
        state = Mutex(State(labels: NodeLabels(limit: maxNodes)))
    }

    func respond(_ request: HTTPRequest) -> HTTPResponse {
        // Only a clear preference for OpenMetrics gets it; everything else gets the text format, as in Prometheus' own
        // libraries.
        let offers = [ExpositionFormat.text.contentType, ExpositionFormat.openMetrics.contentType]
        let wanted = ContentNegotiation.mediaType(among: offers, accept: request.headers.list("Accept"))
        let format: ExpositionFormat = wanted == ExpositionFormat.openMetrics.contentType ? .openMetrics : .text
        let form = Form(
            format: format, isPacked: ContentNegotiation.acceptsGzip(request.headers.list("Accept-Encoding")))
        let now = monotonicSeconds()
        let (response, isDue) = kept.withLock { kept -> (HTTPResponse?, Bool) in
            guard let page = kept[form], now - page.madeAt < Self.renewedFactor * keptSeconds else {
                return (nil, false)
            }
            let isDue = now - page.madeAt >= keptSeconds && !page.isRenewed
            if isDue { kept[form]?.isRenewed = true }
            return (page.response, isDue)
        }
        if isDue { renewing.async { _ = self.make(form, for: request) } }
        return response ?? make(form, for: request)
    }

    private func make(_ form: Form, for request: HTTPRequest) -> HTTPResponse {
        let now = monotonicSeconds()
        let type = form.format.contentType
        let plain = HTTPResponse(headers: ["Content-Type": type, "Vary": "Accept"], body: page(form.format))
        let response = plain.gzipped(for: request)
        kept.withLock { $0[form] = Kept(madeAt: now, response: response) }
        return response
    }

    func page(_ format: ExpositionFormat) -> [UInt8] {
        let now = watch.clock.now()
        let brakes = board.brakes(watch, at: now)
        return state.withLock { state in
            // Read under the lock, so that each page sees counts that are no lower than the last one's.
            let snapshot = watch.registry.withLock { RegistrySnapshot($0, at: now) }
            let tally = intake.tally
            let isFresh = snapshot.view.ageSeconds(at: now).map { $0 <= watch.staleAfterSeconds } ?? false
            var page = MetricPage(format: format, reservingBytes: state.lastBytes + 1024)
            if isFresh {
                state.note(snapshot.nodes)
                registryFamilies(snapshot, state).write(to: &page)
            }
            DaemonFamilies(watch: watch, requests: requests, labelOverflow: state.overflow, drift: snapshot.drift)
                .write(to: &page)
            let monotonic = monotonicSeconds()
            // Before the first view no node has a label: what is refused then counts once they have.
            if state.labels.isKnown { state.misroutes.update(tally, state.labels, at: monotonic) }
            EventFamilies(
                intake: intake, tally: tally, counts: state.misroutes, labels: state.labels, now: monotonic,
                affected: snapshot.affected, pending: snapshot.pending
            ).write(to: &page)
            CleanupFamilies(board: board, brakes: brakes).write(to: &page)
            process.write(to: &page)
            let bytes = page.finish()
            state.lastBytes = bytes.count
            return bytes
        }
    }

    private func registryFamilies(_ snapshot: RegistrySnapshot, _ state: State) -> RegistryFamilies {
        RegistryFamilies(
            snapshot: snapshot, labels: state.labels, counts: state.nodes,
            ages: watch.lastFullScan.withLock { $0.ages }, server: watch.link.withLock { $0.server },
            expectedNodes: watch.plan.expectedNodes)
    }
}
