/// Rules that Prometheus evaluates together and in this order: alerts see what the recording rules above them found.
struct RuleGroup: Sendable {
    let name: String
    let recordings: [RecordingRule]
    let alerts: [AlertingRule]
}

extension RuleGroup {
    /// Where it happened: the job, and the cluster where there is such a label.
    static let place = "{{ $labels.job }}{{ with $labels.cluster }} ({{ . }}){{ end }}"

    /// The groups of the main file. `ours` is the selector of the daemon's own `up` and `process_*` series.
    static func standard(_ ours: String) -> [RuleGroup] {
        [daemon(ours), registry(ours), nodes, requests(ours), cleanup(ours), events]
    }

    /// Those of both files.
    static func all(_ ours: String) -> [RuleGroup] { standard(ours) + [budget] }
}
