import Exposition
import Serving
import Sessions

extension Picture {
    /// What cleanup would do now, and what holds it back.
    func cleanup(_ answer: DaemonAnswer) -> [String] {
        let data = answer.data
        let plan = data["plan"]
        var facts = facts
        facts.add("cleanup", "\(mode(data)), \(answer.frame)")
        facts.addSentence("refused", data["refusal"]?.string, .bad)
        if data["mode"]?.string != "off" {
            facts.add("lease", Self.lease(data["lease"]), data["lease"]?.isNull == false ? .plain : .attention)
        }
        facts.addSentence("suspended", stop(data["suspended"], answer), .attention)
        for brake in data["brakes"]?.array ?? [] where brake["brake"]?.string != "suspended" {
            facts.addSentence("brake", Self.brake(brake), .attention)
        }
        facts.add("may go", "\(plan?["may_go"]?.int ?? 0) sessions")
        let skipped = Self.counts(plan?["skipped"])
        facts.add("left alone", skipped.isEmpty ? "none" : skipped)
        for void in data["void_evidence"]?.array ?? [] {
            let text =
                "\(void["records"]?.int ?? 0) records of \(void["key"]?.string ?? "?"): \(void["why"]?.string ?? "")"
            facts.addSentence("void", text, .attention)
        }
        facts.add("running", data["running"]?.isNull == false ? Self.outcome(data["running"]) : nil)
        facts.add("last run", data["runs"]?[0].map { "\(answer.age($0["ended"]) ?? "?"): \(Self.outcome($0))" })
        facts.add("next run", answer.age(data["next_run"]))
        return facts.lines + groups(plan, answer)
    }

    private func mode(_ data: JSONValue) -> String {
        switch data["mode"]?.string {
        case "off": "off: nothing is cleaned, and nobody keeps evidence"
        case "dry-run": "dry-run: it plans and removes nothing"
        case let mode: mode ?? "?"
        }
    }

    static func lease(_ lease: JSONValue?) -> String {
        guard let holder = lease?["holder"]?.string else { return "held by nobody" }
        return (lease?["here"]?.bool == true ? "held here" : "held by \(holder)")
            + ", epoch \(lease?["epoch"]?.int ?? 0)"
    }

    /// `by ann 3m2s ago: deploy, ends in 1h56m`; nil where nobody stopped it.
    func stop(_ stop: JSONValue?, _ answer: DaemonAnswer) -> String? {
        guard let stop, !stop.isNull else { return nil }
        let until = answer.age(stop["until"]).map { ", ends \($0)" } ?? ", until it is resumed"
        return "by \(stop["by"]?.string ?? "?") \(answer.age(stop["at"]) ?? ""): \(stop["why"]?.string ?? "")\(until)"
    }

    private static func brake(_ brake: JSONValue) -> String {
        let figures = [brake["measured"]?.double, brake["limit"]?.double].map { number in
            number.map { (($0 * 100).rounded() / 100).description }
        }
        var text = "\(brake["brake"]?.string ?? "?"): \(brake["detail"]?.string ?? "")"
        if let measured = figures[0], let limit = figures[1] { text += " (\(measured), limit \(limit))" }
        return text
    }

    private func groups(_ plan: JSONValue?, _ answer: DaemonAnswer) -> [String] {
        guard let groups = plan?["groups"]?.array, !groups.isEmpty else { return [] }
        let columns: [Table.Column] = [
            .name("NODE"), .name("BOOT"), .text("REASON"), .number("SESSIONS"), .text("SILENT FOR"),
            .name("DECISION"),
        ]
        let rows = groups.map { group -> [Table.Cell] in
            let isGoing = group["decision"]?.string == "go"
            let why = [group["skip"]?.string, group["why"]?.string].compactMap(\.self).joined(separator: ": ")
            return [
                .init(group["node"]?.string), .init(group["boot"]?.string), .init(group["reason"]?.string),
                .init(group["sessions"]?.int), .init(Self.silence(group)),
                .init(isGoing ? "may go" : why, isGoing ? .attention : .plain),
            ]
        }
        var lines = [""] + table(columns, rows)
        let more = (plan?["group_count"]?.int ?? 0) - groups.count
        if more > 0 { lines.append("and \(more) more") }
        return lines
    }

    /// `3m of 15m`; nil where no silence is asked for.
    private static func silence(_ group: JSONValue) -> String? {
        guard let silent = group["silent_seconds"]?.double, let required = group["required_seconds"]?.double else {
            return nil
        }
        return "\(TimeText.duration(silent)) of \(TimeText.duration(required))"
    }

