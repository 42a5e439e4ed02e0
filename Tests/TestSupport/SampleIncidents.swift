import Sessions

/// Incidents that a log may hold.
public enum SampleIncidents {
    public static let began = UnixTime(milliseconds: 1_790_000_000_250)

    /// One with everything that an incident may have, and one with as little as can be.
    public static let incidents: [Incident] = {
        var died = Incident(id: .init(began: began, number: 4), kind: .nodeDied, node: "node-3", boot: "b3-1")
        died.endedAt = began + 61
        (died.times, died.lastAt) = (2, began + 30)
        var part = Incident.Part(node: "node-3", boot: nil)
        part.before = 2
        part.aftermath = Aftermath(sessions: 44, recovered: 3, stuck: 2, silent: 38)
        died.parts = [part]
        died.settled = Aftermath(sessions: 1, silent: 1)
        var storm = Incident.Storm(peakAt: began + 20)
        (storm.newSessions, storm.refusedRequests, storm.peakPerMinute, storm.endedAt) = (40, 12, 33, began + 90)
        died.storm = storm
        var suspect = Incident(id: .init(began: began + 5, number: 6), kind: .nodeSuspect, node: "node-1")
        suspect.suspicions = [.deniesSessions, .countDrifts]
        return [died, suspect]
    }()
}
