import Sessions

@testable import Events

/// Time stamps: the quick way and the long one agree, and no time is outside what a record may claim.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzStamps(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var stamps = StampReader()
    for line in unsafe Input(start, count).lines {
        for isNumber in [false, true] {
            let quick = Result { () throws(LineFault) in try stamps.read(line[...], isNumber: isNumber) }
            let slow = Result { () throws(LineFault) in try UnixTime.stamped(line[...], isNumber: isNumber) }
            require(quick == slow, "the quick way reads another time")
            if case .success(let time?) = quick { require(UnixTime.plausible.contains(time), "not plausible") }
        }
    }
    return 0
}
