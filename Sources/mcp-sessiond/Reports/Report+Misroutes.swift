import API
import Exposition
import Sessions

extension Report {
    func misroutes(_ answer: DaemonAnswer<MisroutesAnswer>) -> [String] {
        let (data, frame) = (answer.data, answer.frame)
        let (total, since) = (data.totals.sum, RFC3339.text(data.since.seconds))
        guard total > 0 else { return [title("no request was refused since \(since), \(frame)")] }
        var facts = facts
        facts.add("verdicts", Self.words(data.totals.all))
        let causes = Self.words(data.causes.all)
        facts.add("causes", causes.isEmpty ? nil : causes, .attention)
        let affected = data.affected
        facts.add(
            "affected", "\(affected.transient) sessions in the last 5 minutes, and \(affected.stuck) stuck",
            affected.stuck > 0 ? .bad : .plain)
        return [title("\(total) requests refused since \(since), \(frame)")] + facts.lines
            + section("By node and owner", Self.pairColumns, data.matrix, cells: Self.cells)
            + section("Sessions most often misrouted (last 15 minutes)", Self.sessionColumns, data.sessions) {
                Self.cells($0, frame)
            }
            + section("Clients", [.name("CLIENT"), .number("REQUESTS")], data.clients) { row in
                [.init(row.client), .init(row.count)]
            }
            + latest(data.recent, frame)
    }

    private static let pairColumns: [Table.Column] = [
        .name("NODE"), .name("OWNER"), .text("VERDICT"), .number("REQUESTS"),
    ]

    private static func cells(_ pair: MisroutesAnswer.Pair) -> [Table.Cell] {
        [.init(pair.node), .init(pair.owner), .init(pair.verdict.rawValue), .init(pair.count)]
    }

    private static let sessionColumns: [Table.Column] = [
        .text("REF"), .number("MISROUTED"), .text("FIRST"), .text("LAST"), .text("STUCK"), .name("NODE"),
        .text("VERDICT"),
    ]

    private static func cells(_ row: RefusedSessionRow, _ frame: AnswerFrame) -> [Table.Cell] {
        [
            .init(row.ref.description), .init(row.misrouted), .init(frame.age(row.firstAt)),
            .init(frame.age(row.lastAt)), .init(row.stuck ? "yes" : "no", row.stuck ? .bad : .plain),
            .init(row.node), .init(row.verdict?.rawValue),
        ]
    }

    /// The latest refused requests, one row each.
    func latest(_ rows: [RefusedRequestRow], _ frame: AnswerFrame) -> [String] {
        section("Latest refused requests", Self.requestColumns, rows) { row in
            [
                .init(frame.age(row.at)), .init(row.ref?.description), .init(row.node), .init(row.owner),
                .init(row.count > 1 ? "\(row.verdict.rawValue) (\(row.count))" : row.verdict.rawValue),
                .init(row.cause?.rawValue), .init(row.client),
            ]
        }
    }

    private static let requestColumns: [Table.Column] = [
        .text("WHEN"), .text("REF"), .name("NODE"), .name("OWNER"), .text("VERDICT"), .text("CAUSE"), .name("CLIENT"),
    ]

    /// The remembered refused requests for one session.
    func refused(_ refused: ExplanationAnswer.Refused?, _ frame: AnswerFrame) -> [String] {
        section(
            "Latest refused requests", [.text("WHEN"), .name("NODE"), .text("VERDICT"), .text("CAUSE")],
            refused?.recent ?? []
        ) { row in
            [.init(frame.age(row.at)), .init(row.node), .init(row.verdict.rawValue), .init(row.cause?.rawValue)]
        }
    }
}
