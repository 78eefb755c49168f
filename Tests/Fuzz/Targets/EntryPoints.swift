// What libFuzzer calls: `LLMGW_FUZZ_TARGET=… llmgw-fuzz [libFuzzer's arguments]`. Not an argument, because libFuzzer starts itself again with
// none but its own.
import Glibc

private let target: FuzzTarget = {
    let name = getenv("LLMGW_FUZZ_TARGET").map { String(cString: $0) }
    if let target = name.flatMap(FuzzTarget.init) { return target }
    print("LLMGW_FUZZ_TARGET has to be one of: \(FuzzTarget.allCases.map(\.rawValue).joined(separator: ", "))")
    exit(2)
}()

@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    target.test([UInt8](UnsafeBufferPointer(start: bytes, count: count)))
    return 0
}
