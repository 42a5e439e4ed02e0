import Exposition

extension Picture {
    /// One thing that is wrong, and the command that shows more of it.
    private struct Trouble {
        let text: String
        let command: String
        var tone = Tone.bad
    }

    /// What in a status is wrong, the most urgent first, each with where to look next: the first lines that are read.
    func attention(_ data: JSONValue, _ facts: inout Facts) {
        let troubles = Self.troubles(data)
        for (place, trouble) in troubles.enumerated() {
            facts.add(place == 0 ? "wrong" : "", "\(trouble.text): mcp-sessiond \(trouble.command)", trouble.tone)
        }
        if troubles.isEmpty { facts.add("well", "nothing is wrong", .good) }
    }

    private static func troubles(_ data: JSONValue) -> [Trouble] {
        func count(_ part: String, _ name: String) -> Int { data[part]?[name]?.int ?? 0 }
        var troubles: [Trouble] = []
        func add(_ number: Int, _ one: String, _ many: String, _ command: String, _ tone: Tone = .bad) {
            guard number > 0 else { return }
            troubles.append(Trouble(text: number == 1 ? one : "\(number) \(many)", command: command, tone: tone))
        }
        if data["redis"]?["up"]?.bool != true {
            troubles.append(Trouble(text: "Redis is out of reach, and all this is old", command: "doctor"))
        } else if let gap = data["watch"]?["gap"]?.string {
            troubles.append(Trouble(text: "the picture is not whole (\(gap))", command: "doctor"))
        }
        add(count("nodes", "dead"), "1 node is dead", "nodes are dead", "nodes")
        add(count("nodes", "unknown"), "1 node never beat", "nodes never beat", "nodes")
        add(
            count("node_flags", "silent_but_working"), "1 node works without a heartbeat",
            "nodes work without a heartbeat", "nodes")
        add(
            count("node_flags", "shared_name"), "two boots take turns under one name", "names are shared by two boots",
            "nodes")
        add(
            count("sessions", "orphaned"), "1 session is orphaned", "sessions are orphaned", "sessions --state orphaned"
        )
        add(
            data["events"]?["affected"]?["stuck"]?.int ?? 0, "1 client goes on failing", "clients go on failing",
            "sessions --stuck")
        add(
            count("sessions", "malformed"), "1 session cannot be read", "sessions cannot be read",
            "sessions --state malformed")
        if data["redis"]?["evicts_sessions"]?.bool == true {
            add(count("redis", "evicted_keys"), "Redis evicted a key", "keys were evicted by Redis", "doctor")
        }
        add(
            data["events"]?["problems"]?.object?.count ?? 0, "a log is not read", "sources of logs fail", "doctor",
            .attention)
        troubles += held(data["cleanup"])
        let versions = Set((data["replicas"]?.array ?? []).compactMap { $0["version"]?.string })
        if versions.count > 1 { add(versions.count, "", "versions run beside each other", "doctor", .attention) }
        return troubles
    }

    private static func held(_ cleanup: JSONValue?) -> [Trouble] {
        if cleanup?["refusal"]?.string != nil { return [Trouble(text: "cleanup may not clean", command: "doctor")] }
        if cleanup?["suspended"]?.isNull == false {
            return [Trouble(text: "cleanup is stopped by hand", command: "cleanup", tone: .attention)]
        }
        guard cleanup?["brakes"]?.array?.isEmpty == false else { return [] }
        return [Trouble(text: "cleanup is held back", command: "cleanup", tone: .attention)]
    }
}
