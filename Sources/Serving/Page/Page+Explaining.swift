import Cleaning
import Exposition
import Sessions

/// The explain box and its answer. Which session it was asked about is said by its ref alone.
extension Page {
    /// Lines of evidence, and of refused requests.
    static let evidenceLimit = 24

    func explainBox(_ html: inout HTMLWriter) {
        html.markup(
            """
            <section id="explain" class="card" aria-labelledby="explain-h"><h2 id="explain-h">Why does a session \
            answer 404?</h2><form id="ask" method="post" action="/#answer">\
            <label for="session">Its ref, the beginning of one, or its id</label>\
            <p class="row"><input id="session" name="session" required autocomplete="off" autocapitalize="off" \
            spellcheck="false" aria-describedby="session-hint"><button class="strong">Explain</button></p></form>\
            <p class="hint" id="session-hint">An id is a credential: it is sent in the body, and neither shown again \
            nor kept. A ref is made by <code>printf %s "$ID" | sha256sum | cut -c1-16</code></p></section>
            """)
    }

    func answer(_ html: inout HTMLWriter) {
        switch view.answer {
        case nil: html.element("div", ["id": "answer", "hidden": ""], "")
        case .problem(let text):
            html.element("section", ["id": "answer", "class": "card hold", "aria-labelledby": "answer-h"]) { html in
                html.element("h2", ["id": "answer-h", "tabindex": "-1"], "No explanation")
                html.element("p", ["class": "why"]) { html in html.element("bdi", text) }
                closing(&html)
            }
        case .explanation(let data):
            let verdict = data["verdict"]?.string ?? data["reason"]?.string ?? data["state"]?.string ?? "?"
            let tone = ["live", "owned"].contains(verdict) ? "card good" : "card bad"
            html.element("section", ["id": "answer", "class": tone, "aria-labelledby": "answer-h"]) { html in
                html.element("h2", ["id": "answer-h", "tabindex": "-1"]) { html in
                    html.element("code", data["ref"]?.string ?? "It")
                    html.text(": ")
                    html.element("span", ["class": "verdict"], verdict)
                    if let confidence = data["confidence"]?.string {
                        html.element("span", ["class": "hint"], " (\(confidence))")
                    }
                }
                explanation(data, &html)
                closing(&html)
            }
        }
    }

