import Events
import Exposition
import Intake
import Sessions

/// The families of events: the log lines, and the registry's verdicts on them.
struct EventFamilies {
    let intake: EventIntake
    let tally: MisrouteTally.Snapshot
    let counts: MisrouteCounts
    let labels: NodeLabels
    /// The monotonic clock.
    let now: Double
    let affected: AffectedSessions
    /// The number of refused requests that wait for proof.
    let pending: Int

    func write(to page: inout MetricPage) {
        writeMisroutes(to: &page)
        writeJudged(to: &page)
        writeLines(to: &page)
        writeFiles(to: &page)
    }

    private func writeMisroutes(to page: inout MetricPage) {
        page.family(
            "mcp_sessiond_misroutes_total", .counter,
            help: "Requests that node_id could not serve though the session is registered, by verdict."
        ) { family in
            for (key, count) in counts.misroutes(labels) {
                family.sample(labels: ["node_id": key.node, "reason": key.reason.rawValue], value: count)
            }
        }
        page.family(
            "mcp_sessiond_misroute_pairs_total", .counter,
            help: "The same by owner, for pairs that happened; a new series is at 0 for its first 70 seconds."
        ) { family in
            for (key, count) in counts.pairs(at: now) {
                family.sample(
                    labels: ["node_id": key.node, "owner_node_id": key.owner, "reason": key.reason.rawValue],
                    value: count)
            }
        }
        page.family(
            "mcp_sessiond_unknown_session_requests_total", .counter,
            help: "Requests naming a session that is not registered, by what became of it."
        ) { family in
            for (key, count) in counts.unknownSessions(labels) {
                family.sample(labels: ["node_id": key.node, "reason": key.reason.rawValue], value: count)
            }
        }
    }

    private func writeJudged(to page: inout MetricPage) {
        page.family(
            "mcp_sessiond_misroute_causes_total", .counter,
            help: "Misrouted requests by what their sticky cookie said."
        ) { family in
            for cause in StickyCause.allCases {
                family.sample(labels: ["cause": cause.rawValue], value: tally.causes[cause] ?? 0)
            }
        }
        page.family(
            "mcp_sessiond_affected_sessions", .gauge,
            help: "Distinct sessions with an error in the last 5 minutes (transient, or stuck: 3 errors over 60 s)."
        ) { family in
            family.sample(labels: ["kind": "transient"], value: affected.transient)
            family.sample(labels: ["kind": "stuck"], value: affected.stuck)
        }
    }

    private func writeLines(to page: inout MetricPage) {
        let metrics = intake.metrics
        page.family("mcp_sessiond_log_lines_total", .counter, help: "Log lines read.") {
            $0.samples(of: metrics.lines)
        }
        page.family("mcp_sessiond_log_events_total", .counter, help: "Events accepted, by kind.") {
            $0.samples(of: metrics.events)
        }
        page.family(
            "mcp_sessiond_log_events_rejected_total", .counter,
            help: "Log lines rejected (parse_error, too_long, bad_time, future)."
        ) { $0.samples(of: metrics.rejected) }
        page.family(
            "mcp_sessiond_events_dropped_total", .counter,
            help: "Events dropped before they were counted (queue_full, shutdown, trimmed)."
        ) { $0.samples(of: metrics.dropped) }
        page.family(
            "mcp_sessiond_log_last_event_timestamp_seconds", .gauge,
            help: "Time stamped on the newest event processed; 0 before the first."
        ) { family in
            for (source, seconds) in metrics.newestSeconds {
                family.sample(labels: ["source": source.rawValue], value: seconds)
            }
        }
        page.family("mcp_sessiond_event_lag_seconds", .histogram, help: "Event time to processing time.") {
            $0.histogram(metrics.lag.snapshot())
        }
        page.family("mcp_sessiond_queue_length", .gauge, help: "Items waiting.") {
            $0.sample(labels: ["queue": "events"], value: intake.waitingCount)
        }
        page.family(
            "mcp_sessiond_verdicts_pending", .gauge,
            help: "Refused requests that wait for proof that the owner was alive, or is gone."
        ) { $0.sample(value: pending) }
        page.family("mcp_sessiond_queue_capacity", .gauge, help: "Items that a queue can hold.") {
            $0.sample(labels: ["queue": "events"], value: EventIntake.capacity)
        }
    }

    private func writeFiles(to page: inout MetricPage) {
        let source: LabelSet = ["source": EventSource.file.rawValue]
        page.family("mcp_sessiond_log_offset_bytes", .gauge, help: "Committed read offset, all files added up.") {
            $0.sample(labels: source, value: intake.metrics.committedBytes.value)
        }
        page.family("mcp_sessiond_log_size_bytes", .gauge, help: "Size of the log files, all added up.") {
            $0.sample(labels: source, value: intake.metrics.fileBytes.value)
        }
    }
}
