import Sessions
import Testing

@Suite struct WorkloadTests {
    @Test(
        arguments: [
            ("mcp-7d9f8b6c5-x2x4z", "mcp", "7d9f8b6c5"), ("mcp-canary-5f6d7c8b9d-q2w4v", "mcp-canary", "5f6d7c8b9d"),
            ("mcp-server-68d4c9bbf-2xkq7", "mcp-server", "68d4c9bbf"), ("mcp-2345678901-bcdfg", "mcp", "2345678901"),
            ("mcp-7d9f8b6c5-57667", "mcp", "7d9f8b6c5"),
            ("mcp-x2x4z", "mcp", nil), ("mcp-server-bcdfg", "mcp-server", nil),
            ("mcp-0", "mcp", nil), ("mcp-12", "mcp", nil), ("mcp-0.mcp.default.svc.cluster.local", "mcp", nil),
            ("node-3", "node", nil), ("node3", "node", nil), ("app_mcp_1", "app_mcp", nil),
            ("app-mcp-1", "app-mcp", nil),
            ("mcp.2.x0k3v5c8d9f1", "mcp", nil), ("worker-1:4711", "worker", nil), ("mcp", "mcp", nil),
            ("mcp-blue", "mcp-blue", nil), ("mcp-12345", "mcp", nil), ("web-a", "web-a", nil),
        ] as [(String, String, String?)])
    func followsFromTheName(node: String, name: String, revision: String?) {
        #expect(Workload(ofNode: node) == Workload(name: name, revision: revision))
    }

    /// Kubernetes cuts names: the hash may be left in part, whole, or not at all.
    @Test(arguments: [
        (48, "7d9f8b6c5", true), (49, "7d9f8b6c5", true), (52, "7d9f8b6c5", true), (56, "7d9f8b6c5", true),
        (57, "7d9f8b6c5", false), (58, "7d9f8b6c5", false), (60, "7d9f8b6c5", false),
    ])
    func aLongNameIsCut(length: Int, hash: String, hasRevision: Bool) {
        let name = String(repeating: "long", count: 20).prefix(length - 2) + "er"
        let pods = ["x2x4z", "57667"].map { String("\(name)-\(hash)-".prefix(58)) + $0 }
        #expect(pods.allSatisfy { $0.utf8.count == 63 })
        let workloads = Set(pods.map { Workload(ofNode: $0) })
        #expect(workloads.count == 1)
        #expect(workloads.first??.name == String(name.prefix(58)))
        #expect((workloads.first??.revision != nil) == hasRevision)
    }

    /// A container's id, a machine named by its address, no name at all.
    @Test(arguments: ["3f2a9c0b1d4e", "ip-10-0-1-23", "ip-10-0-1-23.ec2.internal", "10-0-1-23", "", "-", "4711", ".x"])
    func whatTellsNothingIsNone(node: String) {
        #expect(Workload(ofNode: node) == nil)
    }

    @Test func namesMayBeAsLongAsTheyCome() {
        let prefix = String(repeating: "x", count: 240)
        #expect(Workload(ofNode: "\(prefix)-7d9f8b6c5-x2x4z")?.name == prefix)
        #expect(Workload(ofNode: String(repeating: "-", count: 253)) == nil)
        #expect(Workload(ofNode: "\(prefix)a-0") != Workload(ofNode: "\(prefix)b-0"))
    }
}
