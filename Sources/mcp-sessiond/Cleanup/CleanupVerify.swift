import ArgumentParser
import Cleaning
import Configuration
import FoundationEssentials
import Sessions

/// `mcp-sessiond cleanup verify`: checks the audit by the rules of cleanup.
struct CleanupVerify: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check the audit against the rules of cleanup, and name each record that breaks one.",
        discussion: """
            It needs no daemon: it reads the audit in Redis, and cleanup.audit_file if there is one, with the settings of \
            serve. It writes nothing. Exit code 1: a record breaks a rule; 3: Redis is out of reach; 2: the \
            configuration is wrong. What it cannot check it calls unknown.
            """)

    @Option(
        help: ArgumentHelp(
            """
            Since when the settings hold, as a time or how long ago (24h): earlier records are not judged by \
            cleanup.grace, cleanup.reasons and cleanup.max_keys_per_second.
            """, valueName: "time"))
    var since: String?

    @OptionGroup(title: "The configuration, as for serve") var settings: SettingOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard since == nil || sinceTime != nil else {
            throw ValidationError("--since is a time such as 2026-11-23T12:00:00Z, or a duration such as 24h")
        }
    }

    private var sinceTime: UnixTime? {
        guard let since else { return nil }
        if let ago = (try? DurationText.parse(since)).flatMap({ $0 }) {
            return UnixTime(seconds: Date().timeIntervalSince1970) - ago.inSeconds
        }
        return UnixTime(iso8601: Array(since.utf8).span)
    }

    func run() throws {
        let settings = try settings.load()
        let verifier: AuditVerifier
        do {
            verifier = try AuditVerifier(
                settings: settings, environment: ProcessInfo.processInfo.environment, since: sinceTime)
        } catch {
            throw Refusal("\(error)", exitCode: .usage)
        }
        let found: AuditVerification
        do throws(CleanupFault) {
            found = try verifier.verify()
        } catch {
            throw Refusal("the audit could not be read: \(error)", exitCode: .outOfReach)
        }
        let terminal = Terminal()
        switch output.format {
        case .json, .yaml: output.printDocument(found.document, on: terminal)
        case .table, .wide: terminal.print(Report(output, terminal).audit(found))
        }
        try Refusal.end(found.broken == 0 ? .fine : .foundWrong)
    }
}
