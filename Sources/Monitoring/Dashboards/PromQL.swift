/// PromQL text that keeps the catalogue's rules: of what every replica sees alike the largest value, of what each
/// counts for itself the sum. Each selector holds the dashboards' variables.
enum PromQL {
    /// What a sample is turned into before it is added up.
    enum Reading: Sendable {
        /// As it stands.
        case value
        /// How fast a counter grows, a second.
        case rate
        /// How much a counter grew in a span that ended some time ago: `increase("1h", ago: "1d")`.
        case increase(String, ago: String? = nil)
        /// The largest value since the last point of the graph.
        case maximum
        /// When the sample was scraped.
        case scraped
    }

    /// The registry's own labels of origin. Two clusters, or two jobs, watch two registries: their nodes may have the
    /// same names and are never the same.
    static let registry = ["cluster", "job"]

    /// `name{cluster=~"$cluster", job=~"$job", instance=~"$instance", ...}`.
    static func select(_ name: String, _ matchers: String = "") -> String {
        let scope = #"cluster=~"$cluster", job=~"$job", instance=~"$instance""#
        return "\(name){\(scope)\(matchers.isEmpty ? "" : ", ")\(matchers)}"
    }

    /// A family of the registry, one series for each registry and combination of the family's own labels.
    static func perRegistry(_ family: RegistryFamily, _ reading: Reading = .value, where matchers: String = "")
        -> String
    {
        let labels = (registry + family.labels).joined(separator: ", ")
        return "max by (\(labels)) (\(read(select(family.series, matchers), reading)))"
    }

    /// A family of the registry, added up over all else but `labels`.
    static func seen(
        _ family: RegistryFamily, _ reading: Reading = .value, where matchers: String = "", by labels: String...
    ) -> String {
        fold("sum", perRegistry(family, reading, where: matchers), by: labels)
    }

    /// The best or the worst of several registries, where a sum says nothing.
    static func seen(
        _ operation: String, of family: RegistryFamily, where matchers: String = "", by labels: String...
    ) -> String {
        fold(operation, perRegistry(family, where: matchers), by: labels)
    }

    /// What each replica counts for itself, added up over all else but `labels`.
    static func sum(
        _ name: String, _ reading: Reading = .value, where matchers: String = "", by labels: String...
    ) -> String {
        fold("sum", read(select(name, matchers), reading), by: labels)
    }

    /// The worst of the replicas, where a sum says nothing.
    static func max(_ name: String, where matchers: String = "", by labels: String...) -> String {
        fold("max", select(name, matchers), by: labels)
    }

    static func min(_ name: String, where matchers: String = "", by labels: String...) -> String {
        fold("min", select(name, matchers), by: labels)
    }

    /// A quantile of a histogram that each replica counts for itself.
    static func quantile(_ share: Double, of name: String, _ reading: Reading = .rate, by labels: String...) -> String {
        let buckets = fold("sum", read(select(name + "_bucket"), reading), by: labels + ["le"])
        return "histogram_quantile(\(share), \(buckets))"
    }

    /// Series without `label` get a word there: Grafana would show the label's name.
    static func named(_ samples: String, _ label: String) -> String {
        #"label_replace(\#(samples), "\#(label)", "not known", "\#(label)", "")"#
    }

    /// Alerts that fire. One that says nothing is there at all has no labels of where: the empty alternatives let it
    /// through.
    static func firing(_ matchers: String) -> String {
        #"ALERTS{alertstate="firing", cluster=~"$cluster|", job=~"$job|", "# + matchers + "}"
    }

    /// `sum by (node_id) (...)`, or `sum(...)` over everything.
    static func fold(_ operation: String, _ samples: String, by labels: [String]) -> String {
        labels.isEmpty ? "\(operation)(\(samples))" : "\(operation) by (\(labels.joined(separator: ", "))) (\(samples))"
    }

    /// The selector within the function that `reading` stands for.
    static func read(_ selector: String, _ reading: Reading) -> String {
        switch reading {
        case .value: selector
        case .rate: "rate(\(selector)[$__rate_interval])"
        case .increase(let span, let ago):
            "increase(\(selector)[\(span)]\(ago.map { " offset " + $0 } ?? ""))"
        case .maximum: "max_over_time(\(selector)[$__rate_interval])"
        case .scraped: "timestamp(\(selector))"
        }
    }
}
