/// An example of how Alertmanager may route and hush these alerts.
enum Alertmanager {
    static let example = head + Inhibition.standard.map(\.yaml).joined(separator: "\n")

    private static let head = """
        # An example for Alertmanager 0.22 and newer: take over routes and inhibitions, with receivers of your own.
        # Made by `mcp-sessiond alerts export`; checked with `amtool check-config`.
        route:
          receiver: log
          # One notification for each registry, not one for each alert.
          group_by: [cluster, job]
          group_wait: 30s
          group_interval: 5m
          repeat_interval: 12h
          routes:
            # Somebody must act now.
            - matchers: [alertname=~"Mcp.*", severity="critical"]
              receiver: page
              group_wait: 10s
              repeat_interval: 1h
            # A ticket for the day: opened once, told again when it is still there after three days.
            - matchers: [alertname=~"Mcp.*", severity="warning"]
              receiver: ticket
              group_wait: 5m
              repeat_interval: 3d
            # Explains others; stays in the log.
            - matchers: [alertname=~"Mcp.*", severity="info"]
              receiver: log

        receivers:
          - name: page
            webhook_configs:
              - url: http://127.0.0.1:9095/page
          - name: ticket
            webhook_configs:
              - url: http://127.0.0.1:9095/ticket
                send_resolved: true
          # Tells nobody: the alerts stand in Prometheus and Alertmanager.
          - name: log

        # What follows from something else that is told already.
        inhibit_rules:

        """
}

extension Inhibition {
    fileprivate var yaml: String {
        func matchers(_ names: [String], _ severity: Severity?) -> String {
            let name =
                names.count == 1 ? #"alertname="\#(names[0])""# : #"alertname=~"\#(names.joined(separator: "|"))""#
            let all = [name] + (severity.map { [#"severity="\#($0.rawValue)""#] } ?? [])
            return all.map { "      - \($0)\n" }.joined()
        }
        return "  # \(why)\n  - source_matchers:\n" + matchers([cause], severity)
            + "    target_matchers:\n" + matchers(effects, effectSeverity)
            + "    equal: [\(equal.joined(separator: ", "))]\n"
    }
}
