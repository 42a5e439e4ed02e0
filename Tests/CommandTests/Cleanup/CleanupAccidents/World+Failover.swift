import Foundation
import Lab
import Redis

extension World {
    /// The master dies for good, and the replica takes its place. Nodes write nothing until it has.
    func failover(to replica: PrivateRedis, from master: PrivateRedis) throws {
        guard let lab = store.sentinels else { return }
        try whileDown {
            master.signal(SIGKILL)
            store.endpoint = try lab.waitForMaster(otherThan: master).endpoint
        }
    }

    /// The same with any replica, where the store has sentinels.
    func failover() throws {
        guard let lab = store.sentinels else { return }
        let master = try lab.waitForMaster(otherThan: nil)
        guard let replica = lab.servers.first(where: { $0 !== master }) else { return }
        try failover(to: replica, from: master)
    }
}
