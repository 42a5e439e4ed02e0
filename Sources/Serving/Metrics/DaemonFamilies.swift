import Configuration
import Exposition
import Watching

/// The `mcp_sessiond_*` families. Each instance counts its own; aggregate them with `sum`.
struct DaemonFamilies {
    let watch: WatchContext
    let requests: RequestMetrics
    let labelOverflow: Int
    let drift: Int

    func write(to page: inout MetricPage) {
        writeReadings(to: &page)
        writeTracking(to: &page)
        writeRedis(to: &page)
        writeHTTP(to: &page)
        page.family(
            "mcp_sessiond_label_overflow_total", .counter, help: "Samples folded into the label value other."
        ) { $0.sample(labels: ["label": "node_id"], value: labelOverflow) }
        page.family(
            "mcp_sessiond_config_last_reload_successful", .gauge, help: "1 if the last configuration load succeeded."
        ) { $0.sample(value: requests.configReloaded.value) }
        page.family("mcp_sessiond_build_info", .info, help: "Build.") {
            $0.info(["version": Build.version, "revision": Build.revision])
        }
    }

    private func writeReadings(to page: inout MetricPage) {
        let metrics = watch.metrics
        page.family("mcp_sessiond_scan_duration_seconds", .histogram, help: "Time to complete a registry scan.") {
            $0.histogram(metrics.scanDuration.snapshot())
        }
        page.family(
            "mcp_sessiond_scans_total", .counter, help: "Registry scans by result (ok, error, timeout, partial)."
        ) { $0.samples(of: metrics.scans) }
        page.family(
            "mcp_sessiond_scan_last_success_timestamp_seconds", .gauge,
            help: "Unix time of the last complete scan; 0 before the first."
        ) { $0.sample(value: metrics.lastScanSuccess.value) }
        page.family(
            "mcp_sessiond_scan_interval_seconds", .gauge,
            help: "Present interval of full scans (alerts compare with it)."
        ) { $0.sample(value: watch.fullScanEverySeconds) }
        page.family("mcp_sessiond_watch_mode", .stateset, help: "How the daemon learns of changes now.") {
            $0.state(["tracking", "scan"], current: watch.isTracking ? "tracking" : "scan")
        }
    }

    private func writeTracking(to page: inout MetricPage) {
        let metrics = watch.metrics
        page.family(
            "mcp_sessiond_tracking_invalidations_total", .counter, help: "Client-tracking invalidations received."
        ) { $0.sample(value: metrics.trackingInvalidations.value) }
        page.family(
            "mcp_sessiond_tracking_resyncs_total", .counter,
            help: "Full rescans forced by lost tracking (reconnect, overflow, flush, gap)."
        ) { $0.samples(of: metrics.trackingResyncs) }
        page.family(
            "mcp_sessiond_tracking_lag_seconds", .gauge, help: "Round trip of the canary key through tracking."
        ) { $0.sample(value: metrics.trackingLag.value) }
        page.family(
            "mcp_sessiond_tracking_drift_total", .counter,
            help: "Sessions that differed in a full scan from what tracking had reported."
        ) { $0.sample(value: drift) }
    }

    private func writeRedis(to page: inout MetricPage) {
        let metrics = watch.metrics
        page.family("mcp_sessiond_redis_up", .gauge, help: "1 while the Redis connection answers.") {
            $0.sample(value: metrics.redisUp.value)
        }
        page.family(
            "mcp_sessiond_redis_command_duration_seconds", .histogram, help: "Redis round trip by command."
        ) { $0.histograms(of: metrics.redisCommands) }
        page.family(
            "mcp_sessiond_redis_errors_total", .counter,
            help: "Redis errors by kind (io, timeout, moved, readonly, auth, other)."
        ) { $0.samples(of: metrics.redisErrors) }
        page.family("mcp_sessiond_redis_reconnects_total", .counter, help: "Reconnects to Redis.") {
            $0.sample(value: metrics.redisReconnects.value)
        }
        page.family("mcp_sessiond_clock_skew_seconds", .gauge, help: "Local clock minus Redis TIME.") {
            $0.sample(value: watch.clock.skewSeconds)
        }
    }

    private func writeHTTP(to page: inout MetricPage) {
        page.family("mcp_sessiond_http_requests_total", .counter, help: "API requests by route template.") {
            $0.samples(of: requests.requests)
        }
        page.family("mcp_sessiond_http_request_duration_seconds", .histogram, help: "API request duration.") {
            $0.histograms(of: requests.duration)
        }
    }
}
