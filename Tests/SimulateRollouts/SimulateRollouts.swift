import Foundation

/// A simulated day of rollouts, each followed at every step: `simulate-rollouts [rollouts] [sessions] [hours] [samples]`.
/// `hours` is `nodes.forget_after`: once the first nodes are forgotten, no table grows. Ends with 1 where an answer contradicts
/// the simulation's own truth, or where memory grows. The pages of metrics, one a minute, go to the file `samples`.
@main
struct SimulateRollouts {
    /// The most by which the greatest memory of the last third of the day may be above that of the middle third.
    private static let growthKiB = 1_024
    /// The faults after which the day is cut short.
    private static let faultLimit = 20

    static func main() {
        let words = CommandLine.arguments.dropFirst().map { Int($0) ?? 0 }
        let plan = DayPlan(
            rollouts: words.first ?? 100, sessions: words.dropFirst().first ?? 1_000_000,
            forgetAfterSeconds: 3_600 * (words.dropFirst(2).first ?? 2))
        print("\(plan.rollouts) rollouts of \(plan.pods) pods in a day, \(plan.sessions) sessions")
        let day = SimulatedDay(plan)
        if let path = CommandLine.arguments.dropFirst(4).first {
            _ = FileManager.default.createFile(atPath: path, contents: nil)
            let file = FileHandle(forWritingAtPath: path)
            day.keep = { file?.write(Data("# page\n\($0)".utf8)) }
        }
        let clock = ContinuousClock()
        let start = clock.now
        var told = 0
        while !day.isOver, told < faultLimit {
            day.step()
            guard day.faults.count > told else { continue }
            for fault in day.faults.dropFirst(told) { print(fault) }
            told = day.faults.count
            fflush(nil)
        }
        print(day.summary)
        print("memory, the most of each eighth of the day: \((0..<8).map { day.memory.most(of: $0, in: 8) }) KiB")
        let (middle, last) = (day.memory.most(of: 1, in: 3), day.memory.most(of: 2, in: 3))
        print("memory: at most \(middle) KiB in the middle third, \(last) KiB in the last; \(clock.now - start)")
        let grows = last - middle > growthKiB
        if grows { print("it grows by more than \(growthKiB) KiB") }
        exit(day.faults.isEmpty && !grows ? 0 : 1)
    }
}

/// How many of what the day has.
struct DayPlan {
    static let seconds = 86_400
    /// From one check of the heartbeats to the next; the default.
    static let stepSeconds = 3

    var rollouts: Int
    /// All sessions; most of them belong to nodes that stay.
    var sessions: Int
    /// `nodes.forget_after`.
    var forgetAfterSeconds: Int
    var pods = 20
    var stayingNodes = 40

    var rolloutSeconds: Int { Self.seconds / rollouts }
    /// Sessions of each pod: all pods together hold one of 25.
    var sessionsOfPod: Int { sessions / 25 / pods }
    var sessionsOfStaying: Int { (sessions - sessionsOfPod * pods) / stayingNodes }
}

/// The resident memory of this process over the day.
struct MemoryCurve {
    private var samples: [Int] = []

    mutating func sample() {
        let pages = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(separator: " ")
        samples.append((pages?.dropFirst().first.flatMap { Int($0) } ?? 0) * 4)
    }

    /// The greatest of one of so many equal parts of the day, in KiB.
    func most(of part: Int, in parts: Int) -> Int {
        samples[samples.count * part / parts..<samples.count * (part + 1) / parts].max() ?? 0
    }
}
