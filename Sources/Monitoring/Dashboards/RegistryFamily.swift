/// The families of which all daemon instances show the same values. To take the largest value, all labels of the family
/// must be kept, or different things would count as one.
enum RegistryFamily: String, Sendable, CaseIterable {
    case sessions = "mcp_registry_sessions"
    case orphanedSessions = "mcp_registry_orphaned_sessions"
    case sessionsCreated = "mcp_registry_sessions_created_total"
    case sessionsEnded = "mcp_registry_sessions_ended_total"
    case ownerChanges = "mcp_registry_session_owner_changes_total"
    case sessionAge = "mcp_registry_session_age_seconds"
    case sessionTTL = "mcp_registry_session_ttl_seconds"
    case orphanAge = "mcp_registry_orphan_age_seconds"
    case sessionsWithoutTTL = "mcp_registry_sessions_without_ttl"
    case malformedKeys = "mcp_registry_malformed_keys"
    case keysScanned = "mcp_registry_keys_scanned"
    case skippedKeys = "mcp_registry_skipped_keys"
    case nodes = "mcp_registry_nodes"
    case nodesExpected = "mcp_registry_nodes_expected"
    case nodeUp = "mcp_registry_node_up"
    case nodeHeartbeat = "mcp_registry_node_heartbeat_timestamp_seconds"
    case nodeStart = "mcp_registry_node_start_timestamp_seconds"
    case nodeReportedSessions = "mcp_registry_node_reported_sessions"
    case nodeRestarts = "mcp_registry_node_restarts_total"
    case nodeFlags = "mcp_registry_node_flags"
    case nodeInfo = "mcp_registry_node_info"
    case redisEvictedKeys = "mcp_registry_redis_evicted_keys_total"
    case redisInfo = "mcp_registry_redis_info"

    /// The labels of the family's samples, `le` of buckets included.
    var labels: [String] {
        switch self {
        case .sessions: ["node_id", "state"]
        case .orphanedSessions, .sessionsEnded: ["node_id", "reason"]
        case .sessionAge, .sessionTTL, .orphanAge: ["le"]
        case .malformedKeys: ["kind", "reason"]
        case .keysScanned: ["kind"]
        case .skippedKeys: ["reason"]
        case .nodes: ["status"]
        case .sessionsCreated, .nodeUp, .nodeHeartbeat, .nodeStart, .nodeReportedSessions, .nodeRestarts: ["node_id"]
        case .nodeFlags: ["node_id", "flag"]
        case .nodeInfo: ["node_id", "version", "boot"]
        case .redisInfo: ["redis_version", "role", "maxmemory_policy"]
        case .ownerChanges, .sessionsWithoutTTL, .redisEvictedKeys, .nodesExpected: []
        }
    }

    /// The name of the family's samples.
    var series: String {
        switch self {
        case .sessionAge, .sessionTTL, .orphanAge: rawValue + "_bucket"
        default: rawValue
        }
    }
}
