import API

extension Report {
    /// The layout that the first page needs; the later pages keep to it.
    func sessionTable(_ rows: [SessionRow], in frame: AnswerFrame) -> Table {
        var columns: [Table.Column] = [
            .text("REF"), .text("STATE"), .text("REASON"), .name("NODE"), .text("CREATED"), .text("LAST SEEN"),
            .name("CLIENT"),
        ]
        if isWide { columns += [.name("BOOT"), .text("EXPIRES"), .text("ORPHANED"), .text("DIALECT")] }
        return Table(columns, fitting: rows.map { cells($0, in: frame) }, limit: limit)
    }

    func lines(_ rows: [SessionRow], in frame: AnswerFrame, _ table: Table) -> [String] {
        rows.map { table.line(cells($0, in: frame), isColoured: isColoured) }
    }

    private func cells(_ session: SessionRow, in frame: AnswerFrame) -> [Table.Cell] {
        var cells: [Table.Cell] = [
            .init(session.ref.description), .init(session.state.rawValue, Tone(session.state)),
            .init(session.reason?.rawValue), .init(session.node), .init(frame.age(session.createdAt)),
            .init(frame.age(session.lastSeen)), .init(session.client),
        ]
        if isWide {
            let expires = session.noExpiry ? "never" : frame.age(session.expiresAt)
            cells += [
                .init(session.boot), .init(expires), .init(frame.age(session.orphanedSince)), .init(session.dialect),
            ]
        }
        return cells
    }
}
