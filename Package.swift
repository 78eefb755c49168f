// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]
let strictC: [CSetting] = [.treatAllWarnings(as: .error)]

let nio: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")

let package = Package(
    name: "llmgw",
    products: [
        .library(name: "LLMGatewayClient", targets: ["LLMGatewayClient"]),
        .executable(name: "llmgwd", targets: ["llmgwd"]),
        .executable(name: "llmgw-ctl", targets: ["llmgw-ctl"]),
        .executable(name: "llmgw-sim", targets: ["llmgw-sim"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // C: system libraries behind typed shims, generated code, and what the platform offers only to C.
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CProtobufC", pkgConfig: "libprotobuf-c", providers: [.apt(["libprotobuf-c-dev"])]),
        .systemLibrary(name: "CJansson", pkgConfig: "jansson", providers: [.apt(["libjansson-dev"])]),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .target(name: "CLLMGWProto", dependencies: ["CProtobufC"], publicHeadersPath: ".", cSettings: strictC),
        .target(name: "CPlatform", cSettings: strictC),
        .target(
            name: "CSimdjson", cxxSettings: [.treatAllWarnings(as: .error)],
            linkerSettings: [.linkedLibrary("simdjson")]),
        .target(name: "CTOML", cxxSettings: [.treatAllWarnings(as: .error)]),

        // L0: values. No dependency.
        .target(name: "LLMGWCore", swiftSettings: strict),

        .target(name: "LLMGWJSON", dependencies: ["CJansson", "CSimdjson"], swiftSettings: strict),

        // L1: frames and messages without sockets; sockets without messages; the host around the process.
        .target(name: "LLMGWWire", dependencies: ["LLMGWCore", "CLLMGWProto", "CProtobufC"], swiftSettings: strict),
        .target(
            name: "LLMGWTransport", dependencies: ["LLMGWCore", "CPlatform", nio, nioPosix], swiftSettings: strict),
        .target(
            name: "LLMGWHost", dependencies: ["LLMGWCore", "LLMGWJSON", "CPlatform", logging], swiftSettings: strict),

        // L2: these never import each other; they meet in LLMGWGateway.
        .target(
            name: "LLMGWControl",
            dependencies: ["LLMGWCore", "CPlatform", "CTOML", logging],
            swiftSettings: strict),
        .target(name: "LLMGWPolicy", dependencies: ["LLMGWCore"], swiftSettings: strict),
        .target(
            name: "LLMGWUpstream", dependencies: ["LLMGWCore", "LLMGWJSON", "CCurl", "CPlatform"], swiftSettings: strict
        ),
        .target(name: "LLMGWStorage", dependencies: ["LLMGWCore", "CPlatform", "CSQLite"], swiftSettings: strict),

        // L3: the gateway, and the client library.
        .target(
            name: "LLMGWGateway",
            dependencies: [
                "LLMGWCore", "LLMGWWire", "LLMGWTransport", "LLMGWControl", "LLMGWPolicy", "LLMGWJSON", "LLMGWUpstream",
                "LLMGWStorage", "LLMGWHost", "CCrypto", "CPlatform", nio, nioPosix, nioHTTP1, logging, lifecycle,
            ],
            swiftSettings: strict),
        .target(
            name: "LLMGatewayClient", dependencies: ["LLMGWCore", "LLMGWWire", "LLMGWTransport", nio, nioPosix],
            path: "clients/swift/Sources/LLMGatewayClient", swiftSettings: strict),

        // L4: what a person starts.
        .executableTarget(
            name: "llmgwd",
            dependencies: [
                "LLMGWCore", "LLMGWTransport", "LLMGWHost", "LLMGWControl", "LLMGWPolicy", "LLMGWGateway", "CPlatform",
                logging, lifecycle,
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "llmgw-ctl",
            dependencies: ["LLMGWCore", "LLMGWJSON", "CPlatform", "LLMGWControl", "LLMGatewayClient", arguments],
            swiftSettings: strict),
        .executableTarget(
            name: "llmgw-sim", dependencies: ["LLMGWJSON", nio, nioPosix, nioHTTP1, arguments], swiftSettings: strict),

        .executableTarget(
            name: "storage-bench", dependencies: ["LLMGWCore", "LLMGWStorage"], path: "Benchmarks/storage",
            swiftSettings: strict),
        .executableTarget(
            name: "chat-example", dependencies: ["LLMGatewayClient"], path: "clients/swift/Examples/chat",
            swiftSettings: strict),

        .target(name: "TestSupport", dependencies: ["LLMGWCore"], path: "Tests/TestSupport", swiftSettings: strict),
        .testTarget(name: "LLMGWJSONTests", dependencies: ["LLMGWJSON", "TestSupport"], swiftSettings: strict),
        .testTarget(name: "LLMGWCoreTests", dependencies: ["LLMGWCore"], swiftSettings: strict),
        .testTarget(
            name: "LLMGWWireTests", dependencies: ["LLMGWCore", "LLMGWJSON", "LLMGWWire", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "LLMGWTransportTests", dependencies: ["LLMGWCore", "LLMGWTransport", nio, nioPosix],
            swiftSettings: strict),
        .testTarget(
            name: "LLMGWHostTests", dependencies: ["LLMGWCore", "LLMGWHost", "TestSupport", logging],
            swiftSettings: strict),
        .testTarget(name: "LLMGWControlTests", dependencies: ["LLMGWCore", "LLMGWControl"], swiftSettings: strict),
        .testTarget(
            name: "LLMGWPolicyTests", dependencies: ["LLMGWCore", "LLMGWPolicy", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "LLMGWStorageTests", dependencies: ["LLMGWCore", "LLMGWStorage", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "LLMGWUpstreamTests", dependencies: ["LLMGWCore", "LLMGWUpstream", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "LLMGWGatewayTests",
            dependencies: [
                "LLMGWCore", "LLMGWWire", "LLMGWPolicy", "LLMGWStorage", "LLMGWGateway", "TestSupport", logging,
            ],
            swiftSettings: strict),
        .testTarget(
            name: "llmgw-ctlTests", dependencies: ["llmgw-ctl", "LLMGWCore", "LLMGWJSON"], swiftSettings: strict),
        .testTarget(name: "llmgwdTests", dependencies: ["llmgwd", logging], swiftSettings: strict),
        .testTarget(
            name: "LLMGatewayClientTests", dependencies: ["LLMGWCore", "LLMGWWire", "LLMGatewayClient"],
            path: "clients/swift/Tests/LLMGatewayClientTests", swiftSettings: strict),
    ],
    cLanguageStandard: .c11,
    cxxLanguageStandard: .cxx17
)

// What `make bench` measures from within. It sees what is internal to the gateway, which is then built for testing.
if Context.environment["LLMGW_BENCHMARKS"] != nil {
    for target in package.targets where target.name == "LLMGWGateway" {
        target.swiftSettings = strict + [.unsafeFlags(["-enable-testing"])]
    }
    package.targets += [
        .executableTarget(
            name: "llmgw-bench-pipeline", dependencies: ["LLMGWCore", "LLMGWUpstream", "LLMGWGateway"],
            path: "Benchmarks/pipeline", swiftSettings: strict),
        .executableTarget(
            name: "llmgw-bench-admission", dependencies: ["LLMGWCore", "LLMGWPolicy"], path: "Benchmarks/admission",
            swiftSettings: strict),
        .executableTarget(
            name: "llmgw-bench-traces", dependencies: ["LLMGWCore", "LLMGWPolicy"], path: "Benchmarks/cache-traces",
            swiftSettings: strict),
    ]
}

// What `make fuzz` builds, with the sanitizers that it needs.
if Context.environment["LLMGW_FUZZ"] != nil {
    package.targets.append(
        .executableTarget(
            name: "llmgw-fuzz",
            dependencies: ["LLMGWCore", "LLMGWJSON", "LLMGWWire", "LLMGWUpstream", "LLMGWControl"],
            path: "Tests/Fuzz/Targets", swiftSettings: strict))
}
