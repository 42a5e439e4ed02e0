/// A group of rules. Prometheus evaluates them in order, so the alerts see the new values of the recording rules.
struct RuleGroup: Sendable {
    let name: String
    let recordings: [RecordingRule]
    let alerts: [AlertingRule]
}

extension RuleGroup {
    /// The template of the place where something happened: the job and, if there is such a label, the cluster.
    static let place = "{{ $labels.job }}{{ with $labels.cluster }} ({{ . }}){{ end }}"

    /// The groups of the main file. `ours` is the selector of the daemon's own `up` and `process_*` series.
    static func standard(_ ours: String) -> [RuleGroup] {
        [daemon(ours), registry(ours), nodes, requests(ours), cleanup(ours), events]
    }

    /// The groups of both files.
    static func all(_ ours: String) -> [RuleGroup] { standard(ours) + [budget] }

    /// The group in the rules file, which people read too, so expressions keep their lines.
    func yaml(_ links: AlertLinks) -> String {
        let rules = recordings.map(\.yaml) + alerts.map { $0.yaml(links) }
        return "  - name: \(name)\n    rules:\n" + rules.joined(separator: "\n")
    }
}
