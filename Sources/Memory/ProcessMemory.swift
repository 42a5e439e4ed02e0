import CMemory

/// The memory of this process: the few things about it that Swift has no words for.
///
/// The only target that imports `CMemory`, so that nobody else marks calls to C as unsafe.
public enum ProcessMemory {
    /// Asks the processor to bring the memory at this address into its cache while other work is done. Any address will
    /// do: one that nothing stands at is ignored.
    @inlinable
    public static func prefetch(at address: UInt) {
        unsafe sessiond_prefetch(UnsafeRawPointer(bitPattern: address))
    }

    /// Has glibc's allocator merge small chunks as they are freed. It keeps them in lists otherwise, and goes through
    /// all of them whenever a large block is asked for.
    public static func turnOffFastBins() {
        mallopt(M_MXFAST, 0)
    }
}
