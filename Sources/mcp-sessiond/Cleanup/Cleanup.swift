import API
import ArgumentParser
import Cleaning
import Configuration
import FoundationEssentials
import Glibc
import Logging
import Sessiond

/// `mcp-sessiond cleanup`: the removal of orphans.
struct Cleanup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows and controls cleanup: plan, run, history, suspend, resume, undo, attest, verify.",
        discussion: """
            Without a verb it shows the plan. mcp-sessiond cleanup --once does one run without a daemon, for cron: see \
            mcp-sessiond cleanup plan --help.
            """,
        subcommands: [
            CleanupPlanned.self, CleanupStart.self, CleanupHistory.self, CleanupSuspend.self, CleanupResume.self,
            CleanupUndo.self, CleanupAttest.self, CleanupVerify.self,
        ],
        defaultSubcommand: CleanupPlanned.self)
}

/// `mcp-sessiond cleanup [plan]`, and `mcp-sessiond cleanup --once`.
struct CleanupPlanned: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Shows what a run would do now: which orphans may go, and why the others may not.")

    @Flag(
        help: """
            Make one run without a daemon: take the lease, read, observe for as long as owners must be silent \
            (cleanup.grace, or more), remove (with --confirm), report.
            """)
    var once = false

    @Flag(help: "With --once: remove what the plan allows; else it is a dry run.")
    var confirm = false

    @Flag(help: "With --once: do not stay to observe, but use what running instances observed.")
    var noWait = false

    @Flag(help: "With --once: remove nothing, whatever the other flags say.")
    var dryRun = false

    @OptionGroup(title: "With a daemon") var options: QueryOptions
    @OptionGroup(title: "With --once") var settings: SettingOptions

    func validate() throws {
        guard once || !(confirm || dryRun || noWait) else {
            throw ValidationError("--confirm, --dry-run and --no-wait go with --once; to ask a daemon: cleanup run")
        }
        let isLocal =
            settings.config != nil || settings.redis != nil || settings.listen != nil || settings.logLevel != nil
        guard once || !isLocal else {
            throw ValidationError("--config, --redis, --listen and --log-level go with --once")
        }
        let isRemote = options.server != nil || options.tokenFile != nil || options.watch != nil
        guard !once || !isRemote else {
            throw ValidationError("--once asks no daemon: --server, --token-file and --watch cannot be used with it")
        }
    }

    func run() async throws {
        if once { return try await runOnce() }
        try await options.ask { client, terminal in
            let answer = try await client.cleanup()
            return options.print(answer, on: terminal, found: ExitStatus.cleanup(answer.data)) { $0.cleanup(answer) }
        }
    }

    /// The report goes to standard output, progress to standard error.
    private func runOnce() async throws {
        let settings = try settings.load()
        guard settings.cleanup.mode != .off else {
            throw Refusal("cleanup.mode is off: nothing is read, and nothing removed", exitCode: .usage)
        }
        let level = Logger.Level(rawValue: settings.log.level.rawValue) ?? .info
        let format: LogLine.Format = isatty(STDERR_FILENO) == 1 ? .text : .json
        let logger = Logger(label: "mcp-sessiond") { LogLine(label: $0, level: level, format: format) }
        let terminal = Terminal()
        let isByHand = isatty(STDIN_FILENO) == 1
        let progress = CleanupStart.Progress()
        let run: RunRow
        do {
            let once = try CleanupOnce(
                settings: settings, environment: ProcessInfo.processInfo.environment, logger: logger)
            let report = try await once.run(
                isDryRun: dryRun || !confirm, observes: !noWait, by: isByHand ? "cli:\(CleanupStart.user)" : "cron",
                onWaiting: { progress.showWaiting($0) }, onProgress: { progress.show($0.cleanedInAll, of: $0.orphans) })
            progress.end()
            run = RunRow(report)
        } catch let error as CleanupOnceError {
            throw Refusal("\(error)", exitCode: Self.exitCode(of: error))
        } catch {
            throw Refusal("\(error)", exitCode: .usage)
        }
        switch options.output.format {
        case .json, .yaml: options.output.printDocument(of: run, on: terminal)
        case .table, .wide: terminal.print(Report(options.output, terminal).run(run))
        }
        if dryRun || !confirm {
            Terminal.note("a dry run: nothing was removed" + (dryRun ? "" : "; --confirm removes"))
        } else if !settings.cleanup.mode.removes {
            Terminal.note("cleanup.mode is \(settings.cleanup.mode.rawValue): nothing was removed")
        }
        try Refusal.end(ExitStatus.run(run))
    }

    private static func exitCode(of error: CleanupOnceError) -> ExitStatus {
        switch error {
        case .heldElsewhere: .refused
        case .nobodyObserves: .foundWrong
        case .notRead, .failed: .outOfReach
        }
    }
}
