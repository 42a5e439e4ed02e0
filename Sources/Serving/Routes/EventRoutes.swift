import API
import Events
import HTTP
import Intake
import Sessions

/// `POST /api/v1/events`: log lines pushed as NDJSON or a JSON array, as Vector's and Fluent Bit's http outputs send them.
struct EventRoutes: Sendable {
    /// Vector sends 10 MB at most by default.
    static let bodyBytes = 16 << 20
    /// Limit of rejected lines in the answer; all are counted.
    static let namedRejections = 100

    let intake: EventIntake
    let isEnabled: Bool
    let reading: LineReader.Options

    var routes: [Route] {
        [
            Route(.post, "/api/v1/events", access: .scope(.events), bodyBytes: Self.bodyBytes) { request, _ in
                answering(request, known: ["node"]) { parameters in take(request, node: parameters["node"]) }
            }
        ]
    }

    private func take(_ request: HTTPRequest, node: String?) -> HTTPResponse {
        guard isEnabled else { return .problem(403, "events.http is off") }
        let lines: PushedLines
        do throws(PushedLines.Broken) {
            lines = try PushedLines(request.body, contentType: request.headers["Content-Type"] ?? "")
        } catch {
            return .problem(400, "the array has no end, or something follows it, at byte \(error.offset)")
        }
        guard lines.ranges.count <= EventIntake.roomPerChunk else {
            return .problem(413, "more than \(EventIntake.roomPerChunk) lines at once")
        }
        let answer = intake.withRoom(for: lines.ranges.count) { take(lines, of: request.body, node: node) }
        guard let answer else {
            let reason = intake.isClosed ? "the daemon is stopping" : "too many events wait to be judged"
            return .problem(503, reason, headers: ["Retry-After": "1"])
        }
        return .json(answer)
    }

    /// Each body stands alone: an unfinished last line is rejected.
    private func take(_ lines: PushedLines, of body: [UInt8], node: String?) -> PushAnswer {
        let now = intake.watch.clock.now()
        var reader = LineReader(reading)
        var answer = PushAnswer(accepted: 0, ignored: 0, rejected: [], rejectedCount: 0)
        intake.noteLines(lines.ranges.count, in: body.span, from: .http)
        for (position, range) in lines.ranges.enumerated() {
            let reading = reader.read(body.span.extracting(range))
            if let earlier = reading.earlier {
                answer.note(intake.take(earlier, from: .http, node: node, at: now), line: position)
            }
            if reading.outcome == .pending { continue }
            answer.note(intake.take(reading.outcome, from: .http, node: node, at: now), line: position + 1)
        }
        if let last = reader.finish() {
            answer.note(intake.take(last, from: .http, node: node, at: now), line: lines.ranges.count)
        }
        return answer
    }
}

extension PushAnswer {
    fileprivate mutating func note(_ taken: EventIntake.Taken, line: Int) {
        switch taken {
        case .event: accepted += 1
        case .ignored: ignored += 1
        case .rejected(let reason):
            rejectedCount += 1
            if rejected.count < EventRoutes.namedRejections { rejected.append(Rejection(line: line, reason: reason)) }
        }
    }
}
