/// PromQL text that follows the catalogue's rules: all daemon instances see the same registry, so the largest value is
/// taken; each counts its own work, so the values are added up. Each selector contains the dashboards' variables.
enum PromQL {
    /// The function that is applied to a sample before it is added up.
    enum Reading: Sendable {
        /// The sample itself.
        case value
        /// The growth of a counter per second.
        case rate
        /// The growth of a counter in a span, which may have ended some time ago: `increase("1h", ago: "1d")`.
        case increase(String, ago: String? = nil)
        /// The largest value since the last point of the graph.
        case maximum
        /// The time of the scrape.
        case scraped
    }

    /// The labels that identify a registry. Each cluster and job has its own, so nodes of equal names in two of them
    /// are different nodes.
    static let registry = ["cluster", "job"]

    /// The families with the label `node_id` that each instance counts for itself.
    static let countedByNode: Set = [
        "mcp_sessiond_misroutes_total", "mcp_sessiond_misroute_pairs_total",
        "mcp_sessiond_unknown_session_requests_total",
    ]

    /// `name{cluster=~"$cluster", job=~"$job", instance=~"$instance", ...}`, and the chosen nodes of families that have
    /// them. Both node variables match everything while nothing is chosen, also the empty name.
    static func select(_ name: String, _ matchers: String = "") -> String {
        var scope = #"cluster=~"$cluster", job=~"$job", instance=~"$instance""#
        let isOfNodes =
            RegistryFamily(rawValue: name)?.labels.contains("node_id") ?? countedByNode.contains(name)
        if isOfNodes { scope += #", node_id=~"$node", node_id=~"$workload\#(Variable.nodeSuffix)""# }
        return "\(name){\(scope)\(matchers.isEmpty ? "" : ", ")\(matchers)}"
    }

    /// A family of the registry, with one series for each registry and combination of the family's labels.
    static func perRegistry(_ family: RegistryFamily, _ reading: Reading = .value, where matchers: String = "")
        -> String
    {
        let labels = (registry + family.labels).joined(separator: ", ")
        return "max by (\(labels)) (\(read(select(family.series, matchers), reading)))"
    }

    /// A family of the registry, added up by `labels`.
    static func seen(
        _ family: RegistryFamily, _ reading: Reading = .value, where matchers: String = "", by labels: String...
    ) -> String {
        fold("sum", perRegistry(family, reading, where: matchers), by: labels)
    }

    /// The best or worst value of several registries, for families whose sum means nothing.
    static func seen(
        _ operation: String, of family: RegistryFamily, where matchers: String = "", by labels: String...
    ) -> String {
        fold(operation, perRegistry(family, where: matchers), by: labels)
    }

    /// A family that each instance counts for itself, added up by `labels`.
    static func sum(
        _ name: String, _ reading: Reading = .value, where matchers: String = "", by labels: String...
    ) -> String {
        fold("sum", read(select(name, matchers), reading), by: labels)
    }

    /// The largest value of all instances, for families whose sum means nothing.
    static func max(_ name: String, where matchers: String = "", by labels: String...) -> String {
        fold("max", select(name, matchers), by: labels)
    }

    static func min(_ name: String, where matchers: String = "", by labels: String...) -> String {
        fold("min", select(name, matchers), by: labels)
    }

    /// A quantile of a histogram that each instance counts for itself.
    static func quantile(_ share: Double, of name: String, _ reading: Reading = .rate, by labels: String...) -> String {
        let buckets = fold("sum", read(select(name + "_bucket"), reading), by: labels + ["le"])
        return "histogram_quantile(\(share), \(buckets))"
    }

    /// Gives series without `label` the value `not known`. Otherwise Grafana would show the label's name.
    static func named(_ samples: String, _ label: String) -> String {
        #"label_replace(\#(samples), "\#(label)", "not known", "\#(label)", "")"#
    }

    /// The alerts that fire. The empty alternatives match an alert without cluster and job, which says that nothing is
    /// up.
    static func firing(_ matchers: String) -> String {
        #"ALERTS{alertstate="firing", cluster=~"$cluster|", job=~"$job|", "# + matchers + "}"
    }

    /// `sum by (node_id) (...)`, or `sum(...)` without labels.
    static func fold(_ operation: String, _ samples: String, by labels: [String]) -> String {
        labels.isEmpty ? "\(operation)(\(samples))" : "\(operation) by (\(labels.joined(separator: ", "))) (\(samples))"
    }

    /// The selector inside the function for which `reading` stands.
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
