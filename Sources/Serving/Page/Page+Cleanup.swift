import Configuration
import Exposition
import Sessions

/// What cleanup would do, what holds it back, what it did; and how to stop it.
extension Page {
    static let runRows = 5
    static let runLimit = 20

    func cleanup(_ html: inout HTMLWriter) {
        let cleanup = view.cleanup
        let mode = cleanup["mode"]?.string ?? "?"
        let plan = cleanup["plan"]
        html.element("dl", ["class": "facts"]) { html in
            html.fact("Mode", Self.mode(mode))
            guard mode != "off" else { return }
            html.fact(mode == "dry-run" ? "Would go" : "May go", counted(plan?["may_go"]?.int ?? 0, "session"))
            let left = plan?["skipped"]?.countsText ?? ""
            html.fact("Left alone", left.isEmpty ? "none" : left)
            html.fact("Held back by") { html in
                let brakes = (cleanup["brakes"]?.array ?? []).compactMap { $0["brake"]?.string }
                html.text(brakes.isEmpty ? "nothing" : brakes.joined(separator: ", "))
            }
            html.fact("Lease") { html in lease(cleanup["lease"], &html) }
            html.fact("Next run") { html in
                if let next = cleanup["next_run"]?.unixTime {
                    html.time(next, now: view.now)
                } else {
                    html.text(cleanup["lease"]?["here"]?.bool == true ? "not planned" : "where the lease is")
                }
            }
            html.fact("Running", running(cleanup["running"]))
            html.fact("Refused", cleanup["refusal"]?.string?.cut(scalars: HTMLWriter.sentenceScalars))
        }
        runs(cleanup["runs"]?.array ?? [], &html)
    }

    private static func mode(_ mode: String) -> String {
        switch mode {
        case "off": "off: nothing is cleaned, and nobody keeps evidence"
        case "dry-run": "dry-run: it plans and removes nothing"
        case "expire": "expire: orphans get a short TTL"
        case "delete": "delete: orphans are removed"
        default: mode
        }
    }

    private func lease(_ lease: JSONValue?, _ html: inout HTMLWriter) {
        guard let holder = lease?["holder"]?.string else { return html.text("held by nobody") }
        if lease?["here"]?.bool == true {
            html.text("held here")
        } else {
            html.text("held by ")
            html.name(holder)
        }
    }

    private func running(_ run: JSONValue?) -> String? {
        guard let run, !run.isNull else { return nil }
        return "a run by \(run["by"]?.string?.cut(scalars: 64) ?? "?"): \(Self.outcome(run))"
    }

    /// `12 cleaned, 3 left alone`
    private static func outcome(_ run: JSONValue) -> String {
        func sum(_ counts: JSONValue?) -> Int { (counts?.object ?? []).reduce(0) { $0 + ($1.value.int ?? 0) } }
        let verb = run["dry_run"]?.bool == true ? "would go" : "cleaned"
        return "\(grouped(sum(run["cleaned"]))) \(verb), \(grouped(sum(run["skipped"]))) left alone"
    }

    private func runs(_ runs: [JSONValue], _ html: inout HTMLWriter) {
        guard !runs.isEmpty else {
            html.element("p", ["class": "hint"], "No run yet.")
            return
        }
        runTable("runs-table", "Last runs of all replicas", runs.prefix(Self.runRows), &html)
        let more = runs.prefix(Self.runLimit).dropFirst(Self.runRows)
        if !more.isEmpty {
            html.more("runs-more", counted(more.count, "earlier run")) { html in
                runTable("runs-table-more", "Earlier runs", more, &html)
            }
        }
    }

    private func runTable(_ id: String, _ caption: String, _ runs: ArraySlice<JSONValue>, _ html: inout HTMLWriter) {
        let columns: [HTMLWriter.Column] = [
            .init("Ended"), .init("Result"), .init("Outcome"), .init("By"),
        ]
        html.table(id, caption, columns, runs) { run, html in
            html.element("td", ["class": "t"]) { html in
                if let ended = run["ended"]?.unixTime { html.age(ended, now: view.now) } else { html.none() }
            }
            html.element("td") { html in
                html.status(run["result"]?.string ?? "?")
                if let why = run["why"]?.string {
                    html.text(" ")
                    html.element("bdi", ["class": "hint"], why.cut(scalars: 80))
                }
            }
            html.element("td", Self.outcome(run))
            html.element("td") { html in html.name(run["by"]?.string ?? "?", scalars: 24) }
        }
    }

    /// Suspend and resume: by script, with a token in a header. No field has a name: nothing is sent without it.
    static func control(_ html: inout HTMLWriter) {
        html.markup(
            """
            <p class="hint plain">To stop it: <code>mcp-sessiond cleanup suspend --why "..." --for 2h</code>, then \
            <code>mcp-sessiond cleanup resume</code></p>\
            <details id="control" class="js"><summary>Suspend or resume</summary><form id="order"><div class="fields">\
            <p><label for="order-token">Token with the scope <code>cleanup</code></label>\
            <input id="order-token" type="password" autocomplete="off" spellcheck="false"></p>\
            <p><label for="order-by">Your name</label><input id="order-by" autocomplete="off" maxlength="64"></p>\
            <p><label for="order-why">Why</label><input id="order-why" autocomplete="off" maxlength="200"></p>\
            <p><label for="order-for">For</label><select id="order-for"><option value="1h">1 hour</option>\
            <option value="2h" selected>2 hours</option><option value="8h">8 hours</option>\
            <option value="">until it is resumed</option></select></p></div>\
            <p class="row"><button id="suspend">Suspend…</button> <button id="resume">Resume…</button></p>\
            <p id="order-said" role="alert"></p></form></details>
            """)
    }
}
