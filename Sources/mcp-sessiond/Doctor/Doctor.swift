import ArgumentParser
import Doctor
import Exposition
import FoundationEssentials
import Glibc

/// `mcp-sessiond doctor`: checks the set-up, and says how to fix it.
struct Doctor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Checks the set-up: each check is ok, warn or fail, and says how to fix it.",
        discussion: """
            Checks Redis as the daemon would (its URL, its user), files with secrets, and the daemon if one \
            answers. It is short and harmless: it writes nothing but a canary, as the daemon does. Exit code 1: a check fails, \
            or with --strict warns; 3: Redis is out of reach; 2: the configuration is wrong.
            """)

    @Flag(help: "Exit code 1 also for warnings.")
    var strict = false

    @OptionGroup(title: "The configuration, as for serve") var settings: SettingOptions
    @OptionGroup(title: "The daemon, if one answers") var options: QueryOptions

    func validate() throws {
        guard options.watch == nil else {
            throw ValidationError("--watch cannot be used here: each check writes a canary")
        }
    }

    func run() async throws {
        let settings = try settings.load()
        let environment = ProcessInfo.processInfo.environment
        let checkup: Checkup
        do {
            checkup = try Checkup(settings: settings, environment: environment)
        } catch {
            throw Refusal("\(error)", exitCode: .usage)
        }
        // A canary that does not come back takes two seconds.
        if isatty(STDERR_FILENO) == 1 { Terminal.progress("checking Redis") }
        let findings = checkup.run()
        if isatty(STDERR_FILENO) == 1 { Terminal.progress(nil) }
        let checks = findings.checks + (await daemonChecks(environment))
        show(checks, on: Terminal())
        if !findings.isRedisReached { try Refusal.end(.outOfReach) }
        let isWrong = checks.contains { $0.result == .fail || strict && $0.result == .warn }
        try Refusal.end(isWrong ? .foundWrong : .fine)
    }

    /// A daemon that does not answer is a fault only if the user named one.
    private func daemonChecks(_ environment: [String: String]) async -> [Check] {
        let isNamed = options.server != nil || environment[DaemonClient.serverVariable]?.isEmpty == false
        do {
            let answer = try await options.client(environment: environment).status()
            return DaemonChecks(answer).all
        } catch let error as DaemonClientError {
            return [DaemonChecks.unanswered(error, isNamed: isNamed)]
        } catch {
            return [Check("daemon", .fail, "\(error)")]
        }
    }

    private func show(_ checks: [Check], on terminal: Terminal) {
        switch options.output.format {
        case .json, .yaml:
            let document: JSONValue = ["checks": .array(checks.map(\.json))]
            options.output.printDocument(document, on: terminal)
        case .table, .wide: terminal.print(Report(options.output, terminal).checks(checks))
        }
    }
}
