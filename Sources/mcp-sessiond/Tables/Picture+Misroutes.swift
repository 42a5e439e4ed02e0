import Exposition
import Serving

extension Picture {
    func misroutes(_ answer: DaemonAnswer) -> [String] {
        let data = answer.data
        let total = (data["totals"]?.object ?? []).reduce(0) { $0 + ($1.value.int ?? 0) }
        guard total > 0 else {
            return [title("no request was refused since \(since(data)), \(answer.frame)")]
        }
        var lines = [title("\(total) requests refused since \(since(data)), \(answer.frame)")]
        var facts = facts
        facts.add("verdicts", Self.counts(data["totals"]))
        facts.add("causes", Self.text(Self.counts(data["causes"])), .attention)
        let stuck = data["affected"]?["stuck"]?.int ?? 0
        facts.add("affected", affected(data["affected"]), stuck > 0 ? .bad : .plain)
        lines += facts.lines
        lines += section(
            "By node and owner", [.name("NODE"), .name("OWNER"), .text("VERDICT"), .number("REQUESTS")],
            data["matrix"]
        ) { row in
            [
                .init(row["node"]?.string), .init(row["owner"]?.string),
                .init(row["verdict"]?.string),
                .init(row["count"]?.int),
            ]
        }
        lines += section("Sessions most often misrouted (last 15 minutes)", sessionColumns, data["sessions"]) {
            sessionCells($0, answer)
        }
        lines += section("Clients", [.name("CLIENT"), .number("REQUESTS")], data["clients"]) { row in
            [.init(row["client"]?.string), .init(row["count"]?.int)]
        }
        return lines + latest(data["recent"], answer)
    }

    /// The latest refused requests, each a row.
    func latest(_ rows: JSONValue?, _ answer: DaemonAnswer) -> [String] {
        section("Latest refused requests", recentColumns, rows) { recentCells($0, answer) }
    }

    /// What is remembered of refused requests for one session.
    func refused(_ refused: JSONValue?, _ answer: DaemonAnswer) -> [String] {
        section(
            "Latest refused requests", [.text("WHEN"), .name("NODE"), .text("VERDICT"), .text("CAUSE")],
            refused?["recent"]
        ) { row in
            [
                .init(answer.age(row["at"])), .init(row["node"]?.string), .init(row["verdict"]?.string),
                .init(row["cause"]?.string),
            ]
        }
    }

    private func since(_ data: JSONValue) -> String { data["since"]?.string.map { HarmlessText($0).text } ?? "?" }

    private static func text(_ text: String) -> String? { text.isEmpty ? nil : text }

    private func affected(_ affected: JSONValue?) -> String {
        "\(affected?["transient"]?.int ?? 0) sessions in the last 5 minutes, and \(affected?["stuck"]?.int ?? 0) stuck"
    }

    /// A heading and a table; nothing where there are no rows.
    private func section(
        _ title: String, _ columns: [Table.Column], _ rows: JSONValue?, cells: (JSONValue) -> [Table.Cell]
    ) -> [String] {
        guard let rows = rows?.array, !rows.isEmpty else { return [] }
        return ["", title] + table(columns, rows.map(cells))
    }

    private var sessionColumns: [Table.Column] {
        [
            .text("REF"), .number("MISROUTED"), .text("FIRST"), .text("LAST"), .text("STUCK"), .name("NODE"),
            .text("VERDICT"),
        ]
    }

    private func sessionCells(_ row: JSONValue, _ answer: DaemonAnswer) -> [Table.Cell] {
        let isStuck = row["stuck"]?.bool == true
        return [
            .init(row["ref"]?.string), .init(row["misrouted"]?.int), .init(answer.age(row["first_at"])),
            .init(answer.age(row["last_at"])), .init(isStuck ? "yes" : "no", isStuck ? .bad : .plain),
            .init(row["node"]?.string), .init(row["verdict"]?.string),
        ]
    }

    private var recentColumns: [Table.Column] {
        [
            .text("WHEN"), .text("REF"), .name("NODE"), .name("OWNER"), .text("VERDICT"), .text("CAUSE"),
            .name("CLIENT"),
        ]
    }

    private func recentCells(_ row: JSONValue, _ answer: DaemonAnswer) -> [Table.Cell] {
        [
            .init(answer.age(row["at"])), .init(row["ref"]?.string), .init(row["node"]?.string),
            .init(row["owner"]?.string), .init(row["verdict"]?.string), .init(row["cause"]?.string),
            .init(row["client"]?.string),
        ]
    }

    /// Which node a cookie names.
    func cookie(_ answer: DaemonAnswer) -> [String] {
        let data = answer.data
        var facts = facts
        let node = data["node"]?.string
        facts.add("node", node ?? "none whose url is known", node == nil ? .bad : .plain)
        facts.add("status", data["status"]?.string, Tone(word: data["status"]?.string ?? ""))
        facts.add("scheme", data["scheme"]?.string)
        facts.add("written by", data["proxy"]?.string)
        if data["current"]?.bool == false {
            facts.add("note", "no proxy in use writes such cookies (any more): it is not taken", .attention)
        }
        facts.add("known", data["nodes_with_url"]?.int.map { "\($0) nodes have a url in their heartbeat" })
        return [answer.frame] + facts.lines
    }
}
