import ArgumentParser
import Monitoring

/// `mcp-sessiond alerts`: the alerts that are shipped with this binary.
struct Alerts: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alerts", abstract: "The Prometheus alerts on this daemon's metrics: export.",
        subcommands: [Export.self])

    /// `mcp-sessiond alerts export`.
    struct Export: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Writes recording rules, alerts, the error budget's rules, and an Alertmanager example.")

        @OptionGroup var folder: ExportFolder

        @Option(help: "The label matchers of our own up and process_* series.")
        var selector = AlertRules.standardSelector

        @Option(help: ArgumentHelp("The address under which alerts/runbooks/ is found.", valueName: "url"))
        var runbooks = Monitoring.Dashboards.standardRunbooks

        @Option(
            help: ArgumentHelp("Grafana's address, for the links to dashboards; else they are paths.", valueName: "url")
        )
        var grafana = ""

        func run() throws {
            try folder.write(AlertRules.files(selector: selector, runbooks: runbooks, dashboards: grafana))
        }
    }
}
