import Sessions

/// The banners: findings that limit what the rest of the page is worth. They stand above it and say why and since when.
extension Page {
    /// Findings by which the view cannot be trusted.
    static let graveKinds: Set<Finding.Kind> = [.redisUnreachable, .firstScan, .viewIncomplete, .viewStale]
    static let bannerKinds = graveKinds.union([.cleanupSuspended, .cleanupHeld])

    func banners(_ html: inout HTMLWriter) {
        let banners = view.findings.filter { Self.bannerKinds.contains($0.kind) }
        guard !banners.isEmpty else { return }
        html.element("section", ["aria-label": "Warnings"]) { html in
            for finding in banners { banner(finding, isGrave: Self.graveKinds.contains(finding.kind), &html) }
        }
    }

    private func banner(_ finding: Finding, isGrave: Bool, _ html: inout HTMLWriter) {
        html.element("div", ["class": isGrave ? "banner bad" : "banner hold"]) { html in
            html.element("p") { html in
                html.element("span", ["class": "sign", "aria-hidden": "true"], isGrave ? "!" : "‖")
                html.element("strong", ["class": "what"]) { html in html.sentence(finding.what) }
                if let since = finding.since {
                    html.text(" since ")
                    html.time(since, now: view.now)
                }
                if let why = finding.evidence {
                    html.text(": ")
                    html.element("bdi", why.cut(scalars: HTMLWriter.sentenceScalars))
                }
            }
            html.element("p", ["class": "advice"]) { html in
                html.text(finding.advice + " ")
                html.runbook(finding.runbook)
            }
        }
    }
}

extension HTMLWriter {
    /// The runbook of an alert, by the name that both share: a file of the repository, to which the page cannot link.
    mutating func runbook(_ alert: String) {
        element("span", ["class": "runbook"]) { html in
            html.text("Runbook ")
            html.element("code", alert)
        }
    }
}
