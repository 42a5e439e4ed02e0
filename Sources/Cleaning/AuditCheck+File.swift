import Sessions

// The local file beside the stream. It holds what one instance removed, a line for each session.

/// The lines of the local file about one run.
struct FileRun: Sendable {
    /// The indices of the first and the last record that it repeats.
    var records: ClosedRange<Int>?
    /// Lines that no record names, since the last line that one names.
    var unnamed: [String] = []
}

extension AuditCheck {
    /// Takes the next line of the file, as a record of one session. All records of the stream come before.
    mutating func take(line entry: AuditEntry, at place: String) {
        countLine()
        checkAlone(entry, at: place)
        guard let ref = entry.refs.first else { return }
        guard entry.action.removes else {
            return violate(.file, place, "its action is \(entry.action.rawValue), which removes nothing")
        }
        var run = fileRuns[entry.run] ?? FileRun()
        defer { fileRuns[entry.run] = run }
        let key = SessionOfRun(ref: ref, run: entry.run)
        guard let session = removed[key] else {
            run.unnamed.append(place)
            return
        }
        removed[key]?.isInFile = true
        // What comes between two lines that records name must have a record too: with the first record that Redis loses
        // the run ends. In a cluster it may go on.
        for place in run.unnamed {
            if run.records == nil || terms.isCluster {
                doubt(.file, place, Self.lostDoubt)
            } else {
                violate(.file, place, "no record names the session, and records name those before and after it")
            }
        }
        run.unnamed = []
        let range = run.records ?? session.record...session.record
        run.records = min(range.lowerBound, session.record)...max(range.upperBound, session.record)
        let record = records[session.record]
        if session.state == .kept {
            violate(.file, place, "record \(record.id) was followed by one that says that the session stayed")
        }
        let differing = differences(entry, record, ref)
        guard !differing.isEmpty else { return }
        violate(.file, place, "record \(record.id) has another \(differing.joined(separator: ", "))")
    }

    private static let lostDoubt =
        "the stream does not go back so far, or Redis lost the record (in a flush, a failover or a restart)"

    mutating func takeUnreadableLine(at place: String) {
        countLine()
        violate(.readable, place, "it is no line of an audit file")
    }

    private func differences(_ line: AuditEntry, _ record: AuditEntry, _ ref: SessionRef) -> [String] {
        let age = record.refs.firstIndex(of: ref).flatMap { record.agesSeconds[$0] }
        let same = [
            ("owner", line.node == record.node && line.boot == record.boot), ("reason", line.reason == record.reason),
            ("action", line.action == record.action), ("age", line.agesSeconds.first == .some(age)),
            ("silence", line.silentSeconds == record.silentSeconds),
            ("attestation", line.attestedBy == record.attestedBy),
            ("epoch", line.epoch == record.epoch), ("asker", line.by == record.by),
        ]
        return same.filter { !$0.1 }.map(\.0)
    }

    /// Between two batches of a run that the file has, it has all others: a batch that could not be written ends the run.
    mutating func checkFileIsWhole() {
        for (_, run) in fileRuns.sorted(by: { $0.key < $1.key }) {
            for place in run.unnamed { doubt(.file, place, Self.lostDoubt) }
        }
        for (name, run) in fileRuns.sorted(by: { $0.key < $1.key }) {
            guard let range = run.records else { continue }
            for index in runs[name]?.removals ?? [] where index > range.lowerBound && index < range.upperBound {
                let missing = records[index].refs.count { ref in
                    let session = removed[SessionOfRun(ref: ref, run: name)]
                    return session.map { $0.record == index && $0.state != .kept && !$0.isInFile } ?? false
                }
                guard missing > 0 else { continue }
                // In a cluster the stream also names sessions that were gone before cleanup came to them.
                violateUnlessCluster(
                    .file, records[index].id,
                    "the file lacks \(missing) of its sessions, and has some that run \(name) removed before and after")
            }
        }
    }
}
