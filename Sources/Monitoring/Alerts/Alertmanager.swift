/// An example of how Alertmanager may route and inhibit these alerts.
enum Alertmanager {
    static let example = head + Inhibition.standard.map(\.yaml).joined(separator: "\n")

    private static let head = """
        # An example for Alertmanager 0.22 and newer: copy the routes and inhibitions, and use your own receivers.
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
            # A ticket for the day: opened once, and again if the problem is still there after three days.
            - matchers: [alertname=~"Mcp.*", severity="warning"]
              receiver: ticket
              group_wait: 5m
              repeat_interval: 3d
            # Explains other alerts; stays in the log.
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
          # Notifies nobody: the alerts are shown in Prometheus and Alertmanager.
          - name: log

        # An alert that follows from another one is not sent while that one fires.
        inhibit_rules:

        """
}
