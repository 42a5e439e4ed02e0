// glibc's tuning of its allocator: Swift's own Glibc module leaves this header out.
#include <malloc.h>
