import Redis

extension RedisConnection.Limits {
    /// Limits for servers of our own, on a machine that may be very busy.
    public static var patient: Self {
        var limits = Self()
        limits.connectSeconds = 60
        limits.replySeconds = 60
        return limits
    }
}
