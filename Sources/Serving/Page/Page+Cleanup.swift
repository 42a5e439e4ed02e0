import API
import Configuration
import Sessions

/// Cleanup: what it would do, what holds it back, what it did, and how to suspend it.
extension Page {
    static let runRows = 5
    static let runLimit = 20

    func cleanup(_ html: inout HTMLWriter) {
        let cleanup = view.cleanup
        html.element("dl", ["class": "facts"]) { html in
            html.fact("Mode", Self.meaning(of: cleanup.mode))
            guard cleanup.mode != .off else { return }
            html.fact(Self.plans(cleanup.mode), counted(cleanup.plan.mayGo, "session"))
            let left = cleanup.plan.skipped.text
            html.fact("Left alone", left.isEmpty ? "none" : left)
            let brakes = cleanup.brakes.map(\.brake.rawValue).joined(separator: ", ")
            html.fact("Held back by", brakes.isEmpty ? "nothing" : brakes)
            html.fact("Lease") { html in lease(cleanup.lease, &html) }
            html.fact("Next run") { html in
                if let next = cleanup.nextRun {
                    html.time(next, now: view.now)
                } else {
                    html.text(cleanup.lease?.here == true ? "not planned" : "where the lease is")
                }
            }
            html.fact("Running", cleanup.running.map { "a run by \($0.by.cut(scalars: 64)): \(Self.outcome($0))" })
            html.fact("Refused", cleanup.refusal?.cut(scalars: HTMLWriter.sentenceScalars))
        }
        runs(cleanup.runs, &html)
    }

    private static func meaning(of mode: CleanupSettings.Mode) -> String {
        switch mode {
        case .off: "off: nothing is removed, and no evidence is kept"
        case .dryRun: "dry-run: it plans and removes nothing"
        case .expire: "expire: orphans get a short TTL"
        case .delete: "delete: orphans are removed"
        }
    }

    private static func plans(_ mode: CleanupSettings.Mode) -> String {
        switch mode {
        case .off, .dryRun: "Would remove"
        case .expire: "May expire"
        case .delete: "May remove"
        }
    }

    private func lease(_ lease: LeaseAnswer?, _ html: inout HTMLWriter) {
        guard let lease else { return html.text("held by nobody") }
        guard !lease.here else { return html.text("held here") }
        html.text("held by ")
        html.name(lease.holder)
    }

    /// `12 removed, 3 left alone`
    private static func outcome(_ run: RunRow) -> String {
        let what =
            switch run.action {
            case .delete: "removed"
            case .expire: "expired"
            }
        return "\(grouped(run.cleaned.sum)) \(run.dryRun ? "would be \(what)" : what), "
            + "\(grouped(run.skipped.sum)) left alone"
    }

    private func runs(_ runs: [RunRow], _ html: inout HTMLWriter) {
        guard !runs.isEmpty else {
            html.element("p", ["class": "hint"], "No run yet.")
            return
        }
        runTable("runs-table", "Last runs of all instances", runs.prefix(Self.runRows), &html)
        let more = runs.prefix(Self.runLimit).dropFirst(Self.runRows)
        if !more.isEmpty {
            html.more("runs-more", counted(more.count, "earlier run")) { html in
                runTable("runs-table-more", "Earlier runs", more, &html)
            }
        }
    }

    private func runTable(_ id: String, _ caption: String, _ runs: ArraySlice<RunRow>, _ html: inout HTMLWriter) {
        let columns: [HTMLWriter.Column] = [
            .init("Ended"), .init("Result"), .init("Outcome"), .init("By"), .init("Restorable"),
        ]
        html.table(id, caption, columns, runs) { run, html in
            html.element("td", ["class": "t"]) { html in
                if let ended = run.endedAt { html.age(ended, now: view.now) } else { html.none() }
            }
            html.element("td") { html in
                html.status(run.result?.rawValue ?? "?")
                if let why = run.why {
                    html.text(" ")
                    html.element("bdi", ["class": "hint"], why.cut(scalars: 80))
                }
            }
            html.element("td", Self.outcome(run))
            html.element("td") { html in html.name(run.by, scalars: 24) }
            html.element("td") { html in restorable(run, &html) }
        }
    }

    /// How many of its sessions can be restored, and a button that orders it by script.
    private func restorable(_ run: RunRow, _ html: inout HTMLWriter) {
        guard let count = run.restorable, count > 0 else { return html.none() }
        html.text(grouped(count) + " ")
        html.element(
            "button", ["type": "button", "class": "js", "data-undo": run.run, "data-count": "\(count)"], "Undo…")
    }

    /// Suspend and resume: by script, with a token in a header. No field has a name, so nothing is sent without script.
    static func control(_ html: inout HTMLWriter) {
        html.markup(
            """
            <p class="hint plain">To suspend it: <code>mcp-sessiond cleanup suspend --why "..." --for 2h</code>, then \
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