    private func closing(_ html: inout HTMLWriter) {
        html.element("p", ["class": "row hint"]) { html in
            html.markup(#"<a href="/" id="close">Close this answer</a>"#)
            html.text("As of \(RFC3339.text(view.now.seconds).clock)")
        }
    }

    private func explanation(_ data: JSONValue, _ html: inout HTMLWriter) {
        if let why = data["why"]?.string { html.element("p", ["class": "why"]) { html in html.element("bdi", why) } }
        html.element("div", ["class": "columns"]) { html in
            let steps = (data["what_to_do"]?.array ?? []).compactMap(\.string)
            if !steps.isEmpty {
                html.element("div") { html in
                    html.element("h3", "What to do")
                    html.element("ol") { html in
                        for step in steps { html.element("li") { html in html.element("bdi", step) } }
                    }
                }
            }
            if let words = data["tell_client"]?.string {
                html.element("div") { html in
                    html.element("h3", "What to tell the client")
                    html.element("blockquote") { html in html.element("bdi", words) }
                }
            }
            html.element("div") { html in
                html.element("h3", "The session")
                html.element("dl", ["class": "facts"]) { html in facts(data, &html) }
            }
        }
        evidence(data["evidence"]?.array ?? [], &html)
        refused(data["refused"], &html)
    }

    private func facts(_ data: JSONValue, _ html: inout HTMLWriter) {
        if let state = data["state"]?.string {
            html.fact("State", data["reason"]?.string.map { "\(state) (\($0))" } ?? state)
        }
        owner(data, &html)
        let times = [
            ("Created", "created_at"), ("Last seen", "last_seen"), ("Orphaned", "orphaned_since"),
            ("Expires", "expires_at"),
        ]
        for (label, key) in times {
            if let time = data[key]?.unixTime { html.fact(label) { html in html.time(time, now: view.now) } }
        }
        if data["no_expiry"]?.bool == true { html.fact("Expires", "never: its key has no TTL") }
        if let ended = data["ended"], let how = ended["how"]?.string {
            html.fact("Ended") { html in
                html.text(how)
                if let at = ended["at"]?.unixTime {
                    html.text(", ")
                    html.time(at, now: view.now)
                }
            }
        }
        if let client = data["client"]?.string { html.fact("Client") { html in html.name(client, scalars: 80) } }
        if data["stuck"]?.bool == true { html.fact("Stuck", "its client does not begin anew") }
        html.fact("Cookie", data["cause"]?.string)
        html.fact("Shared its fate", fate(data["blast_radius"]))
        if data["live"]?["read"]?.bool == false || data["live"]?["error"]?.string != nil {
            html.fact("Read live", "no: \(data["live"]?["error"]?.string?.cut(scalars: 120) ?? "not tried")")
        }
        html.fact("Incident", data["incident"]?.string?.cut(scalars: HTMLWriter.nameScalars))
        if let runbook = data["runbook"]?.string {
            html.fact("Runbook") { html in html.element("code", runbook.cut(scalars: 120)) }
        }
    }

    private func owner(_ data: JSONValue, _ html: inout HTMLWriter) {
        let owner = data["owner"]
        guard let node = owner?["node"]?.string ?? data["node"]?.string else { return }
        html.fact("Owner") { html in
            html.name(node)
            if let boot = owner?["boot"]?.string ?? data["boot"]?.string {
                html.text(", boot ")
                html.name(boot)
            }
            if let status = owner?["status"]?.string {
                html.text(" ")
                html.status(status)
            }
            if let now = owner?["boot_now"]?.string {
                html.text(", now boot ")
                html.name(now)
            }
            if let beat = owner?["last_heartbeat_at"]?.unixTime {
                html.text(", last heartbeat ")
                html.time(beat, now: view.now)
            }
        }
    }

    /// `44 sessions: 3 recovered, 2 stuck, 39 silent`
    private func fate(_ radius: JSONValue?) -> String? {
        guard let radius, !radius.isNull else { return nil }
        return Self.fates(radius)
    }

    private func evidence(_ evidence: [JSONValue], _ html: inout HTMLWriter) {
        guard !evidence.isEmpty else { return }
        html.element("h3", "Evidence")
        let columns: [HTMLWriter.Column] = [.init("Fact"), .init("Source"), .init("Age", isNumber: true)]
        html.table("evidence", "Evidence", columns, evidence.prefix(Self.evidenceLimit)) { row, html in
            html.element("td") { html in
                html.element("bdi", (row["fact"]?.string ?? "?").cut(scalars: HTMLWriter.sentenceScalars))
            }
            html.element("td", row["source"]?.string ?? "?")
            html.element("td", ["class": "n"]) { html in
                if let age = row["age_seconds"]?.double {
                    html.text(HTMLWriter.age(age))
                } else if let at = row["at"]?.unixTime {
                    html.age(at, now: view.now)
                } else {
                    html.none()
                }
            }
        }
    }

    private func refused(_ refused: JSONValue?, _ html: inout HTMLWriter) {
        guard let refused, let count = refused["count"]?.int else { return }
        html.element("h3", "\(counted(count, "refused request")) since it was last served")
        let columns: [HTMLWriter.Column] = [
            .init("When"), .init("Reached"), .init("Verdict"), .init("Cookie"),
        ]
        let recent = refused["recent"]?.array ?? []
        html.table("refused", "Its last refused requests", columns, recent.prefix(Self.evidenceLimit)) { row, html in
            html.element("td", ["class": "t"]) { html in
                if let at = row["at"]?.unixTime { html.time(at, now: view.now) } else { html.none() }
            }
            html.element("td") { html in html.name(orNone: row["node"]?.string) }
            html.element("td", row["verdict"]?.string ?? "?")
            html.element("td") { html in html.name(orNone: row["cause"]?.string) }
        }
    }
}
