import API
import Configuration
import Sessions

extension Report {
    /// The plan of cleanup, and what holds it back.
    func cleanup(_ answer: DaemonAnswer<CleanupAnswer>) -> [String] {
        let (data, frame) = (answer.data, answer.frame)
        var facts = facts
        facts.add("cleanup", "\(Self.sentence(of: data.mode)), \(frame)")
        facts.addSentence("refused", data.refusal, .bad)
        if data.mode != .off {
            facts.add("lease", Self.lease(data.lease), data.lease == nil ? .attention : .plain)
        }
        facts.addSentence("suspended", Self.suspension(data.suspended, frame), .attention)
        for brake in data.brakes where brake.brake != .suspended {
            facts.addSentence("brake", Self.sentence(of: brake), .attention)
        }
        facts.add("may go", "\(data.plan.mayGo) sessions")
        let skipped = Self.words(data.plan.skipped.all)
        facts.add("left alone", skipped.isEmpty ? "none" : skipped)
        for void in data.voidEvidence {
            facts.addSentence("void", "\(void.records) records of \(void.key): \(void.why)", .attention)
        }
        facts.add("restorable", Self.restorable(data.undo))
        facts.add("running", data.running.map(Self.outcome))
        facts.add("last run", data.runs.first.map { "\(frame.age($0.endedAt) ?? "?"): \(Self.outcome($0))" })
        facts.add("next run", frame.age(data.nextRun))
        return facts.lines + groups(data.plan)
    }

    private static func sentence(of mode: CleanupSettings.Mode) -> String {
        switch mode {
        case .off: "off: nothing is removed, and no evidence is kept"
        case .dryRun: "dry-run: it plans and removes nothing"
        case .expire, .delete: mode.rawValue
        }
    }

    /// `214 sessions, 0.1 MiB of 64.0 MiB, each for 1d`
    private static func restorable(_ store: UndoStoreAnswer?) -> String {
        guard let store else { return "nothing: cleanup.undo_for is 0s" }
        guard let sessions = store.sessions, let bytes = store.bytes else { return "unknown" }
        func mebibytes(_ bytes: Int) -> String { "\((Double(bytes) / 104_857.6).rounded() / 10) MiB" }
        let room = "\(mebibytes(bytes)) of \(mebibytes(store.maxBytes))"
        return "\(sessions) sessions, \(room), each for \(TimeText.duration(store.keptSeconds))"
    }

    static func lease(_ lease: LeaseAnswer?) -> String {
        guard let lease else { return "held by nobody" }
        return (lease.here ? "held here" : "held by \(lease.holder)") + ", epoch \(lease.epoch)"
    }

    static func sentence(of brake: BrakeRow) -> String {
        func figure(_ number: Double) -> String { ((number * 100).rounded() / 100).description }
        let text = "\(brake.brake.rawValue): \(brake.detail)"
        guard let measured = brake.measured, let limit = brake.limit else { return text }
        return text + " (\(figure(measured)), limit \(figure(limit)))"
    }

    private func groups(_ plan: PlanAnswer) -> [String] {
        guard !plan.groups.isEmpty else { return [] }
        let columns: [Table.Column] = [
            .name("NODE"), .name("BOOT"), .text("REASON"), .number("SESSIONS"), .text("SILENT FOR"),
            .name("DECISION"),
        ]
        let rows = plan.groups.map { group -> [Table.Cell] in
            let isGoing = group.decision == .go
            let why = [group.skip?.rawValue, group.why].compactMap(\.self).joined(separator: ": ")
            return [
                .init(group.node), .init(group.boot), .init(group.reason.rawValue), .init(group.sessions),
                .init(Self.silence(group)), .init(isGoing ? "may go" : why, isGoing ? .attention : .plain),
            ]
        }
        let more = plan.groupCount - plan.groups.count
        return [""] + table(columns, rows) + (more > 0 ? ["and \(more) more"] : [])
    }

    /// `3m of 15m`; nil if no silence is required.
    private static func silence(_ group: PlanAnswer.Group) -> String? {
        guard let silent = group.silentSeconds, let required = group.requiredSeconds else { return nil }
        return "\(TimeText.duration(silent)) of \(TimeText.duration(required))"
    }

    /// The attestation of an owner that was never seen.
    func attested(_ answer: AttestAnswer) -> [String] {
        let boot = answer.boot.map { ", boot \($0)" } ?? ""
        return [
            title("\(answer.node)\(boot) is attested to be gone by \(answer.attested.by): \(answer.attested.why)"),
            title("its sessions may go once it was silent for long enough: mcp-sessiond cleanup"),
        ]
    }

    func suspended(_ answer: DaemonAnswer<SuspendAnswer>) -> [String] {
        let now = Self.suspension(answer.data.suspended, answer.frame).map { "cleanup is suspended \($0)" }
        let before = Self.suspension(answer.data.replaced, answer.frame).map { "replaces the suspension \($0)" }
        return [now, before].compactMap { $0.map(title) }
    }

    func undone(_ answer: DaemonAnswer<UndoAnswer>) -> [String] {
        let data = answer.data
        var facts = facts
        facts.add("restored", "\(data.restored) \(data.restored == 1 ? "session" : "sessions")")
        facts.add("left alone", Self.leftAlone(data))
        let suspension = Self.suspension(data.suspended, answer.frame) ?? ""
        facts.addSentence("suspended", "cleanup is suspended \(suspension): mcp-sessiond cleanup resume", .attention)
        return facts.lines
    }

    private static func leftAlone(_ undo: UndoAnswer) -> String {
        let parts = [
            undo.present > 0 ? "\(undo.present) registered again" : nil,
            undo.expired > 0 ? "\(undo.expired) expired" : nil,
            undo.remaining > 0 ? "\(undo.remaining) not yet restored" : nil,
        ].compactMap(\.self)
        return parts.isEmpty ? "none" : parts.joined(separator: ", ")
    }

    func resumed(_ answer: ResumeAnswer) -> [String] {
        ["cleanup is resumed" + (answer.wasSuspended ? "" : " (it was not suspended)")]
    }

    /// `by ann 3m2s ago: deploy, ends in 1h56m`; nil if cleanup is not suspended.
    static func suspension(_ suspension: SuspensionAnswer?, _ frame: AnswerFrame) -> String? {
        suspension.map { suspension in
            let until = frame.age(suspension.until).map { ", ends \($0)" } ?? ", until it is resumed"
            return "by \(suspension.by) \(frame.age(suspension.at) ?? ""): \(suspension.why)\(until)"
        }
    }
}
