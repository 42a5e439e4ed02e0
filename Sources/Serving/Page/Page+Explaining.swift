import API
import Exposition
import Sessions

/// The explain box and its answer, which names the session by its ref alone.
extension Page {
    /// Rows of evidence, and of refused requests.
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
        case .explanation(let session):
            let tone = session.verdict == .live ? "card good" : "card bad"
            html.element("section", ["id": "answer", "class": tone, "aria-labelledby": "answer-h"]) { html in
                html.element("h2", ["id": "answer-h", "tabindex": "-1"]) { html in
                    html.element("code", session.ref.description)
                    html.text(": ")
                    html.element("span", ["class": "verdict"], session.verdict.rawValue)
                    html.element("span", ["class": "hint"], " (\(session.confidence.rawValue))")
                }
                explanation(session, &html)
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

    private func explanation(_ session: ExplanationAnswer, _ html: inout HTMLWriter) {
        html.element("p", ["class": "why"]) { html in html.element("bdi", session.why) }
        html.element("div", ["class": "columns"]) { html in
            if !session.whatToDo.isEmpty {
                html.element("div") { html in
                    html.element("h3", "What to do")
                    html.element("ol") { html in
                        for step in session.whatToDo { html.element("li") { html in html.element("bdi", step) } }
                    }
                }
            }
            html.element("div") { html in
                html.element("h3", "What to tell the client")
                html.element("blockquote") { html in html.element("bdi", session.tellClient) }
            }
            html.element("div") { html in
                html.element("h3", "The session")
                html.element("dl", ["class": "facts"]) { html in facts(session, &html) }
            }
        }
        evidence(session.evidence, &html)
        if let refused = session.refused { self.refused(refused, &html) }
    }

    private func facts(_ session: ExplanationAnswer, _ html: inout HTMLWriter) {
        if let state = session.state?.rawValue {
            html.fact("State", session.reason.map { "\(state) (\($0.rawValue))" } ?? state)
        }
        owner(of: session, &html)
        times(of: session, &html)
        if let client = session.client { html.fact("Client") { html in html.name(client, scalars: 80) } }
        if session.stuck == true { html.fact("Stuck", "its client does not start a new session") }
        html.fact("Cookie", session.cause?.rawValue)
        html.fact("First cookie", session.firstCause?.rawValue)
        html.fact(
            "Shared its fate",
            session.blastRadius.flatMap {
                Self.fates(of: $0.sessions, recovered: $0.recovered, stuck: $0.stuck, silent: $0.silent)
            })
        html.fact("Read live", session.live.error.map { "no: \($0.cut(scalars: 120))" })
        html.fact("Incident", session.incident?.cut(scalars: HTMLWriter.nameScalars))
        if let runbook = session.runbook {
            html.fact("Runbook") { html in html.element("code", runbook.cut(scalars: 120)) }
        }
    }

    private func owner(of session: ExplanationAnswer, _ html: inout HTMLWriter) {
        guard let node = session.owner?.node ?? session.node else { return }
        html.fact("Owner") { html in
            html.name(node)
            if let boot = session.owner?.boot ?? session.boot {
                html.text(", boot ")
                html.name(boot)
            }
            guard let owner = session.owner else { return }
            html.text(" ")
            html.status(owner.status.rawValue)
            if let boot = owner.bootNow {
                html.text(", now boot ")
                html.name(boot)
            }
            if let heartbeat = owner.lastHeartbeatAt {
                html.text(", last heartbeat ")
                html.time(heartbeat, now: view.now)
            }
        }
    }

    private func times(of session: ExplanationAnswer, _ html: inout HTMLWriter) {
        let times = [
            ("Created", session.createdAt), ("Last seen", session.lastSeen), ("Orphaned", session.orphanedSince),
            ("Expires", session.expiresAt),
        ]
        for case (let label, let time?) in times {
            html.fact(label) { html in html.time(time, now: view.now) }
        }
        if session.noExpiry == true { html.fact("Expires", "never: its key has no TTL") }
        if let ended = session.ended {
            html.fact("Ended") { html in
                html.text("\(ended.how.rawValue), ")
                html.time(ended.at, now: view.now)
            }
        }
    }

    private func evidence(_ evidence: [ExplanationAnswer.Fact], _ html: inout HTMLWriter) {
        guard !evidence.isEmpty else { return }
        html.element("h3", "Evidence")
        let columns: [HTMLWriter.Column] = [.init("Fact"), .init("Source"), .init("Age", isNumber: true)]
        html.table("evidence", "Evidence", columns, evidence.prefix(Self.evidenceLimit)) { row, html in
            html.element("td") { html in
                html.element("bdi", row.fact.cut(scalars: HTMLWriter.sentenceScalars))
            }
            html.element("td", row.source.rawValue)
            html.element("td", ["class": "n"]) { html in
                if let age = row.ageSeconds { html.text(HTMLWriter.age(age)) } else { html.none() }
            }
        }
    }

    private func refused(_ refused: ExplanationAnswer.Refused, _ html: inout HTMLWriter) {
        html.element("h3", "\(counted(refused.count, "refused request")) since it was last served")
        let columns: [HTMLWriter.Column] = [
            .init("When"), .init("Reached"), .init("Verdict"), .init("Cookie"),
        ]
        let recent = refused.recent.prefix(Self.evidenceLimit)
        html.table("refused", "Its last refused requests", columns, recent) { request, html in
            html.element("td", ["class": "t"]) { html in html.time(request.at, now: view.now) }
            html.element("td") { html in html.name(orNone: request.node) }
            html.element("td", request.verdict.rawValue)
            html.element("td") { html in html.name(orNone: request.cause?.rawValue) }
        }
    }
}
