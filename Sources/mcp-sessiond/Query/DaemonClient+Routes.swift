import API
import Exposition

/// The routes of the API, each with its answer.
extension DaemonClient {
    typealias Query = [(name: String, value: String)]

    func status() async throws(DaemonClientError) -> DaemonAnswer<StatusAnswer> {
        try DaemonAnswer(await ask(["status"]))
    }

    func nodes(_ query: Query = []) async throws(DaemonClientError) -> DaemonAnswer<[NodeRow]> {
        try DaemonAnswer(page: await ask(["nodes"], query: query))
    }

    func node(_ name: String, drain: Bool) async throws(DaemonClientError) -> DaemonAnswer<NodeAnswer> {
        try DaemonAnswer(await ask(["nodes", name], query: drain ? [("drain", "1")] : []))
    }

    func sessions(_ query: Query) async throws(DaemonClientError) -> DaemonAnswer<[SessionRow]> {
        try DaemonAnswer(page: await ask(["sessions"], query: query))
    }

    /// An explanation of a session by its ref, or by a prefix of one.
    func explanation(ref: String) async throws(DaemonClientError) -> DaemonAnswer<ExplanationAnswer> {
        try DaemonAnswer(await ask(["sessions", ref]))
    }

    func explanation(_ order: LookupOrder) async throws(DaemonClientError) -> DaemonAnswer<ExplanationAnswer> {
        try DaemonAnswer(await ask(["sessions", "lookup"], order: order))
    }

    func misroutes(limit: Int, node: String? = nil) async throws(DaemonClientError) -> DaemonAnswer<MisroutesAnswer> {
        let query = [(name: "limit", value: String(limit))] + (node.map { [(name: "node", value: $0)] } ?? [])
        return try DaemonAnswer(await ask(["misroutes"], query: query))
    }

    func incidents(_ query: Query) async throws(DaemonClientError) -> DaemonAnswer<[IncidentRow]> {
        try DaemonAnswer(page: await ask(["incidents"], query: query))
    }

    func cookie(_ value: String) async throws(DaemonClientError) -> DaemonAnswer<CookieAnswer> {
        try DaemonAnswer(await ask(["cookies", value]))
    }
}

// MARK: - Cleanup

extension DaemonClient {
    func cleanup() async throws(DaemonClientError) -> DaemonAnswer<CleanupAnswer> {
        try DaemonAnswer(await ask(["cleanup"]))
    }

    func dryRun(by user: String) async throws(DaemonClientError) -> DaemonAnswer<DryRunAnswer> {
        try DaemonAnswer(await ask(["cleanup"], order: RunOrder(dryRun: true, by: user)))
    }

    func beginRun(by user: String) async throws(DaemonClientError) -> DaemonAnswer<RunBegunAnswer> {
        try DaemonAnswer(await ask(["cleanup"], order: RunOrder(dryRun: false, by: user)))
    }

    func suspend(_ order: SuspendOrder) async throws(DaemonClientError) -> DaemonAnswer<SuspendAnswer> {
        try DaemonAnswer(await ask(["cleanup", "suspend"], order: order))
    }

    func resume(_ order: ResumeOrder) async throws(DaemonClientError) -> DaemonAnswer<ResumeAnswer> {
        try DaemonAnswer(await ask(["cleanup", "resume"], order: order))
    }

    func undo(_ order: UndoOrder) async throws(DaemonClientError) -> DaemonAnswer<UndoAnswer> {
        try DaemonAnswer(await ask(["cleanup", "undo"], order: order))
    }

    func attest(_ order: AttestOrder) async throws(DaemonClientError) -> DaemonAnswer<AttestAnswer> {
        try DaemonAnswer(await ask(["cleanup", "attest"], order: order))
    }
}

extension DaemonClient {
    private func ask(_ path: [String], query: Query = []) async throws(DaemonClientError) -> ReceivedAnswer {
        try await ask(path, query: query, body: nil)
    }

    private func ask(_ path: [String], order: some Encodable) async throws(DaemonClientError) -> ReceivedAnswer {
        try await ask(path, query: [], body: JSONEncoding.bytes(order))
    }
}
