// glibc's tuning of its allocator: Swift's own Glibc module leaves this header out.
#include <malloc.h>

// A compiler's builtin is not imported: has memory brought into the cache while other work is done.
static inline void sessiond_prefetch(const void *address) {
    __builtin_prefetch(address, 1);
}
