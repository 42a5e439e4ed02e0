import Lab
import Redis
import TestSupport
import Testing

@Suite(.ownThreads, .serialized, .timeLimit(.minutes(15))) struct RedisReplicaTests {
    @Test func aPrimarysInfoListsItsReplicas() {
        let info = """
            # Replication\r\nrole:master\r\nconnected_slaves:3\r
            slave0:ip=10.0.0.7,port=6379,state=online,offset=14000,lag=1\r
            slave1:ip=fd00::1,port=6380,state=wait_bgsave,offset=0,lag=0\r
            slave2:ip=10.0.0.8,port=65536,state=online,offset=1,lag=0\r
            master_failover_state:no-failover\r\nmaster_repl_offset:15000\r\nsecond_repl_offset:-1\r
            # Server\r\nrun_id:2f29\r\n
            """
        var expected = RedisReplication()
        expected.role = "master"
        expected.runID = "2f29"
        expected.offset = 15_000
        expected.replicas = [
            RedisReplication.Replica(host: "10.0.0.7", port: 6379, state: "online", offset: 14_000, lagSeconds: 1),
            RedisReplication.Replica(host: "fd00::1", port: 6380, state: "wait_bgsave", offset: 0, lagSeconds: 0),
        ]
        #expect(RedisReplication(info: info) == expected)
        let many = (0..<100).map { "slave\($0):ip=10.0.0.7,port=\($0),state=online" }.joined(separator: "\r\n")
        #expect(RedisReplication(info: many).replicas.count == RedisReplication.replicaLimit)
    }

    @Test func aReplicasInfoTellsOfItsLink() {
        let info = """
            # Replication\r\nrole:slave\r\nmaster_host:10.0.0.1\r\nmaster_port:6379\r\nmaster_link_status:up\r
            master_last_io_seconds_ago:3\r\nmaster_sync_in_progress:0\r\nslave_read_repl_offset:15\r
            slave_repl_offset:14\r\nslave_priority:100\r\nconnected_slaves:0\r\nmaster_repl_offset:14\r\n
            """
        var expected = RedisReplication()
        expected.role = "slave"
        expected.offset = 14
        expected.isLinkUp = true
        expected.lastIOSeconds = 3
        #expect(RedisReplication(info: info) == expected)
        let unlinked =
            "role:slave\r\nmaster_link_status:down\r\nmaster_last_io_seconds_ago:-1\r\nmaster_sync_in_progress:1"
        var none = RedisReplication()
        none.role = "slave"
        none.isSyncing = true
        #expect(RedisReplication(info: unlinked) == none)
    }

    @Test(
        arguments: [
            (RedisReply.array([.text("master"), .integer(31), .array([])]), RedisRole.master),
            (
                .array([.text("slave"), .text("10.0.0.1"), .integer(9000), .text("connected"), .integer(31)]),
                .slave(masterHost: "10.0.0.1", masterPort: 9000, link: "connected", offset: 31)
            ),
            (.array([.text("sentinel"), .array([.text("mymaster")])]), .sentinel),
            (.array([.text("slave"), .text("10.0.0.1"), .integer(9000), .text("connected")]), nil),
            (.array([.text("slave"), .text("10.0.0.1"), .integer(-1), .text("connected"), .integer(31)]), nil),
            (.array([.text("queen")]), nil), (.array([]), nil), (.status("OK"), nil),
        ] as [(RedisReply, RedisRole?)])
    func aRoleIsRead(_ reply: RedisReply, _ role: RedisRole?) {
        #expect(RedisRole(reply) == role)
    }

    @Test func onlyFedReplicasThatKeepUpAreFit() {
        let choice = ReplicaChoice(lagSeconds: 15, lagBytes: 1_000)
        var primary = RedisReplication()
        primary.role = "master"
        primary.offset = 5_000
        primary.replicas = [
            ("online", 5_000, 0), ("online", 4_000, 15), ("online", 3_999, 0), ("online", 5_000, 16),
            ("send_bulk", 5_000, 0),
        ]
        .enumerated().map { number, seen in
            RedisReplication.Replica(
                host: "10.0.0.\(number)", port: 6379, state: seen.0, offset: seen.1, lagSeconds: seen.2)
        }
        #expect(choice.candidates(of: primary).map(\.host) == ["10.0.0.0", "10.0.0.1"])

        var replica = RedisReplication()
        replica.role = "slave"
        replica.isLinkUp = true
        replica.lastIOSeconds = 15
        #expect(choice.isFit(replica))
        for change in [
            { (seen: inout RedisReplication) in seen.role = "master" }, { $0.isLinkUp = false },
            { $0.isSyncing = true },
            { $0.lastIOSeconds = 16 }, { $0.lastIOSeconds = nil },
        ] {
            var other = replica
            change(&other)
            #expect(!choice.isFit(other))
        }
    }
}

@Suite(.ownThreads, .serialized, .timeLimit(.minutes(15))) struct RedisReplicaDeploymentTests {
    @Test func aReplicaIsFoundFromItsPrimaryAndByItself() throws {
        // Else it waits for 5 s in which other replicas might come.
        let primary = try PrivateRedis(arguments: ["--repl-diskless-sync-delay", "0"], tcp: true)
        let replica = try PrivateRedis(tcp: true)
        defer {
            replica.stop()
            primary.stop()
        }
        // Nothing here is ever late, however busy the machine is.
        let choice = ReplicaChoice(lagSeconds: 3_600)
        var connection = try RedisConnection.open(primary.endpoint, limits: .patient)
        #expect(try isNone(choice.open(replicaOf: &connection, limits: .patient)))
        #expect(try isNone(choice.open(at: primary.endpoint, limits: .patient)))
        guard case .tcp(let host, let port) = primary.endpoint.transport else { return }
        var own = try RedisConnection.open(replica.endpoint, limits: .patient)
        try own.command(["REPLICAOF", host, "\(port)"])
        try waitUntil(deadline: 60, "the replica to be fit") { try choice.isFit(&own) }
        try waitUntil(deadline: 60, "the primary to see it") {
            try !choice.candidates(of: RedisReplication.read(over: &connection)).isEmpty
        }
        #expect(try endpoint(choice.open(replicaOf: &connection, limits: .patient)) == replica.endpoint)
        #expect(try endpoint(choice.open(at: primary.endpoint, limits: .patient)) == replica.endpoint)
        #expect(try endpoint(choice.open(at: replica.endpoint, limits: .patient)) == replica.endpoint)
        // With no patience at all, none is fit.
        #expect(try isNone(ReplicaChoice(lagSeconds: -1).open(replicaOf: &connection, limits: .patient)))
        let seen = try RedisReplication.read(over: &connection, withRunID: true)
        #expect(seen.runID.count == 40)
        #expect(seen.replicas.map(\.port) == [portNumber(of: replica.endpoint)])

        primary.stop()
        try waitUntil(deadline: 60, "the replica to lose its primary") { try !choice.isFit(&own) }
        #expect(try isNone(choice.open(at: replica.endpoint, limits: .patient)))
        try own.command(["REPLICAOF", "NO", "ONE"])
        #expect(try !choice.isFit(&own))
    }

    private func endpoint(_ connection: consuming RedisConnection?) -> RedisEndpoint? {
        switch consume connection {
        case .some(let connection): connection.endpoint
        case .none: nil
        }
    }

    private func isNone(_ connection: consuming RedisConnection?) -> Bool {
        endpoint(connection) == nil
    }

    private func portNumber(of endpoint: RedisEndpoint) -> UInt16? {
        if case .tcp(_, let port) = endpoint.transport { port } else { nil }
    }
}
