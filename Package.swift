// swift-tools-version: 6.2
import PackageDescription

// Every target: Swift 6 language mode, each unsafe step marked, no warning left standing.
let strict: [SwiftSetting] = [.strictMemorySafety(), .treatAllWarnings(as: .error)]

// hiredis' pkg-config file carries a -D flag that SwiftPM warns about at each build, so no `pkgConfig:` is given here;
// the module maps link.
let package = Package(
    name: "mcp-sessiond",
    products: [.executable(name: "mcp-sessiond", targets: ["mcp-sessiond"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        .systemLibrary(name: "CHiredis", providers: [.apt(["libhiredis-dev"])]),
        .systemLibrary(name: "CMicrohttpd", providers: [.apt(["libmicrohttpd-dev"])]),
        .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "COpenSSL", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CYAML", providers: [.apt(["libyaml-dev"])]),
        .systemLibrary(name: "CMemory"),

        .target(name: "Memory", dependencies: ["CMemory"], swiftSettings: strict),
        .target(name: "Digests", dependencies: ["COpenSSL"], swiftSettings: strict),
        .target(name: "Sockets", dependencies: ["COpenSSL"], swiftSettings: strict),
        .target(name: "Redis", dependencies: ["CHiredis", "Sockets"], swiftSettings: strict),
        .target(name: "HTTP", dependencies: ["CMicrohttpd", "CZlib", "Sockets", "Digests"], swiftSettings: strict),
        .target(name: "YAML", dependencies: ["CYAML"], swiftSettings: strict),
        .target(name: "Exposition", swiftSettings: strict),
        .target(name: "Monitoring", dependencies: ["Exposition"], swiftSettings: strict),
        .target(name: "Sessions", dependencies: ["Digests", "Memory"], swiftSettings: strict),
        .target(name: "Events", dependencies: ["Sessions", "Digests"], swiftSettings: strict),
        .target(name: "LogFiles", dependencies: ["Digests"], swiftSettings: strict),
        .target(
            name: "Workers", dependencies: [.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")],
            swiftSettings: strict),
        .target(
            name: "Configuration", dependencies: ["Sessions", "Events", "HTTP", "YAML"], swiftSettings: strict),
        .target(name: "API", dependencies: ["Sessions", "Configuration", "Exposition"], swiftSettings: strict),
        .target(
            name: "Watching",
            dependencies: [
                "Configuration", "Workers", "Sessions", "Redis", "Sockets", "Exposition", "Digests",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ], swiftSettings: strict),
        .target(
            name: "Intake",
            dependencies: [
                "Watching", "Configuration", "Workers", "Events", "LogFiles", "Sessions", "Redis", "Exposition",
                "Digests",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ], swiftSettings: strict),
        .target(
            name: "Cleaning",
            dependencies: [
                "Watching", "Configuration", "Workers", "Sessions", "Redis", "Exposition", "Digests",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ], swiftSettings: strict),
        .target(
            name: "Serving",
            dependencies: [
                "API", "Watching", "Intake", "Cleaning", "Configuration", "Workers", "Sessions", "Events", "Redis",
                "HTTP", "Exposition", "Digests",
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ], swiftSettings: strict),
        .target(
            name: "Doctor",
            dependencies: ["Watching", "Configuration", "Sessions", "Redis", "Exposition"],
            swiftSettings: strict),
        .target(
            name: "Sessiond",
            dependencies: [
                "Serving", "Cleaning", "Intake", "Watching", "Configuration", "Workers", "Sessions", "Events", "HTTP",
                "Redis", "Exposition", "Memory",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ], swiftSettings: strict),
        .target(name: "Lab", dependencies: ["Redis", "Sockets", "Digests"], swiftSettings: strict),
        .executableTarget(
            name: "mcp-sessiond",
            dependencies: [
                "API", "Sessiond", "Doctor", "Cleaning", "Serving", "Configuration", "Sessions", "Events", "Exposition",
                "Monitoring", "HTTP", "Sockets", "Lab",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ], swiftSettings: strict),

        // What several of the test targets use.
        .target(
            name: "TestSupport",
            dependencies: [
                "Serving", "Cleaning", "Intake", "Watching", "Configuration", "Sessions", "Events", "Redis", "HTTP",
                "Exposition", "Digests", "Lab",
                .product(name: "Logging", package: "swift-log"),
            ], path: "Tests/TestSupport", swiftSettings: strict),
        .target(
            name: "CleanupSimulation", dependencies: ["Sessions", "Digests"], path: "Tests/CleanupSimulation",
            swiftSettings: strict),
        .executableTarget(
            name: "simulate-cleanup", dependencies: ["CleanupSimulation"], path: "Tests/SimulateCleanup",
            swiftSettings: strict),

        .executableTarget(
            name: "simulate-rollouts",
            dependencies: [
                "TestSupport", "Serving", "Cleaning", "Intake", "Watching", "Sessions", "Exposition", "Digests",
            ], path: "Tests/SimulateRollouts", exclude: ["alerts.py"], swiftSettings: strict),

        .testTarget(name: "TestSupportTests", dependencies: ["TestSupport"], swiftSettings: strict),
        .testTarget(name: "DigestsTests", dependencies: ["Digests"], swiftSettings: strict),
        .testTarget(name: "SocketsTests", dependencies: ["Sockets", "Lab", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "RedisTests", dependencies: ["Redis", "Sockets", "Lab", "TestSupport", "Digests"],
            swiftSettings: strict),
        .testTarget(name: "HTTPTests", dependencies: ["HTTP", "Sockets", "Lab", "TestSupport"], swiftSettings: strict),
        .testTarget(name: "YAMLTests", dependencies: ["YAML"], swiftSettings: strict),
        .testTarget(name: "ExpositionTests", dependencies: ["Exposition"], swiftSettings: strict),
        .testTarget(name: "MonitoringTests", dependencies: ["Monitoring", "Exposition"], swiftSettings: strict),
        .testTarget(
            name: "SessionsTests", dependencies: ["Sessions", "CleanupSimulation", "Digests", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "EventsTests", dependencies: ["Events", "Sessions", "TestSupport"], exclude: ["Fixtures"],
            swiftSettings: strict),
        .testTarget(name: "LogFilesTests", dependencies: ["LogFiles", "TestSupport"], swiftSettings: strict),
        .testTarget(name: "WorkersTests", dependencies: ["Workers", "Lab", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "ConfigurationTests", dependencies: ["Configuration", "Events", "HTTP"], swiftSettings: strict),
        .testTarget(name: "APITests", dependencies: ["API", "Exposition", "Sessions"], swiftSettings: strict),
        .testTarget(
            name: "WatchingTests",
            dependencies: [
                "Watching", "Serving", "Configuration", "Workers", "Sessions", "Redis", "HTTP", "Exposition", "Digests",
                "Lab", "TestSupport",
            ], swiftSettings: strict),
        .testTarget(
            name: "IntakeTests",
            dependencies: [
                "Intake", "Watching", "Configuration", "Sessions", "Events", "Redis", "HTTP", "Exposition", "Lab",
                "TestSupport",
            ], swiftSettings: strict),
        .testTarget(
            name: "CleaningTests",
            dependencies: [
                "Cleaning", "Serving", "API", "Intake", "Watching", "Configuration", "Sessions", "Redis", "HTTP",
                "Exposition", "Digests", "Lab", "TestSupport",
            ], swiftSettings: strict),
        .testTarget(
            name: "ServingTests",
            dependencies: [
                "Serving", "API", "Cleaning", "Intake", "Watching", "Configuration", "Sessions", "Events", "Redis",
                "HTTP", "Exposition", "Digests", "Lab", "TestSupport",
            ],
            exclude: ["Fixtures"],
            swiftSettings: strict),
        .testTarget(
            name: "DoctorTests",
            dependencies: ["Doctor", "Serving", "Configuration", "Sessions", "Redis", "Lab", "TestSupport"],
            swiftSettings: strict),
        .testTarget(name: "LabTests", dependencies: ["Lab", "Redis", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "SessiondTests",
            dependencies: [
                "Sessiond", "Serving", "Doctor", "Cleaning", "Intake", "Watching", "Configuration", "Workers",
                "Sessions", "Redis", "HTTP", "Sockets", "Exposition", "Digests", "Lab", "TestSupport",
                .product(name: "Logging", package: "swift-log"),
            ], swiftSettings: strict),
        .testTarget(
            name: "CommandTests",
            dependencies: [
                "mcp-sessiond", "API", "Sessiond", "Serving", "Doctor", "Cleaning", "Configuration", "Monitoring",
                "Sessions", "Events", "Redis", "HTTP", "Sockets", "Exposition", "Digests", "YAML", "Lab", "TestSupport",
                .product(name: "Logging", package: "swift-log"),
            ], swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)
