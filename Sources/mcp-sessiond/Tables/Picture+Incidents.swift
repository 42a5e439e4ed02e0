import Exposition
import Serving
import Sessions

extension Picture {
    func incidents(_ answer: DaemonAnswer) -> [String] {
        let rows = answer.rows
        guard !rows.isEmpty else { return ["no incidents, \(answer.frame)"] }
        let open = rows.count { $0["open"]?.bool == true }
        let count = rows.count == 1 ? "1 incident" : "\(rows.count) incidents"
        let more = answer.nextCursor == nil ? "" : " (there are more)"
        var columns: [Table.Column] = [.text("BEGAN"), .text("LASTED"), .number("NEW"), .name("WHAT")]
        if isWide {
            columns += [
                .text("KIND"), .name("NODE"), .name("BOOT"), .number("SILENT"), .number("REFUSED"), .number("PEAK"),
                .text("ALERT"), .text("ID"),
            ]
        }
        return ["\(count)\(more), \(open) open, \(answer.frame)"] + table(columns, rows.map { cells($0, answer) })
    }

    private func cells(_ row: JSONValue, _ answer: DaemonAnswer) -> [Table.Cell] {
        let (isOpen, storm) = (row["open"]?.bool == true, row["storm"])
        var cells: [Table.Cell] = [
            .init(answer.age(row["began_at"])), .init(lasted(row) ?? "open", isOpen ? .bad : .plain),
            .init(storm?["new_sessions"]?.int), .init(row["summary"]?.string ?? "-", isOpen ? .bad : .plain),
        ]
        if isWide {
            cells += [
                .init(row["kind"]?.string), .init(row["node"]?.string), .init(row["boot"]?.string),
                .init(row["sessions"]?["silent"]?.int), .init(storm?["refused_requests"]?.int),
                .init(storm?["peak_per_minute"]?.int), .init(row["alert"]?.string), .init(row["id"]?.string),
            ]
        }
        return cells
    }

    /// `1m16s`; nil of what is not over.
    private func lasted(_ row: JSONValue) -> String? {
        guard let began = row["began_at"]?.string.flatMap(TimeText.seconds),
            let ended = row["ended_at"]?.string.flatMap(TimeText.seconds)
        else { return nil }
        return TimeText.duration(ended - began)
    }
}
