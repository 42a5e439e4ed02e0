import Digests

/// A boot as a process writes it: in the records of its sessions, and in its heartbeats, perhaps in another form.
struct SimulatedBoot: Equatable {
    var inRecords: String
    var inHeartbeats: String

    /// Makes a boot. All processes of one node name their boots in one way.
    init(number: Int, node: String, _ random: inout SplitMix64) {
        let forms: [String]
        switch node.utf8.reduce(0, { $0 + Int($1) }) % 4 {
        case 0: forms = ["\(1_000 + number)", "\(1_000 + number).0", "\(1_000 + number)e0"]
        case 1:
            let digits =
                "00000000-0000-4abc-8def-" + String(repeating: "0", count: 12 - "\(number)".count) + "\(number)"
            forms = [digits, digits.uppercased(), digits.filter { $0 != "-" }]
        default: forms = ["b\(number)"]
        }
        inRecords = random.pick(forms) ?? forms[0]
        inHeartbeats = random.pick(forms) ?? forms[0]
    }
}
