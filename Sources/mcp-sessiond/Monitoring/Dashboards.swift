import ArgumentParser
import Monitoring

/// `mcp-sessiond dashboards`: the dashboards that are shipped with this binary.
struct Dashboards: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dashboards", abstract: "The Grafana dashboards for this daemon's metrics: export.",
        subcommands: [Export.self])

    /// `mcp-sessiond dashboards export`.
    struct Export: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Writes the dashboards as Grafana's JSON, one file each.")

        @OptionGroup var folder: ExportFolder

        @Option(help: ArgumentHelp("The address under which alerts/runbooks/ is found.", valueName: "url"))
        var runbooks = Monitoring.Dashboards.standardRunbooks

        func run() throws {
            try folder.write(Monitoring.Dashboards.files(runbooks: runbooks))
        }
    }
}