    /// What was said of an owner that was never seen.
    func attested(_ answer: DaemonAnswer) -> [String] {
        let boot = answer.data["boot"]?.string.map { ", boot \($0)" } ?? ""
        let text =
            "\(answer.data["node"]?.string ?? "?")\(boot) is attested to be gone by "
            + "\(answer.data["attested"]?["by"]?.string ?? "?"): \(answer.data["attested"]?["why"]?.string ?? "")"
        let next = "its sessions may go once nothing was heard of it for long enough: mcp-sessiond cleanup"
        return [text, next].map { line in
            limit.map { HarmlessText(line).cut(to: $0) } ?? HarmlessText(line).text
        }
    }

    /// One run, finished or not.
    func run(_ report: JSONValue) -> [String] {
        var facts = facts
        facts.add("run", "\(report["run"]?.string ?? "?") by \(report["by"]?.string ?? "?")")
        let result = report["result"]?.string ?? "in progress"
        facts.add(
            "result", [result, report["why"]?.string].compactMap(\.self).joined(separator: ": "), Self.tone(result))
        facts.add("orphans", report["orphans"]?.int.map(String.init))
        let isDry = report["dry_run"]?.bool == true
        let cleaned = Self.counts(report["cleaned"])
        facts.add(isDry ? "would go" : "cleaned", cleaned.isEmpty ? "none" : cleaned)
        let skipped = Self.counts(report["skipped"])
        facts.add("left alone", skipped.isEmpty ? nil : skipped)
        for brake in report["brakes"]?.array ?? [] { facts.addSentence("brake", Self.brake(brake), .attention) }
        return facts.lines
    }

    /// The last runs.
    func history(_ answer: DaemonAnswer) -> [String] {
        let runs = answer.data["runs"]?.array ?? []
        guard !runs.isEmpty else { return ["no run yet, \(answer.frame)"] }
        let columns: [Table.Column] =
            (isWide ? [.text("RUN"), .number("EPOCH"), .text("TOOK")] : []) + [
                .text("ENDED"), .name("BY"), .text("RESULT"), .text("DRY"), .number("ORPHANS"), .number("CLEANED"),
                .name("WHY"),
            ]
        let rows = runs.map { run -> [Table.Cell] in
            let result = run["result"]?.string ?? "?"
            let wide: [Table.Cell] = [
                .init(run["run"]?.string), .init(run["epoch"]?.int), .init(Self.seconds(of: run)),
            ]
            return (isWide ? wide : []) + [
                .init(answer.age(run["ended"])), .init(run["by"]?.string), .init(result, Self.tone(result)),
                .init(run["dry_run"]?.bool == true ? "yes" : "no"), .init(run["orphans"]?.int),
                .init(Self.sum(run["cleaned"])), .init(run["why"]?.string),
            ]
        }
        return ["the last \(runs.count) runs, \(answer.frame)"] + table(columns, rows)
    }

    /// Whether cleanup is stopped now.
    func stopped(_ answer: DaemonAnswer) -> [String] {
        guard let text = stop(answer.data["suspended"], answer) else {
            let was = answer.data["was_suspended"]?.bool == false ? " (it was not suspended)" : ""
            return ["cleanup may go on" + was]
        }
        let replaced = stop(answer.data["replaced"], answer).map { ["instead of the stop " + $0] } ?? []
        return (["cleanup is suspended " + text] + replaced).map { line in
            limit.map { HarmlessText(line).cut(to: $0) } ?? HarmlessText(line).text
        }
    }

    /// From its beginning to its end.
    private static func seconds(of run: JSONValue) -> String? {
        let times = ["began", "ended"].compactMap { run[$0]?.string.flatMap(TimeText.seconds) }
        return times.count == 2 ? TimeText.duration(times[1] - times[0]) : nil
    }

    private static func outcome(_ run: JSONValue?) -> String {
        let words = [
            run?["result"]?.string ?? "in progress",
            "\(sum(run?["cleaned"])) " + (run?["dry_run"]?.bool == true ? "would go" : "cleaned"), run?["why"]?.string,
        ]
        return words.compactMap(\.self).joined(separator: ", ")
    }

    static func sum(_ counts: JSONValue?) -> Int {
        (counts?.object ?? []).reduce(0) { $0 + ($1.value.int ?? 0) }
    }

    private static func tone(_ result: String) -> Tone {
        switch result {
        case "completed": .plain
        case "suspended": .attention
        default: result == "in progress" ? .plain : .bad
        }
    }
}
