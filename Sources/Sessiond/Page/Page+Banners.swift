import Exposition
import Sessions

/// What makes everything else on the page less than it seems. It stands above all, and says why and since when.
extension Page {
    /// What must not be missed.
    struct Banner {
        /// Whether the picture itself cannot be trusted; else cleanup is held back.
        var isGrave: Bool
        var title: String
        var since: UnixTime?
        /// Why, from outside.
        var why: String?
        /// What it means, and what to do.
        var advice: String
        var runbook: String
    }

    var banners: [Banner] { pictureBanners + cleanupBanners }

    private var pictureBanners: [Banner] {
        let status = view.status
        let watch = status["watch"]
        if view.asOf == nil {
            let left =
                watch?["reading_seconds_left"]?.double.map { ", about \(TimeText.duration(max($0, 1))) to go" } ?? ""
            let isUp = status["redis"]?["up"]?.bool == true
            return [
                Banner(
                    isGrave: true,
                    title: isUp ? "The first reading is not complete\(left)" : "Redis was not reached yet",
                    since: isUp ? nil : view.redisDownSince,
                    why: status["redis"]?["error"]?.string ?? watch?["reading_failure"]?.string,
                    advice: "Nothing below is known yet. Nothing is removed meanwhile.",
                    runbook: "McpRegistryUnreachable")
            ]
        }
        var banners: [Banner] = []
        if status["redis"]?["up"]?.bool == false {
            banners.append(
                Banner(
                    isGrave: true, title: "Redis is down", since: view.redisDownSince,
                    why: status["redis"]?["error"]?.string,
                    advice: """
                        Below is the last picture before. Restart no node and start no empty Redis: both end sessions \
                        that may be alive. Nothing is removed meanwhile.
                        """, runbook: "McpRegistryUnreachable"))
        } else if !view.isComplete {
            banners.append(
                Banner(
                    isGrave: true, title: "The picture is incomplete", since: view.asOf,
                    why: watch?["gap"]?.string.map(Self.gap),
                    advice: "Sessions may be missing below, or shown that are gone. Everything is being read again.",
                    runbook: "McpSessiondResyncing"))
        }
        if view.isStale {
            let limit = TimeText.duration(watch?["stale_after_seconds"]?.double ?? 0)
            banners.append(
                Banner(
                    isGrave: true, title: "The picture is stale", since: view.asOf,
                    why: banners.isEmpty ? watch?["reading_failure"]?.string : nil,
                    advice: "It is older than \(limit): do not act on the numbers below alone.",
                    runbook: "McpSessiondPictureStale"))
        }
        return banners
    }

    private static func gap(_ word: String) -> String {
        switch word {
        case "first_reading": "nothing was read completely yet"
        case "connection_lost": "a server gives no answer, or refuses a command"
        case "reading_failed": "a reading was cut off after it had begun"
        case "resync": "changes may have been missed"
        case "slots_missing": "slots of the cluster are served by nobody"
        default: word
        }
    }

    private var cleanupBanners: [Banner] {
        var banners: [Banner] = []
        if let stop = view.cleanup["suspended"], !stop.isNull {
            let until = stop["until"]?.unixTime.map { "It ends by itself in \(TimeText.duration($0 - view.now))." }
            banners.append(
                Banner(
                    isGrave: false,
                    title: "Cleanup is suspended by \(stop["by"]?.string?.cut(scalars: 64) ?? "somebody")",
                    since: stop["at"]?.unixTime, why: stop["why"]?.string,
                    advice: (until ?? "Until it is resumed.") + " Do not resume what you do not understand: ask first.",
                    runbook: "McpCleanupSuspended"))
        }
        for brake in view.cleanup["brakes"]?.array ?? [] {
            guard let word = brake["brake"]?.string, word != "suspended" else { continue }
            // These follow from what the banners of the picture say.
            if ["view_stale", "redis_unsettled"].contains(word), !pictureBanners.isEmpty { continue }
            banners.append(
                Banner(
                    isGrave: false, title: "Cleanup is held back by the brake \(word)",
                    since: view.seen.brakesSince[word],
                    why: [brake["detail"]?.string, Self.figures(brake)].compactMap(\.self).joined(separator: ": "),
                    advice: Self.advice(on: word), runbook: "McpCleanupSuspended"))
        }
        return banners
    }

    /// `0.75, limit 0.5`
    static func figures(_ brake: JSONValue) -> String? {
        guard let measured = brake["measured"]?.double, let limit = brake["limit"]?.double else { return nil }
        func text(_ number: Double) -> String {
            let rounded = (number * 100).rounded() / 100
            return rounded == rounded.rounded() && abs(rounded) < 1e15 ? "\(Int(rounded))" : "\(rounded)"
        }
        return "\(text(measured)), limit \(text(limit))"
    }

    private static func advice(on brake: String) -> String {
        switch brake {
        case "no_heartbeats", "dead_fraction":
            "Suspect the heartbeats first: ask a node itself. If it answers, restart nothing and mend its heartbeat."
        case "redis_unsettled": "It lets go by itself once Redis has been steady for a while."
        case "clock_skew": "Set the clocks of this machine and of Redis right."
        case "view_stale": "It lets go with the next complete reading."
        default: "It lets go by itself once its reason is gone."
        }
    }

    func banners(_ html: inout HTMLWriter) {
        let banners = banners
        guard !banners.isEmpty else { return }
        html.element("section", ["aria-label": "Warnings"]) { html in
            for banner in banners {
                html.element("div", ["class": banner.isGrave ? "banner bad" : "banner hold"]) { html in
                    html.element("p") { html in
                        html.element("span", ["class": "sign", "aria-hidden": "true"], banner.isGrave ? "!" : "‖")
                        html.element("strong", ["class": "what"]) { html in html.element("bdi", banner.title) }
                        if let since = banner.since {
                            html.text(" since ")
                            html.time(since, now: view.now)
                        }
                        if let why = banner.why, !why.isEmpty {
                            html.text(": ")
                            html.element("bdi", why.cut(scalars: HTMLWriter.sentenceScalars))
                        }
                    }
                    html.element("p", ["class": "advice"]) { html in
                        html.text(banner.advice + " ")
                        html.runbook(banner.runbook)
                    }
                }
            }
        }
    }
}

extension HTMLWriter {
    /// Where the alert of the same name is explained: a file of the repository, that the page cannot link to.
    mutating func runbook(_ alert: String) {
        element("span", ["class": "runbook"]) { html in
            html.text("Runbook ")
            html.element("code", alert)
        }
    }
}
