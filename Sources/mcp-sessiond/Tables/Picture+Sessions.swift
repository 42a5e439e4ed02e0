import Exposition
import Serving

extension Picture {
    /// The layout that the first page needs; the pages after it keep to it.
    func sessionTable(_ rows: [JSONValue], in answer: DaemonAnswer) -> Table {
        var columns: [Table.Column] = [
            .text("REF"), .text("STATE"), .text("REASON"), .name("NODE"), .text("CREATED"), .text("LAST SEEN"),
            .name("CLIENT"),
        ]
        if isWide { columns += [.name("BOOT"), .text("EXPIRES"), .text("ORPHANED"), .text("DIALECT")] }
        return Table(columns, fitting: rows.map { cells($0, in: answer) }, limit: limit)
    }

    func lines(_ rows: [JSONValue], in answer: DaemonAnswer, _ table: Table) -> [String] {
        rows.map { table.line(cells($0, in: answer), isColoured: isColoured) }
    }

    private func cells(_ session: JSONValue, in answer: DaemonAnswer) -> [Table.Cell] {
        let state = session["state"]?.string ?? "?"
        var cells: [Table.Cell] = [
            .init(session["ref"]?.string), .init(state, Tone(word: state)), .init(session["reason"]?.string),
            .init(session["node"]?.string), .init(answer.age(session["created_at"])),
            .init(answer.age(session["last_seen"])), .init(session["client"]?.string),
        ]
        if isWide {
            let expires = session["no_expiry"]?.bool == true ? "never" : answer.age(session["expires_at"])
            cells += [
                .init(session["boot"]?.string), .init(expires), .init(answer.age(session["orphaned_since"])),
                .init(session["dialect"]?.string),
            ]
        }
        return cells
    }
}
