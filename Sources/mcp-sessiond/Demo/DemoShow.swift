import FoundationEssentials
import Glibc
import Lab

/// The demo's screen and the orders typed on it.
struct DemoShow {
    static let tickSeconds = 0.25
    /// Time between two summaries without a terminal.
    static let summarySeconds = 5.0

    private let client: DaemonClient
    private let cluster: SimulatedCluster
    private let terminal = Terminal()
    private var keyboard = DemoKeyboard()
    private var story = DemoStory()
    private var screen: DemoScreen
    private let started = Date()
    private var lastSummary = -summarySeconds

    init(server: String, cluster: SimulatedCluster, isCalm: Bool) throws {
        client = try DaemonClient(server: server, token: nil)
        self.cluster = cluster
        screen = DemoScreen(server: server, isCalm: isCalm, isColoured: terminal.isColoured)
    }

    private var elapsed: Double { Date().timeIntervalSince(started) }

    /// Plays until `q`, the end of the time, or cancellation.
    mutating func play(seconds: Double?) async throws {
        terminal.isTerminal
            ? terminal.write("\u{1B}[2J")
            : terminal.print([screen.title] + screen.introduction + screen.suggestions(nil))
        defer { if terminal.isTerminal { terminal.write("\n") } }
        while seconds.map({ elapsed < $0 }) ?? true {
            for line in keyboard.lines() {
                guard let order = obey(line) else { return }
                story.tell(order, at: elapsed)
            }
            story.compare(cluster.state, at: elapsed)
            await draw()
            let left = seconds.map { $0 - elapsed } ?? Self.tickSeconds
            try await Task.sleep(for: .seconds(max(min(left, Self.tickSeconds), 0)))
        }
    }

    /// Carries out a typed line and answers with a line for the story; nil to end.
    private func obey(_ line: String) -> String? {
        do throws(DemoOrder.Mistake) {
            switch try DemoOrder(line, nodes: Demo.nodes) {
            case .quit: return nil
            case .nothing: return ""
            case .action(let action):
                cluster.ask(action)
                return ""
            }
        } catch {
            return error.description
        }
    }

    private mutating func draw() async {
        // The daemon is in this process; if it does not answer in time, the next tick asks again.
        guard let nodes = try? await client.nodes(), let status = try? await client.status() else { return }
        let sessions = status.data.sessions
        story.compare(nodes.data, at: elapsed)
        if let misroutes = try? await client.misroutes(limit: 1) {
            story.compare(misroutes.data.totals, at: elapsed)
        }
        if terminal.isTerminal {
            let lines = screen.lines(
                nodes: nodes, sessions: sessions, story: story, elapsed: elapsed, example: await example(),
                size: DemoKeyboard.terminalSize)
            terminal.write(screen.frame(lines, keepsCursor: !keyboard.hasReturned()))
            return
        }
        terminal.print(story.takeNews())
        if elapsed - lastSummary >= Self.summarySeconds {
            terminal.print([DemoStory.clock(elapsed) + "  " + DemoScreen.summary(sessions)])
            lastSummary = elapsed
        }
    }

    /// A ref to try `explain` with: an orphaned one if there is one.
    private func example() async -> String? {
        for state in ["orphaned", "owned"] {
            let session = try? await client.sessions([("state", state), ("limit", "1")]).data.first
            if let session { return session.ref.description }
        }
        return nil
    }
}
