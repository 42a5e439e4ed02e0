import API
import Sessions

extension Report {
    func incidents(_ answer: DaemonAnswer<[IncidentRow]>) -> [String] {
        let rows = answer.data
        guard !rows.isEmpty else { return ["no incidents, \(answer.frame)"] }
        let open = rows.count(where: \.open)
        let count = rows.count == 1 ? "1 incident" : "\(rows.count) incidents"
        let more = answer.nextCursor == nil ? "" : " (there are more)"
        var columns: [Table.Column] = [.text("BEGAN"), .text("LASTED"), .number("NEW"), .name("WHAT")]
        if isWide {
            columns += [
                .text("KIND"), .name("NODE"), .name("BOOT"), .number("SILENT"), .number("REFUSED"), .number("PEAK"),
                .text("ALERT"), .text("ID"),
            ]
        }
        return ["\(count)\(more), \(open) open, \(answer.frame)"] + table(columns, rows.map { cells($0, answer.frame) })
    }

    private func cells(_ row: IncidentRow, _ frame: AnswerFrame) -> [Table.Cell] {
        let tone: Tone = row.open ? .bad : .plain
        let lasted = row.endedAt.map { TimeText.duration($0 - row.beganAt) }
        var cells: [Table.Cell] = [
            .init(frame.age(row.beganAt)), .init(lasted ?? "open", tone), .init(row.storm?.newSessions),
            .init(row.summary, tone),
        ]
        if isWide {
            cells += [
                .init(row.kind.rawValue), .init(row.node), .init(row.boot), .init(row.sessions?.silent),
                .init(row.storm?.refusedRequests), .init(row.storm?.peakPerMinute), .init(row.alert), .init(row.id),
            ]
        }
        return cells
    }
}
